"""yfinance against the simulator."""

from __future__ import annotations

import asyncio
import time
import warnings
from typing import TYPE_CHECKING, Any

import pytest
import requests

from quantdeck.sims.yahoo.server import YahooSim
from tests.conformance.threaded import FridayClock, running
from tests.conformance.yahoo_route import session

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

yfinance = pytest.importorskip("yfinance", reason="yfinance is the extra quantdeck[yahoo]")
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import yfinance.data
    import yfinance.exceptions

_DEADLINE_S = 20.0


@pytest.fixture(scope="module")
def sim() -> Iterator[YahooSim]:
    with running(YahooSim(clock=FridayClock())) as made:
        yield made


@pytest.fixture
def ticker(sim: YahooSim, tmp_path, monkeypatch) -> Iterator[Any]:
    # What yfinance remembers for the process is not to leak from one test into the next.
    monkeypatch.setattr(yfinance.data.SingletonMeta, "_instances", {})
    monkeypatch.setattr(yfinance.data.cache._CookieCacheManager, "_Cookie_cache", None)
    yfinance.config.debug.hide_exceptions = False
    yfinance.set_tz_cache_location(str(tmp_path))
    door = session(sim.base_url)
    sim.clear()
    yield lambda symbol: yfinance.Ticker(symbol, session=door)
    yfinance.config.debug.hide_exceptions = True
    sim.clear()
    door.close()


def test_daily_history_reaches_back_fifteen_years_with_actions(ticker) -> None:
    found = ticker("AAPL").history(start="2007-01-01", auto_adjust=False)

    assert (found.index[-1] - found.index[0]).days > 15 * 365
    assert found["Stock Splits"][found["Stock Splits"] > 0].tolist() == [7.0, 4.0]
    assert (found["Dividends"] > 0).sum() > 60
    assert (found["High"] >= found[["Open", "Close"]].max(axis=1) - 1e-4).all()


def test_adjusted_closes_are_those_that_yfinance_works_out_of_dividends(ticker) -> None:
    kept = ticker("KO").history(start="2020-01-01", auto_adjust=False)

    returns = kept["Adj Close"].pct_change().dropna()
    paid = kept["Close"] + kept["Dividends"]
    total = (paid / kept["Close"].shift(1) - 1.0).dropna()

    assert abs((1.0 + returns).prod() / (1.0 + total).prod() - 1.0) < 0.002


@pytest.mark.parametrize(("interval", "rows"), [("1m", 1_000), ("1h", 20), ("1d", 4), ("1wk", 1)])
def test_every_interval_is_read(ticker, interval: str, rows: int) -> None:
    found = ticker("SPY").history(period="5d", interval=interval)

    assert len(found) >= rows
    assert found["Close"].notna().all()


def test_coins_trade_on_week_ends(ticker) -> None:
    found = ticker("BTC-USD").history(period="1mo")

    assert set(found.index.dayofweek) == set(range(7))


def test_last_prices_agree_between_chart_quote_and_options(ticker) -> None:
    spy = ticker("SPY")

    chain = spy.option_chain()
    quoted = spy.info["regularMarketPrice"]
    closes = spy.history(period="1d", interval="1m")["Close"]

    assert abs(quoted / closes.iloc[-1] - 1.0) < 1e-3
    assert abs(chain.underlying["regularMarketPrice"] / quoted - 1.0) < 1e-3


def test_option_chains_of_every_expiry_are_read(ticker) -> None:
    aapl = ticker("AAPL")

    chains = [aapl.option_chain(day) for day in aapl.options]

    assert len(chains) >= 6
    assert all((chain.calls["ask"] > chain.calls["bid"]).all() for chain in chains)
    assert all(len(chain.puts) == len(chain.calls) > 10 for chain in chains)


def test_info_and_fast_info_are_read(ticker) -> None:
    jpm = ticker("JPM")

    info, fast = jpm.info, jpm.fast_info

    assert info["longName"] == "JPMorgan Chase & Co."
    assert info["quoteType"] == "EQUITY"
    assert fast["currency"] == "USD"
    assert fast["last_price"] > 0
    assert fast["timezone"] == "America/New_York"


def test_search_finds_a_name(sim: YahooSim, ticker) -> None:
    ticker("SPY")

    found = yfinance.Search("nvidia", session=session(sim.base_url))

    assert [each["symbol"] for each in found.quotes] == ["NVDA"]


def test_unknown_symbols_are_not_found(ticker) -> None:
    # yfinance expects errors of curl_cffi, which a session of requests does not raise.
    with pytest.raises(requests.HTTPError, match="404"):
        ticker("NOPE").history(period="5d")


def test_a_slow_down_is_told_as_such(sim: YahooSim, ticker) -> None:
    spy = ticker("SPY")
    sim.inject("429")

    with pytest.raises(yfinance.exceptions.YFRateLimitError):
        spy.history(period="5d")


def test_a_crumb_that_has_gone_stale_is_fetched_anew(sim: YahooSim, ticker) -> None:
    sim.inject("crumb-rotation=0.2")
    spy = ticker("SPY")
    assert spy.options

    deadline = time.monotonic() + _DEADLINE_S
    before = sim.counters["bad_crumbs"]
    while sim.counters["bad_crumbs"] == before and time.monotonic() < deadline:
        assert ticker("AAPL").options

    assert sim.counters["bad_crumbs"] > before


def test_the_streamer_is_read_by_its_own_client(sim: YahooSim, ticker) -> None:
    async def heard() -> dict[str, Any]:
        found: dict[str, Any] = {}
        both = asyncio.Event()

        def take(told: dict[str, Any]) -> None:
            found[told["id"]] = told
            if len(found) == 2:
                both.set()

        client = yfinance.AsyncWebSocket(url=sim.ws_url, verbose=False)
        await client.subscribe(["SPY", "BTC-USD"])
        listening = asyncio.create_task(client.listen(take))
        async with asyncio.timeout(_DEADLINE_S):
            await both.wait()
        # Closed before it is cancelled, it would spin for ever.
        listening.cancel()
        await asyncio.gather(listening, return_exceptions=True)
        return found

    told = asyncio.run(heard())
    price = ticker("SPY").fast_info["last_price"]

    assert told["SPY"]["exchange"] == "PCX"
    assert abs(told["SPY"]["price"] / price - 1.0) < 1e-3
    assert told["BTC-USD"]["quote_type"] == 41
