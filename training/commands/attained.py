"""`attained`: a version beside the truth that synthetic outcomes were drawn from."""

import argparse
from pathlib import Path

import msgspec

from training.attained import CHANCE, attained
from training.commands.arguments import Commands, mlflow_settings
from training.out_of_fold import OUT_OF_FOLD_FILE, read_out_of_fold
from training.pipeline import Say
from training.truth_file import read_truth
from training.versions import Versions


def add_attained(commands: Commands) -> None:
    """Add the command `attained`."""
    parser = commands.add_parser(
        "attained", help="on synthetic data: the share of the best possible AUC"
    )
    parser.add_argument("version", help="its number, or an alias")
    parser.add_argument(
        "--truth", type=Path, required=True, help="truth.csv of `python -m producer synthesize`"
    )
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(command=_attained, alias=None)


def _attained(options: argparse.Namespace, say: Say) -> int:
    versions = Versions(mlflow_settings(options))
    version = versions.named(options.version)
    with versions.artifact(version, OUT_OF_FOLD_FILE) as path:
        held_out = read_out_of_fold(path)
    truth = read_truth(options.truth, held_out.ids)
    found = attained(held_out.probability, truth, held_out.target)
    if options.json:
        say(msgspec.json.format(msgspec.json.encode(found), indent=2).decode())
        return 0
    low, high = found.share.low, found.share.high
    say(
        f"on {found.rows:,} applicants, each scored out of fold:\n"
        f"version {version}: AUC {found.auc}\n"
        f"the true probabilities: AUC {found.best}\n"
        f"{found.share.value:.2%} ({low:.2%} to {high:.2%}) of the best possible above {CHANCE}"
    )
    return 0
