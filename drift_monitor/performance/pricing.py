"""What the expected performance is worth, for `python -m drift_monitor simulate --scores FILE`."""

from collections.abc import Sequence

from rich.table import Table

from drift_monitor.performance.backtest import Backtest, Known, backtest
from drift_monitor.rates import Rate
from drift_monitor.sample import SampleError

_HEADINGS = (
    *("rows", "windows", "mean realised AUC", "mean error", "bias", "error against one"),
    *("AUC held", "default rate held"),
)


def price_estimates(known: Known, sizes: Sequence[int], windows: int, seed: int) -> Table:
    """A row of figures for windows of each size.

    Raises:
        SampleError: the applications are too few for a window.
    """
    table = Table(
        title=f"Expected performance of {len(known):,} applications, and what is realised"
    )
    for heading in _HEADINGS:
        table.add_column(heading, justify="right")
    for size in sizes:
        try:
            found = backtest(known, size, windows, seed)
        except ValueError as error:
            raise SampleError(f"{len(known):,} applications: {error}") from error
        table.add_row(*_cells(found))
    return table


def _cells(found: Backtest) -> Sequence[str]:
    return (
        f"{found.size:,}",
        f"{found.windows:,}",
        f"{found.realised:.4f}",
        f"{found.error:.4f}",
        f"{found.bias:+.4f}",
        f"{found.single_error:.4f}",
        _share(found.auc),
        _share(found.default_rate),
    )


def _share(rate: Rate) -> str:
    low, high = (f"{100 * end:.0f}" for end in rate.interval)
    return f"{100 * rate.share:.1f} % [{low}, {high}]"
