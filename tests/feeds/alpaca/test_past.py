"""Days of stocks, and the splits and dividends told by three kinds of prices."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from random import Random

import httpx2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.adjustment import dividend_factors, split_factors
from quantdeck.feeds.alpaca.endpoints import OPTION_GRADES, STOCK_GRADES
from quantdeck.feeds.alpaca.past import AlpacaPast, actions_between
from quantdeck.feeds.alpaca.rest import AlpacaRest
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import RunId
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction
from quantdeck.ports.history import HistoryRequest

_DAY_NS = 86_400_000_000_000
# 2026-11-20, a Friday, two hours after the close.
_NOW = datetime(2026, 11, 20, 23, tzinfo=UTC)
_CLOSES = {
    "raw": [100.0, 102.0, 26.0, 25.5, 25.75],
    "split": [25.0, 25.5, 26.0, 25.5, 25.75],
    "all": [24.5, 24.99, 25.48, 25.5, 25.75],
}


class FixedClock:
    def __init__(self, at: datetime = _NOW) -> None:
        self.ns = int(at.timestamp()) * 1_000_000_000

    def now_ns(self) -> int:
        return self.ns

    def monotonic_ns(self) -> int:
        return self.ns

    async def sleep(self, seconds: float) -> None:
        self.ns += int(seconds * 1e9)


def _answer(request: httpx2.Request) -> httpx2.Response:
    params = dict(request.url.params)
    days = [datetime(2026, 11, 16, 5, tzinfo=UTC) + timedelta(days=n) for n in range(5)]
    wanted = zip(days, _CLOSES[params["adjustment"]], strict=True)
    rows = [
        {
            "t": f"{day:%Y-%m-%dT%H:%M:%SZ}",
            "o": c,
            "h": c,
            "l": c,
            "c": c,
            "v": 100,
            "n": 3,
            "vw": c,
        }
        for day, c in wanted
        if params["start"] <= f"{day:%Y-%m-%dT%H:%M:%SZ}" <= params["end"]
    ]
    return httpx2.Response(200, text=json.dumps({"bars": {params["symbols"]: rows}}))


def _history(symbol: str = "US:AAPL", interval: str = "1d", *, at: datetime = _NOW, first: int = 0):
    clock = FixedClock(at)
    start = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(days=first)

    async def work():
        rest = AlpacaRest(
            key="k",
            secret="s",  # noqa: S106 - of nobody
            options=OPTION_GRADES["indicative"],
            stocks=STOCK_GRADES["iex"],
            clock=clock,
            rng=Random(1),
            requests_per_minute=200,
            transport=httpx2.MockTransport(_answer),
        )
        source = AlpacaPast(rest, STOCK_GRADES["iex"], clock=clock, run_id=RunId("run-1"))
        span = int(start.timestamp()) * 1_000_000_000, clock.ns
        try:
            return await source.history(HistoryRequest(symbol, interval, *span))
        finally:
            await source.close()

    return asyncio.run(work())


def test_history_has_prices_as_traded_on_the_dates_of_their_sessions() -> None:
    history = _history()

    assert history.rows["close"].tolist() == _CLOSES["raw"]
    dates = history.rows["start_ns"].astype("datetime64[ns]").astype("datetime64[D]")
    assert [str(each) for each in dates[[0, -1]]] == ["2026-11-16", "2026-11-20"]
    assert (history.rows["start_ns"] % _DAY_NS == 0).all()


def test_history_has_the_actions_that_the_adjusted_prices_tell_of() -> None:
    history = _history()

    found = [
        (str(np.datetime64(a.ex_ns, "ns"))[:10], a.kind.value, a.value) for a in history.actions
    ]
    assert found == [("2026-11-18", "split", 4.0), ("2026-11-19", "dividend", 0.52)]


def test_history_names_feed_and_calendar() -> None:
    history = _history()

    assert (history.provenance.source, history.feed) == ("alpaca", "iex")
    assert (history.calendar, history.currency) == ("XNYS", "USD")


def test_history_leaves_out_the_session_that_goes_on() -> None:
    history = _history(at=datetime(2026, 11, 20, 18, tzinfo=UTC))

    assert len(history) == 4


def test_history_of_a_span_without_bars_is_no_data() -> None:
    with pytest.raises(NoData, match="no 1d bars of US:AAPL"):
        _history(first=5, at=datetime(2026, 11, 22, tzinfo=UTC))


@pytest.mark.parametrize(("symbol", "interval"), [("BINANCE:BTCUSDT", "1d"), ("US:AAPL", "2w")])
def test_history_of_what_alpaca_does_not_have_is_refused(symbol: str, interval: str) -> None:
    with pytest.raises(BadInput):
        _history(symbol, interval)


@settings(max_examples=40)
@given(
    st.lists(st.floats(-0.03, 0.03), min_size=30, max_size=60),
    st.sets(st.integers(2, 28), max_size=3),
    st.sampled_from([2.0, 4.0, 1.5, 0.1]),
    st.integers(2, 28),
)
def test_actions_between_rounded_prices_are_those_that_were_planted(
    steps: list[float], paid: set[int], ratio: float, split_day: int
) -> None:
    days = np.arange(len(steps), dtype=np.int64) * _DAY_NS
    closes = np.round(200.0 * np.exp(np.cumsum(steps)), 2)
    closes[split_day:] = np.round(closes[split_day:] / ratio, 2)
    planted = [CorporateAction(split_day * _DAY_NS, ActionKind.SPLIT, ratio)]
    planted += [
        CorporateAction(day * _DAY_NS, ActionKind.DIVIDEND, round(0.01 * float(closes[day]), 2))
        for day in paid
    ]
    splits = split_factors(days, planted)
    total = splits * dividend_factors(days, closes, planted)

    found = actions_between(*(_rows(days, np.round(closes * f, 4)) for f in (1.0, splits, total)))

    assert [(a.ex_ns, a.kind) for a in found] == [(a.ex_ns, a.kind) for a in sorted(planted)]
    for one, other in zip(found, sorted(planted), strict=True):
        assert one.value == pytest.approx(other.value, rel=0.02)


def _rows(days: np.ndarray, closes: np.ndarray) -> np.ndarray:
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"], rows["close"] = days, closes
    return rows
