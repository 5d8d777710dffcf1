"""Packed rows written short."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.events import MARK_DTYPE, QUOTE_DTYPE, TRADE_DTYPE, Rows

if TYPE_CHECKING:
    from collections.abc import Sequence


def trades(
    *ticks: tuple[int, int, float, float] | tuple[int, int], symbol: int = 0, flags: int = 0
) -> Rows:
    """Return trades of (ts, seq[, price, size])."""
    rows = np.zeros(len(ticks), TRADE_DTYPE)
    for i, tick in enumerate(ticks):
        ts, seq, price, size = tick if len(tick) == 4 else (*tick, 10.0, 1.0)
        rows[i] = (ts, ts + 1, seq, price, size, symbol, 1, flags, b"")
    return rows


def quotes(*ticks: tuple[int, float, float], recv: Sequence[int] | None = None) -> Rows:
    """Return quotes of (seq, bid, ask), received one second apart unless told."""
    rows = np.zeros(len(ticks), QUOTE_DTYPE)
    for i, (seq, bid, ask) in enumerate(ticks):
        at = i * 1_000_000_000 if recv is None else recv[i]
        rows[i] = (at, at, seq, bid, ask, 1.0, 1.0, 0, 0, b"")
    return rows


def marks(*ticks: tuple[int, float]) -> Rows:
    """Return marks of (ts, price)."""
    rows = np.zeros(len(ticks), MARK_DTYPE)
    for i, (ts, price) in enumerate(ticks):
        rows[i] = (ts, ts, i, price, price, 0.0001, 0, 0, 0, b"")
    return rows
