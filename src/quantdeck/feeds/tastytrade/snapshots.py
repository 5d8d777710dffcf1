"""Quotes of whole chains at one moment, by a short subscription of their own.

The REST side answers for a hundred symbols at a time, so a chain asked for that way is minutes from its
first to its last quote. A subscription brings the present quote of every contract within seconds. As
the vendor's quotes carry no time, `ts_ns` is that of their receipt.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.tastytrade.connection import DxConnection
from quantdeck.feeds.tastytrade.decode import SOURCE
from quantdeck.feeds.tastytrade.wire import QUOTE, SUMMARY, TRADE, Item
from quantdeck.model.chains import NO_TIME, ExpiryChain, SideQuotes
from quantdeck.model.errors import AuthFailed, Disconnected
from quantdeck.model.feed import FeedState
from quantdeck.model.options import Right

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from quantdeck.feeds.tastytrade.connection import Seams
    from quantdeck.model.options import OptionContract

_NS = 1_000_000_000
_LOOK_S = 0.05
_FAILED_AFTER = 3


class Collector:
    """Keeps the newest quote of every contract; fulfils `EventSink` as far as is needed.

    Parameters
    ----------
    count : int
        Contracts; their ids are 0 and so on, that of the underlying follows.
    """

    def __init__(self, count: int) -> None:
        self.quotes = np.full((4, count), np.nan)
        self.ts_ns = np.full(count, NO_TIME)
        self.volume = np.full(count, np.nan)
        self.open_interest = np.full(count, np.nan)
        self.spot = np.nan
        self._count = count

    def quote(
        self,
        _ts_event: int,
        ts_recv: int,
        _seq: int,
        bid: float,
        ask: float,
        bid_size: float,
        ask_size: float,
        symbol: int,
        _flags: int,
        /,
    ) -> None:
        """Keep a quote."""
        if symbol < self._count:
            self.quotes[:, symbol] = bid, ask, bid_size, ask_size
            self.ts_ns[symbol] = ts_recv
        elif np.isnan(self.spot):
            self.spot = (bid + ask) / 2

    def trade(
        self,
        _ts_event: int,
        _ts_recv: int,
        _seq: int,
        price: float,
        _size: float,
        symbol: int,
        _side: int,
        _flags: int,
        /,
    ) -> None:
        """Keep the price of the underlying."""
        if symbol >= self._count:
            self.spot = price

    def agg_trade(self, *_row: object) -> None:
        """Take nothing: there are none."""

    def mark(self, *_row: object) -> None:
        """Take nothing: there are none."""

    def bar(self, *_row: object) -> None:
        """Take nothing: there are none."""

    def day(self, symbol: int, volume: float, open_interest: float) -> None:
        """Keep what is known of the day."""
        if symbol < self._count:
            if volume == volume:  # noqa: PLR0124 - not NaN
                self.volume[symbol] = volume
            if open_interest == open_interest:  # noqa: PLR0124
                self.open_interest[symbol] = open_interest


async def collect(
    contracts: Sequence[OptionContract],
    spot_name: str,
    *,
    seams: Seams,
    room: int,
    quiet_s: float = 2.0,
    longest_s: float = 30.0,
) -> Collector:
    """Return the quotes of contracts, with volume and open interest where there is room for them.

    Parameters
    ----------
    contracts : sequence of OptionContract
        With their names in the stream.
    spot_name : str
        Name of the underlying in the stream.
    seams : Seams
        What to connect with.
    room : int
        Subscriptions of a session.
    quiet_s : float
        So long after the last contract was heard of for the first time, what is silent has no quote.
        [s]
    longest_s : float
        For a session, beside the time that subscriptions take at the pace allowed. [s]

    Raises
    ------
    AuthFailed
        If the vendor refuses the credentials.
    Disconnected
        If no quotes come.
    """
    found = Collector(len(contracts))
    share, pace = room - 2, seams.limits.changes_per_minute
    # Where all fit three times over at once, the day is asked for too; else quotes alone, in parts.
    with_day = len(contracts) * 3 <= min(share, pace)
    step = len(contracts) if with_day else share
    for start in range(0, len(contracts), max(step, 1)):
        part = range(start, min(start + step, len(contracts)))
        names = {contracts[i].streamer_symbol: i for i in part if contracts[i].streamer_symbol}
        kinds = (QUOTE, TRADE, SUMMARY) if with_day else (QUOTE,)
        items = [Item(QUOTE, spot_name), Item(TRADE, spot_name)]
        items += [Item(kind, name) for name in names for kind in kinds]
        connection = DxConnection(
            f"{SOURCE}/snapshot",
            sink=found,
            on_data=lambda: None,
            seams=seams,
            on_day=found.day,
        )
        connection.wanted.set({**names, spot_name: len(contracts)}, items)
        patience_s = longest_s + 60.0 * len(items) / pace
        await _run_until_told(connection, seams, quiet_s=quiet_s, longest_s=patience_s)
    return found


async def _run_until_told(
    connection: DxConnection, seams: Seams, *, quiet_s: float, longest_s: float
) -> None:
    clock = seams.clock
    task = asyncio.create_task(connection.run(), name="tastytrade snapshot")
    deadline_ns = clock.monotonic_ns() + int(longest_s * _NS)
    heard, changed_ns = 0, clock.monotonic_ns()
    try:
        while True:
            await clock.sleep(_LOOK_S)
            now_ns = clock.monotonic_ns()
            status = connection.status()
            if status.state is FeedState.FAILED:
                raise AuthFailed(SOURCE, status.detail.removeprefix(f"{SOURCE}: "))
            if connection.heard != heard:
                heard, changed_ns = connection.heard, now_ns
            all_told = heard >= len(connection.wanted.names)
            is_quiet = now_ns - changed_ns > quiet_s * _NS
            if connection.is_complete and heard and (all_told or is_quiet):
                return
            if now_ns > deadline_ns or (not heard and status.reconnects >= _FAILED_AFTER):
                if heard:
                    return
                raise Disconnected(SOURCE, f"no quotes came: {status.detail or status.state.value}")
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def chains_of(contracts: Sequence[OptionContract], found: Collector) -> tuple[ExpiryChain, ...]:
    """Return contracts as chains with the quotes collected, ordered by root and expiry."""
    groups: dict[tuple[str, date], list[int]] = defaultdict(list)
    for place, each in enumerate(contracts):
        groups[each.root, each.expiry].append(place)
    return tuple(_chain(contracts, groups[key], found) for key in sorted(groups))


def _chain(contracts: Sequence[OptionContract], places: list[int], found: Collector) -> ExpiryChain:
    strikes = np.array(sorted({contracts[place].strike for place in places}))
    sides = {right: SideQuotes.empty(len(strikes)) for right in Right}
    for right, side in sides.items():
        mine = np.array([p for p in places if contracts[p].right is right], dtype=np.int64)
        at = np.searchsorted(strikes, [contracts[int(place)].strike for place in mine])
        for column, values in zip(
            (side.bid, side.ask, side.bid_size, side.ask_size), found.quotes, strict=True
        ):
            column[at] = values[mine]
        side.ts_ns[at] = found.ts_ns[mine]
        side.volume[at] = found.volume[mine]
        side.open_interest[at] = found.open_interest[mine]
    first = contracts[places[0]]
    return ExpiryChain(
        root=first.root,
        underlying=first.underlying,
        expiry=first.expiry,
        settlement=first.settlement,
        style=first.style,
        multiplier=first.multiplier,
        strikes=strikes,
        calls=sides[Right.CALL],
        puts=sides[Right.PUT],
        spot=float(found.spot),
    )
