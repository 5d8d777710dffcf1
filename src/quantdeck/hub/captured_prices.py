"""Prices of seconds and minutes out of memory: of what is captured, played or was uploaded."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.price_series import PriceSeries
from quantdeck.hub.standing import (
    is_uploaded,
    sources_of,
    standing_of,
    trade_age,
    uploaded_symbols,
)
from quantdeck.live.staleness import age_of, oldest
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.views.state import panel_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.hub.machine import Machine
    from quantdeck.views.payloads import PanelState

_NAMED = 8


def captured_symbols(machine: Machine) -> tuple[str, ...]:
    """Return the canonical symbols with bars in memory: captured, then uploaded."""
    return tuple(dict.fromkeys([*machine.capture.symbols(), *uploaded_symbols(machine)]))


def captured_series(machine: Machine, symbol: str, timeframe: str, bars: int | None) -> PriceSeries:
    """Return the bars of a captured symbol that have ended.

    Raises
    ------
    BadInput
        If the timeframe is not on offer.
    NoData
        If the symbol is neither captured nor uploaded; the message names what is.
    """
    known = captured_symbols(machine)
    if symbol not in known:
        raise NoData(f"{symbol} is not captured; {named(symbol, known)}")
    state = machine.state
    book = state.books[timeframe]
    # The newest may still grow.
    found = book.bars(state.instruments.id_of(symbol), None if bars is None else bars + 1)
    now_ns = machine.now_ns()
    ended = int(np.searchsorted(found.start_ns + book.interval_ns, now_ns, side="right"))
    found = found[max(0, ended - bars) if bars is not None else 0 : ended]
    lanes = [] if is_uploaded(machine, [symbol]) else machine.capture.lanes_of([symbol])
    return PriceSeries(
        symbol=symbol,
        interval=timeframe,
        interval_ns=book.interval_ns,
        start_ns=found.start_ns,
        open=found.open,
        high=found.high,
        low=found.low,
        close=found.close,
        volume=found.volume,
        raw_close=found.close,
        calendar="XNYS" if venue_of(symbol) == UNDERLYING_VENUE else "24/7",
        source=sources_of(machine, [symbol]),
        delay=lanes[0].provenance.delay if lanes else Delay.IMPORTED,
    )


def captured_state(machine: Machine, symbols: Sequence[str]) -> PanelState:
    """Return how far figures made of captured bars can be trusted."""
    known = [symbol for symbol in symbols if symbol in captured_symbols(machine)]
    ages = [trade_age(machine, symbol) for symbol in known] or [age_of(None, 0)]
    return panel_state(
        standing_of(machine, known),
        oldest(*ages),
        source=sources_of(machine, known),
        what="execution",
    )


def named(symbol: str, known: Iterable[str]) -> str:
    """Return what there is, the closest to a symbol first, in words.

    Examples
    --------
    >>> named("US:SPX", ["BINANCE:BTCUSDT", "US:SPY"])
    'there are US:SPY, BINANCE:BTCUSDT'
    >>> named("US:SPX", [])
    'there is nothing yet'
    """
    every = list(dict.fromkeys(known))
    near = difflib.get_close_matches(symbol, every, n=3, cutoff=0.5)
    listed = [*near, *(each for each in every if each not in near)]
    if not listed:
        return "there is nothing yet"
    more = f" and {len(listed) - _NAMED} more" if len(listed) > _NAMED else ""
    return f"there are {', '.join(listed[:_NAMED])}{more}"
