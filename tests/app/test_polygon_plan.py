"""Stocks of Polygon that are captured, put together as `quantdeck up` does."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.app.feed_settings import Alpaca, BinanceUsdm, Feeds, Polygon
from quantdeck.app.plans import Surroundings, live_plans
from quantdeck.app.settings import Settings
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.errors import AuthFailed, BadInput, ConfigError
from quantdeck.model.events import Kind
from quantdeck.model.feed import Delay, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.sims.polygon.server import PolygonSim
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.views.payloads import Mode

_SECONDS = 30.0


@pytest.fixture
def key(monkeypatch):
    monkeypatch.setenv("MASSIVE_API_KEY", "advanced")


def settings_for(tmp_path, sim=None, *, alpaca=None, **chosen):
    urls = {}
    if sim is not None:
        urls = {
            "rest_url": sim.rest_url,
            "realtime_url": sim.ws_url,
            "delayed_url": sim.delayed_ws_url,
            "plan": "starter",
        }
    polygon = Polygon(**{"symbols": ("AAPL", "us:msft"), **urls, **chosen})
    return Settings(
        data_dir=str(tmp_path),
        feeds=Feeds(
            binance_usdm=BinanceUsdm(enabled=False), polygon=polygon, alpaca=alpaca or Alpaca()
        ),
    )


def surroundings(tmp_path):
    return Surroundings(SystemClock(), InstrumentTable(), RunId("test"), tmp_path)


@pytest.mark.parametrize(("realtime", "delay"), [(False, Delay.DELAYED), (True, Delay.REALTIME)])
@pytest.mark.usefixtures("key")
def test_polygon_plan_names_venue_symbols_and_delay(tmp_path, realtime, delay):
    (plan,) = live_plans(settings_for(tmp_path, realtime=realtime), surroundings(tmp_path))

    assert (plan.venue, plan.symbols) == ("US", ("US:AAPL", "US:MSFT"))
    assert (plan.provenance.source, plan.provenance.delay) == ("polygon", delay)
    assert not plan.numbered


def test_polygon_plan_without_a_key_says_where_to_put_it(tmp_path, monkeypatch):
    for name in ("MASSIVE_API_KEY", "POLYGON_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(AuthFailed, match="MASSIVE_API_KEY"):
        live_plans(settings_for(tmp_path), surroundings(tmp_path))


@pytest.mark.usefixtures("key")
def test_polygon_plan_refuses_an_index(tmp_path):
    with pytest.raises(BadInput, match="is no stock"):
        live_plans(settings_for(tmp_path, symbols=("SPX",)), surroundings(tmp_path))


@pytest.mark.usefixtures("key")
def test_stocks_are_captured_from_one_vendor(tmp_path, monkeypatch):
    monkeypatch.setenv("ALPACA_API_KEY", "K")
    monkeypatch.setenv("ALPACA_API_SECRET", "S")
    settings = settings_for(tmp_path, alpaca=Alpaca(symbols=("SPY",)))

    with pytest.raises(ConfigError, match=r"feeds\.alpaca\.symbols and feeds\.polygon\.symbols"):
        live_plans(settings, surroundings(tmp_path))


@pytest.mark.usefixtures("key")
def test_stocks_of_polygon_reach_the_tape_and_the_board(tmp_path):
    async def run():
        async with PolygonSim() as sim:
            around = surroundings(tmp_path)
            machine = Machine(
                Parts(
                    mode=Mode.LIVE,
                    version="test",
                    clock=around.clock,
                    instruments=around.instruments,
                    plans=live_plans(settings_for(tmp_path, sim), around),
                    reader=open_reader(tmp_path),
                    writer=open_writer(tmp_path, around.instruments, clock=around.clock),
                )
            )
            deck = RunningDeck(machine)
            try:
                deck.run()
                await machine.start_capture(None)
                deadline = asyncio.get_running_loop().time() + _SECONDS
                while not all(map(machine.state.has_bars, ("US:AAPL", "US:MSFT"))):
                    assert asyncio.get_running_loop().time() < deadline, machine.feeds()
                    await asyncio.sleep(0.02)
                return machine.feeds()
            finally:
                await machine.close()

    (status,) = asyncio.run(run())

    assert (status.name, status.delay) == ("polygon/stocks", Delay.SIMULATED)
    assert open_reader(tmp_path).table(Kind.TRADE).num_rows > 0
