"""What a paper desk asks of the market, and how a machine answers: quotes, terms, settlement, actions."""

from __future__ import annotations

import logging
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from quantdeck.hub.paper_desk import PaperDesk
from quantdeck.hub.paper_terms import terms_of
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.model.chains import NO_TIME
from quantdeck.model.errors import BadInput, NoData, VenueError
from quantdeck.model.history import Adjustment
from quantdeck.model.instruments import InstrumentKind, venue_of
from quantdeck.model.options import OPTION_VENUE, Right, parse_osi
from quantdeck.model.options import terms_of as root_terms
from quantdeck.trading.books import Top

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.option_desk import OptionDesk
    from quantdeck.live.board import Mark as BoardMark
    from quantdeck.model.chains import ExpiryChain
    from quantdeck.model.history import CorporateAction
    from quantdeck.trading.terms import Terms

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Price:
    """A price that is no quote.

    Parameters
    ----------
    value : float
        [currency]
    ts_ns : int
        When, UTC. [ns]
    kind : str
        ``last trade``, ``close``, ``spot``, or ``parity`` of the calls and puts of the first expiry.
    """

    value: float
    ts_ns: int
    kind: str


class PaperMarket(Protocol):
    """Answers from memory, on the event loop; `refresh` alone may take time."""

    def top(self, symbol: str) -> Top | None:
        """Return the newest best bid and ask; None where none was received."""
        ...

    def price(self, symbol: str) -> Price | None:
        """Return the newest price that is no quote: of an execution, an underlying's, or a close."""
        ...

    def close_of(self, symbol: str, day: date) -> float | None:
        """Return the close of a session as traded; None where it is not known. [currency]."""
        ...

    def source(self, symbol: str) -> str:
        """Return who the quotes of a symbol come from."""
        ...

    def terms(self, symbol: str) -> Terms:
        """Return the terms of a symbol; BadInput where it can be no instrument that is traded."""
        ...

    def perpetual(self, symbol: str) -> BoardMark | None:
        """Return mark and funding of a perpetual; None where none was received."""
        ...

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Return splits and dividends that are known, oldest first."""
        ...

    async def refresh(self, symbols: Collection[str]) -> None:
        """Ask vendors for what is not streamed: chains of options, daily bars and actions of shares."""
        ...


class MachineMarket:
    """Fulfils `PaperMarket` from a machine's live state, option desk and price book.

    Parameters
    ----------
    machine : Machine
        Which captures.
    """

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._ids: dict[str, int] = {}
        self._contracts: dict[str, tuple[str, tuple[str, date], Right, float]] = {}
        self._silent: set[str] = set()

    def top(self, symbol: str) -> Top | None:
        """Return the newest best bid and ask; None where none was received."""
        if venue_of(symbol) == OPTION_VENUE:
            return self._option(symbol)
        number = self._id(symbol)
        found = None if number is None else self._machine.state.board.top(number)
        if found is None:
            return None
        # Whichever is earlier: a delayed feed's quote is as old as the venue says.
        ts_ns = min(found.ts_event, found.ts_recv) if found.ts_event > 0 else found.ts_recv
        return Top(symbol, ts_ns, found.bid, found.ask, found.bid_size, found.ask_size)

    def price(self, symbol: str) -> Price | None:
        """Return the newest price that is no quote: of an execution, an underlying's, or a close."""
        number = self._id(symbol)
        trade = None if number is None else self._machine.state.board.trade(number)
        found = [Price(trade.price, trade.ts_event, "last trade")] if trade is not None else []
        options = self._machine.options
        spot = options.spot(symbol) if options is not None else None
        if spot is not None and math.isfinite(spot[0]):
            found.append(Price(spot[0], spot[1], "spot"))
        elif options is not None and (implied := _implied(options, symbol)) is not None:
            found.append(implied)
        closed = self._closed(symbol)
        if closed is not None:
            found.append(closed)
        return max(found, key=lambda each: each.ts_ns, default=None)

    def close_of(self, symbol: str, day: date) -> float | None:
        """Return the close of a session as traded; None where it is not known. [currency]."""
        series = self._daily(symbol)
        if series is None or not len(series):
            return None
        start_ns = int(np.datetime64(day).astype("datetime64[ns]").astype(np.int64))
        at = int(np.searchsorted(series.start_ns, start_ns))
        if at == len(series) or int(series.start_ns[at]) != start_ns:
            return None
        value = float(series.raw_close[at])
        return value if math.isfinite(value) else None

    def source(self, symbol: str) -> str:
        """Return who the quotes of a symbol come from."""
        machine = self._machine
        if venue_of(symbol) == OPTION_VENUE:
            return "" if machine.options is None else machine.options.source_of(_underlying(symbol))
        if symbol not in machine.capture.symbols():
            return ""
        lanes = machine.capture.lanes_of([symbol])
        return ", ".join(lane.provenance.source for lane in lanes)

    def terms(self, symbol: str) -> Terms:
        """Return the terms of a symbol; BadInput where it can be no instrument that is traded."""
        return terms_of(symbol, self._machine.instrument(symbol))

    def perpetual(self, symbol: str) -> BoardMark | None:
        """Return mark and funding of a perpetual; None where none was received."""
        number = self._id(symbol)
        return None if number is None else self._machine.state.board.mark(number)

    def actions(self, symbol: str) -> tuple[CorporateAction, ...]:
        """Return splits and dividends that are known, oldest first."""
        prices = self._machine.prices
        return () if prices is None else prices.actions(symbol)

    async def refresh(self, symbols: Collection[str]) -> None:
        """Ask vendors for what is not streamed: chains of options, daily bars and actions of shares."""
        options, prices = self._machine.options, self._machine.prices
        underlyings = {_underlying(s) for s in symbols if venue_of(s) == OPTION_VENUE}
        shares = {s for s in symbols if self._is_share(s)} | underlyings
        for underlying in sorted(underlyings):
            if options is None:
                break
            try:
                await options.refresh(underlying)
            except (NoData, VenueError) as error:
                self._tell(underlying, error)
        for symbol in sorted(shares):
            if prices is None:
                break
            try:
                await prices.series(_daily_of(symbol))
            except (NoData, BadInput, VenueError) as error:
                self._tell(symbol, error)

    def _tell(self, symbol: str, error: Exception) -> None:
        if symbol not in self._silent:
            self._silent.add(symbol)
            _LOG.info("nothing to mark paper positions by symbol=%s reason=%s", symbol, error)

    def _is_share(self, symbol: str) -> bool:
        return venue_of(symbol) != OPTION_VENUE and (
            self.terms(symbol).kind is InstrumentKind.EQUITY
        )

    def _id(self, symbol: str) -> int | None:
        number = self._ids.get(symbol)
        if number is None:
            try:
                number = self._ids[symbol] = self._machine.state.id_of(symbol)
            except NoData:
                return None
        return number

    def _closed(self, symbol: str) -> Price | None:
        series = self._daily(symbol)
        if series is None or not len(series) or not math.isfinite(float(series.raw_close[-1])):
            return None
        return Price(float(series.raw_close[-1]), series.end_ns or 0, "close")

    def _daily(self, symbol: str) -> PriceSeries | None:
        prices = self._machine.prices
        if prices is None:
            return None
        try:
            return prices.known(_daily_of(symbol))
        except (NoData, BadInput, VenueError):
            return None

    def _option(self, symbol: str) -> Top | None:
        options = self._machine.options
        if options is None:
            return None
        named = self._contracts.get(symbol)
        if named is None:
            try:
                root, expiry, right, strike = parse_osi(symbol.partition(":")[2])
            except BadInput:
                return None
            named = self._contracts[symbol] = _underlying(symbol), (root, expiry), right, strike
        underlying, key, right, strike = named
        chain = options.chain(underlying, key)
        return None if chain is None else _quoted(symbol, chain, right, strike)


