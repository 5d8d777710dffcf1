"""Names for the arrays that enter and leave `quantdeck.analytics`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
"""Float64 array; one-dimensional unless a docstring says otherwise."""

IntArray = NDArray[np.int64]
"""Int64 array; one-dimensional unless a docstring says otherwise."""

BoolArray = NDArray[np.bool_]
"""Array of truth values."""
