"""Yahoo entered through yfinance, whose session goes to the simulator."""

from __future__ import annotations

import asyncio
import builtins
import importlib
import sys
import warnings
from random import Random

import pytest

from quantdeck.feeds.yahoo.library import Gate, LibraryAccess, browser_session
from quantdeck.model.errors import BadInput, ConfigError, RateLimited
from quantdeck.sims.yahoo.server import YahooSim
from tests.conformance.threaded import running
from tests.conformance.yahoo_route import routed
from tests.feeds.yahoo.rigs import HandClock, YahooRest
from tests.sims.harness import ManualClock
from tests.sims.yahoo.harness import FRIDAY_NOON_MS, shared_market

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    yfinance_data = pytest.importorskip(
        "yfinance.data", reason="yfinance is the extra quantdeck[yahoo]"
    )


@pytest.fixture
def at(tmp_path, monkeypatch):
    # One for the process, by yfinance's design.
    monkeypatch.setattr(yfinance_data.SingletonMeta, "_instances", {})
    monkeypatch.setattr(yfinance_data.cache._CookieCacheManager, "_Cookie_cache", None)
    clock = HandClock(FRIDAY_NOON_MS)
    with running(YahooSim(clock=ManualClock(FRIDAY_NOON_MS), market=shared_market())) as sim:

        def session(gate: Gate):
            return browser_session(gate, route=lambda url: routed(sim.base_url, url))

        access = LibraryAccess(clock=clock, folder=tmp_path, new_session=session)
        yield sim, access, clock


def _run(access, clock, *questions):
    async def scenario():
        rest = YahooRest(access, clock=clock, rng=Random(1), jitter_s=0.0)
        answers = []
        for symbol in questions:
            query = {"range": "5d", "interval": "1d"}
            asked = f"bars of {symbol}"
            answers.append(await rest.chart(symbol, query, asked=asked, fresh_s=0.0))
        await rest.close()
        return answers

    return asyncio.run(scenario())


def test_charts_come_with_a_crumb_that_yfinance_fetched(at) -> None:
    sim, access, clock = at

    charts = _run(access, clock, "SPY", "^GSPC")

    assert [chart.meta.symbol for chart in charts] == ["SPY", "^GSPC"]
    assert sim.counters["crumbs"] == 1


def test_what_was_closed_is_opened_again(at) -> None:
    _, access, clock = at

    before = _run(access, clock, "SPY")
    after = _run(access, clock, "SPY")

    assert before == after


def test_options_need_the_crumb_and_get_it(at) -> None:
    _, access, _ = at

    reply = asyncio.run(access.get("/v7/finance/options/AAPL", {}))

    assert reply.status == 200


def test_an_unknown_symbol_costs_one_question_and_no_second_way_in(at) -> None:
    sim, access, clock = at
    _run(access, clock, "SPY")
    before = sim.counters["requests"]

    with pytest.raises(BadInput, match="bars of NOPE"):
        _run(access, clock, "NOPE")

    # The cookie's page may be asked for again; consent and another crumb are not.
    assert sim.counters["requests"] - before <= 3
    assert sim.counters["consent_pages"] == 0


def test_a_slow_down_shuts_the_gate_until_its_time_has_come(at) -> None:
    sim, access, clock = at
    sim.inject("429=20")

    for _ in range(3):
        with pytest.raises(RateLimited) as caught:
            asyncio.run(access.get("/v8/finance/chart/SPY", {}))
    asked = sim.counters["requests"]
    sim.clear()
    clock.move(21)
    reply = asyncio.run(access.get("/v8/finance/chart/SPY", {}))

    assert caught.value.retry_after_s == 20
    assert asked == 1
    assert reply.status == 200


def test_charts_come_where_only_the_crumb_is_refused(at) -> None:
    sim, access, clock = at
    sim.inject("crumb-429")

    assert len(_run(access, clock, "SPY")) == 1


def test_without_the_extra_it_says_what_to_install(monkeypatch) -> None:
    real = builtins.__import__

    def without(name, *args, **kwargs):
        if name.startswith("yfinance"):
            raise ImportError(name)
        return real(name, *args, **kwargs)

    for name in [name for name in sys.modules if name.startswith("yfinance")]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setattr(importlib, "import_module", without)

    with pytest.raises(ConfigError, match=r"pip install 'quantdeck\[yahoo\]'"):
        LibraryAccess(clock=HandClock())
