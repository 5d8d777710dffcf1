"""Which channel serves which stream."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.sims.binance.channels import (
    AggregateTrades,
    BookTickers,
    Channel,
    Event,
    Trades,
)
from quantdeck.sims.binance.names import Stream, StreamKind
from quantdeck.sims.binance.statistics import (
    Payload,
    mini_ticker_event,
    statistics_of,
    ticker_event,
)
from quantdeck.sims.binance.timed import (
    Beats,
    DepthChanges,
    Klines,
    PartialDepth,
    book_tickers,
    mark_event,
)
from quantdeck.sims.paths import DAY_MS, STEP_MS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.sims.binance.answers import Venue
    from quantdeck.sims.history import History
    from quantdeck.sims.listings import Listing
    from quantdeck.sims.market import Market

_WARMED_AT_ONCE = 20
_encode = msgspec.json.Encoder().encode


class Liquidations:
    """``<symbol>@forceOrder``: a forced order at each jump of the price, else quiet.

    Parameters
    ----------
    market : Market
        Knows the jumps.
    venue : Venue
        How numbers are written.
    listings : tuple of Listing
        Symbols.
    """

    def __init__(self, market: Market, venue: Venue, listings: tuple[Listing, ...]) -> None:
        self._market, self._venue, self._listings = market, venue, listings

    def poll(self, after_ms: int, until_ms: int) -> list[Event]:
        """Return the forced orders of ``(after_ms, until_ms]``."""
        events: list[Event] = []
        for listing in self._listings:
            jumps = self._market.truth.jumps(listing.symbol, after_ms + 1, until_ms + 1)
            for jump in jumps:
                payload = self._event(listing, jump.time_ms, jump.size, until_ms)
                events.append((jump.time_ms, _encode(payload)))
        return events

    def _event(self, listing: Listing, time_ms: int, size: float, now_ms: int) -> Payload:
        texts = self._venue.texts(listing)
        flow = self._venue.history.chunk(listing, time_ms)
        step = (time_ms - flow.start_ms) // STEP_MS
        price = texts.price(int(flow.bid[step] if size < 0 else flow.ask[step]))
        lots = texts.size(
            max(1, int(abs(size) * 1e4 * listing.order_size * 10**listing.lot_digits))
        )
        order = {
            "s": listing.symbol,
            "S": "SELL" if size < 0 else "BUY",
            "o": "LIMIT",
            "f": "IOC",
            "q": lots,
            "p": price,
            "ap": price,
            "X": "FILLED",
            "l": lots,
            "z": lots,
            "T": time_ms,
        }
        return {"e": "forceOrder", "E": now_ms, "o": order, "ps": listing.symbol, "st": 1}


class Warming:
    """A channel that keeps silent until the candles of a day have been added up, bit by bit.

    Adding up a day at once would hold up every other stream.

    Parameters
    ----------
    channel : Channel
        What speaks then.
    history : History
        Whose candles.
    listings : tuple of Listing
        Symbols.
    """

    def __init__(self, channel: Channel, history: History, listings: tuple[Listing, ...]) -> None:
        self._channel, self._history = channel, history
        self._cold = list(listings)

    def poll(self, after_ms: int, until_ms: int) -> Sequence[Event]:
        """Return what happened in ``(after_ms, until_ms]``, nothing while warming."""
        span = (until_ms - DAY_MS, until_ms)
        if self._cold and self._history.warm(self._cold[-1], span, until_ms, most=_WARMED_AT_ONCE):
            self._cold.pop()
        return [] if self._cold else self._channel.poll(after_ms, until_ms)


class Stations:
    """Opens channels.

    Parameters
    ----------
    market : Market
        Prices.
    venue : Venue
        The side that is asked.
    """

    def __init__(self, market: Market, venue: Venue) -> None:
        self._market, self._venue = market, venue
        self._openers: dict[StreamKind, Callable[[Stream, int], Channel]] = {
            StreamKind.AGG_TRADE: self._agg_trade,
            StreamKind.TRADE: self._trade,
            StreamKind.BOOK_TICKER: self._book_ticker,
            StreamKind.KLINE: self._kline,
            StreamKind.CONTINUOUS_KLINE: self._kline,
            StreamKind.MARK_PRICE: self._mark,
            StreamKind.DEPTH: self._depth,
            StreamKind.PARTIAL_DEPTH: self._partial_depth,
            StreamKind.TICKER: self._ticker,
            StreamKind.MINI_TICKER: self._ticker,
            StreamKind.FORCE_ORDER: self._force_order,
        }

    def open(self, stream: Stream, unit: int) -> Channel:
        """Return the channel of a stream; stamps are in milliseconds times `unit`."""
        return self._openers[stream.kind](stream, unit)

    def _one(self, stream: Stream) -> Listing:
        return stream.listing or self._market.listings[0]

    def _listings(self, stream: Stream) -> tuple[Listing, ...]:
        return (stream.listing,) if stream.listing else self._market.listings

    def _agg_trade(self, stream: Stream, unit: int) -> Channel:
        venue = self._venue
        return AggregateTrades(venue.history, self._one(stream), spot=venue.spot, unit=unit)

    def _trade(self, stream: Stream, unit: int) -> Channel:
        venue = self._venue
        return Trades(venue.history, self._one(stream), spot=venue.spot, unit=unit)

    def _book_ticker(self, stream: Stream, _unit: int) -> Channel:
        history = self._venue.history
        if stream.listing is None:
            listings = self._market.listings
            return Beats(stream.period_ms, lambda beat: book_tickers(history, listings, beat))
        return BookTickers(history, stream.listing, spot=self._venue.spot)

    def _kline(self, stream: Stream, unit: int) -> Channel:
        make = Klines(
            self._venue.history,
            self._one(stream),
            stream.interval,
            spot=self._venue.spot,
            continuous=stream.kind is StreamKind.CONTINUOUS_KLINE,
            unit=unit,
        )
        return Beats(stream.period_ms, make)

    def _mark(self, stream: Stream, _unit: int) -> Channel:
        paths, listings = self._market.paths, self._listings(stream)

        def make(beat: int) -> list[bytes]:
            events = [mark_event(paths, listing, beat) for listing in listings]
            return [_encode(events if stream.listing is None else events[0])]

        return Beats(stream.period_ms, make)

    def _depth(self, stream: Stream, unit: int) -> Channel:
        venue, listing = self._venue, self._one(stream)
        make = DepthChanges(venue.books, listing, stream.period_ms, spot=venue.spot, unit=unit)
        return Beats(stream.period_ms, make)

    def _partial_depth(self, stream: Stream, _unit: int) -> Channel:
        venue, listing = self._venue, self._one(stream)
        make = PartialDepth(venue.books, listing, stream.period_ms, stream.levels, spot=venue.spot)
        return Beats(stream.period_ms, make)

    def _ticker(self, stream: Stream, unit: int) -> Channel:
        listings = self._listings(stream)

        def make(beat: int) -> list[bytes]:
            events = [self._ticker_event(stream.kind, listing, beat) for listing in listings]
            for event in events:
                event |= {key: event[key] * unit for key in ("E", "O", "C") if key in event}
            return [_encode(events if stream.listing is None else events[0])]

        return Warming(Beats(stream.period_ms, make), self._venue.history, listings)

    def _ticker_event(self, kind: StreamKind, listing: Listing, beat: int) -> Payload:
        venue = self._venue
        now, texts = statistics_of(venue.history, listing, beat), venue.texts(listing)
        if kind is StreamKind.MINI_TICKER:
            return mini_ticker_event(now, texts, spot=venue.spot)
        book = venue.books.book(listing, beat) if venue.spot else None
        return ticker_event(now, texts, book=book)

    def _force_order(self, stream: Stream, _unit: int) -> Channel:
        return Liquidations(self._market, self._venue, self._listings(stream))
