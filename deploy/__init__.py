"""Where the services run: the local demo, containers, dashboards and alerts."""
