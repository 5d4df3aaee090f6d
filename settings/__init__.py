"""One environment file as typed, validated values: the only place that knows YAML."""

from settings.loading import load
from settings.model import Settings
from settings.problems import Problem, SettingsError

__all__ = ["Problem", "Settings", "SettingsError", "load"]
