"""REST of the trading API: contracts, clock and calendar.

Paths, parameters and fields: Alpaca trading API documentation, "Option contracts", "Clock", "Calendar".
Numbers of contracts are texts. Without an upper limit of the expiry only contracts up to the next week-end
are listed.
"""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.sims.alpaca.query import page_token
from quantdeck.sims.alpaca.refusals import Refusal
from quantdeck.sims.alpaca.rest_options import filtered
from quantdeck.sims.alpaca.stamps import new_york, parsed_time, rfc3339
from quantdeck.sims.alpaca.stocks import STOCK_NAMES
from quantdeck.sims.options import sessions
from quantdeck.sims.options.listed import ROOT_RULES

if TYPE_CHECKING:
    from quantdeck.sims.alpaca.query import Query
    from quantdeck.sims.alpaca.venue import Venue
    from quantdeck.sims.noise import IntArray
    from quantdeck.sims.options.listed import Listed

Values = dict[str, Any]
_NAMES = uuid.UUID("6b8ce5a4-5a6e-4d0c-9d0b-7f3c0a6e2c11")
_PENNY_TICK = 1
_MARKETS = {
    "NYSE": ("New York Stock Exchange", "XNYS"),
    "NASDAQ": ("National Association of Securities Dealers Automated Quotations", "XNAS"),
    "OPRA": ("Options Price Reporting Authority", "OPRA"),
}


