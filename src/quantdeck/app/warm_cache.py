"""Compiles kernels into the cache on disk with all cores, which the first command of a checkout does."""

from __future__ import annotations

import os
import subprocess
import sys

from quantdeck.analytics.kernels import known_kernels
from quantdeck.app.warm import import_kernels, warm_kernels

_MOST_PROCESSES = 4
_SHARE = "from quantdeck.app.warm_cache import compile_share; compile_share({first}, {step})"


def warm_cache() -> int:
    """Compile all kernels, a process per core, and return their count.

    Compiling holds the interpreter's lock: processes share the work, threads cannot. What a process
    could not do is done here, where an error is told.
    """
    step = min(os.cpu_count() or 1, _MOST_PROCESSES)
    shares = [
        subprocess.Popen(  # noqa: S603 - this interpreter and a text of ours
            [sys.executable, "-c", _SHARE.format(first=first, step=step)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        for first in range(1, step)
    ]
    try:
        compile_share(0, step)
    finally:
        for share in shares:
            share.wait()
    return warm_kernels()


def compile_share(first: int, step: int) -> None:
    """Compile every `step`-th kernel, from number `first` on."""
    import_kernels()
    for each in known_kernels()[first::step]:
        each.compile()
