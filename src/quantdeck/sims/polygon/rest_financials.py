"""Reports of companies: the experimental endpoint, and the statements and ratios that followed it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from quantdeck.sims.stocks.reports import annual, quarters, trailing

if TYPE_CHECKING:
    from quantdeck.sims.polygon.venue import Ask, Venue
    from quantdeck.sims.stocks.listing import Stock
    from quantdeck.sims.stocks.reports import Report

_FRAMES = ("quarterly", "annual", "ttm", "")
_LABELS = {
    "revenues": "Revenues",
    "cost_of_revenue": "Cost Of Revenue",
    "gross_profit": "Gross Profit",
}
_NEW_NAMES: dict[str, dict[str, str]] = {
    "income": {
        "revenues": "revenue",
        "cost_of_revenue": "cost_of_revenue",
        "gross_profit": "gross_profit",
        "operating_expenses": "total_operating_expenses",
        "operating_income_loss": "operating_income",
        "income_tax_expense_benefit": "income_taxes",
        "net_income_loss": "consolidated_net_income_loss",
        "basic_earnings_per_share": "basic_earnings_per_share",
        "diluted_earnings_per_share": "diluted_earnings_per_share",
        "basic_average_shares": "basic_shares_outstanding",
    },
    "balance": {
        "assets": "total_assets",
        "current_assets": "total_current_assets",
        "cash": "cash_and_equivalents",
        "liabilities": "total_liabilities",
        "current_liabilities": "total_current_liabilities",
        "long_term_debt": "long_term_debt_and_capital_lease_obligations",
        "equity": "total_equity",
        "liabilities_and_equity": "total_liabilities_and_equity",
    },
    "cash_flow": {
        "net_cash_flow_from_operating_activities": "net_cash_from_operating_activities",
        "net_cash_flow_from_investing_activities": "net_cash_from_investing_activities",
        "net_cash_flow_from_financing_activities": "net_cash_from_financing_activities",
        "net_cash_flow": "change_in_cash_and_equivalents",
    },
}
_PERIODS = {"FY": "annual", "TTM": "trailing_twelve_months"}


class FinancialRest:
    """Answers questions for financial statements.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def experimental(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/vX/reference/financials``."""
        query = ask.query
        frame = query.choice("timeframe", _FRAMES, "")
        first, last = query.days("filing_date")
        begins, ends = query.days("period_of_report_date")
        ticker = query.text("ticker")
        found = [
            (stock, report)
            for stock, report in self._reports(ask, ticker, frame)
            if first <= report.filed <= last and begins <= report.end <= ends
        ]
        descends = query.choice("order", ("asc", "desc"), "desc") == "desc"
        found.sort(key=lambda pair: (pair[1].filed, pair[0].symbol), reverse=descends)
        page = ask.page(found, default=10, most=100)
        return {"results": [_experimental(stock, report) for stock, report in page]}

    def income(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/stocks/financials/v1/income-statements``."""
        return self._statements(ask, "income")

    def balance(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/stocks/financials/v1/balance-sheets``."""
        return self._statements(ask, "balance")

    def cash_flow(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/stocks/financials/v1/cash-flow-statements``."""
        return self._statements(ask, "cash_flow")

    def ratios(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/stocks/financials/v1/ratios``."""
        wanted = ask.query.text("ticker")
        rows = [
            _ratios(ask, stock, report)
            for stock in self._stocks(wanted)
            if (report := next(reversed(self._of(ask, stock, "ttm")), None)) is not None
        ]
        return {"results": ask.page(rows, default=100, most=50_000)}

    def _statements(self, ask: Ask, kind: str) -> dict[str, Any]:
        query = ask.query
        frames = {"quarterly": "quarterly", "annual": "annual", "trailing_twelve_months": "ttm"}
        frame = frames[query.choice("timeframe", tuple(frames), "quarterly")]
        tickers = query.text("tickers") or query.text("tickers.any_of")
        first, last = query.days("period_end")
        filed_first, filed_last = query.days("filing_date")
        found = [
            (stock, report)
            for name in (tickers.split(",") if tickers else [None])
            for stock, report in self._reports(ask, name, frame)
            if first <= report.end <= last and filed_first <= report.filed <= filed_last
        ]
        by, _, direction = (query.text("sort") or "period_end.desc").partition(".")
        del by
        found.sort(key=lambda pair: (pair[1].end, pair[0].symbol), reverse=direction == "desc")
        page = ask.page(found, default=100, most=50_000)
        return {"results": [_statement(stock, report, kind) for stock, report in page]}

    def _reports(self, ask: Ask, ticker: str | None, frame: str) -> list[tuple[Stock, Report]]:
        return [
            (stock, report)
            for stock in self._stocks(ticker)
            for report in self._of(ask, stock, frame)
        ]

    def _stocks(self, ticker: str | None) -> list[Stock]:
        stocks = self._venue.market.stocks
        if ticker is None:
            return list(stocks.values())
        return [stocks[ticker]] if ticker in stocks else []

    def _of(self, ask: Ask, stock: Stock, frame: str) -> tuple[Report, ...]:
        every = quarters(stock, ask.today.year)
        known = tuple(report for report in every if report.filed <= ask.today)
        made = {"quarterly": known, "annual": annual(known), "ttm": trailing(known)}
        return made[frame] if frame else made["quarterly"] + made["annual"]


def _experimental(stock: Stock, report: Report) -> dict[str, Any]:
    statements = {
        "income_statement": report.income,
        "balance_sheet": report.balance,
        "cash_flow_statement": report.cash_flow,
    }
    frames = {"FY": "annual", "TTM": "ttm"}
    name = f"{stock.symbol}{report.end:%Y%m%d}{report.period}"
    return {
        "cik": stock.cik,
        "company_name": stock.name.upper(),
        "end_date": report.end.isoformat(),
        "filing_date": report.filed.isoformat(),
        "acceptance_datetime": f"{report.filed.isoformat()}T21:00:00Z",
        "financials": {
            kind: {
                name: _point(name, value, order) for order, (name, value) in enumerate(each.items())
            }
            for kind, each in statements.items()
        },
        "fiscal_period": report.period,
        "fiscal_year": str(report.year),
        "sic": stock.sic[0],
        "source_filing_file_url": f"https://filings.example/{name}.xml",
        "source_filing_url": f"https://filings.example/{name}",
        "start_date": report.start.isoformat(),
        "tickers": [stock.symbol],
        "timeframe": frames.get(report.period, "quarterly"),
    }


def _point(name: str, value: float, order: int) -> dict[str, Any]:
    unit = "USD / shares" if "per_share" in name else "shares" if "shares" in name else "USD"
    label = _LABELS.get(name, name.replace("_", " ").title())
    return {"label": label, "order": (order + 1) * 100, "unit": unit, "value": value}


def _statement(stock: Stock, report: Report, kind: str) -> dict[str, Any]:
    lines: dict[str, float] = getattr(report, kind)
    row: dict[str, Any] = {
        "cik": stock.cik,
        "filing_date": report.filed.isoformat(),
        "fiscal_year": report.year,
        "period_end": report.end.isoformat(),
        "tickers": [stock.symbol],
        "timeframe": _PERIODS.get(report.period, "quarterly"),
    }
    if report.period.startswith("Q"):
        row["fiscal_quarter"] = int(report.period[1])
    return row | {new: lines[old] for old, new in _NEW_NAMES[kind].items()}


def _ratios(ask: Ask, stock: Stock, report: Report) -> dict[str, Any]:
    market = ask.venue.market
    day = market.previous_session(min(ask.seen_ns, ask.now_ns))
    closed = float(market.sessions(stock, day, day)[1].closed[0])
    shares = report.income["basic_average_shares"] / market.factor(
        stock, day, as_of=day.replace(year=day.year + 15, day=1)
    )
    value = closed * shares
    net, equity = report.income["net_income_loss"], report.balance["equity"]
    return {
        "average_volume": float(market.sessions(stock, day, day)[1].volume[0]),
        "cash": round(report.balance["cash"] / report.balance["current_liabilities"], 4),
        "cik": stock.cik,
        "current": round(
            report.balance["current_assets"] / report.balance["current_liabilities"], 4
        ),
        "date": day.isoformat(),
        "debt_to_equity": round(report.balance["long_term_debt"] / equity, 4),
        "dividend_yield": stock.dividend_yield,
        "earnings_per_share": round(net / shares, 4),
        "market_cap": round(value, 2),
        "price": closed,
        "price_to_book": round(value / equity, 4),
        "price_to_earnings": round(value / net, 4),
        "price_to_sales": round(value / report.income["revenues"], 4),
        "return_on_assets": round(net / report.balance["assets"], 4),
        "return_on_equity": round(net / equity, 4),
        "ticker": stock.symbol,
    }
