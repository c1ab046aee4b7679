import numpy as np

from training.reference import ROWS, drift_reference


def test_the_reference_is_a_seeded_sample_in_c_order() -> None:
    matrix = np.asfortranarray(np.arange(3 * 10_000, dtype=np.float32).reshape(10_000, 3))

    reference = drift_reference(matrix, seed=7)

    assert reference.shape == (ROWS, 3)
    assert reference.flags.c_contiguous
    assert len(np.unique(reference[:, 0])) == ROWS
    assert np.array_equal(reference, drift_reference(matrix, seed=7))


def test_few_rows_are_all_in_the_reference() -> None:
    assert len(drift_reference(np.zeros((12, 3), dtype=np.float32), seed=7)) == 12
