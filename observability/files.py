"""The two files."""

from __future__ import annotations

import json
import pathlib

import yaml

from observability.source import ALERTS, PANELS

_FOLDER = pathlib.Path(__file__).parent
DASHBOARD, RULES = _FOLDER / "node-local-dns.dashboard.json", _FOLDER / "node-local-dns.rules.yaml"
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 2


def dashboard() -> str:
    """Return the dashboard as Grafana imports it: two columns, the data source is chosen there."""
    panels = [
        {
            "id": number + 1,
            "type": "timeseries",
            "title": panel.title,
            "description": panel.tells,
            "datasource": _SOURCE,
            "gridPos": {"x": number % _COLUMNS * _WIDTH, "y": number // _COLUMNS * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
            "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
            "targets": [
                {"refId": chr(ord("A") + place), "datasource": _SOURCE, "expr": expression, "legendFormat": legend}
                for place, (legend, expression) in enumerate(panel.queries.items())
            ],
        }
        for number, panel in enumerate(PANELS)
    ]
    chosen = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}
    whole = {"uid": "podnet-node-local-dns", "title": "NodeLocal DNSCache", "schemaVersion": 39, "editable": True}
    whole |= {"time": {"from": "now-6h", "to": "now"}, "templating": {"list": [chosen]}, "panels": panels}
    return json.dumps(whole, indent=1) + "\n"


def rules() -> str:
    """Return the rule file as Prometheus reads it."""
    listed = [
        {
            "alert": alert.name,
            "expr": alert.expression,
            "for": alert.lasting,
            "labels": {"severity": alert.severity},
            "annotations": {"summary": alert.summary, "action": alert.action},
        }
        for alert in ALERTS
    ]
    groups = {"groups": [{"name": "node-local-dns", "rules": listed}]}
    return "# written by python -m observability\n" + yaml.safe_dump(groups, sort_keys=False, width=120)


FILES = {DASHBOARD: dashboard, RULES: rules}
