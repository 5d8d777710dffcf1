"""Messages of the streamer."""

from __future__ import annotations

import base64
import contextlib
import math
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.yahoo.pricing import PricingDecoder, pricing_of
from quantdeck.model.errors import BadMessage
from quantdeck.model.instruments import InstrumentTable
from quantdeck.sims.yahoo.pricing import Pricing, enveloped

_NOW = 1_795_194_000_500_000_000


def _told(**fields) -> Pricing:
    given_fields = {
        "symbol": "AAPL",
        "price": 201.53,
        "time_ms": 1_795_194_000_123,
        "currency": "USD",
        "exchange": "NMS",
        "quote_type": 8,
        "market_hours": 1,
        "change_percent": -0.5,
        "change": -1.0,
        "day_volume": 1_234_567,
        "day_high": 203.0,
        "day_low": 199.0,
        "previous_close": 202.53,
        "last_size": 100,
    }
    return Pricing(**(given_fields | fields))


def _decoder(recorder) -> PricingDecoder:
    return PricingDecoder(recorder, InstrumentTable())


def test_a_price_is_a_trade_of_unknown_side_rounded_to_its_decimals(recorder) -> None:
    _decoder(recorder).decode(_told().message(), _NOW)

    assert recorder.of("trade") == [(1_795_194_000_123_000_000, _NOW, 1, 201.53, 100.0, 0, 0, 0)]


def test_what_was_told_already_is_counted_and_passed_over(recorder) -> None:
    decoder = _decoder(recorder)

    for _ in range(3):
        decoder.decode(_told().message(), _NOW)
    decoder.decode(_told(price=201.54).message(), _NOW)

    assert len(recorder.of("trade")) == 2
    assert decoder.ignored == 2


def test_symbols_become_ours(recorder) -> None:
    table = InstrumentTable()
    decoder = PricingDecoder(recorder, table)

    for symbol in ("^GSPC", "BTC-USD", "BRK-B"):
        decoder.decode(_told(symbol=symbol).message(), _NOW)

    assert table.symbols() == ["YAHOO:GSPC.INDEX", "YAHOO:BTC-USD", "US:BRK.B"]


@given(
    price=st.floats(0.0, 1e6, width=32),
    volume=st.integers(-(2**62), 2**62),
    hours=st.integers(0, 3),
    symbol=st.text("ABCXYZ.-=^0123456789", min_size=1, max_size=20),
)
def test_what_is_packed_is_read_back(price: float, volume: int, hours: int, symbol: str) -> None:
    told = _told(price=price, day_volume=volume, market_hours=hours, symbol=symbol)

    found = pricing_of(told.message())

    assert (found.symbol, found.price, found.hours) == (symbol, price, hours)
    assert (found.day_volume, found.time_ms) == (volume, told.time_ms)


@given(st.binary(max_size=80))
def test_any_bytes_are_read_or_refused(raw: bytes) -> None:
    for frame in (raw, enveloped(raw)):
        with contextlib.suppress(BadMessage):
            found = pricing_of(frame)
            assert found.symbol
            assert math.isfinite(found.price)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_the_vendors_client_reads_what_the_simulator_packs() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pytest.importorskip("yfinance.pricing_pb2")
    told = _told(day_volume=-5)

    message = theirs.PricingData()
    message.ParseFromString(told.packed())

    assert message.id == "AAPL"
    assert message.day_volume == -5
    assert message.price == pytest.approx(201.53, rel=1e-6)
    assert message.previous_close == pytest.approx(202.53, rel=1e-6)


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_what_the_vendors_schema_packs_is_read(recorder) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = pytest.importorskip("yfinance.pricing_pb2")
    packed = theirs.PricingData(
        id="SPY", price=678.25, time=1_795_194_000_000, bid=678.2, ask=678.3, bid_size=4,
        market_cap=1e12, price_hint=2, market_hours=1, short_name="SPDR",
    ).SerializeToString()  # fmt: skip

    _decoder(recorder).decode(enveloped(packed), _NOW)

    assert recorder.of("trade")[0][3] == 678.25
    bid, ask, bid_size, ask_size = recorder.of("quote")[0][3:7]
    assert (bid, ask, bid_size) == (678.2, 678.3, 4.0)
    assert math.isnan(ask_size)


@pytest.mark.parametrize(
    "frame",
    [b"", b"no json", b'{"type":"pricing"}', b'{"message":"%%"}', enveloped(b"\x0a\xff\x01"),
     enveloped(b"\x10"), enveloped(b"\x0a\x01\xff"), enveloped(b"\x17"),
     b'{"message":"' + base64.b64encode(b"\x15\x00\x00\x80\x3f") + b'"}'],
)  # fmt: skip
def test_frames_that_cannot_be_read_say_so(frame: bytes) -> None:
    with pytest.raises(BadMessage):
        pricing_of(frame)
