"""What the expected performance is worth, for `python -m drift_monitor simulate --scores FILE`."""

from collections.abc import Mapping, Sequence

from rich.table import Table

from drift_monitor.performance.backtest import Backtest, Known, backtest
from drift_monitor.rates import Rate
from drift_monitor.sample import SampleError


def price_estimates(known: Known, sizes: Sequence[int], windows: int, seed: int) -> Table:
    """A column of figures for windows of each size.

    Raises:
        SampleError: the applications are too few for a window.
    """
    table = Table(
        title=f"Expected performance of {len(known):,} applications, and what is realised"
    )
    table.add_column("rows in a window")
    columns = []
    for size in sizes:
        table.add_column(f"{size:,}", justify="right")
        try:
            columns.append(_figures(backtest(known, size, windows, seed)))
        except ValueError as error:
            raise SampleError(f"{len(known):,} applications: {error}") from error
    for name in columns[0]:
        table.add_row(name, *(figures[name] for figures in columns))
    return table


def _figures(found: Backtest) -> Mapping[str, str]:
    return {
        "windows": f"{found.windows:,}",
        "mean realised AUC": f"{found.realised:.4f}",
        "mean error against a window's mean realised AUC": f"{found.error:.4f}",
        "expected less realised, mean": f"{found.bias:+.4f}",
        "mean error against one realised AUC": f"{found.single_error:.4f}",
        "interval of the AUC held it": _share(found.auc),
        "interval of the default rate held it": _share(found.default_rate),
    }


def _share(rate: Rate) -> str:
    low, high = (f"{100 * end:.0f}" for end in rate.interval)
    return f"{100 * rate.share:.1f} % [{low}, {high}]"
