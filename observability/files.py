"""The two files."""

from __future__ import annotations

import json
import pathlib

import yaml

from observability.source import ALERTS, PANELS

_FOLDER = pathlib.Path(__file__).parent
DASHBOARD, RULES = _FOLDER / "node-local-dns.dashboard.json", _FOLDER / "node-local-dns.rules.yaml"
_SOURCE = {"type": "prometheus", "uid": "${datasource}"}
_CLUSTERS = {
    "name": "cluster",
    "type": "query",
    "label": "Cluster",
    "datasource": _SOURCE,
    "query": {"query": 'label_values(up{job="node-local-dns"}, cluster)', "refId": "cluster"},
    "refresh": 2,  # with the range of time
    "multi": True,
    "includeAll": True,
    "allValue": ".*",  # series without the label as well
    "current": {"text": "All", "value": "$__all"},
}
_WIDTH, _HEIGHT, _COLUMNS = 12, 8, 2


def dashboard() -> str:
    """Return the dashboard as Grafana imports it: two columns; data source and clusters are chosen there."""
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
                {
                    "refId": chr(ord("A") + place),
                    "datasource": _SOURCE,
                    "expr": _of_cluster(expression),
                    "legendFormat": legend,
                }
                for place, (legend, expression) in enumerate(panel.queries.items())
            ],
        }
        for number, panel in enumerate(PANELS)
    ]
    chosen = {"name": "datasource", "type": "datasource", "query": "prometheus", "label": "Data source"}
    whole = {"uid": "podnet-node-local-dns", "title": "NodeLocal DNSCache", "schemaVersion": 39, "editable": True}
    whole |= {"time": {"from": "now-6h", "to": "now"}, "templating": {"list": [chosen, _CLUSTERS]}, "panels": panels}
    return json.dumps(whole, indent=1) + "\n"


def _of_cluster(expression: str) -> str:
    """Return what a panel shows, of the clusters that were chosen."""
    return expression.replace('{job="', '{cluster=~"$cluster", job="')


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
