"""Figures are shown when they are due, under closed sets of labels."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import numpy as np
import pytest
from prometheus_client import CollectorRegistry

from contracts.events import Decision, ExpectedPerformance
from drift_monitor.performance.board import Board
from drift_monitor.performance.cbpe import expected_performance
from drift_monitor.performance.economics import Economics
from drift_monitor.performance.ledger import Ledger, Predicted
from drift_monitor.performance.metrics import PerformanceCollector
from tests.published import a_drift_report, a_score, an_outcome

ECONOMICS = Economics(0.1, 0.6, 0.01, 0.5, 0.2)
MANY = 400


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    with closing(Ledger(f"sqlite:///{tmp_path}/ledger.sqlite")) as opened:
        yield opened


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(ledger: Ledger, registry: CollectorRegistry, clock: Clock) -> Board:
    collector = PerformanceCollector()
    registry.register(collector)
    return Board(ledger, ECONOMICS, collector, clock)


def probabilities() -> list[float]:
    return [float(one) for one in np.random.default_rng(1).uniform(0.05, 0.6, MANY)]


def take(board: Board, *, wrong: bool = False) -> None:
    """Scores, half of which have an outcome, by their probabilities or against them."""
    told = probabilities()
    decisions = [Decision.APPROVE if one < 0.2 else Decision.DECLINE for one in told]
    board.take(
        [
            Predicted(a_score(at, probability=one, decision=decision))
            for at, (one, decision) in enumerate(zip(told, decisions, strict=True), start=1)
        ],
        [],
    )
    draws = np.random.default_rng(2).random(MANY)
    came = [draw < (1 - one if wrong else one) for draw, one in zip(draws, told, strict=True)]
    half = [an_outcome(at, defaulted=bool(came[at - 1])) for at in range(1, MANY // 2 + 1)]
    board.take([], half)


def expected() -> ExpectedPerformance:
    values = np.array(probabilities())
    return expected_performance(values, approved=values < 0.2, declined=values >= 0.2)


def test_realised_performance_is_shown_with_its_coverage(
    board: Board, registry: CollectorRegistry
) -> None:
    take(board)
    board.take([], [an_outcome(9_999, defaulted=False)])
    board.refresh("1")
    name = "drift_monitor_realised_performance"
    low, value, high = (
        registry.get_sample_value(name, {"figure": "auc", "bound": bound})
        for bound in ("low", "value", "high")
    )
    assert low is not None
    assert value is not None
    assert high is not None
    assert 0.5 < low < value < high < 1
    assert registry.get_sample_value("drift_monitor_label_coverage") == 0.5
    assert registry.get_sample_value("drift_monitor_labelled_applications") == MANY // 2
    assert registry.get_sample_value("drift_monitor_waiting_outcomes") == 1


def test_labels_are_closed_sets(board: Board, registry: CollectorRegistry) -> None:
    take(board)
    board.refresh("1")
    board.show(expected(), "1", moved=True)
    samples = [sample for family in registry.collect() for sample in family.samples]
    figures = {"auc", "precision", "recall", "default_rate", "approved_default_rate"}
    seen = {one.labels["figure"] for one in samples if "expected_performance" in one.name}
    assert seen == figures | {"approval_rate"}
    realised = {one.labels["figure"] for one in samples if "realised_performance" in one.name}
    assert realised == {
        *("auc", "brier", "slope", "intercept", "calibration_error", "default_rate", "profit")
    }
    assert {one.labels["bound"] for one in samples if "bound" in one.labels} == {
        *("value", "low", "high")
    }
    doubts = {one.labels["reason"]: one.value for one in samples if "doubt" in one.name}
    assert doubts == {"covariates": 1.0, "calibration": 0.0}


def test_outcomes_that_contradict_the_probabilities_cast_doubt(
    board: Board, registry: CollectorRegistry
) -> None:
    take(board, wrong=True)
    report = msgspec.structs.replace(a_drift_report(), expected=expected())
    (before,) = board.doubt([report])
    assert before.expected == report.expected
    board.refresh(report.model_version)
    (after,) = board.doubt([report])
    assert after.expected is not None
    assert after.expected.doubts == ("calibration",)
    board.show(expected(), report.model_version, moved=False)
    labels = {"reason": "calibration"}
    assert registry.get_sample_value("drift_monitor_expected_doubt", labels) == 1


def test_figures_are_made_anew_only_when_due(
    board: Board, registry: CollectorRegistry, clock: Clock
) -> None:
    def labelled() -> float | None:
        return registry.get_sample_value("drift_monitor_labelled_applications")

    take(board)
    board.refresh("")
    assert labelled() is None
    board.refresh("1")
    board.take([], [an_outcome(MANY, defaulted=False)])
    board.refresh("1")
    assert labelled() == MANY // 2
    clock.now += 60
    board.refresh("1")
    assert labelled() == MANY // 2 + 1


def test_a_version_is_not_shown_with_what_outcomes_have_shown_of_another(
    board: Board, registry: CollectorRegistry, clock: Clock
) -> None:
    def labelled() -> float | None:
        return registry.get_sample_value("drift_monitor_labelled_applications")

    take(board)
    board.refresh("1")
    board.refresh("2")
    assert labelled() is None
    board.refresh("1")
    assert labelled() == MANY // 2
    clock.now += 60
    board.refresh("2")
    assert labelled() == 0


def test_a_version_without_scores_shows_no_figure(
    board: Board, registry: CollectorRegistry
) -> None:
    board.refresh("1")
    assert registry.get_sample_value("drift_monitor_label_coverage") == 0
    labels = {"figure": "auc", "bound": "value"}
    assert registry.get_sample_value("drift_monitor_realised_performance", labels) is None
