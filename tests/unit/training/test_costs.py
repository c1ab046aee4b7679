import msgspec
import numpy as np
import pytest

from tests.training_rows import a_plan, some_rows
from training.alternatives import Alternative
from training.costs import Cost, cost_of
from training.evaluate import auc_interval

ROWS = some_rows()
GOOD = ROWS.matrix[:, 0].astype(np.float64)
BAD = GOOD + np.random.default_rng(2).normal(scale=1.5, size=len(GOOD))


def an_alternative(*, in_force: bool) -> Alternative:
    return Alternative("without noise", ("NOISE",), in_force, ROWS, a_plan())


def test_lifting_what_is_in_force_gains_what_it_costs() -> None:
    cost = cost_of(an_alternative(in_force=True), reported=BAD, otherwise=GOOD, target=ROWS.target)

    assert cost.auc_free == auc_interval(GOOD, ROWS.target).value
    assert cost.auc_bound == auc_interval(BAD, ROWS.target).value
    assert cost.cost.value == pytest.approx(cost.auc_free - cost.auc_bound)
    assert cost.cost.low > 0


def test_laying_on_what_is_not_in_force_loses_what_it_costs() -> None:
    lifted = cost_of(an_alternative(in_force=True), BAD, GOOD, ROWS.target)
    laid_on = cost_of(an_alternative(in_force=False), GOOD, BAD, ROWS.target)

    assert msgspec.structs.replace(laid_on, in_force=True) == lifted


def test_a_cost_survives_its_file() -> None:
    cost = cost_of(an_alternative(in_force=True), BAD, GOOD, ROWS.target)

    assert msgspec.json.decode(msgspec.json.encode([cost]), type=list[Cost]) == [cost]
    assert "without noise (in force): costs 0." in str(cost)
