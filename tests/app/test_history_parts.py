"""Who is asked for prices of years, and what is followed."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.app import history_parts, polygon_access
from quantdeck.app.feed_settings import Alpaca, BinanceUsdm, Feeds, Yahoo
from quantdeck.app.history_parts import history_parts as make_parts
from quantdeck.app.history_parts import history_sources
from quantdeck.app.history_settings import DEMO_STOCKS, HistorySettings
from quantdeck.app.plans import Surroundings
from quantdeck.app.settings import Settings
from quantdeck.hub.price_book import SeriesQuestion
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from tests.hub.deck_rig import BTC, deck_rig

if TYPE_CHECKING:
    from pathlib import Path

_HERE = "http://127.0.0.1:9"


def _around(folder: Path) -> Surroundings:
    return Surroundings(SystemClock(), InstrumentTable(), RunId("run-1"), folder)


def _venues(settings: Settings, folder: Path) -> dict[str, str]:
    async def main() -> dict[str, str]:
        async with AsyncExitStack() as stack:
            found = history_sources(settings, _around(folder), stack)
            return {venue: source.source for venue, source in found.items()}

    return asyncio.run(main())


@pytest.fixture
def no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(history_parts, "surroundings", dict)


@pytest.fixture
def keys(monkeypatch: pytest.MonkeyPatch) -> None:
    given = {"ALPACA_API_KEY": "k", "ALPACA_API_SECRET": "s"}
    monkeypatch.setattr(history_parts, "surroundings", lambda: given)


def test_sources_without_a_vendor_of_stocks_are_those_of_coins(tmp_path: Path) -> None:
    assert _venues(Settings(), tmp_path) == {
        "BINANCE-USDM": "binance-usdm",
        "BINANCE": "binance-spot",
    }


def test_sources_where_yahoo_is_enabled_have_stocks_and_indices(tmp_path: Path) -> None:
    feeds = Feeds(yahoo=Yahoo(enabled=True, rest_url=_HERE))

    found = _venues(Settings(feeds=feeds), tmp_path)

    assert (found["US"], found["YAHOO"]) == ("yahoo", "yahoo")


@pytest.mark.usefixtures("keys")
@pytest.mark.parametrize("alpaca", [Alpaca(enabled=True), Alpaca(symbols=("SPY",))])
def test_sources_where_alpaca_is_used_have_its_stocks(tmp_path: Path, alpaca: Alpaca) -> None:
    assert _venues(Settings(feeds=Feeds(alpaca=alpaca)), tmp_path)["US"] == "alpaca"


@pytest.mark.usefixtures("keys")
def test_source_that_is_named_is_taken_before_one_that_is_enabled(tmp_path: Path) -> None:
    settings = Settings(
        feeds=Feeds(yahoo=Yahoo(enabled=True, rest_url=_HERE)),
        history=HistorySettings(source="alpaca"),
    )

    assert _venues(settings, tmp_path)["US"] == "alpaca"


@pytest.mark.usefixtures("no_keys")
def test_source_that_is_named_without_its_key_stops_the_start(tmp_path: Path) -> None:
    with pytest.raises(AuthFailed, match="ALPACA_API_KEY"):
        _venues(Settings(history=HistorySettings(source="alpaca")), tmp_path)


def test_source_that_is_polygon_has_its_stocks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polygon_access, "surroundings", lambda: {"POLYGON_API_KEY": "k"})
    settings = Settings(data_dir=str(tmp_path), history=HistorySettings(source="polygon"))

    assert _venues(settings, tmp_path)["US"] == "polygon"


def _made(settings: Settings, folder: Path, sources: dict[str, Any], *, demo: bool = False):
    make = make_parts(settings, _around(folder), sources, demo=demo)

    async def main():
        async with deck_rig(folder, make_prices=make) as rig:
            assert rig.machine.prices is not None
            return rig.machine.prices.choices()

    return asyncio.run(main())


class _Source:
    source = "yahoo"


def test_demo_follows_its_stocks_before_the_coins(tmp_path: Path) -> None:
    sources = {"US": _Source(), "BINANCE-USDM": _Source()}

    choices = _made(Settings(), tmp_path, sources, demo=True)

    assert choices.symbols[: len(DEMO_STOCKS)] == tuple(f"US:{each}" for each in DEMO_STOCKS)
    assert choices.symbols[len(DEMO_STOCKS)] == BTC
    assert choices.benchmark == "US:SPY"


def test_deck_without_stocks_takes_the_first_coin_for_a_benchmark(tmp_path: Path) -> None:
    choices = _made(Settings(), tmp_path, {"BINANCE-USDM": _Source()})

    assert choices.symbols[0] == choices.benchmark == BTC


def test_benchmark_of_the_settings_is_followed(tmp_path: Path) -> None:
    settings = Settings(history=HistorySettings(symbols=("AAPL",), benchmark="QQQ"))

    choices = _made(settings, tmp_path, {"US": _Source()})

    assert choices.symbols[:2] == ("US:AAPL", "US:QQQ")
    assert choices.benchmark == "US:QQQ"


def test_symbol_of_the_settings_that_is_none_stops_the_start(tmp_path: Path) -> None:
    settings = Settings(history=HistorySettings(symbols=("not a symbol",)))

    with pytest.raises(BadInput, match="not a symbol"):
        _made(settings, tmp_path, {})


def test_simulator_of_the_settings_is_marked_as_one(tmp_path: Path) -> None:
    feeds = Feeds(binance_usdm=BinanceUsdm(rest_url=_HERE))

    async def main() -> str:
        async with AsyncExitStack() as stack:
            found = history_sources(Settings(feeds=feeds), _around(tmp_path), stack)
            return found["BINANCE-USDM"]._provenance.delay.value

    assert asyncio.run(main()) == "simulated"


def test_replay_offers_what_is_played_and_no_years(tmp_path: Path) -> None:
    make = history_parts.played_prices(Settings(data_dir=str(tmp_path)))

    async def main() -> None:
        async with deck_rig(tmp_path, make_prices=make) as rig:
            rig.fill(20)
            prices = rig.machine.prices
            assert prices is not None
            assert prices.known(SeriesQuestion(BTC, "1s", bars=5)) is not None

    asyncio.run(main())
