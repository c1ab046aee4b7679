"""Vectors of floats inside JSON: little-endian float32, base64."""

import base64
import binascii

import numpy as np
import numpy.typing as npt

from contracts.errors import InvalidEvent, Reason

FloatVector = npt.NDArray[np.float32]
FloatMatrix = npt.NDArray[np.float32]

_FLOAT = np.dtype("<f4")


def pack(values: npt.NDArray[np.float32] | npt.NDArray[np.float64]) -> str:
    """A vector as base64 of its little-endian float32 values.

    >>> pack(np.array([1.0, np.nan]))
    'AACAPwAAwH8='
    """
    floats = np.ascontiguousarray(values, dtype=_FLOAT).data
    return binascii.b2a_base64(floats, newline=False).decode("ascii")


def unpack(text: str, size: int) -> FloatVector:
    """The vector of `size` values that `pack` wrote.

    Raises:
        InvalidEvent: not base64, or not that many values.

    >>> unpack("AACAPwAAwH8=", 2)
    array([ 1., nan], dtype=float32)
    """
    try:
        packed = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidEvent(Reason.WRONG_TYPE, f"not a packed vector: {error}") from error
    if len(packed) != 4 * size:
        found = len(packed) / 4
        raise InvalidEvent(Reason.WRONG_VERSION, f"a vector of {found:g} values, not of {size}")
    return np.frombuffer(packed, dtype="<f4")
