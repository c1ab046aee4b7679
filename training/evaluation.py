"""Everything that is measured of a model on rows it had not seen: the record of it. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

import msgspec
import numpy as np
import numpy.typing as npt
from sklearn.metrics import roc_curve

from contracts.bundle import DecisionPolicy, PointsScale
from training.bootstrap import REPLICATES, bootstrap_intervals
from training.calibrate import Doubles
from training.calibration_comparison import CalibrationFigures, compare_calibrations
from training.cohorts import Labels
from training.decisions import Decisions, judge_decisions
from training.evaluate import Interval, Quality, ReliabilityBin, quality, reliability
from training.fairness import FairnessGroup, by_group
from training.goodness import CalibrationGoodness, calibration_goodness
from training.lift import LiftRow, lift_table
from training.policy import PolicyFile
from training.segments import Segment, by_segment
from training.stability import Stability, stability

EVALUATION_FILE = "evaluation.json"

_ROC_POINTS = 200
_POINT_BINS = 40


@dataclass(frozen=True, slots=True)
class Scored:
    """Rows with known outcomes, scored by models that had not seen them.

    Attributes:
        raw_scores: log-odds before calibration.
        fold: in which a row was held out.
        probability: calibrated by curves that had not seen the row's fold.
        target: 1.0 for a default.
        segments: labels by which quality may differ.
        protected: labels that fairness is measured by.
    """

    raw_scores: Doubles
    fold: npt.NDArray[np.intp]
    probability: Doubles
    target: Doubles
    segments: Mapping[str, Labels]
    protected: Mapping[str, Labels]


class RocPoint(msgspec.Struct, frozen=True, kw_only=True):
    """Of those refused from a threshold on, the shares of the good and of the defaults."""

    false_alarms: float
    found: float


class PointsBin(msgspec.Struct, frozen=True, kw_only=True):
    """Applicants by their points, from `low` to below `high`."""

    low: int
    high: int
    good: int
    bad: int


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """The judgement of a model; every figure is of rows out of fold.

    Attributes:
        quality: the figures; the AUC with DeLong's interval.
        intervals: of the same figures by their names, by the stratified bootstrap.
        goodness: whether noise explains the calibration error.
        reliability: predicted against observed over ten bins of equal count.
        calibration_method: the one in force.
        calibrations: what other ways to calibrate would be worth.
        roc: the ROC curve.
        lift: the gain and lift table, the riskiest tenth first.
        points: the distribution of points.
        decisions: thresholds, shares and profit.
        segments: quality by segment.
        fairness: by protected attribute; none of them is in the model by default.
        stability: of the scores of applicants without outcomes; None where none were scored.
        seed: of the bootstrap.
        replicates: of the bootstrap.
    """

    quality: Quality
    intervals: Mapping[str, Interval]
    goodness: CalibrationGoodness
    reliability: tuple[ReliabilityBin, ...]
    calibration_method: str
    calibrations: tuple[CalibrationFigures, ...]
    roc: tuple[RocPoint, ...]
    lift: tuple[LiftRow, ...]
    points: tuple[PointsBin, ...]
    decisions: Decisions
    segments: tuple[Segment, ...]
    fairness: tuple[FairnessGroup, ...]
    stability: Stability | None
    seed: int
    replicates: int

    def as_metrics(self) -> dict[str, float]:
        """The leading figures by name, as MLflow takes them; intervals are the bootstrap's."""
        ends = {
            f"{name}_{end}": getattr(interval, end)
            for name, interval in self.intervals.items()
            for end in ("low", "high")
        }
        shift = {"score_psi": self.stability.psi} if self.stability else {}
        return {
            **self.quality.as_metrics(),
            **ends,
            "calibration_p_value": self.goodness.p_value,
            "expected_profit": self.decisions.expected_profit,
            "realised_profit": self.decisions.realised_profit,
            **shift,
        }


def evaluate(
    scored: Scored,
    policy: DecisionPolicy,
    rules: PolicyFile,
    *,
    calibration_method: str,
    unlabelled: Doubles | None,
    seed: int = 7,
    replicates: int = REPLICATES,
) -> Evaluation:
    """Measure a model.

    Args:
        scored: rows out of fold.
        policy: the thresholds in force.
        rules: costs, points and the bounds of the gate.
        calibration_method: the one that the probabilities come from.
        unlabelled: the final model's probabilities of applicants without outcomes, if any.
        seed: of the bootstrap.
        replicates: of the bootstrap.
    """
    probability, target = scored.probability, scored.target
    return Evaluation(
        quality=quality(probability, target),
        intervals=bootstrap_intervals(probability, target, seed, replicates),
        goodness=calibration_goodness(probability, target),
        reliability=tuple(reliability(probability, target)),
        calibration_method=calibration_method,
        calibrations=compare_calibrations(scored.raw_scores, target, scored.fold),
        roc=_roc(probability, target),
        lift=lift_table(probability, target),
        points=_points(rules.points, probability, target),
        decisions=judge_decisions(rules.economics, policy, probability, target),
        segments=by_segment(probability, target, scored.segments, rules.gate),
        fairness=by_group(probability, target, policy, scored.protected, rules.gate),
        stability=None if unlabelled is None else stability(probability, unlabelled),
        seed=seed,
        replicates=replicates,
    )


def encode_evaluation(evaluation: Evaluation) -> bytes:
    """The evaluation as the run keeps it: JSON."""
    return msgspec.json.format(msgspec.json.encode(evaluation), indent=1)


def decode_evaluation(raw: bytes) -> Evaluation:
    """The evaluation that a run kept.

    Raises:
        msgspec.DecodeError: it is not one, or of another version of this code.
    """
    return msgspec.json.decode(raw, type=Evaluation)


def _roc(probability: Doubles, target: Doubles) -> tuple[RocPoint, ...]:
    false_alarms, found, _ = roc_curve(target, probability)
    places = np.unique(np.linspace(0, len(found) - 1, _ROC_POINTS).astype(np.intp))
    return tuple(
        RocPoint(false_alarms=float(false_alarms[at]), found=float(found[at])) for at in places
    )


def _points(scale: PointsScale, probability: Doubles, target: Doubles) -> tuple[PointsBin, ...]:
    scored = np.array([scale.points(one) for one in probability.tolist()])
    width = max(1, round(float(np.ptp(scored)) / _POINT_BINS))
    edges = np.arange(scored.min(), scored.max() + width + 1, width)
    good, bad = (np.histogram(scored[target == value], edges)[0] for value in (0, 1))
    return tuple(
        PointsBin(low=int(low), high=int(low) + width, good=int(ok), bad=int(lost))
        for low, ok, lost in zip(edges[:-1], good, bad, strict=True)
    )
