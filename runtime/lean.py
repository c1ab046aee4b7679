"""Keeps out of a service's memory what its libraries import in passing and it never uses."""

import sys


def leave_out(*packages: str) -> None:
    """Let these packages count as not installed in this process, unless they are there already.

    LightGBM and MLflow work without pandas, pyarrow and scikit-learn, and import them where they
    are there; together they would take 140 MB. Call it before anything imports either.
    """
    for package in packages:
        sys.modules.setdefault(package, None)  # type: ignore[arg-type] # as the import system has it
