"""One environment file as typed, validated values: the only place that knows YAML."""

import clean_end

from settings.files import chosen, environments
from settings.loading import load, load_pipeline
from settings.model import Settings
from settings.neighbours import neighbours
from settings.pipeline import Pipeline
from settings.problems import Problem, SettingsError

__all__ = [
    "Pipeline",
    "Problem",
    "Settings",
    "SettingsError",
    "chosen",
    "environments",
    "load",
    "load_pipeline",
    "neighbours",
]
