"""Tickers, splits, dividends, exchanges and conditions."""

from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from quantdeck.sims.polygon.refusals import Refusal
from quantdeck.sims.polygon.shapes import CONDITIONS, EXCHANGES
from quantdeck.sims.stocks.calendar import sessions_before
from quantdeck.sims.stocks.listing import Kind

if TYPE_CHECKING:
    from quantdeck.sims.polygon.venue import Ask, Venue
    from quantdeck.sims.stocks.daily import Dividend
    from quantdeck.sims.stocks.listing import Split, Stock

_HIDDEN = timedelta(30)
"""How long before it a split is known."""
_FREQUENCIES = {0: 0, 4: 4, 12: 12}


class ReferenceRest:
    """Answers questions for what changes seldom.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def tickers(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/tickers``."""
        query = ask.query
        ticker, search = query.text("ticker"), (query.text("search") or "").lower()
        kind = query.text("type")
        is_active = query.flag("active", default=True)
        found = [
            _ticker(stock, ask.today)
            for stock in self._venue.market.stocks.values()
            if ticker in (None, stock.symbol)
            and kind in (None, stock.kind)
            and (search in stock.symbol.lower() or search in stock.name.lower())
            and is_active
            and query.text("market") in (None, "stocks")
        ]
        descends = query.choice("order", ("asc", "desc"), "asc") == "desc"
        found.sort(key=lambda row: row["ticker"], reverse=descends)
        page = ask.page(found, default=100, most=1_000)
        return {"results": page, "count": len(page)}

    def ticker(self, ask: Ask, symbol: str) -> dict[str, Any]:
        """Answer ``/v3/reference/tickers/{ticker}``."""
        stock = ask.stock(symbol)
        row = _ticker(stock, ask.today)
        if stock.kind is Kind.STOCK:
            market = self._venue.market
            day = market.previous_session(ask.now_ns)
            shares = stock.shares * 1e6 / market.factor(stock, ask.today, as_of=date.max)
            _, whole = market.sessions(stock, day, day)
            closed = float(whole.closed[0]) / market.factor(stock, day, as_of=ask.today)
            row |= {
                "market_cap": round(shares * closed, 2),
                "share_class_shares_outstanding": round(shares),
                "weighted_shares_outstanding": round(shares),
                "sic_code": stock.sic[0],
                "sic_description": stock.sic[1],
                "total_employees": int(stock.shares * 10),
                "description": f"{stock.name}, as simulated; no figure is real.",
                "homepage_url": f"https://{stock.symbol.lower()}.example",
                "phone_number": "(555) 010-0100",
                "address": {
                    "address1": "1 Simulated Way",
                    "city": "NOWHERE",
                    "state": "CA",
                    "postal_code": "00000",
                },
                "branding": {
                    "icon_url": f"https://{stock.symbol.lower()}.example/icon.png",
                    "logo_url": f"https://{stock.symbol.lower()}.example/logo.svg",
                },
                "ticker_root": stock.symbol,
                "round_lot": 100,
            }
        return {"results": row}

    def types(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/tickers/types``."""
        del ask
        words = {Kind.STOCK: "Common Stock", Kind.FUND: "Exchange Traded Fund"}
        rows = [
            {"asset_class": "stocks", "code": str(kind), "description": text, "locale": "us"}
            for kind, text in words.items()
        ]
        return {"results": rows, "count": len(rows)}

    def related(self, ask: Ask, symbol: str) -> dict[str, Any]:
        """Answer ``/v1/related-companies/{ticker}``."""
        stock = ask.stock(symbol)
        same = [
            {"ticker": other.symbol}
            for other in self._venue.market.stocks.values()
            if other.sic[0] and other.sic == stock.sic and other != stock
        ]
        return {"ticker": symbol, "results": same[:10]}

    def exchanges(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/exchanges``."""
        del ask
        return {"results": list(EXCHANGES), "count": len(EXCHANGES)}

    def conditions(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/conditions``."""
        page = ask.page(list(CONDITIONS), default=10, most=1_000)
        return {"results": page, "count": len(page)}

    def splits(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/splits``."""
        found = [
            {
                "execution_date": split.day.isoformat(),
                "id": _split_id(stock, split),
                "split_from": split.old,
                "split_to": split.new,
                "ticker": stock.symbol,
            }
            for stock, split in self._splits(ask, "execution_date")
            if _agrees(ask, "reverse_split", is_so=split.new < split.old)
        ]
        return {"results": ask.page(_ordered(ask, found, "execution_date"), default=10, most=1_000)}

    def splits_v1(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/stocks/v1/splits``."""
        market = self._venue.market
        found = [
            {
                "adjustment_type": "reverse_split" if split.new < split.old else "forward_split",
                "execution_date": split.day.isoformat(),
                "historical_adjustment_factor": round(
                    1.0
                    / market.factor(
                        stock, split.day - timedelta(1), as_of=max(split.day, ask.today)
                    ),
                    12,
                ),
                "id": _split_id(stock, split),
                "split_from": split.old,
                "split_to": split.new,
                "ticker": stock.symbol,
            }
            for stock, split in self._splits(ask, "execution_date")
        ]
        return {
            "results": ask.page(_ordered(ask, found, "execution_date"), default=100, most=5_000)
        }

    def dividends(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v3/reference/dividends``."""
        found = [_dividend(stock, each) for stock, each in self._dividends(ask)]
        for row in found:
            row["dividend_type"] = "CD"
        return {
            "results": ask.page(_ordered(ask, found, "ex_dividend_date"), default=10, most=1_000)
        }

    def dividends_v1(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/stocks/v1/dividends``."""
        found: list[dict[str, Any]] = []
        market = self._venue.market
        for stock, each in self._dividends(ask):
            factor = market.factor(stock, each.ex_day, as_of=ask.today)
            place = sessions_before(each.ex_day)
            closed = float(market.daily.of(stock).closed[place - 1])
            found.append(
                _dividend(stock, each)
                | {
                    "distribution_type": "recurring",
                    "historical_adjustment_factor": round(1.0 - each.amount / closed, 8),
                    "split_adjusted_cash_amount": round(each.amount / factor, 6),
                }
            )
        return {
            "results": ask.page(_ordered(ask, found, "ex_dividend_date"), default=100, most=5_000)
        }

    def _stocks(self, ask: Ask) -> list[Stock]:
        wanted = ask.query.bounds("ticker")
        names = wanted.get("any_of", wanted.get("eq", "")).split(",")
        stocks = self._venue.market.stocks
        if wanted:
            return [stocks[name] for name in names if name in stocks]
        return list(stocks.values())

    def _splits(self, ask: Ask, field: str) -> list[tuple[Stock, Split]]:
        first, last = ask.query.days(field)
        return [
            (stock, split)
            for stock in self._stocks(ask)
            for split in stock.splits
            if first <= split.day <= min(last, ask.today + _HIDDEN)
        ]

    def _dividends(self, ask: Ask) -> list[tuple[Stock, Dividend]]:
        first, last = ask.query.days("ex_dividend_date")
        return [
            (stock, each)
            for stock in self._stocks(ask)
            for each in self._venue.market.daily.of(stock).dividends
            if each.declared <= ask.today and first <= each.ex_day <= last
        ]


def _agrees(ask: Ask, name: str, *, is_so: bool) -> bool:
    return ask.query.text(name) is None or ask.query.flag(name, default=False) == is_so


def _ordered(ask: Ask, rows: list[dict[str, Any]], default: str) -> list[dict[str, Any]]:
    by, _, direction = (ask.query.text("sort") or default).partition(".")
    if rows and by not in rows[0]:
        raise Refusal(400, f"The parameter 'sort' cannot be {by!r}")
    direction = ask.query.choice("order", ("asc", "desc"), direction or "desc")
    return sorted(rows, key=lambda row: (row[by], row["id"]), reverse=direction == "desc")


def _split_id(stock: Stock, split: Split) -> str:
    return f"P{split.day:%Y%m%d}{stock.symbol}"


def _dividend(stock: Stock, each: Dividend) -> dict[str, Any]:
    return {
        "cash_amount": each.amount,
        "currency": "USD",
        "declaration_date": each.declared.isoformat(),
        "ex_dividend_date": each.ex_day.isoformat(),
        "frequency": _FREQUENCIES.get(len(stock.months), 1),
        "id": f"E{each.ex_day:%Y%m%d}{stock.symbol}",
        "pay_date": each.pay_day.isoformat(),
        "record_date": each.record_day.isoformat(),
        "ticker": stock.symbol,
    }


def _ticker(stock: Stock, today: date) -> dict[str, Any]:
    row: dict[str, Any] = {
        "active": True,
        "composite_figi": stock.figi,
        "currency_name": "usd",
        "last_updated_utc": f"{today.isoformat()}T00:00:00Z",
        "locale": "us",
        "market": "stocks",
        "name": stock.name,
        "primary_exchange": stock.exchange,
        "share_class_figi": stock.figi.replace("SIM", "SHR"),
        "ticker": stock.symbol,
        "type": str(stock.kind),
    }
    return row | ({"cik": stock.cik} if stock.kind is Kind.STOCK else {})
