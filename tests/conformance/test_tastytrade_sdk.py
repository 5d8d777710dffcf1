"""The ``tastytrade`` package (an independent client, version 13) against the simulator."""

from __future__ import annotations

import asyncio
import gc
import warnings
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.sims.options.listed import Size
from quantdeck.sims.tastytrade import accounts
from quantdeck.sims.tastytrade.server import TastytradeSim
from tests.conformance.threaded import running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from tastytrade import DXLinkStreamer, Session
    from tastytrade.dxfeed import Candle, Greeks, Profile, Quote, Summary, Trade
    from tastytrade.instruments import Equity, NestedOptionChain, Option, get_option_chain
    from tastytrade.market_data import get_market_data, get_market_data_by_type
    from tastytrade.market_sessions import (
        ExchangeType,
        MarketStatus,
        get_market_holidays,
        get_market_sessions,
    )
    from tastytrade.order import InstrumentType
    from tastytrade.utils import TastytradeError

_LONGEST_WAIT_S = 20


@pytest.fixture(scope="module")
def simulator() -> Iterator[TastytradeSim]:
    with running(TastytradeSim(seed=7, size=Size.SMALL, rate=4.0)) as sim:
        yield sim
    # What the client leaves open must not be found in the midst of another module's tests.
    gc.collect()


