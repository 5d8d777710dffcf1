"""Captured stocks and the box desk of one vendor, put together as `quantdeck up` does."""

from __future__ import annotations

import asyncio

import pytest

from quantdeck.app.box_parts import live_boxes
from quantdeck.app.box_settings import Boxes
from quantdeck.app.feed_settings import Alpaca, BinanceUsdm, Feeds
from quantdeck.app.plans import Surroundings, live_plans
from quantdeck.app.settings import Settings
from quantdeck.hub.deck import RunningDeck
from quantdeck.hub.machine import Machine, Parts
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.feed import Delay, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size
from quantdeck.tape.open import open_reader, open_writer
from quantdeck.views.payloads import Mode

_KEYS = {"ALPACA_API_KEY": "K", "ALPACA_API_SECRET": "S"}


@pytest.fixture
def keys(monkeypatch):
    for name, value in _KEYS.items():
        monkeypatch.setenv(name, value)


def settings_for(sim=None, *, enabled=False, **chosen):
    urls = {} if sim is None else {"data_url": sim.rest_url, "trading_url": sim.rest_url}
    stream = {} if sim is None else {"stream_url": sim.ws_url}
    alpaca = Alpaca(enabled=enabled, symbols=("SPY", "us:msft"), **urls, **stream, **chosen)
    return Settings(
        feeds=Feeds(binance_usdm=BinanceUsdm(enabled=False), alpaca=alpaca),
        boxes=Boxes(tickers=("SPY",), expiries_per_ticker=1),
    )


def surroundings(tmp_path):
    return Surroundings(SystemClock(), InstrumentTable(), RunId("test"), tmp_path)


@pytest.mark.parametrize(
    ("chosen", "delay"),
    [
        ({}, Delay.REALTIME),
        ({"stock_feed": "delayed_sip"}, Delay.DELAYED),
        ({"data_feed": "opra"}, Delay.REALTIME),
    ],
)
@pytest.mark.usefixtures("keys")
def test_stock_plan_names_venue_symbols_and_delay(tmp_path, chosen, delay):
    (plan,) = live_plans(settings_for(**chosen), surroundings(tmp_path))

    assert (plan.venue, plan.symbols) == ("US", ("US:SPY", "US:MSFT"))
    assert (plan.provenance.source, plan.provenance.delay) == ("alpaca", delay)
    assert not plan.numbered


def test_stock_plan_without_a_key_says_where_to_put_it(tmp_path, monkeypatch):
    for name in _KEYS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)

    with pytest.raises(AuthFailed, match=r"feeds\.alpaca\.symbols.*ALPACA_API_KEY"):
        live_plans(settings_for(), surroundings(tmp_path))


@pytest.mark.usefixtures("keys")
def test_stock_plan_refuses_an_index(tmp_path):
    settings = Settings(feeds=Feeds(alpaca=Alpaca(symbols=("SPX",))))

    with pytest.raises(BadInput, match="is an index"):
        live_plans(settings, surroundings(tmp_path))


async def until(condition, *, seconds=30.0):
    deadline = asyncio.get_running_loop().time() + seconds
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, "not in time"
        await asyncio.sleep(0.02)


@pytest.mark.usefixtures("keys")
def test_captured_stocks_and_the_desk_share_the_stock_connection(tmp_path):
    async def run():
        async with AlpacaSim(size=Size.SMALL) as sim:
            settings, around = settings_for(sim, enabled=True), surroundings(tmp_path)
            machine = Machine(
                Parts(
                    mode=Mode.LIVE,
                    version="test",
                    clock=around.clock,
                    instruments=around.instruments,
                    plans=live_plans(settings, around),
                    reader=open_reader(tmp_path),
                    writer=open_writer(tmp_path, around.instruments, clock=around.clock),
                    boxes=live_boxes(settings, around),
                )
            )
            deck = RunningDeck(machine)
            try:
                deck.run()
                await machine.start_capture(None)
                desk = machine.desk

                def is_all_there():
                    states = {status.name: status.state.value for status in machine.feeds()}
                    return (
                        states == {"alpaca/options": "live", "alpaca/stocks": "live"}
                        and machine.state.has_bars("US:SPY")
                        and machine.state.has_bars("US:MSFT")
                        and machine.instrument("US:SPY")
                        and desk.watched()
                        and desk.lane.counts.accepted > 50
                    )

                await until(is_all_there)
                lent = around.stocks.symbols
                await machine.stop_capture()
                await until(lambda: {s.state.value for s in machine.feeds()} == {"stopped"})
                return lent, machine.instrument("US:SPY"), machine.ledger.open_count()
            finally:
                await machine.close()

    lent, instrument, gaps = asyncio.run(run())

    assert lent == ("US:SPY",)
    assert (instrument.tick_size, instrument.annual_periods, gaps) == (0.01, 252, 0)
