"""The newest price of every watched symbol, from whoever has the newest."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.hub.standing import sources_of, standing_of, trade_age
from quantdeck.model.errors import NoData, VenueError
from quantdeck.views.figures import price_decimals
from quantdeck.views.market import Watched
from quantdeck.views.payloads import Mode, PanelState
from quantdeck.views.state import panel_state
from quantdeck.views.symbols import SPARK_BARS
from quantdeck.views.technical import decimals_shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.market_desk import MarketDesk
    from quantdeck.hub.market_parts import AskedQuote

LINE_BARS = 60
"""Daily closes behind a sparkline."""

_SPARK_TIMEFRAME = "1s"
_WAITING = "its daily bars are being fetched"


def watched_now(machine: Machine, desk: MarketDesk, symbols: Sequence[str]) -> list[Watched]:
    """Return the newest price of every watched symbol.

    Of a captured symbol that is its newest execution; of any other the newest quote that was asked for,
    or the newest daily close, whichever is newer.

    Parameters
    ----------
    machine : Machine
        Has captured prices and the time.
    desk : MarketDesk
        Has daily bars and quotes that were asked for.
    symbols : sequence of str
        Canonical symbols.
    """
    captured = set(machine.capture.symbols())
    asked = tuple(symbol for symbol in symbols if symbol not in captured)
    quotes = (desk.known_quotes(asked) or {}) if desk.parts is not None else {}
    found: list[Watched] = []
    for symbol in symbols:
        closed = _closed(machine, desk, symbol)
        if symbol in captured:
            found.append(_live(machine, symbol, closed))
        elif symbol in quotes:
            found.append(_quoted(machine, quotes[symbol], closed))
        else:
            found.append(closed)
    return found


def watched_state(watched: Sequence[Watched], mode: Mode) -> PanelState:
    """Return how far the prices of a watchlist can be trusted: of what is newest, from all sources.

    Parameters
    ----------
    watched : sequence of Watched
        The prices.
    mode : Mode
        Of the deck.
    """
    ages = [each.age_s for each in watched if each.age_s is not None]
    sources = dict.fromkeys(each.source for each in watched if each.source)
    lives = any(each.word == Mode.LIVE.value for each in watched)
    word = Mode.LIVE.value if lives else word_of(mode)
    return PanelState(word, min(ages, default=None), ", ".join(sources))


def word_of(mode: Mode) -> str:
    """Return the word for what was collected, which is never of this moment."""
    return "delayed" if mode is Mode.LIVE else mode.value


def _closed(machine: Machine, desk: MarketDesk, symbol: str) -> Watched:
    nothing = Watched(symbol, None, None, np.empty(0))
    try:
        series = desk.closes(symbol)
    except (NoData, VenueError) as error:
        return replace(nothing, missing=str(error), word="empty")
    if series is None or len(series) == 0:
        return replace(nothing, missing=_WAITING)
    state = desk.prices.state([series])
    closes = series.close
    return Watched(
        symbol=symbol,
        last=float(closes[-1]),
        before=float(closes[-2]) if len(closes) > 1 else None,
        line=closes[-LINE_BARS:],
        kind="close",
        age_s=max(0, machine.now_ns() - _end_ns(series)) / 1e9,
        word=state.word,
        source=state.source,
        currency=series.currency,
        decimals=decimals_shown(series),
    )


def _live(machine: Machine, symbol: str, closed: Watched) -> Watched:
    state = machine.state
    number = state.instruments.id_of(symbol)
    trade = state.board.trade(number)
    if trade is None:
        return closed
    age = trade_age(machine, symbol)
    source = sources_of(machine, [symbol])
    told = panel_state(standing_of(machine, [symbol]), age, source=source)
    bars = state.books[_SPARK_TIMEFRAME].bars(number, SPARK_BARS)
    instrument = machine.instrument(symbol)
    recent = [*bars.close[-20:].tolist(), trade.price]
    return replace(
        closed,
        last=trade.price,
        before=closed.last,
        line=np.append(closed.line, trade.price) if len(closed.line) else bars.close,
        kind="execution",
        age_s=age.seconds,
        word=told.word,
        source=source,
        currency=closed.currency or ("" if instrument is None else instrument.quote),
        decimals=price_decimals(instrument.tick_size if instrument else None, recent),
        missing="",
    )


def _quoted(machine: Machine, asked: AskedQuote, closed: Watched) -> Watched:
    quote = asked.reading
    age_s = max(0, machine.clock.now_ns() - quote.ts_ns) / 1e9
    price = quote.last
    if price is None and quote.bid is not None and quote.ask is not None:
        price = (quote.bid + quote.ask) / 2.0
    if price is None or (closed.age_s is not None and closed.age_s < age_s):
        return closed
    before = quote.previous_close if quote.previous_close is not None else closed.last
    return replace(
        closed,
        last=price,
        before=before,
        line=np.append(closed.line, price),
        kind="quote",
        age_s=age_s,
        word="delayed" if closed.word in {"", "live", "empty"} else closed.word,
        source=asked.source,
        missing="",
    )


def _end_ns(series: PriceSeries) -> int:
    return series.end_ns or 0
