"""The market as a data folder knows it, for a paper account that no deck runs."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.app.taped_tops import TapedTops
from quantdeck.hub.paper_market import Price
from quantdeck.hub.paper_terms import terms_of
from quantdeck.model.errors import NoData
from quantdeck.model.events import Kind
from quantdeck.tape.history.store import BarStore
from quantdeck.tape.open import open_reader

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date
    from pathlib import Path

    from quantdeck.live.board import Mark as BoardMark
    from quantdeck.model.history import CorporateAction, History
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.tape import TapeReader
    from quantdeck.trading.books import Top
    from quantdeck.trading.terms import Terms

_DAY_NS = 86_400_000_000_000
_TRADES = Kind.TRADE, Kind.AGG_TRADE
_TAPE = "tape"


class TapedMarket:
    """Fulfils `quantdeck.hub.paper_market.PaperMarket` from what is on disk; asks no vendor.

    Parameters
    ----------
    folder : Path
        Data folder.
    clock : Clock
        Where the time comes from.
    reader : TapeReader, optional
        Of the tape; that of the folder by default.
    """

    def __init__(self, folder: Path, clock: Clock, reader: TapeReader | None = None) -> None:
        self._reader = reader or open_reader(folder)
        self._tops = TapedTops(folder, self._reader)
        self._bars = BarStore(folder)
        self._clock = clock
        self._stated: dict[str, Price] = {}

    def state(self, symbol: str, price: float) -> None:
        """Take a price that a person states, for what nothing else is known of. [currency]."""
        self._stated[symbol] = Price(price, self._clock.now_ns(), "stated price")

    def top(self, symbol: str) -> Top | None:
        """Return the newest best bid and ask; None where none was received."""
        return self._tops.of([symbol], now_ns=self._clock.now_ns()).get(symbol)

    def price(self, symbol: str) -> Price | None:
        """Return the newest price that is no quote: of an execution, or a close."""
        found: list[Price] = []
        for kind in _TRADES:
            rows = self._reader.tail(kind, symbol, 1).to_pylist()
            found += [Price(row["price"], row["ts_event"], "last trade") for row in rows]
        daily = self._daily(symbol)
        if daily is not None and len(daily.rows):
            last = daily.rows[-1]
            found.append(Price(float(last["close"]), int(last["start_ns"]) + _DAY_NS, "close"))
        known = [price for price in found if math.isfinite(price.value)]
        return max(known, key=lambda price: price.ts_ns, default=self._stated.get(symbol))

    def close_of(self, symbol: str, day: date) -> float | None:
        """Return the close of a session as traded; None where it is not known. [currency]."""
        daily = self._daily(symbol)
        if daily is None:
            return None
        start_ns = int(np.datetime64(day).astype("datetime64[ns]").astype(np.int64))
        at = int(np.searchsorted(daily.rows["start_ns"], start_ns))
        if at == len(daily.rows) or int(daily.rows["start_ns"][at]) != start_ns:
            return None
        value = float(daily.rows["close"][at])
        return value if math.isfinite(value) else None

    def source(self, symbol: str) -> str:
        """Return who the quotes of a symbol come from."""
        return _TAPE if self.top(symbol) is not None else ""

    def terms(self, symbol: str) -> Terms:
        """Return the terms of a symbol; BadInput where it can be no instrument that is traded."""
        return terms_of(symbol)

    def perpetual(self, symbol: str) -> BoardMark | None:  # noqa: ARG002 - of the port
        """Return None: funding falls due while a deck runs."""
        return None

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Return splits and dividends that are known, oldest first."""
        daily = self._daily(symbol)
        return () if daily is None else tuple(daily.actions)

    async def refresh(self, symbols: Collection[str]) -> None:
        """Do nothing: what is on disk is all there is."""

    def _daily(self, symbol: str) -> History | None:
        try:
            return self._bars.read(symbol, "1d")
        except NoData:
            return None
