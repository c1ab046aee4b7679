"""Grafana's dashboards as code: panels and their queries, written to deploy/grafana/dashboards."""
