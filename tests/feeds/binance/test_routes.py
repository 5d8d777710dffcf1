"""Names and routes of Binance streams."""

from __future__ import annotations

import pytest

from quantdeck.feeds.binance.markets import SPOT, USDM
from quantdeck.feeds.binance.routes import route_of, rule_of, split_stream, stream_name, stream_url
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind


@pytest.mark.parametrize(
    ("suffix", "route"),
    [
        ("aggTrade", "market"),
        ("kline_1m", "market"),
        ("kline_1M", "market"),
        ("markPrice", "market"),
        ("markPrice@1s", "market"),
        ("trade", "public"),
        ("bookTicker", "public"),
    ],
)
def test_route_of_futures_stream_is_the_one_that_serves_it(suffix, route):
    assert route_of(USDM, suffix) == route


@pytest.mark.parametrize("suffix", ["aggTrade", "trade", "bookTicker", "kline_1s"])
def test_route_of_spot_stream_is_empty(suffix):
    assert route_of(SPOT, suffix) == ""


@pytest.mark.parametrize(
    ("market", "suffix"),
    [(USDM, "kline_1s"), (USDM, "depth@0ms"), (USDM, "AGGTRADE"), (SPOT, "markPrice"), (USDM, "")],
)
def test_rule_of_unknown_stream_is_refused_with_what_there_is(market, suffix):
    with pytest.raises(BadInput, match="aggTrade"):
        rule_of(market, suffix)


def test_rule_of_mark_price_becomes_a_mark():
    assert rule_of(USDM, "markPrice@1s").kind is Kind.MARK


def test_split_stream_undoes_stream_name():
    assert split_stream(stream_name("BTCUSDT", "markPrice@1s")) == ("BTCUSDT", "markPrice@1s")


def test_stream_url_with_route_ends_in_stream():
    assert stream_url("ws://127.0.0.1:9/", "public") == "ws://127.0.0.1:9/public/stream"
