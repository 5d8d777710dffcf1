"""Compiles every numeric kernel ahead of time, so that no first click waits for it."""

from __future__ import annotations

import importlib
import pkgutil

import quantdeck.analytics
import quantdeck.live
from quantdeck.analytics.kernels import known_kernels


def warm_kernels() -> int:
    """Compile all kernels of `analytics` and `live` into the cache on disk, and return their count.

    Examples
    --------
    >>> warm_kernels() > 0
    True
    """
    for room in (quantdeck.analytics, quantdeck.live):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(found.name)
    for kernel in known_kernels():
        kernel.compile()
    return len(known_kernels())
