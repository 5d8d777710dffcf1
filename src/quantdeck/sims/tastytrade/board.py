"""The values of every event at a moment, as a DXLink server would say them.

An absent number is the text ``NaN``. Quotes carry no time, as the vendor's do not; a missing bid is
price 0 with size ``NaN``, a missing offer ``NaN`` in both.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from quantdeck.model.options import Right, parse_osi
from quantdeck.sims.options.sessions import days_of, previous_session
from quantdeck.sims.tastytrade.candles import candle_columns, parse_candle
from quantdeck.sims.tastytrade.chains import DESCRIPTIONS, INDEXES, streamer_symbol
from quantdeck.sims.tastytrade.fault_table import TastyFault

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.sims.clock import VenueClock
    from quantdeck.sims.faultboard import FaultBoard
    from quantdeck.sims.noise import FloatArray, IntArray
    from quantdeck.sims.options.listed import Listed
    from quantdeck.sims.options.market import OptionMarket

NAN = "NaN"
Columns = dict[str, Any]
"""Values by field: a list with one value per event, or one value for all."""

_MS = 1_000_000
_STOCK_SPREAD = 0.02
_GOLDEN = 2_654_435_761


class Board:
    """Looks events up in the market; fulfils `quantdeck.sims.tastytrade.channel.Source`.

    Parameters
    ----------
    market : OptionMarket
        Where everything comes from.
    clock : VenueClock
        Now.
    faults : FaultBoard
        Faults switched on.
    """

    def __init__(self, market: OptionMarket, clock: VenueClock, faults: FaultBoard) -> None:
        self._market, self._clock, self._faults = market, clock, faults
        self._named: tuple[Listed | None, tuple[str, ...], dict[str, int]] = (None, (), {})

    @property
    def listed(self) -> Listed:
        """What is listed now."""
        return self._market.listed_at(self._now_ns())

    def streamers(self) -> tuple[str, ...]:
        """Return the names in the stream of what is listed now, by row."""
        return self._names()[1]

    def values(
        self, kind: str, symbols: Sequence[str], fields: Sequence[str], since_ms: Mapping[str, int]
    ) -> list[Any]:
        """Return the values of events one after another; see `channel.Source`."""
        if kind == "Candle":
            parts = [self._candles(symbol, since_ms.get(symbol)) for symbol in symbols]
        else:
            _, _, rows_by_name = self._names()
            options = [symbol for symbol in symbols if symbol in rows_by_name]
            rows = np.array([rows_by_name[symbol] for symbol in options], dtype=np.int64)
            plain = [symbol for symbol in symbols if symbol in DESCRIPTIONS]
            parts = [self._of_options(kind, options, rows)] if options else []
            parts += [self._of_underlying(kind, symbol) for symbol in plain]
        return list(chain.from_iterable(_laid_out(kind, part, fields) for part in parts))

    def _names(self) -> tuple[Listed | None, tuple[str, ...], dict[str, int]]:
        found = self.listed
        if self._named[0] is not found:
            names = tuple(streamer_symbol(symbol) for symbol in found.symbols)
            self._named = (found, names, {name: row for row, name in enumerate(names)})
        return self._named

    def _now_ns(self) -> int:
        return self._clock.now_ms() * _MS

    def _of_options(self, kind: str, symbols: list[str], rows: IntArray) -> Columns:
        match kind:
            case "Quote":
                return self._quotes(symbols, rows)
            case "Trade":
                return self._trades(symbols, rows)
            case "Greeks":
                return self._greeks(symbols, rows)
            case "Summary":
                return self._summaries(symbols, rows)
            case _:
                wanted: list[int] = rows.tolist()
                return _profile(symbols, [_described(self.listed.symbols[row]) for row in wanted])

    def _quotes(self, symbols: list[str], rows: IntArray) -> Columns:
        quotes = self._market.quotes(self.listed, rows, self._now_ns())
        bid, ask = quotes.bid.tolist(), _texts(np.where(quotes.ask > 0, quotes.ask, np.nan))
        bid_size = _texts(np.where(quotes.bid > 0, quotes.bid_size, np.nan))
        ask_size = _texts(np.where(quotes.ask > 0, quotes.ask_size, np.nan))
        for place in self._hit(TastyFault.NAN, symbols):
            ask[place] = ask_size[place] = NAN
        for place in self._hit(TastyFault.ONE_SIDED, symbols):
            bid[place], bid_size[place] = 0.0, NAN
        return {
            "eventSymbol": symbols,
            "bidPrice": bid,
            "askPrice": ask,
            "bidSize": bid_size,
            "askSize": ask_size,
            "bidExchangeCode": "C",
            "askExchangeCode": "C",
            "bidTime": 0,
            "askTime": 0,
        }

    # The same contracts as long as the fault is on, so that they can be told.
    def _hit(self, fault: TastyFault, symbols: list[str]) -> Iterable[int]:
        on = self._faults.get(fault)
        if on is None:
            return []
        share = on.value or 0.0
        return [
            place
            for place, symbol in enumerate(symbols)
            if on.touches(symbol) and is_hit(symbol, share)
        ]

    def _trades(self, symbols: list[str], rows: IntArray) -> Columns:
        now_ns = self._now_ns()
        trades = self._market.last_trades(self.listed, rows, now_ns)
        traded = np.flatnonzero(trades.size > 0)
        volume = self._market.volume(self.listed, rows, now_ns)[traded]
        return {
            "eventSymbol": [symbols[place] for place in traded.tolist()],
            "time": (trades.ts_ns[traded] // _MS).tolist(),
            "timeNanoPart": (trades.ts_ns[traded] % _MS).tolist(),
            "exchangeCode": "C",
            "price": trades.price[traded].tolist(),
            "size": trades.size[traded].astype(float).tolist(),
            "dayId": days_of(self.listed.session),
            "dayVolume": volume.astype(float).tolist(),
            "tickDirection": "UNDEFINED",
            "extendedTradingHours": False,
        }

    def _greeks(self, symbols: list[str], rows: IntArray) -> Columns:
        now_ns = self._now_ns()
        volatility, greeks = self._market.sensitivities(self.listed, rows, now_ns)
        quotes = self._market.quotes(self.listed, rows, now_ns)
        return {
            "eventSymbol": symbols,
            "eventFlags": 0,
            "index": (now_ns // _MS) << 22,
            "time": now_ns // _MS,
            "price": ((quotes.bid + quotes.ask) / 2).round(4).tolist(),
            "volatility": _texts(volatility),
            "delta": _texts(greeks.delta),
            "gamma": _texts(greeks.gamma),
            "theta": _texts(greeks.theta),
            "rho": _texts(greeks.rho / 100.0),
            "vega": _texts(greeks.vega / 100.0),
        }

    def _summaries(self, symbols: list[str], rows: IntArray) -> Columns:
        found = self.listed
        closing = self._market.quotes(found, rows, found.start_ns)
        return {
            "eventSymbol": symbols,
            **_days(found),
            "prevDayClosePrice": ((closing.bid + closing.ask) / 2).round(4).tolist(),
            "openInterest": self._market.open_interest(found, rows).tolist(),
        }

    def _of_underlying(self, kind: str, symbol: str) -> Columns:
        now_ns, found = self._now_ns(), self.listed
        price = self._market.underlying(symbol, now_ns)
        is_index = symbol in INDEXES
        half = 0.25 if is_index else _STOCK_SPREAD / 2
        match kind:
            case "Quote":
                return {
                    "eventSymbol": [symbol],
                    "bidPrice": round(price - half, 2),
                    "askPrice": round(price + half, 2),
                    "bidSize": NAN if is_index else 300.0,
                    "askSize": NAN if is_index else 400.0,
                    "bidExchangeCode": "" if is_index else "Q",
                    "askExchangeCode": "" if is_index else "Q",
                    "bidTime": 0,
                    "askTime": 0,
                }
            case "Trade":
                return {
                    "eventSymbol": [symbol],
                    "time": now_ns // _MS,
                    "timeNanoPart": 0,
                    "exchangeCode": "I" if is_index else "Q",
                    "price": price,
                    "size": 0.0 if is_index else 100.0,
                    "dayId": days_of(found.session),
                    "dayVolume": 0.0 if is_index else float((now_ns - found.start_ns) // 10**7),
                    "tickDirection": "UNDEFINED",
                    "extendedTradingHours": False,
                }
            case "Summary":
                return {"eventSymbol": [symbol], **_days(found), **self._day(symbol)}
            case "Profile":
                return _profile([symbol], [DESCRIPTIONS[symbol]])
            case _:
                return {"eventSymbol": []}

    def _day(self, symbol: str) -> Columns:
        start_ns, now_ns = self.listed.start_ns, self._now_ns()
        every = np.linspace(start_ns, max(now_ns, start_ns + 1), 64).astype(np.int64)
        prices = self._market.underlyings(symbol, every).round(2)
        return {
            "dayOpenPrice": float(prices[0]),
            "dayHighPrice": float(prices.max()),
            "dayLowPrice": float(prices.min()),
            "prevDayClosePrice": float(prices[0]),
            "openInterest": 0,
        }

    def _candles(self, text: str, since_ms: int | None) -> Columns:
        candle = parse_candle(text)
        if candle is None:
            return {"eventSymbol": []}
        known = candle.symbol in DESCRIPTIONS
        return candle_columns(self._market, candle, self._now_ns(), since_ms, known=known)


def is_hit(symbol: str, share: float) -> bool:
    """Whether a symbol is among a share of them, the same at any time.

    Examples
    --------
    >>> is_hit("SPX", 1.0), is_hit("SPX", 0.0)
    (True, False)
    """
    number = int.from_bytes(symbol.encode()[-8:], "big") * _GOLDEN
    return (number >> 7) % 10_000 < share * 10_000


def _laid_out(kind: str, columns: Columns, fields: Sequence[str]) -> Iterable[Any]:
    count = len(columns["eventSymbol"])
    usual = {"eventType": kind, "eventTime": 0, "sequence": 0, "timeNanoPart": 0}
    lists: list[list[Any]] = []
    for field in fields:
        value = columns.get(field, usual.get(field, NAN))
        lists.append(cast("list[Any]", value) if isinstance(value, list) else [value] * count)
    return chain.from_iterable(zip(*lists, strict=True))


def _texts(values: FloatArray) -> list[Any]:
    return [value if value == value else NAN for value in values.tolist()]  # noqa: PLR0124


def _days(found: Listed) -> Columns:
    return {
        "dayId": days_of(found.session),
        "dayClosePriceType": "REGULAR",
        "prevDayId": days_of(previous_session(found.session)),
        "prevDayClosePriceType": "FINAL",
    }


def _profile(symbols: list[str], descriptions: list[str]) -> Columns:
    return {
        "eventSymbol": symbols,
        "description": descriptions,
        "shortSaleRestriction": "INACTIVE",
        "tradingStatus": "ACTIVE",
        "statusReason": None,
        "haltStartTime": 0,
        "haltEndTime": 0,
        "exDividendDayId": 0,
    }


def _described(symbol: str) -> str:
    root, day, right, strike = parse_osi(symbol)
    word = "CALL" if right is Right.CALL else "PUT"
    return f"{root} {day:%b %d %y} {strike:g} {word}"
