"""alibi-detect and scipy give the same p-value in every test of a monitored window."""

import warnings
from collections.abc import Sequence

import numpy as np
import pytest

from contracts.packing import FloatMatrix
from drift_monitor.comparison import Comparison, Profiled, Test, compare
from drift_monitor.detectors import Detectors, ScipyDetectors, detectors
from drift_monitor.profiles import profile
from drift_monitor.reference import SCORE, monitored, reference_of
from runtime.model_bundle import ModelBundle
from tests.builders import a_bundle, a_reference

_FLOAT32 = 3e-7  # two roundings: of KS and chi-squared alibi-detect's p-values are float32
_LEAST = 1e-37  # below, float32 has fewer digits
_DOUBLE = 1e-9  # Fisher's stay as scipy gave them


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> ModelBundle:
    return a_bundle(tmp_path_factory.mktemp("bundle"))


@pytest.fixture(scope="module")
def alibi() -> Detectors:
    pytest.importorskip("alibi_detect", reason="alibi-detect is not installed")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its optional parts deprecate each other
        return detectors("alibi")


def drifted(bundle: ModelBundle) -> FloatMatrix:
    """Higher incomes, lost external scores, unheard-of jobs, more revolving loans."""
    matrix, names = a_reference(300, seed=3), bundle.manifest.features
    matrix[:, names.index("AMT_INCOME_TOTAL")] *= 1.3
    matrix[::3, names.index("EXT_SOURCE_2")] = np.nan
    matrix[:9, names.index("OCCUPATION_TYPE")] = 99
    matrix[::2, names.index("NAME_CONTRACT_TYPE")] = 1
    return matrix


def compared(bundle: ModelBundle, features: FloatMatrix, tests: Detectors) -> Sequence[Comparison]:
    reference = reference_of(bundle, untested=())
    window = profile(reference.columns, monitored(features, bundle.raw_scores(features)))
    return compare(list(map(Profiled, reference.columns, reference.profiles, window)), tests)


@pytest.mark.parametrize("clean", [True, False], ids=["clean", "drifted"])
def test_every_test_of_every_column_has_the_same_p_value(
    bundle: ModelBundle, alibi: Detectors, *, clean: bool
) -> None:
    features = a_reference(300, seed=2) if clean else drifted(bundle)
    ours = compared(bundle, features, ScipyDetectors())
    theirs = compared(bundle, features, alibi)
    assert [key(one) for one in ours] == [key(one) for one in theirs]
    assert (SCORE, Test.KS) in {key(one) for one in ours}
    told = {one.test for one in ours}
    assert told == (set(Test) - {Test.UNSEEN} if clean else set(Test))
    for our, their in zip(ours, theirs, strict=True):
        precision = _DOUBLE if our.test is Test.UNSEEN else _FLOAT32
        expected = pytest.approx(their.p_value, rel=precision, abs=_LEAST)
        assert our.p_value == expected, key(our)
        assert our.statistic == pytest.approx(their.statistic, rel=_FLOAT32), key(our)


def key(one: Comparison) -> tuple[str, Test]:
    return one.profiled.column.name, one.test
