"""The executor as the settings want it."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quantdeck.scale.compute.inline import InlineExecutor

if TYPE_CHECKING:
    from collections.abc import Generator

    from quantdeck.app.settings import Settings
    from quantdeck.model.spread import Spread
    from quantdeck.ports.compute import Executor


def open_compute(settings: Settings) -> Executor:
    """Return who does large pieces of work; nothing is started before there is some.

    Raises
    ------
    ConfigError
        If the settings name a cluster, and its client is not installed.
    """
    kind, _, rest = settings.compute.url.partition(":")
    if kind == "process":
        from quantdeck.scale.compute.processes import ProcessExecutor

        return ProcessExecutor(int(rest) if rest else os.cpu_count() or 1)
    if kind == "ray":
        from quantdeck.scale.compute.ray import RayExecutor

        return RayExecutor(f"ray:{rest}" if rest.startswith("//") else rest)
    return InlineExecutor()


@contextmanager
def computing(settings: Settings) -> Generator[Executor]:
    """Give an executor, and let go of its workers afterwards.

    Raises
    ------
    ConfigError
        If the settings name a cluster, and its client is not installed.
    """
    executor = open_compute(settings)
    try:
        yield executor
    finally:
        executor.close()


def apart(executor: Executor) -> Spread | None:
    """Return how work is handed out, or None where all of it is done in this process."""
    return None if isinstance(executor, InlineExecutor) else executor.map
