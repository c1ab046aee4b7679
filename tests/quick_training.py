"""Training as quick as it gets, by the command itself."""

from pathlib import Path

from training.__main__ import main

APPLICANTS = 2_000
QUICK = ("--folds", "2", "--rounds", "30", "--learning-rate", "0.1")


def train(folder: Path, *options: str) -> int:
    return main(["train", "--data", str(folder), *QUICK, *options])
