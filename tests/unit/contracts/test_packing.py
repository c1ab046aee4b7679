import contextlib
import math

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from contracts.errors import InvalidEvent, Reason
from contracts.packing import pack, unpack

VECTORS = hnp.arrays(np.float32, st.integers(0, 50), elements=st.floats(width=32))


@given(VECTORS)
def test_a_vector_comes_back_to_the_last_bit(vector: npt.NDArray[np.float32]) -> None:
    assert unpack(pack(vector), len(vector)).tobytes() == vector.tobytes()


@given(VECTORS)
def test_any_layout_packs_alike(vector: npt.NDArray[np.float32]) -> None:
    strided = np.repeat(vector, 2)[::2]
    assert pack(strided) == pack(vector.astype(">f4").astype(np.float32)) == pack(vector)


def test_doubles_are_rounded_to_what_the_model_sees() -> None:
    assert unpack(pack(np.array([0.1])), 1)[0] == np.float32(0.1)


def test_a_missing_value_stays_missing() -> None:
    assert math.isnan(unpack(pack(np.array([np.nan])), 1)[0])


@pytest.mark.parametrize("text", ["!", "AAA", "AAAA\n", "é", "A===", "AAAAAAA"])
def test_what_is_not_base64_is_refused(text: str) -> None:
    with pytest.raises(InvalidEvent) as refused:
        unpack(text, 1)
    assert refused.value.reason in {Reason.WRONG_TYPE, Reason.WRONG_VERSION}


@given(VECTORS, st.integers(0, 60))
def test_a_vector_of_another_size_is_refused_with_both_sizes(
    vector: npt.NDArray[np.float32], size: int
) -> None:
    assume(size != len(vector))
    with pytest.raises(InvalidEvent, match=f"{len(vector)} values, not of {size}") as refused:
        unpack(pack(vector), size)
    assert refused.value.reason is Reason.WRONG_VERSION


@given(st.text(max_size=40))
def test_any_text_is_a_vector_or_refused(text: str) -> None:
    with contextlib.suppress(InvalidEvent):
        assert unpack(text, 2).shape == (2,)
