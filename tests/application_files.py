"""Files of applications in Kaggle's shape, for tests."""

from pathlib import Path

import numpy as np
import pandas as pd

from contracts.application import CATEGORICAL, NUMERIC

KINDS = ("Cash loans", "Revolving loans")


def some_rows(rows: int, seed: int) -> pd.DataFrame:
    """Independent columns: numbers normal, every category of two levels, a tenth missing in one."""
    draw = np.random.default_rng(seed)
    frame = pd.DataFrame(draw.normal(size=(rows, len(NUMERIC))).round(4), columns=list(NUMERIC))
    frame.loc[draw.random(rows) < 0.1, "EXT_SOURCE_3"] = np.nan
    for name in CATEGORICAL:
        frame[name] = draw.choice(KINDS, rows, p=[0.9, 0.1])
    frame["TARGET"] = (draw.random(rows) < 0.3).astype(int)
    return frame


def moved_rows(rows: int, seed: int) -> pd.DataFrame:
    """Rows whose income, contract type and missing share have moved."""
    frame = some_rows(rows, seed)
    draw = np.random.default_rng(seed + 1)
    frame["AMT_INCOME_TOTAL"] += 0.8
    frame.loc[draw.random(rows) < 0.3, "EXT_SOURCE_3"] = np.nan
    frame.loc[draw.random(rows) < 0.3, "NAME_CONTRACT_TYPE"] = KINDS[1]
    return frame


def written(frame: pd.DataFrame, path: Path) -> Path:
    """The rows in a file, whose ending says how."""
    if path.suffix == ".parquet":
        frame.to_parquet(path)
    else:
        frame.to_csv(path, index=False)
    return path