@pytest.fixture(autouse=True)
def redirected(simulator: TastytradeSim, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("tastytrade.session.API_URL", simulator.rest_url)
    yield
    simulator.clear()


def _session(refresh_token: str = accounts.REFRESH_TOKEN) -> Session:
    return Session(accounts.CLIENT_SECRET, refresh_token, trust_env=False)


def _run(call: Any) -> Any:
    async def scenario() -> Any:
        async with _session() as session:
            return await call(session)

    return asyncio.run(scenario())


def test_nested_chain_has_a_root_for_each_settlement(simulator: TastytradeSim) -> None:
    chains = _run(lambda session: NestedOptionChain.get(session, "SPX"))

    settlements = {
        chain.root_symbol: {expiry.settlement_type for expiry in chain.expirations}
        for chain in chains
    }
    assert settlements == {"SPX": {"AM"}, "SPXW": {"PM"}}
    strike = chains[1].expirations[0].strikes[0]
    assert strike.call.startswith("SPXW  ")
    assert strike.call_streamer_symbol.startswith(".SPXW")


def test_flat_chain_tells_what_the_nested_one_does(simulator: TastytradeSim) -> None:
    flat = _run(lambda session: get_option_chain(session, "SPX"))
    nested = _run(lambda session: NestedOptionChain.get(session, "SPX"))

    options = [option for options in flat.values() for option in options]
    by_name = {option.symbol: option for option in options}
    strikes = [s for chain in nested for expiry in chain.expirations for s in expiry.strikes]
    assert len(options) == 2 * len(strikes)
    assert {option.exercise_style for option in options} == {"European"}
    for strike in strikes:
        assert by_name[strike.call].streamer_symbol == strike.call_streamer_symbol
        assert by_name[strike.put].strike_price == strike.strike_price


def test_instruments_are_parsed(simulator: TastytradeSim) -> None:
    async def call(session: Session) -> Any:
        chain = await NestedOptionChain.get(session, "SPY")
        option = await Option.get(session, chain[0].expirations[0].strikes[0].put)
        one = await Equity.get(session, "SPX")
        pages = await Equity.get(session, ["SPX", "XSP", "SPY"], per_page=2, page_offset=None)
        return option, one, pages, await Equity.get_active_equities(session, page_offset=None)

    option, spx, several, active = _run(call)

    assert (option.exercise_style, option.settlement_type) == ("American", "PM")
    assert (spx.is_index, spx.streamer_symbol) == (True, "SPX")
    assert [equity.symbol for equity in several] == ["SPX", "XSP", "SPY"]
    assert [equity.symbol for equity in active] == ["SPY"]


def test_market_data_are_parsed(simulator: TastytradeSim) -> None:
    async def call(session: Session) -> Any:
        chain = await NestedOptionChain.get(session, "SPX")
        names = [s.call for s in chain[1].expirations[0].strikes[:20]]
        several = await get_market_data_by_type(
            session, indices=["SPX"], equities=["SPY"], options=names
        )
        return names, several, await get_market_data(session, "SPX", InstrumentType.INDEX)

    names, several, spx = _run(call)

    assert [row.symbol for row in several] == ["SPX", "SPY", *names]
    assert all(row.open_interest is not None and row.bid is not None for row in several[2:])
    assert Decimal(3000) < spx.mark < Decimal(12000)


def test_more_symbols_than_allowed_are_refused(simulator: TastytradeSim) -> None:
    with pytest.raises(TastytradeError, match="100 symbols"):
        _run(lambda session: get_market_data_by_type(session, options=["A"] * 101))


def test_calendar_is_parsed(simulator: TastytradeSim) -> None:
    async def call(session: Session) -> Any:
        sessions = await get_market_sessions(session, [ExchangeType.NYSE])
        return sessions, await get_market_holidays(session), await session.validate()

    sessions, calendar, is_valid = _run(call)

    assert sessions[0].status is MarketStatus.OPEN
    assert sessions[0].previous_session.open_at < sessions[0].next_session.open_at
    assert calendar.holidays
    assert calendar.half_days
    assert is_valid


@pytest.mark.parametrize(
    ("fault", "said"),
    [("refresh-refused", "Grant revoked"), ("502-html", "502 Bad Gateway"), ("401-html", "401")],
)
def test_refusals_are_understood(simulator: TastytradeSim, fault: str, said: str) -> None:
    simulator.inject(fault)

    with pytest.raises(TastytradeError, match=said):
        _run(lambda session: session.refresh())


def test_unknown_chain_is_not_found(simulator: TastytradeSim) -> None:
    with pytest.raises(TastytradeError, match="record_not_found"):
        _run(lambda session: NestedOptionChain.get(session, "NOPE"))


def test_streamer_is_told_every_type_of_event(simulator: TastytradeSim) -> None:
    async def call(session: Session) -> Any:
        chain = await NestedOptionChain.get(session, "SPX")
        expiry = chain[1].expirations[0]
        middle = expiry.strikes[len(expiry.strikes) // 2]
        names = [middle.call_streamer_symbol, middle.put_streamer_symbol]
        found: dict[Any, Any] = {}
        async with asyncio.timeout(_LONGEST_WAIT_S), DXLinkStreamer(session) as streamer:
            for kind in (Quote, Greeks, Summary, Profile):
                await streamer.subscribe(kind, names)
            await streamer.subscribe(Trade, ["SPY"])
            now = datetime.fromtimestamp(simulator.now_ms() / 1000, UTC)
            since = now - timedelta(hours=2)
            await streamer.subscribe_candle(["SPX"], "5m", since)
            for kind in (Quote, Greeks, Summary, Profile, Trade, Candle):
                found[kind] = await streamer.get_event(kind)
        return names, found

    names, found = _run(call)

    assert found[Quote].event_symbol in names
    assert found[Quote].bid_price < found[Quote].ask_price
    assert found[Quote].bid_time == 0
    assert Decimal(0) < found[Greeks].volatility < Decimal(5)
    assert found[Summary].open_interest >= 0
    assert found[Profile].description.startswith("SPXW")
    assert found[Trade].price > 0
    assert found[Candle].snapshot_begin
    assert found[Candle].low <= found[Candle].close <= found[Candle].high


def test_streamer_goes_on_being_told(simulator: TastytradeSim) -> None:
    async def call(session: Session) -> Any:
        prices: list[Decimal] = []
        async with asyncio.timeout(_LONGEST_WAIT_S), DXLinkStreamer(session) as streamer:
            await streamer.subscribe(Quote, ["SPX", "SPY"])
            async for quote in streamer.listen(Quote):
                prices.append(quote.bid_price)
                if len(prices) == 10:
                    return prices
        return prices

    assert len(set(_run(call))) > 3
