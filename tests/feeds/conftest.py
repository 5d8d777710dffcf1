"""Fixtures of the feeds' tests."""

from __future__ import annotations

import pytest


class Recorder:
    """A sink that keeps every event as (kind, fields)."""

    def __init__(self) -> None:
        self.events: list[tuple[str, tuple]] = []

    def trade(self, *row) -> None:
        self.events.append(("trade", row))

    def agg_trade(self, *row) -> None:
        self.events.append(("agg_trade", row))

    def quote(self, *row) -> None:
        self.events.append(("quote", row))

    def mark(self, *row) -> None:
        self.events.append(("mark", row))

    def bar(self, *row) -> None:
        self.events.append(("bar", row))

    def of(self, kind: str) -> list[tuple]:
        return [row for name, row in self.events if name == kind]


@pytest.fixture
def recorder() -> Recorder:
    """Return a sink that keeps what it is given."""
    return Recorder()
