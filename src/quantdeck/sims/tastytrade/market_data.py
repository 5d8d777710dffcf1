"""Rows of ``/market-data/by-type``.

Source: developer.tastytrade.com, "Market Data": up to 100 symbols over all types, a repeated parameter
for each.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.options.sessions import previous_session
from quantdeck.sims.tastytrade.answers import Item, invalid
from quantdeck.sims.tastytrade.board import is_hit
from quantdeck.sims.tastytrade.chains import DESCRIPTIONS, INDEXES, padded
from quantdeck.sims.tastytrade.fault_table import TastyFault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.options.listed import Listed
    from quantdeck.sims.options.market import OptionMarket

MOST_SYMBOLS = 100
TYPES = ("index", "equity", "equity-option", "future", "future-option", "cryptocurrency")
_NEVER = -1


def rows(
    market: OptionMarket, wanted: Mapping[str, Sequence[str]], now_ns: int, faults: FaultBoard
) -> list[Item]:
    """Return the rows of symbols by type; unknown symbols have none.

    Parameters
    ----------
    market : OptionMarket
        Prices.
    wanted : mapping of str to sequence of str
        Symbols by type; options as OSI names, padded or not.
    now_ns : int
        When. [ns]
    faults : FaultBoard
        Faults switched on.

    Raises
    ------
    Refusal
        If there are none, or more than 100.
    """
    count = sum(len(symbols) for symbols in wanted.values())
    if not 0 < count <= MOST_SYMBOLS:
        raise invalid(f"between 1 and {MOST_SYMBOLS} symbols are allowed, was {count}")
    found: list[Item] = []
    for kind in ("index", "equity"):
        known = [symbol for symbol in wanted.get(kind, ()) if symbol in DESCRIPTIONS]
        found += [_of_underlying(market, symbol, now_ns) for symbol in known]
    options = [symbol.replace(" ", "") for symbol in wanted.get("equity-option", ())]
    found += _of_options(market, options, now_ns)
    missing = faults.get(TastyFault.MISSING_ROWS)
    if missing is None:
        return found
    share = missing.value or 0.0
    return [item for item in found if not is_hit(item["symbol"], share)]


def _of_options(market: OptionMarket, symbols: list[str], now_ns: int) -> list[Item]:
    listed = market.listed_at(now_ns)
    known = [symbol for symbol in dict.fromkeys(symbols) if symbol in listed.ids]
    places = np.array([listed.ids[symbol] for symbol in known], dtype=np.int64)
    if not known:
        return []
    quotes = market.quotes(listed, places, now_ns)
    before = market.quotes(listed, places, listed.start_ns)
    trades = market.last_trades(listed, places, now_ns)
    volume = market.volume(listed, places, now_ns).tolist()
    interest = market.open_interest(listed, places).tolist()
    items: list[Item] = []
    for place, symbol in enumerate(known):
        bid, ask = float(quotes.bid[place]), float(quotes.ask[place])
        item: Item = {
            "symbol": padded(symbol),
            "instrument-type": "Equity Option",
            "updated-at": _stamp(int(quotes.ts_ns[place])),
            "bid": _number(bid),
            "bid-size": _number(float(quotes.bid_size[place])),
            "ask-size": _number(float(quotes.ask_size[place])),
            "prev-close": _number(float(before.bid[place] + before.ask[place]) / 2),
            "volume": _number(float(volume[place])),
            "open-interest": _number(float(interest[place])),
            **_dates(listed),
        }
        if ask > 0:
            item |= {"ask": _number(ask), "mid": _number((bid + ask) / 2)}
            item["mark"] = item["mid"]
        if trades.size[place] > 0:
            last = _number(float(trades.price[place]))
            item |= {"last": last, "last-mkt": last}
            item["last-trade-time"] = int(trades.ts_ns[place]) // 1_000_000
        items.append(item)
    return items


def _of_underlying(market: OptionMarket, symbol: str, now_ns: int) -> Item:
    listed = market.listed_at(now_ns)
    price = market.underlying(symbol, now_ns)
    is_index = symbol in INDEXES
    half = 0.25 if is_index else 0.01
    return {
        "symbol": symbol,
        "instrument-type": "Index" if is_index else "Equity",
        "updated-at": _stamp(now_ns),
        "bid": _number(price - half),
        "bid-size": _number(0.0 if is_index else 300.0),
        "ask": _number(price + half),
        "ask-size": _number(0.0 if is_index else 400.0),
        "mid": _number(price),
        "mark": _number(price),
        "last": _number(price),
        "last-mkt": _number(price),
        "prev-close": _number(market.underlying(symbol, listed.start_ns)),
        "is-trading-halted": False,
        **_dates(listed),
    }


def _dates(listed: Listed) -> Item:
    return {
        "close-price-type": "Unknown",
        "prev-close-price-type": "Final",
        "summary-date": listed.session.isoformat(),
        "prev-close-date": previous_session(listed.session).isoformat(),
        "halt-start-time": _NEVER,
        "halt-end-time": _NEVER,
    }


def _number(value: float) -> str:
    return str(round(value, 4))


def _stamp(ns: int) -> str:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=ns // 1000)
    return f"{moment:%Y-%m-%dT%H:%M:%S.%f}"[:-3] + "Z"
