"""Arrays inside of kept reports: type and bytes, little-endian."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray, IntArray

_DTYPES = ("<f8", "<i8")


def bytes_of(value: Any) -> Any:
    """Return what stands for a value of numpy in a report; a hook of msgspec's encoders.

    Parameters
    ----------
    value : array or scalar
        Of float64 or int64, one-dimensional.

    Returns
    -------
    list of str and bytes, or a scalar
        Type and contents.

    Raises
    ------
    TypeError
        If the array is of another type.

    Examples
    --------
    >>> bytes_of(np.array([1]))[0]
    '<i8'
    """
    if isinstance(value, np.generic):
        return cast("Any", value).item()
    array = np.asarray(value)
    if array.dtype.str not in _DTYPES:
        raise TypeError(f"a report holds no {array.dtype}")
    return [array.dtype.str, array.tobytes()]


def array_of(kind: Any, value: Any) -> FloatArray | IntArray:
    """Return the array that `bytes_of` was given; a hook of msgspec's decoders.

    Parameters
    ----------
    kind : type
        That the decoder expects; the value says its own.
    value : list of str and bytes
        Type and contents.

    Returns
    -------
    array of shape (n,)
        Read-only.

    Raises
    ------
    ValueError
        If the type is not known.

    Examples
    --------
    >>> array_of(None, bytes_of(np.array([0.5]))).tolist()
    [0.5]
    """
    del kind
    dtype = str(value[0])
    data: bytes = value[1]
    if dtype == _DTYPES[0]:
        return np.frombuffer(data, np.float64)
    if dtype == _DTYPES[1]:
        return np.frombuffer(data, np.int64)
    raise ValueError(f"{dtype!r} is no type of a report's arrays")
