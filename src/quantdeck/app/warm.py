"""Compiles kernels and loads slow libraries ahead of time, so that no first click waits for them."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import pkgutil
from typing import TYPE_CHECKING

import quantdeck.analytics
import quantdeck.feeds
import quantdeck.live
import quantdeck.research
from quantdeck.analytics.kernels import known_kernels

if TYPE_CHECKING:
    from collections.abc import Callable

_SLOW = ("talib", "scipy.optimize", "QuantLib")
"""Libraries that are imported where they are used and take long: tenths of a second each."""


def warm_kernels(
    is_unwanted: Callable[[], object] = lambda: False, *, captures_only: bool = False
) -> int:
    """Compile kernels into the cache on disk, load slow libraries, and return the kernels' count.

    Parameters
    ----------
    is_unwanted : callable
        Asked before each kernel; the rest is left to its first use where it says so.
    captures_only : bool
        Leave out what is studied, not captured: libraries and kernels that nobody has loaded yet.

    Returns
    -------
    int
        Kernels that are compiled now.

    Examples
    --------
    >>> warm_kernels() > 0
    True
    """
    if not captures_only:
        _load_slow()
    import_kernels(captures_only=captures_only)
    compiled = 0
    for kernel in known_kernels():
        if is_unwanted():
            break
        kernel.compile()
        compiled += 1
    # What was loaded stays for good: a full collection need not walk through it, which would hold up
    # the event loop for tenths of a second.
    gc.freeze()
    return compiled


def import_kernels(*, captures_only: bool = False) -> None:
    """Import every module that defines kernels; the ones of capture alone where that is asked for."""
    studied = (quantdeck.analytics, quantdeck.research)
    for room in (quantdeck.live, *(() if captures_only else studied)):
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            importlib.import_module(found.name)
    for found in pkgutil.walk_packages(quantdeck.feeds.__path__, "quantdeck.feeds."):
        if found.name.endswith("_kernels"):
            importlib.import_module(found.name)


def _load_slow() -> None:
    for name in _SLOW:
        # One of them is an extra.
        if importlib.util.find_spec(name.partition(".")[0]) is not None:
            importlib.import_module(name)
