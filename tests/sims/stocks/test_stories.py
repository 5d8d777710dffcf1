"""News and reports of the simulated companies."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest

from quantdeck.sims.options.listed import Size
from quantdeck.sims.stocks.listing import STOCKS
from quantdeck.sims.stocks.market import StockMarket
from quantdeck.sims.stocks.reports import annual, quarters, trailing
from quantdeck.sims.stocks.stories import EVERY_NS, SENTIMENTS, Stories

NOW_NS = 1_795_194_000_123_000_000
STORIES = Stories(StockMarket(seed=7, size=Size.SMALL))


def test_stories_descend_and_ascend_to_the_same() -> None:
    after = NOW_NS - 50 * EVERY_NS

    down = list(STORIES.between(after, NOW_NS))
    up = list(STORIES.between(after, NOW_NS, descends=False))

    assert down == up[::-1]
    assert 45 <= len(down) <= 51
    assert all(after < story.published_ns <= NOW_NS for story in down)


def test_stories_of_a_symbol_concern_it_and_are_marked() -> None:
    found = list(islice(STORIES.between(0, NOW_NS, "KO"), 40))

    assert all("KO" in story.symbols for story in found)
    assert all(story.title.startswith("Simulated: ") for story in found)
    assert {tone for story in found for _, tone in story.sentiments} == set(SENTIMENTS)


def test_stories_of_an_unknown_symbol_are_none() -> None:
    assert list(STORIES.between(0, NOW_NS, "NOPE")) == []


@pytest.mark.parametrize("stock", STOCKS[:4], ids=lambda stock: stock.symbol)
def test_statements_add_up(stock) -> None:
    for report in quarters(stock, 2026):
        income, balance, cash = report.income, report.balance, report.cash_flow

        assert balance["assets"] == balance["liabilities"] + balance["equity"]
        assert income["gross_profit"] == income["revenues"] - income["cost_of_revenue"]
        assert income["net_income_loss"] > 0.0
        assert cash["net_cash_flow"] == sum(cash.values()) - cash["net_cash_flow"]
        assert report.start < report.end < report.filed


def test_year_is_the_sum_of_its_quarters() -> None:
    four = quarters(STOCKS[0], 2025)[-4:]

    year = annual(quarters(STOCKS[0], 2025))[-1]

    assert year.period == "FY"
    assert year.income["revenues"] == sum(each.income["revenues"] for each in four)
    assert year.start == date(2025, 1, 1)
    assert trailing(quarters(STOCKS[0], 2025))[-1].income == year.income


def test_funds_report_nothing() -> None:
    fund = next(stock for stock in STOCKS if stock.symbol == "SPY")

    assert quarters(fund, 2026) == ()
