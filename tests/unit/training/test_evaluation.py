import msgspec
import pytest

from tests.evaluations import an_evaluation
from training.evaluation import Evaluation, decode_evaluation, encode_evaluation
from training.evaluation_plots import evaluation_figures
from training.evaluation_words import evaluation_in_words


@pytest.fixture(scope="module")
def evaluation() -> Evaluation:
    return an_evaluation()


def test_an_evaluation_comes_back_from_its_file_as_it_was(evaluation: Evaluation) -> None:
    assert decode_evaluation(encode_evaluation(evaluation)) == evaluation


def test_a_file_that_is_no_evaluation_is_refused() -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_evaluation(b'{"quality": 1}')


def test_every_applicant_is_in_every_table_once(evaluation: Evaluation) -> None:
    rows = evaluation.quality.rows

    assert sum(one.rows for one in evaluation.lift) == rows
    assert sum(one.rows for one in evaluation.reliability) == rows
    assert sum(one.rows for one in evaluation.segments) == rows
    for attribute in {one.attribute for one in evaluation.fairness}:
        groups = [one for one in evaluation.fairness if one.attribute == attribute]
        assert sum(one.rows for one in groups) == rows
    assert sum(one.good + one.bad for one in evaluation.points) == rows
    assert sum(one.rows for one in evaluation.decisions.shares) == rows


def test_leading_figures_are_metrics_with_their_intervals(evaluation: Evaluation) -> None:
    found = evaluation.as_metrics()

    assert found["auc_low"] < found["auc"] < found["auc_high"]
    assert {"ece_low", "ks_high", "brier", "realised_profit", "score_psi"} <= set(found)
    assert all(isinstance(value, float) for value in found.values())


def test_what_was_not_measured_has_no_picture(evaluation: Evaluation) -> None:
    without = an_evaluation(unlabelled=False)

    assert set(evaluation_figures(evaluation)) - set(evaluation_figures(without)) == {"stability"}
    assert "score_psi" not in without.as_metrics()


def test_the_words_name_the_calibration_in_force_and_the_least_favoured(
    evaluation: Evaluation,
) -> None:
    words = evaluation_in_words(evaluation).splitlines()

    assert [line.split(":")[0] for line in words[:4]] == [
        "calibration none",
        "calibration platt (in force)",
        "calibration beta",
        "calibration isotonic",
    ]
    groups = [group for group in evaluation.fairness if group.attribute == "gender"]
    least = min(groups, key=lambda group: group.approval.value)
    (told,) = (line for line in words if line.startswith("fairness by gender: "))
    assert told.startswith(f"fairness by gender: approved least are {least.level}, 0.")
    assert any(line.startswith("score stability, train to test: PSI") for line in words)
