"""Option contracts and snapshots of option chains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.options import Right as CallOrPut
from quantdeck.sims.options import sessions
from quantdeck.sims.polygon.instruments import contract_of
from quantdeck.sims.polygon.plans import Right
from quantdeck.sims.polygon.refusals import Refusal
from quantdeck.sims.polygon.rest_snapshots import days_around
from quantdeck.sims.stocks.calendar import all_sessions, sessions_before

if TYPE_CHECKING:
    from datetime import date

    from quantdeck.sims.polygon.venue import Ask, Venue
    from quantdeck.sims.stocks.contracts import Contract, Values
    from quantdeck.sims.stocks.listing import Stock

_FAINT = 0.02
"""Absolute delta below which no volatility and no Greeks are told."""
_PER_POINT = 100.0
_CFI = {CallOrPut.CALL: "OCASPS", CallOrPut.PUT: "OPASPS"}
_SECOND_NS = 1_000_000_000


class OptionRest:
    """Answers questions for options.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def contracts(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/options/contracts``."""
        query = ask.query
        underlying, ticker = query.text("underlying_ticker"), query.text("ticker")
        stocks = self._venue.market.stocks
        names = [underlying] if underlying else sorted(stocks)
        if ticker is not None:
            wanted = contract_of(ticker)
            names = [] if wanted is None else [wanted.underlying]
        found = [
            contract
            for name in names
            if (stock := stocks.get(name)) is not None
            for contract in self._listed(ask, stock)
            if ticker in (None, f"O:{contract.osi}")
        ]
        _sort(found, ask, query.choice("sort", _SORTS, "ticker"), default="asc")
        page = ask.page(found, default=10, most=1_000)
        return {"results": [_written(contract) for contract in page]}

    def contract(self, ask: Ask, ticker: str) -> dict[str, Any]:
        """Answer ``/v3/reference/options/contracts/{ticker}``."""
        return {"results": _written(self._known(ask, ticker))}

    def chain(self, ask: Ask, underlying: str) -> dict[str, Any]:
        """Answer ``/v3/snapshot/options/{underlying}``."""
        stock = self._venue.market.stocks.get(underlying)
        if stock is None:
            return {"results": []}
        found = self._listed(ask, stock)
        _sort(found, ask, ask.query.choice("sort", _SORTS, "ticker"), default="asc")
        page = tuple(ask.page(found, default=10, most=250))
        return {"results": self._snapshots(ask, stock, page)}

    def one(self, ask: Ask, underlying: str, ticker: str) -> dict[str, Any]:
        """Answer ``/v3/snapshot/options/{underlying}/{ticker}``."""
        contract = self._known(ask, ticker)
        if contract.underlying != underlying:
            raise Refusal(404, f"Options contract not found: {ticker}")
        stock = self._venue.market.stocks[underlying]
        return {"results": self._snapshots(ask, stock, (contract,))[0]}

    def _known(self, ask: Ask, ticker: str) -> Contract:
        contract = contract_of(ticker)
        stock = None if contract is None else self._venue.market.stocks.get(contract.underlying)
        if contract is None or stock is None or not stock.has_options:
            raise Refusal(404, f"Options contract not found: {ticker}")
        listed = self._venue.options.listed(stock, ask.today)
        gone = self._venue.options.expired(stock, contract.expiry, contract.expiry)
        if contract not in listed and (contract.expiry >= ask.today or contract not in gone):
            raise Refusal(404, f"Options contract not found: {ticker}")
        return contract

    def _listed(self, ask: Ask, stock: Stock) -> list[Contract]:
        query = ask.query
        as_of = query.text("as_of")
        day = ask.today if as_of is None else query.days("as_of")[0]
        first, last = query.days("expiration_date")
        least, most = query.numbers("strike_price")
        kind = query.choice("contract_type", ("call", "put", ""), "")
        if query.flag("expired", default=False):
            found = self._expired(stock, max(first, _years_before(day)), min(last, day))
        else:
            found = self._venue.options.listed(stock, day)
        return [
            contract
            for contract in found
            if first <= contract.expiry <= last
            and least <= contract.strike <= most
            and kind in ("", contract.right.name.lower())
        ]

    def _expired(self, stock: Stock, first: date, last: date) -> tuple[Contract, ...]:
        place = sessions_before(last)
        before = all_sessions()[place - 1]
        return self._venue.options.expired(stock, first, before)

    def _snapshots(
        self, ask: Ask, stock: Stock, contracts: tuple[Contract, ...]
    ) -> list[dict[str, Any]]:
        if not contracts:
            return []
        seen = ask.seen_ns
        day, before = days_around(seen)
        # Between sessions options are told as they stood at the close.
        last = before if day is None else day
        at_ns = min(seen, sessions.close_ns(last) - 1)
        spot = self._venue.market.price(stock, at_ns)
        values = self._venue.options.values_at(stock, contracts, at_ns, spot)
        days = self._days(contracts, sessions.local_date(at_ns), at_ns)
        return [
            self._snapshot(ask, stock, contract, values, place=place, at_ns=at_ns, spot=spot)
            | {"day": days[place]}
            for place, contract in enumerate(contracts)
        ]

    def _snapshot(  # noqa: PLR0913
        self,
        ask: Ask,
        stock: Stock,
        contract: Contract,
        values: Values,
        *,
        place: int,
        at_ns: int,
        spot: float,
    ) -> dict[str, Any]:
        price = float(values.price[place])
        timeframe = "REAL-TIME" if ask.plan.is_real_time else "DELAYED"
        day = sessions.local_date(at_ns)
        is_call = contract.right is CallOrPut.CALL
        even = contract.strike + price if is_call else contract.strike - price
        details = _written(contract)
        row: dict[str, Any] = {
            "break_even_price": round(even, 4),
            "details": {name: details[name] for name in _DETAILS},
            "greeks": {},
            "open_interest": self._venue.option_ticks.open_interest(contract, day),
            "underlying_asset": {
                "change_to_break_even": round(even - spot, 4),
                "last_updated": at_ns,
                "price": spot,
                "ticker": stock.symbol,
                "timeframe": timeframe,
            },
        }
        delta = float(values.greeks.delta[place])
        if _FAINT < abs(delta) < 1.0 - _FAINT:
            row["implied_volatility"] = round(float(values.volatility[place]), 8)
            row["greeks"] = {
                "delta": round(delta, 8),
                "gamma": round(float(values.greeks.gamma[place]), 8),
                "theta": round(float(values.greeks.theta[place]), 8),
                # For one point of volatility, as the vendor tells it.
                "vega": round(float(values.greeks.vega[place]) / _PER_POINT, 8),
            }
        if Right.QUOTES in ask.plan.rights:
            row["last_quote"] = _quote(values, place, at_ns, timeframe)
        if Right.TRADES in ask.plan.rights:
            row["last_trade"] = {
                "sip_timestamp": at_ns - 30 * _SECOND_NS,
                "conditions": [209],
                "price": max(0.01, round(price, 2)),
                "size": 1 + place % 5,
                "exchange": 316,
                "timeframe": timeframe,
            }
        if Right.FAIR_VALUE in ask.plan.rights:
            row["fmv"] = price
        return row

    def _days(self, contracts: tuple[Contract, ...], day: date, at_ns: int) -> list[dict[str, Any]]:
        ticks = self._venue.option_ticks
        today = ticks.session_of(contracts, day, at_ns)
        before = all_sessions()[sessions_before(day) - 1]
        previous = ticks.session_of(contracts, before, sessions.close_ns(before))
        if today is None or previous is None:
            return [{} for _ in contracts]
        change = today.closed - previous.closed
        columns = {
            "change": change.round(4).tolist(),
            "change_percent": (change / previous.closed * 100.0).round(4).tolist(),
            "close": today.closed.tolist(),
            "high": today.high.tolist(),
            "low": today.low.tolist(),
            "open": today.opened.tolist(),
            "previous_close": previous.closed.tolist(),
            "volume": today.volume.tolist(),
            "vwap": today.mean.tolist(),
        }
        return [
            {name: column[place] for name, column in columns.items()} | {"last_updated": at_ns}
            for place in range(len(contracts))
        ]


_SORTS = ("ticker", "underlying_ticker", "expiration_date", "strike_price")
_DETAILS = (
    "contract_type",
    "exercise_style",
    "expiration_date",
    "shares_per_contract",
    "strike_price",
    "ticker",
)


def _sort(found: list[Contract], ask: Ask, by: str, *, default: str) -> None:
    descends = ask.query.choice("order", ("asc", "desc"), default) == "desc"
    found.sort(key=lambda each: _key(each, by), reverse=descends)


def _key(contract: Contract, by: str) -> tuple[Any, str]:
    keys = {
        "underlying_ticker": contract.underlying,
        "expiration_date": contract.expiry,
        "strike_price": contract.strike,
    }
    return keys.get(by, ""), contract.osi


def _written(contract: Contract) -> dict[str, Any]:
    return {
        "cfi": _CFI[contract.right],
        "contract_type": contract.right.name.lower(),
        "exercise_style": "american",
        "expiration_date": contract.expiry.isoformat(),
        "primary_exchange": "BATO",
        "shares_per_contract": 100,
        "strike_price": contract.strike,
        "ticker": f"O:{contract.osi}",
        "underlying_ticker": contract.underlying,
    }


def _quote(values: Values, place: int, at_ns: int, timeframe: str) -> dict[str, Any]:
    bid, ask = float(values.bid[place]), float(values.ask[place])
    return {
        "ask": ask,
        "ask_size": 10 + place % 40,
        "bid": bid,
        "bid_size": 0 if bid == 0.0 else 5 + place % 50,
        "last_updated": at_ns // _SECOND_NS * _SECOND_NS,
        "midpoint": float(np.round((bid + ask) / 2.0, 4)),
        "timeframe": timeframe,
    }


def _years_before(day: date) -> date:
    return day.replace(year=day.year - 2, day=1)