def _daily_of(symbol: str) -> SeriesQuestion:
    return SeriesQuestion(symbol, adjustment=Adjustment.RAW)


def _quoted(symbol: str, chain: ExpiryChain, right: Right, strike: float) -> Top | None:
    at = int(np.searchsorted(chain.strikes, strike))
    if at == len(chain.strikes) or not math.isclose(float(chain.strikes[at]), strike):
        return None
    side = chain.calls if right is Right.CALL else chain.puts
    ts_ns = int(side.ts_ns[at])
    bid, ask = _present(side.bid[at]), _present(side.ask[at])
    if bid is None and ask is None:
        return None
    return Top(
        symbol,
        0 if ts_ns == NO_TIME else ts_ns,
        bid,
        ask,
        _present(side.bid_size[at]),
        _present(side.ask_size[at]),
    )


def _implied(options: OptionDesk, underlying: str) -> Price | None:
    # S = K + C - P where call and put cost the same, of an index that nobody quotes; what carrying it to
    # the first expiry costs is left out, and is nothing at that expiry itself.
    keys = sorted(options.expiries(underlying), key=lambda key: key[1])
    chain = options.chain(underlying, keys[0]) if keys else None
    if chain is None:
        return None
    calls, puts = chain.calls, chain.puts
    gap = (calls.bid + calls.ask - puts.bid - puts.ask) / 2.0
    if not np.isfinite(gap).any():
        return None
    at = int(np.nanargmin(np.abs(gap)))
    ts_ns = min(int(calls.ts_ns[at]), int(puts.ts_ns[at]))
    if ts_ns == NO_TIME:
        return None
    return Price(float(chain.strikes[at] + gap[at]), ts_ns, "parity")


def _present(value: float) -> float | None:
    return None if math.isnan(value) else float(value)


def _underlying(symbol: str) -> str:
    root = parse_osi(symbol.partition(":")[2])[0]
    return f"US:{root_terms(root).underlying}"


def new_paper_desk(machine: Machine) -> PaperDesk | None:
    """Return the paper desk of a machine, or None where nothing is kept."""
    parts = machine.parts.paper
    return None if parts is None else PaperDesk(parts, MachineMarket(machine), machine.clock)
