"""Registered versions with the record that the gate reads, made without training."""

from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import numpy as np
import numpy.typing as npt
from scipy.special import expit

from contracts.bundle import DecisionPolicy
from runtime.settings import MlflowSettings
from tests.builders import a_bundle, a_manifest
from training.dataset import NO_HISTORIES
from training.evaluation import EVALUATION_FILE, Scored, encode_evaluation, evaluate
from training.out_of_fold import OUT_OF_FOLD_FILE, HeldOutScores, write_out_of_fold
from training.policy import DEFAULT_POLICY, read_policy
from training.record_files import BUNDLE
from training.register import Record, register
from training.settings import SETTINGS_FILE

ROWS = 2_000


def outcomes(rows: int = ROWS) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """True log-odds of default and what became of the loans."""
    draw = np.random.default_rng(3)
    log_odds = draw.normal(-2.2, 1.0, rows)
    return log_odds, (draw.random(rows) < expit(log_odds)).astype(np.float64)


def scores(noise: float, shift: float = 0.0) -> HeldOutScores:
    """What a model says that knows the truth but for a noise: calibrated if nothing is shifted."""
    log_odds, target = outcomes()
    shuffled = np.random.default_rng(4).permutation(ROWS)
    known = np.where(np.arange(ROWS) < noise * ROWS, log_odds[shuffled], log_odds)
    return HeldOutScores(
        ids=np.arange(100_001, 100_001 + ROWS),
        target=target,
        fold=np.arange(ROWS) % 5,
        raw_scores=known,
        probability=expit(known + shift),
    )


def a_version(
    settings: MlflowSettings,
    held_out: HeldOutScores,
    *,
    group: npt.NDArray[np.str_] | None = None,
    seed: int = 7,
) -> str:
    """Register the tiny model with this record; no alias moves.

    Args:
        settings: of the registry.
        held_out: what the evaluation rests on.
        group: of every row, that fairness is measured by.
        seed: of the trees.
    """
    with TemporaryDirectory() as name:
        folder = Path(name)
        a_bundle(folder / BUNDLE, a_manifest(history_version=NO_HISTORIES), seed)
        (folder / DEFAULT_POLICY.name).write_bytes(DEFAULT_POLICY.read_bytes())
        asked = {"options": {"policy": str(DEFAULT_POLICY)}}
        (folder / SETTINGS_FILE).write_bytes(msgspec.json.encode(asked))
        write_out_of_fold(folder / OUT_OF_FOLD_FILE, held_out)
        (folder / EVALUATION_FILE).write_bytes(_evaluation(held_out, group))
        return register(settings, Record({}, {"auc": 0.7}, {"code_version": "abc"}, folder))


def _alike() -> dict[str, npt.NDArray[np.str_]]:
    """Groups that are drawn without regard to risk."""
    halves = np.array(["some", "others"])[np.arange(ROWS) % 2]
    return {"gender": halves, "elderly": halves, "family status": halves}


def _evaluation(held_out: HeldOutScores, group: npt.NDArray[np.str_] | None) -> bytes:
    scored = Scored(
        raw_scores=held_out.raw_scores,
        fold=held_out.fold,
        probability=held_out.probability,
        target=held_out.target,
        segments={},
        protected={**_alike(), **({} if group is None else {"gender": group})},
    )
    found = evaluate(
        scored,
        DecisionPolicy(approve_below=0.1, decline_from=0.4),
        read_policy(DEFAULT_POLICY),
        calibration_method="platt",
        unlabelled=None,
        seed=7,
        replicates=20,
    )
    return encode_evaluation(found)
