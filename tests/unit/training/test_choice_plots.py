import numpy as np

from tests.training_rows import a_plan, some_rows
from training.choice_plots import folds_plot, trials_plot
from training.cross_validation import cross_validate
from training.trials import Trial


def test_every_fold_has_a_row_with_its_trees() -> None:
    rows = some_rows()
    out_of_fold = cross_validate(rows, a_plan(), lambda: None)

    axes = folds_plot(out_of_fold, rows.target).axes[0]

    named = [label.get_text() for label in axes.get_yticklabels()]
    assert named == [
        f"fold {at + 1}: 225 rows, {rounds} trees" for at, rounds in enumerate(out_of_fold.rounds)
    ]


def test_every_parameter_has_a_panel_with_all_trials() -> None:
    trials = [
        Trial(
            part="all rows",
            number=at,
            parameters={"learning_rate": 0.01 * (at + 1), "num_leaves": 8.0},
            loss=0.3 - 0.01 * at,
            rounds=None if at == 3 else 100,
            seconds=1.0,
        )
        for at in range(4)
    ]

    learning_rate, num_leaves, empty = trials_plot(trials).axes

    assert np.asarray(learning_rate.collections[0].get_offsets()).shape == (4, 2)
    assert num_leaves.get_xlabel() == "num_leaves"
    assert not empty.get_visible()
    ring = learning_rate.lines[0]
    assert ring.get_xdata()[0] == 0.03  # type: ignore[index] # the best that was not pruned
