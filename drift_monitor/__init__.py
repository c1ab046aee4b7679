"""Watches the scored applications for drift: windows, tests, verdicts, reports, metrics."""
