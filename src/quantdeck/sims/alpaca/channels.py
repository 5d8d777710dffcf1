"""The endpoints of the streams: which channels each has, and what happens on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

from quantdeck.sims.alpaca.news import news_between
from quantdeck.sims.alpaca.option_values import OptionValues
from quantdeck.sims.alpaca.stocks import STOCK_SCALES, TEST_SYMBOL
from quantdeck.sims.alpaca.timeframes import MINUTE_NS, Timeframe
from quantdeck.sims.alpaca.venue import DELAY_NS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from quantdeck.sims.alpaca.stocks import Stocks
    from quantdeck.sims.alpaca.venue import Venue
    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.options.listed import Listed

Item = dict[str, Any]
STAR = "*"


class Endpoint(Protocol):
    """One address of the streams.

    Attributes
    ----------
    channels : tuple of str
        Names that can be subscribed to.
    starless : tuple of str
        Those of them that do not take ``*``.
    packs_only : bool
        Whether JSON is refused.
    needs_plan : bool
        Whether the Basic plan does not include it.
    """

    channels: tuple[str, ...]
    starless: tuple[str, ...]
    packs_only: bool
    needs_plan: bool

    def events(
        self, subscribed: Mapping[str, Collection[str]], after_ns: int, until_ns: int
    ) -> list[Item]:
        """Return what happened in ``(after, until]`` to what is subscribed to."""
        ...


class OptionEndpoint:
    """``v1beta1/opra`` and ``v1beta1/indicative``.

    Parameters
    ----------
    venue : Venue
        The market.
    stamp : callable
        Turns an instant [ns] into what is written.
    indicative : bool
        Which of the two.
    """

    channels: tuple[str, ...] = ("trades", "quotes")
    starless: tuple[str, ...] = ("quotes",)
    packs_only: bool = True

    def __init__(self, venue: Venue, stamp: Callable[[int], object], *, indicative: bool) -> None:
        self.needs_plan = not indicative
        self._venue, self._indicative = venue, indicative
        self._values = OptionValues(venue, stamp)
        self._rows: dict[str, tuple[Listed, Collection[str], IntArray]] = {}

    def events(
        self, subscribed: Mapping[str, Collection[str]], after_ns: int, until_ns: int
    ) -> list[Item]:
        """Return what happened in ``(after, until]`` to what is subscribed to."""
        found, market = self._venue.listed, self._venue.market
        quoted = self._rows_of("quotes", found, subscribed["quotes"])
        items: list[Item] = []
        if len(quoted):
            made = market.updates(found, quoted, after_ns, until_ns)
            items += self._values.messages(
                found, made.rows, made.quotes, indicative=self._indicative
            )
        traded = self._rows_of("trades", found, subscribed["trades"])
        if len(traded):
            late = DELAY_NS if self._indicative else 0
            trades = market.trades(found, traded, after_ns - late, until_ns - late)
            items += _headed("t", found, trades.rows, self._values.trades(trades))
        return items

    def _rows_of(self, channel: str, found: Listed, symbols: Collection[str]) -> IntArray:
        known = self._rows.get(channel)
        # A session gives another mapping where anything in it has changed.
        if known is None or known[0] is not found or known[1] is not symbols:
            rows = (
                found.all
                if STAR in symbols
                else np.array(
                    sorted(found.ids[name] for name in symbols if name in found.ids), dtype=np.int64
                )
            )
            known = self._rows[channel] = (found, symbols, self._venue.present(found, rows))
        return known[2]


class StockEndpoint:
    """``v2/sip``, ``v2/iex``, ``v2/delayed_sip`` and ``v2/test``.

    Parameters
    ----------
    stocks : Stocks
        Prices.
    stamp : callable
        Turns an instant [ns] into what is written.
    symbols : tuple of str
        Stocks it carries.
    needs_plan : bool
        Whether the Basic plan does not include it.
    late_ns : int
        How late it is. [ns]
    """

    channels: tuple[str, ...] = (
        "trades",
        "quotes",
        "bars",
        "updatedBars",
        "dailyBars",
        "statuses",
        "lulds",
        "corrections",
        "cancelErrors",
        "imbalances",
    )
    starless: tuple[str, ...] = ()
    packs_only: bool = False

    def __init__(
        self,
        stocks: Stocks,
        stamp: Callable[[int], object],
        *,
        symbols: tuple[str, ...],
        needs_plan: bool,
        late_ns: int,
    ) -> None:
        self.needs_plan = needs_plan
        self._stocks, self._stamp = stocks, stamp
        self._symbols, self._late_ns = symbols, late_ns

    def events(
        self, subscribed: Mapping[str, Collection[str]], after_ns: int, until_ns: int
    ) -> list[Item]:
        """Return what happened in ``(after, until]`` to what is subscribed to."""
        after, until = after_ns - self._late_ns, until_ns - self._late_ns
        found: list[tuple[int, Item]] = []
        for symbol in self._symbols:
            for channel, letter, events in (
                ("quotes", "q", self._stocks.quotes),
                ("trades", "t", self._stocks.trades),
            ):
                if _wants(subscribed[channel], symbol):
                    found += [
                        (ts_ns, {"T": letter, "S": symbol} | values | {"t": self._stamp(ts_ns)})
                        for ts_ns, values in events(symbol, after, until)
                    ]
            found += self._bars(symbol, subscribed, after, until)
        found.sort(key=lambda item: item[0])
        return [item for _, item in found]

    def _bars(
        self, symbol: str, subscribed: Mapping[str, Collection[str]], after: int, until: int
    ) -> list[tuple[int, Item]]:
        found: list[tuple[int, Item]] = []
        for minute in range(after // MINUTE_NS, until // MINUTE_NS):
            end = (minute + 1) * MINUTE_NS
            if _wants(subscribed["bars"], symbol):
                bar = self._stocks.minute_bar(symbol, minute * MINUTE_NS)
                found.append((end, {"T": "b", "S": symbol} | bar.written(self._stamp)))
            if _wants(subscribed["dailyBars"], symbol):
                frame = Timeframe("1Day")
                start = frame.start_of(end - 1)
                day = self._stocks.bars(symbol, [start], end, end - 1, fine=False)[0]
                found.append((end, {"T": "d", "S": symbol} | day.written(self._stamp)))
        return found


class NewsEndpoint:
    """``v1beta1/news``.

    Parameters
    ----------
    venue : Venue
        The market.
    stamp : callable
        Turns an instant [ns] into what is written.
    """

    channels: tuple[str, ...] = ("news",)
    starless: tuple[str, ...] = ()
    packs_only: bool = False
    needs_plan: bool = False

    def __init__(self, venue: Venue, stamp: Callable[[int], object]) -> None:
        self._venue, self._stamp = venue, stamp

    def events(
        self, subscribed: Mapping[str, Collection[str]], after_ns: int, until_ns: int
    ) -> list[Item]:
        """Return what happened in ``(after, until]`` to what is subscribed to."""
        wanted = subscribed["news"]
        return [
            {"T": "n"} | item.written(self._stamp, has_content=True)
            for item in news_between(self._venue.market, after_ns, until_ns)
            if STAR in wanted or any(symbol in wanted for symbol in item.symbols)
        ]


def endpoint_of(
    path: str, venue: Venue, stocks: Stocks, stamp: Callable[[int], object]
) -> Endpoint | None:
    """Return the endpoint of an address such as ``v1beta1/opra``, None where there is none."""
    match path:
        case "v1beta1/opra" | "v1beta1/indicative":
            return OptionEndpoint(venue, stamp, indicative=path.endswith("indicative"))
        case "v2/sip" | "v2/iex" | "v2/delayed_sip" | "v2/test":
            is_test = path == "v2/test"
            return StockEndpoint(
                stocks,
                stamp,
                symbols=tuple(s for s in STOCK_SCALES if (s == TEST_SYMBOL) is is_test),
                needs_plan=path == "v2/sip",
                late_ns=DELAY_NS if path == "v2/delayed_sip" else 0,
            )
        case "v1beta1/news":
            return NewsEndpoint(venue, stamp)
        case _:
            return None


def _wants(symbols: Collection[str], symbol: str) -> bool:
    return symbol in symbols or STAR in symbols


def _headed(letter: str, found: Listed, rows: IntArray, values: list[Item]) -> list[Item]:
    # T comes first: the vendor's own clients refuse a message that begins with anything else.
    wanted: list[int] = rows.tolist()
    return [
        {"T": letter, "S": found.symbols[row]} | value
        for row, value in zip(wanted, values, strict=True)
    ]
