import numpy as np
import pytest

from training.evaluate import auc_interval
from training.gate_rules import GateRules
from training.segments import by_segment


def test_figures_are_those_of_the_rows_of_the_segment() -> None:
    draw = np.random.default_rng(7)
    probability = draw.beta(2, 10, 2000)
    target = (draw.random(2000) < probability).astype(np.float64)
    labels = np.where(draw.random(2000) < 0.5, "east", "west")

    east, west = by_segment(probability, target, {"region": labels}, GateRules())

    rows = labels == "east"
    assert (east.attribute, east.level, east.rows) == ("region", "east", rows.sum())
    assert east.auc == auc_interval(probability[rows], target[rows])
    assert east.predicted == pytest.approx(probability[rows].mean())
    assert east.observed.value == pytest.approx(target[rows].mean())
    assert east.defaults + west.defaults == target.sum()
    assert not east.small


def test_a_segment_of_one_class_has_no_auc_and_is_small() -> None:
    labels = np.array(["one", *["other"] * 299])
    target = np.arange(300) % 2.0
    target[0] = 0.0

    one, other = by_segment(np.linspace(0, 1, 300), target, {"it": labels}, GateRules())

    assert one.auc is None
    assert one.small
    assert other.auc is not None
    assert not other.small
