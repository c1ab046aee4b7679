"""Keeps a service lean: what it never uses out of memory, what it always has out of the rounds."""

import gc
import sys


def leave_out(*packages: str) -> None:
    """Let these packages count as not installed in this process, unless they are there already.

    LightGBM and MLflow work without pandas, pyarrow and scikit-learn, and import them where they
    are there; together they would take 140 MB. Call it before anything imports either.
    """
    for package in packages:
        sys.modules.setdefault(package, None)  # type: ignore[arg-type] # as the import system has it


def set_aside() -> None:
    """Spare the garbage collector what is there by now: modules, models, compiled code.

    Records by the thousand make it go through all of that again and again, for a third of the
    scorer's time. Call it whenever something large has come to stay; what has become garbage by
    then is collected, that of earlier calls included.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