class TradingRest:
    """Answers requests of the trading API; every method takes the query and parts of the path.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue
        self._rows_by_id = lru_cache(maxsize=4)(_rows_by_id)

    def contracts(self, query: Query) -> Values:
        """Return contracts, by symbol."""
        limit = query.limit(default=100, most=10_000)
        is_active = query.choice("status", ("active", "inactive")) != "inactive"
        found, rows = self._listed() if is_active else self._expired()
        rows = self._filtered(query, found, rows)
        rows = self._venue.by_symbol(found, rows)
        after = (query.cursor() or [""])[0]
        page, last = self._venue.page(found, rows, after, limit)
        shows = query.is_true("show_deliverables")
        return {
            "option_contracts": self._written(found, page, is_active=is_active, shows=shows),
            "next_page_token": None if last is None else page_token(last),
        }

    def contract(self, _query: Query, name: str) -> Values:
        """Return one contract by symbol or id."""
        found, _ = self._listed()
        row = found.ids.get(name)
        if row is None:
            row = self._rows_by_id(found).get(name)
        if row is None:
            raise Refusal(404, f"option contract {name} not found")
        return self._written(found, np.array([row]), is_active=True, shows=True)[0]

    def assets(self, query: Query) -> list[Values]:
        """Return the stocks that are listed."""
        is_listed = query.choice("status", ("active", "inactive")) != "inactive"
        is_stock = (query.text("asset_class") or "us_equity") == "us_equity"
        return [
            {
                "id": str(uuid.uuid5(_NAMES, symbol)),
                "class": "us_equity",
                "exchange": "ARCA" if symbol == "SPY" else "NASDAQ",
                "symbol": symbol,
                "name": f"{name} (simulated)",
                "status": "active",
                "tradable": True,
                "marginable": True,
                "shortable": True,
                "fractionable": True,
                "maintenance_margin_requirement": 30,
                "margin_requirement_long": "30",
                "margin_requirement_short": "30",
                "attributes": ["has_options"] if symbol == "SPY" else [],
            }
            for symbol, name in STOCK_NAMES.items()
            if is_listed and is_stock
        ]

    def clock(self, _query: Query) -> Values:
        """Return the clock of the market."""
        now = self._venue.now_ns()
        is_open = self._venue.is_open(now)
        _, opens, closes = self._hours(now)
        return {
            "timestamp": new_york(now),
            "is_open": is_open,
            "next_open": new_york(opens),
            "next_close": new_york(closes),
        }

    def calendar(self, query: Query) -> list[Values]:
        """Return the sessions between two days."""
        today = sessions.local_date(self._venue.now_ns())
        by_settlement = query.choice("date_type", ("TRADING", "SETTLEMENT")) == "SETTLEMENT"
        first = query.day("start") or date(max(today.year - 1, sessions.FIRST_YEAR), 1, 1)
        last = query.day("end") or date(min(today.year + 2, sessions.LAST_YEAR - 1), 12, 31)
        margin = timedelta(7 if by_settlement else 0)
        return [
            {
                "date": day.isoformat(),
                "open": f"{sessions.OPEN:%H:%M}",
                "close": f"{sessions.close_of(day):%H:%M}",
                "session_open": "0400",
                "session_close": "2000" if sessions.close_of(day) == sessions.CLOSE else "1700",
                "settlement_date": sessions.next_session(day).isoformat(),
            }
            for day in _days(first - margin, last)
            if not by_settlement or first <= sessions.next_session(day) <= last
        ]

    def clocks(self, query: Query) -> Values:
        """Return the clocks of several markets."""
        names = [name for name in (query.text("markets") or "NYSE").split(",") if name]
        at = query.text("time")
        now = self._venue.now_ns() if at is None else parsed_time("time", at)
        is_open = self._venue.is_open(now)
        day, opens, closes = self._hours(now)
        return {
            "clocks": [
                {
                    "market": _market(name),
                    "timestamp": new_york(now),
                    "is_market_day": day == sessions.local_date(now),
                    "next_market_open": new_york(opens),
                    "next_market_close": new_york(closes),
                    "phase": "core" if is_open else "closed",
                    "phase_until": new_york(closes if is_open else opens),
                }
                for name in names
            ]
        }

    def market_calendar(self, query: Query, name: str) -> Values:
        """Return the sessions of a market with their instants."""
        first = query.day("start") or sessions.local_date(self._venue.now_ns())
        last = query.day("end") or first + timedelta(7)
        write = rfc3339 if query.choice("timezone", ("UTC",)) else new_york
        return {
            "market": _market(name),
            "calendar": [
                {
                    "date": day.isoformat(),
                    "core_start": write(sessions.open_ns(day)),
                    "core_end": write(sessions.close_ns(day)),
                    "settlement_date": sessions.next_session(day).isoformat(),
                }
                for day in _days(first, last)
            ],
        }

    def _hours(self, now: int) -> tuple[date, int, int]:
        # Of the session that runs or comes next; while it runs the next open is another day's.
        day = sessions.session_of(now)
        begun = self._venue.is_open(now) or now >= sessions.open_ns(day)
        opens = sessions.open_ns(sessions.next_session(day) if begun else day)
        return day, opens, sessions.close_ns(day)

    def _listed(self) -> tuple[Listed, IntArray]:
        found = self._venue.listed
        return found, found.all

    def _expired(self) -> tuple[Listed, IntArray]:
        now = self._venue.listed
        before = self._venue.market.contracts_at(sessions.previous_session(now.session))
        gone = [item.day < now.session for item in before.expiries]
        return before, np.flatnonzero(np.array(gone)[before.expiry])

    def _filtered(self, query: Query, found: Listed, rows: IntArray) -> IntArray:
        rows = filtered(query, found, rows)
        names = {name for name in (query.text("underlying_symbols") or "").split(",") if name}
        style = query.choice("style", ("american", "european"))
        penny = query.text("ppind")
        places = [
            place
            for place, rules in enumerate(ROOT_RULES)
            if (not names or rules.terms.underlying in names)
            and style in (None, rules.terms.style.value)
            and (penny is None or (rules.low_tick == _PENNY_TICK) == (penny.lower() == "true"))
        ]
        rows = rows[np.isin(found.root[rows], places)]
        if query.text("expiration_date") or query.text("expiration_date_lte"):
            return rows
        week_end = _next_week_end(sessions.local_date(self._venue.now_ns()))
        near = [place for place, item in enumerate(found.expiries) if item.day <= week_end]
        return rows[np.isin(found.expiry[rows], near)]

    def _written(
        self, found: Listed, rows: IntArray, *, is_active: bool, shows: bool
    ) -> list[Values]:
        market = self._venue.market
        before = sessions.previous_session(found.session)
        counted = sessions.previous_session(before)
        closes = market.quotes(found, rows, found.start_ns)
        close = ((closes.bid + closes.ask) / 2.0).round(2)
        interest = market.open_interest(found, rows)
        columns = (rows.tolist(), close.tolist(), interest.tolist())
        return [
            _contract(found, row, is_active=is_active, shows=shows)
            | {
                "open_interest": str(open_interest),
                "open_interest_date": counted.isoformat(),
                "close_price": f"{price:g}",
                "close_price_date": before.isoformat(),
            }
            for row, price, open_interest in zip(*columns, strict=True)
        ]


def _contract(found: Listed, row: int, *, is_active: bool, shows: bool) -> Values:
    contract = found.contract(row)
    rules = ROOT_RULES[int(found.root[row])]
    symbol, underlying = found.symbols[row], rules.terms.underlying
    right = contract.right.value
    asset = _id(underlying)
    values: Values = {
        "id": _id(symbol),
        "symbol": symbol,
        "name": f"{contract.root} {contract.expiry:%b %d %Y} {contract.strike:g} {right.title()}",
        "status": "active" if is_active else "inactive",
        "tradable": is_active,
        "expiration_date": contract.expiry.isoformat(),
        "root_symbol": contract.root,
        "underlying_symbol": underlying,
        "underlying_asset_id": asset,
        "type": right,
        "style": contract.style.value,
        "strike_price": f"{contract.strike:g}",
        "multiplier": "100",
        "size": "100",
        "ppind": rules.low_tick == _PENNY_TICK,
    }
    if shows:
        values["deliverables"] = [_deliverable(underlying, asset, contract.style.value)]
    return values


def _deliverable(underlying: str, asset: str, style: str) -> Values:
    is_cash = style == "european"
    common: Values = {
        "amount": "100",
        "allocation_percentage": "100",
        "settlement_type": "T+1",
        "settlement_method": "CADF" if is_cash else "CCC",
        "delayed_settlement": False,
    }
    if is_cash:
        return {"type": "cash", "symbol": "USD"} | common
    return {"type": "equity", "symbol": underlying, "asset_id": asset} | common


def _id(name: str) -> str:
    return str(uuid.uuid5(_NAMES, name))


def _rows_by_id(found: Listed) -> dict[str, int]:
    return {_id(symbol): row for row, symbol in enumerate(found.symbols)}


def _next_week_end(today: date) -> date:
    # Sunday; at a week-end that of the week after.
    return today + timedelta(6 - today.weekday() + (7 if today.weekday() >= 5 else 0))


def _days(first: date, last: date) -> list[date]:
    try:
        days = (first + timedelta(n) for n in range((last - first).days + 1))
        return [day for day in days if sessions.is_session(day)]
    except BadInput as error:
        raise Refusal(400, str(error)) from error


def _market(name: str) -> Values:
    known = _MARKETS.get(name)
    if known is None:
        raise Refusal(400, f"unknown market: {name}")
    title, mic = known
    return {"acronym": name, "name": title, "mic": mic, "timezone": "America/New_York"}
