"""The book of given prices answers as the machine's does."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.model.errors import NoData
from tests.hub.deck_rig import deck_rig
from tests.hub.price_books import ArrayPriceBook, price_series, walk

if TYPE_CHECKING:
    from pathlib import Path


def test_array_price_book_asked_for_the_newest_bars_gives_these() -> None:
    book = ArrayPriceBook([price_series("US:SPY", walk(30), calendar="XNYS")])

    series = asyncio.run(book.series(SeriesQuestion("US:SPY", bars=5)))

    assert len(series) == 5
    assert series.periods_per_year == 252


def test_array_price_book_of_an_unknown_symbol_names_what_there_is() -> None:
    book = ArrayPriceBook([price_series("US:SPY", walk(30))])

    with pytest.raises(NoData, match="US:SPY"):
        book.known(SeriesQuestion("US:QQQ"))


def test_machine_without_prices_of_years_has_none(tmp_path: Path) -> None:
    async def study() -> object:
        async with deck_rig(tmp_path) as rig:
            return rig.machine.prices

    assert asyncio.run(study()) is None


def test_machine_that_is_given_prices_has_these(tmp_path: Path) -> None:
    book = ArrayPriceBook([price_series("US:SPY", walk(30))])

    async def study() -> object:
        async with deck_rig(tmp_path, prices=book, runs=True) as rig:
            return rig.machine.prices

    assert asyncio.run(study()) is book
