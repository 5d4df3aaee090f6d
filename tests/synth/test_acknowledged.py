"""A reason helps against an error where the stacks can be made all the same; where they cannot, it is told."""

import json

import pytest
import yaml

from review import check, stops
from review.rules import RULES
from settings import Settings
from settings.files import FOLDER
from tests.unit.review.rules.test_each_rule import CASES

ERRORS = {rule.id for rule in RULES if rule.severity == "error"} - {"acknowledgement-names-a-rule"}
FIRST = {f"{case[0]}:{case[3][:60]}": case[:3] for case in reversed(CASES) if case[0] in ERRORS}


def _settings(content, reasons=()):
    accepted = dict.fromkeys(reasons, "tried in a test")
    return Settings.model_validate_json(json.dumps({**content, "acknowledge": accepted, "name": "trial"}))


@pytest.mark.parametrize(("rule", "name", "change"), FIRST.values(), ids=FIRST)
def test_an_error_that_is_acknowledged_is_made_or_told_as_final(synthesized, rule, name, change):
    """The first way to break each rule at each of its paths; none ends in a traceback of chart, construct or CDK."""
    content = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    change(content)
    broken = {finding.rule.id for finding in check(_settings(content)) if finding.stops}
    assert rule in broken
    settings = _settings(content, broken)
    findings = check(settings)
    if stops(findings):
        final = [finding for finding in findings if finding.stops]
        assert all(
            finding.fix.endswith("no acknowledgement helps: the stacks cannot be made with it") for finding in final
        )
    else:
        assert "PodNetworking" in synthesized(settings).templates
