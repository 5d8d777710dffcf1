"""Quarterly reports of the simulated companies; their statements add up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from quantdeck.sims.noise import generator
from quantdeck.sims.stocks.listing import Kind, Stock

FIRST_YEAR = 2009
"""Of the statements."""
_GROWTH = 1.07
_FILED_AFTER = timedelta(30)
_ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
_NOW = 2026.75


@dataclass(frozen=True, slots=True)
class Report:
    """Statements of a quarter, a year or the last four quarters; amounts in USD.

    Parameters
    ----------
    year : int
        Fiscal year, which is the calendar's.
    period : str
        ``Q1`` to ``Q4``, ``FY`` or ``TTM``.
    start, end, filed : datetime.date
        Of the period, and when it was told.
    income, balance, cash_flow : dict of str to float
        By the vendor-neutral name of each line.
    """

    year: int
    period: str
    start: date
    end: date
    filed: date
    income: dict[str, float]
    balance: dict[str, float]
    cash_flow: dict[str, float]


@lru_cache(maxsize=512)
def quarters(stock: Stock, last_year: int) -> tuple[Report, ...]:
    """Return the quarterly reports of a company up to the end of a year, by time; none of a fund.

    Examples
    --------
    >>> from quantdeck.sims.stocks.listing import STOCKS
    >>> report = quarters(STOCKS[0], 2026)[-1]
    >>> balance = report.balance
    >>> balance["assets"] == balance["liabilities"] + balance["equity"]
    True
    """
    if stock.kind is not Kind.STOCK:
        return ()
    return tuple(
        _quarter(stock, year, place)
        for year in range(FIRST_YEAR, last_year + 1)
        for place in range(4)
    )


def annual(reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """Return the reports of whole fiscal years, by time."""
    whole = [reports[first : first + 4] for first in range(0, len(reports) - 3, 4)]
    return tuple(_joined(four, "FY") for four in whole)


def trailing(reports: tuple[Report, ...]) -> tuple[Report, ...]:
    """Return the sums of four quarters in a row, by time."""
    return tuple(_joined(reports[n - 4 : n], "TTM") for n in range(4, len(reports) + 1))


def _quarter(stock: Stock, year: int, place: int) -> Report:
    rng = generator(0, "report", stock.symbol, year, place)
    always = generator(0, "company", stock.symbol)
    month, day = _ENDS[place]
    end = date(year, month, day)
    start = date(year, month - 2, 1)
    value = stock.price * stock.shares * 1e6
    season = 1.0 + 0.08 * (place == 3)
    size = _GROWTH ** (year + 0.25 * (place + 1) - _NOW) * season
    revenue = _whole(value / float(always.uniform(3.0, 7.0)) / 4.0 * size * rng.uniform(0.95, 1.05))
    cost = _whole(revenue * always.uniform(0.4, 0.6))
    operating = _whole(revenue * always.uniform(0.1, 0.2))
    tax = _whole((revenue - cost - operating) * 0.19)
    net = revenue - cost - operating - tax
    shares = stock.shares * 1e6
    assets = _whole(revenue * 4.0 * always.uniform(1.0, 2.0))
    liabilities = _whole(assets * always.uniform(0.4, 0.7))
    current = _whole(assets * always.uniform(0.3, 0.4))
    due = _whole(liabilities * always.uniform(0.4, 0.6))
    made = _whole(net * rng.uniform(1.1, 1.4))
    spent, returned = -_whole(made * 0.4), -_whole(made * 0.5)
    return Report(
        year=year,
        period=f"Q{place + 1}",
        start=start,
        end=end,
        filed=end + _FILED_AFTER,
        income={
            "revenues": revenue,
            "cost_of_revenue": cost,
            "gross_profit": revenue - cost,
            "operating_expenses": operating,
            "operating_income_loss": revenue - cost - operating,
            "income_tax_expense_benefit": tax,
            "net_income_loss": net,
            "basic_earnings_per_share": round(net / shares, 4),
            "diluted_earnings_per_share": round(net / shares / 1.01, 4),
            "basic_average_shares": shares,
        },
        balance={
            "assets": assets,
            "current_assets": current,
            "noncurrent_assets": assets - current,
            "cash": _whole(current * 0.5),
            "liabilities": liabilities,
            "current_liabilities": due,
            "noncurrent_liabilities": liabilities - due,
            "long_term_debt": _whole((liabilities - due) * 0.6),
            "equity": assets - liabilities,
            "liabilities_and_equity": assets,
        },
        cash_flow={
            "net_cash_flow_from_operating_activities": made,
            "net_cash_flow_from_investing_activities": spent,
            "net_cash_flow_from_financing_activities": returned,
            "net_cash_flow": made + spent + returned,
        },
    )


def _joined(parts: tuple[Report, ...], period: str) -> Report:
    last = parts[-1]
    income = _summed([part.income for part in parts])
    income["basic_average_shares"] = last.income["basic_average_shares"]
    return Report(
        year=last.year,
        period=period,
        start=parts[0].start,
        end=last.end,
        filed=last.filed,
        income=income,
        balance=last.balance,
        cash_flow=_summed([part.cash_flow for part in parts]),
    )


def _summed(statements: list[dict[str, float]]) -> dict[str, float]:
    return {name: round(sum(each[name] for each in statements), 4) for name in statements[0]}


def _whole(amount: float) -> float:
    return float(round(amount, -5))
