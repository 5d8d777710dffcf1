"""Compile every kernel ahead of its first use."""

from __future__ import annotations

from quantdeck.analytics import resample_kernels, rolling_kernels
from quantdeck.analytics.kernels import known_kernels

KERNEL_MODULES = (resample_kernels, rolling_kernels)
"""Modules whose kernels are compiled: importing one makes its kernels known."""


def warm() -> int:
    """Compile every kernel of `quantdeck.analytics`, or load it from the cache on disk.

    Returns
    -------
    int
        Count of kernels.

    Notes
    -----
    A few seconds on the first run after an installation, a fraction of one afterwards. What is
    compiled here is not compiled again by any process that can read the cache.

    Examples
    --------
    >>> warm() >= 6
    True
    """
    kernels = known_kernels()
    for known in kernels:
        known.compile()
    return len(kernels)
