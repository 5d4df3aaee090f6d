"""Grafana dashboard and Prometheus rules of the node cache, both written from observability/source.py."""

import clean_end
