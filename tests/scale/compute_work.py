"""Functions that tests hand to executors; workers find them by their names."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

import numpy as np

from quantdeck.model.errors import BadInput, QuantdeckError


def drawn(common, item):
    """Return a figure that depends on every bit of what it was given, its seed being part of the item."""
    seed, count = item
    return float(np.random.default_rng(seed).normal(size=count) @ common[:count])


def shifted(common, item):
    return common + item


def changed(common, item):
    """Write to an array that came with the item, as a kernel does with what is its own."""
    item *= common
    return item


def spun(common, item):
    """Work for some seconds by the processor's clock, not by that on the wall."""
    end = time.process_time() + common
    while time.process_time() < end:
        pass
    return item


def slept(common, item):
    """Wait until a file is gone, and tell by another that it was begun."""
    folder = Path(common)
    (folder / f"begun-{item}").touch()
    while (folder / "hold").exists():
        time.sleep(0.01)
    return os.getpid()


def refused(common, item):
    if item in common:
        raise BadInput(f"{item} is odd")
    return item


def broken(common, item):
    return common / item


class StrangeError(QuantdeckError):
    def __init__(self, one, two):
        super().__init__(f"{one} and {two}")


def strange(common, item):
    raise StrangeError(common, item)


def killed_once(common, item):
    """End the worker that is the first to come to one item."""
    folder, which = common
    mark = Path(folder) / "killed"
    if item == which and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return item * item


def killed(common, item):
    if item == common:
        os.kill(os.getpid(), signal.SIGKILL)
    return item


def read(common, item):
    return (Path(common) / item).read_text()
