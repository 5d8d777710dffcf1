"""Reads prints off the tape for detection: what is new as orders, what was before as digests by the hour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc

from quantdeck.analytics.detection.large_trades import large_trades, level_of
from quantdeck.analytics.detection.orders import digest_of, digests_together, orders_of
from quantdeck.model.events import Flag, Kind
from quantdeck.model.instruments import root_of, venue_of
from quantdeck.model.options import OPTION_VENUE, UNDERLYING_VENUE

if TYPE_CHECKING:
    from collections.abc import Collection

    from quantdeck.analytics.detection.large_trades import TradeRules
    from quantdeck.analytics.detection.orders import OrderDigest, Orders
    from quantdeck.model.findings import Finding
    from quantdeck.ports.tape import Coverage, TapeReader

HOUR_NS = 3_600_000_000_000
_SLICE_HOURS = 6
_COLUMNS = ("ts_event", "price", "size", "side", "flags", "source")
_CURRENCIES = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "EUR", "BTC", "ETH", "BNB", "USD")


@dataclass(frozen=True, slots=True)
class Prints:
    """Where the prints of a symbol are on the tape."""

    symbol: str
    kind: Kind
    source: str
    first_ns: int
    last_ns: int


class TradeWatch:
    """Detects large trades, and remembers by the hour what it has read.

    Parameters
    ----------
    reader : TapeReader
        The tape.
    rules : TradeRules
        What is large.
    window_days : float
        How far back a symbol's own orders are looked at. [days]
    """

    def __init__(self, reader: TapeReader, rules: TradeRules, *, window_days: float) -> None:
        self._reader = reader
        self._rules = rules
        self._window_ns = int(window_days * 24 * HOUR_NS)
        self._hours: dict[Prints, dict[int, OrderDigest]] = {}

    def streams(self, symbols: Collection[str] | None, *, since_ns: int) -> list[Prints]:
        """Return where to look: of every symbol the stream with the most prints.

        Parameters
        ----------
        symbols : collection of str or None
            Canonical symbols; all that are on the tape where None.
        since_ns : int
            Streams that ended before are left out. [ns]

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        most: dict[str, Coverage] = {}
        for each in self._reader.coverage():
            if each.kind not in (Kind.TRADE, Kind.AGG_TRADE) or each.last_ns < since_ns:
                continue
            is_wanted = symbols is None or each.symbol in symbols
            known = most.get(each.symbol)
            if is_wanted and (known is None or each.rows > known.rows):
                most[each.symbol] = each
        return [
            Prints(each.symbol, Kind(each.kind), each.source, each.first_ns, each.last_ns)
            for _, each in sorted(most.items())
            if venue_of(each.symbol) != OPTION_VENUE
        ]

    def look(
        self, prints: Prints, *, since_ns: int, until_ns: int
    ) -> tuple[tuple[Finding, ...], int, str]:
        """Return the large trades of a span, how many orders it had, and why nothing can be said.

        Parameters
        ----------
        prints : Prints
            Of `streams`.
        since_ns, until_ns : int
            The span, UTC. [ns]

        Raises
        ------
        StoreError
            If the tape cannot be read.
        """
        before = self._before(prints, since_ns)
        level = level_of(before, self._rules.every_h)
        found: list[Finding] = []
        count = 0
        # Some hours at a time: a look may go back for days.
        for start_ns in range(max(since_ns, prints.first_ns), until_ns, _SLICE_HOURS * HOUR_NS):
            orders = self._orders(
                prints, start_ns, min(start_ns + _SLICE_HOURS * HOUR_NS, until_ns)
            )
            count += len(orders)
            found += large_trades(
                prints.symbol,
                orders,
                before,
                self._rules,
                currency=currency_of(prints.symbol),
                source=prints.source,
            )
        why = f"{root_of(prints.symbol)}: {level.why}" if level.why and count else ""
        return tuple(found), count, why

    def _before(self, prints: Prints, since_ns: int) -> OrderDigest:
        start_ns = max(since_ns - self._window_ns, prints.first_ns) // HOUR_NS * HOUR_NS
        whole_ns = since_ns // HOUR_NS * HOUR_NS
        # What is told of a stream changes with its last print.
        name = Prints(prints.symbol, prints.kind, prints.source, 0, 0)
        known = self._hours.setdefault(name, {})
        for hour in [hour for hour in known if hour < start_ns]:
            del known[hour]
        missing = [h for h in range(start_ns, whole_ns, HOUR_NS) if h not in known]
        for first, stop in _spans(missing):
            orders = self._orders(prints, first, stop)
            hours = np.arange(first, stop + 1, HOUR_NS)
            cuts = np.searchsorted(orders.ts_ns, hours).tolist()
            for hour, begin, end in zip(hours.tolist(), cuts, cuts[1:], strict=False):
                known[hour] = digest_of(orders.part(slice(begin, end)))
        part = digest_of(self._orders(prints, max(whole_ns, start_ns), since_ns))
        return digests_together([*known.values(), part])

    def _orders(self, prints: Prints, start_ns: int, end_ns: int) -> Orders:
        table = self._reader.table(
            prints.kind,
            symbols=[prints.symbol],
            start_ns=start_ns,
            end_ns=max(start_ns, end_ns),
            columns=_COLUMNS,
        )
        # A second vendor's prints of the same market would count every order twice.
        table = table.filter(pc.equal(table.column("source"), prints.source))
        ts_ns, price, size, side, flags = (table.column(name).to_numpy() for name in _COLUMNS[:-1])
        # Not at the market, late or corrected, as far as the vendor says so.
        fine = (flags & int(Flag.EXCLUDED)) == 0
        return orders_of(ts_ns[fine], price[fine], size[fine], side[fine].astype(np.int64))


def currency_of(symbol: str) -> str:
    """Return the currency that a symbol is priced in; empty where it does not tell.

    Examples
    --------
    >>> currency_of("BINANCE-USDM:BTCUSDT"), currency_of("US:SPY"), currency_of("X:Y")
    ('USDT', 'USD', '')
    """
    if venue_of(symbol) == UNDERLYING_VENUE:
        return "USD"
    root = root_of(symbol)
    return next((each for each in _CURRENCIES if root.endswith(each) and root != each), "")


def _spans(hours: list[int]) -> list[tuple[int, int]]:
    # Neighbouring hours are read together, but not so many that they fill the memory.
    found: list[tuple[int, int]] = []
    for hour in hours:
        if found and found[-1][1] == hour and hour - found[-1][0] < _SLICE_HOURS * HOUR_NS:
            found[-1] = (found[-1][0], hour + HOUR_NS)
        else:
            found.append((hour, hour + HOUR_NS))
    return found
