"""Decoding of Binance frames, held against golden files and against any bytes at all."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.feeds.binance.decode import Decoder
from quantdeck.feeds.binance.markets import MARKETS, SPOT, USDM
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable

_GOLDEN = Path(__file__).resolve().parents[2] / "golden" / "binance"
_CASES = [
    pytest.param(name, case, golden["recv_ns"], id=f"{name}-{case['name']}")
    for name in ("usdm", "spot")
    for golden in [json.loads((_GOLDEN / f"{name}.json").read_text())]
    for case in golden["cases"]
]


def _outcome(name, recorder, frame, recv_ns):
    replies = []
    decoder = Decoder(MARKETS[name], recorder, InstrumentTable(), on_reply=replies.append)
    try:
        decoder.decode(frame, recv_ns)
    except BadMessage as error:
        return {"bad": error.reason}
    outcome = {}
    for reply in replies:
        outcome["reply"] = {"id": reply.id, "refusal": reply.refusal, "e": reply.e}
    if recorder.events:
        kind, row = recorder.events[0]
        outcome["event"] = [kind, [_plain(field) for field in row]]
    for name, counted in (("dropped", decoder.dropped), ("ignored", decoder.ignored)):
        if counted:
            outcome[name] = "".join(counted)
    return outcome


def _plain(field):
    return None if isinstance(field, float) and math.isnan(field) else field


@pytest.mark.parametrize(("name", "case", "recv_ns"), _CASES)
def test_decode_golden_frame_gives_the_recorded_outcome(name, case, recv_ns, recorder):
    outcome = _outcome(name, recorder, case["frame"].encode(), recv_ns)

    expected = {key: case[key] for key in case.keys() - {"name", "frame", "bad"}}
    reason = outcome.pop("bad", "")
    assert outcome == expected
    assert case.get("bad", "") in reason
    assert bool(reason) == ("bad" in case)


def test_decode_symbols_of_both_markets_have_their_own_venue(recorder):
    instruments = InstrumentTable()
    frame = b'{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":false}}'

    Decoder(USDM, recorder, instruments).decode(frame, 1)
    Decoder(SPOT, recorder, instruments).decode(frame, 1)

    assert instruments.symbols() == ["BINANCE-USDM:BTCUSDT", "BINANCE:BTCUSDT"]


def test_decode_memoryview_gives_the_same_as_bytes(recorder):
    frame = b'{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","T":1,"m":false}}'
    decoder = Decoder(USDM, recorder, InstrumentTable())

    decoder.decode(frame, 1)
    decoder.decode(memoryview(frame), 1)

    assert recorder.events[0] == recorder.events[1]


def test_decode_event_notes_when_its_stream_was_seen(recorder):
    decoder = Decoder(USDM, recorder, InstrumentTable())
    frame = b'{"stream":"btcusdt@trade","data":{"e":"trade","E":1,"s":"BTCUSDT","t":1,"p":"0","q":"0","X":"NA","T":1,"m":false}}'

    decoder.decode(frame, 77)

    assert decoder.seen_ns[Kind.TRADE] == {"BTCUSDT": 77}


def test_decode_many_unknown_kinds_remembers_a_bounded_number(recorder):
    decoder = Decoder(USDM, recorder, InstrumentTable())

    for number in range(500):
        decoder.decode(b'{"stream":"x","data":{"e":"kind%d"}}' % number, 1)

    assert len(decoder.ignored) <= 65
    assert decoder.ignored.total() == 500


def test_decode_bad_message_carries_the_frame(recorder):
    decoder = Decoder(USDM, recorder, InstrumentTable())

    with pytest.raises(BadMessage) as caught:
        decoder.decode(memoryview(b"\x00\xff"), 1)

    assert caught.value.raw == b"\x00\xff"
    assert caught.value.venue == "binance-usdm"


_FRAMES = [case.values[1]["frame"].encode() for case in _CASES]


@st.composite
def _mangled(draw):
    frame = bytearray(draw(st.sampled_from(_FRAMES)))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(frame)))
        cut = draw(st.integers(0, 6))
        new = draw(st.sampled_from(_PIECES) | st.binary(max_size=6))
        frame[at : at + cut] = new
    return bytes(frame)


_PIECES = [
    b'"',
    b"{",
    b"}",
    b"[",
    b"null",
    b"-1",
    b"1e999",
    b"99999999999999999999",
    b"\xff",
    b":",
    b'"e":"',
]


@pytest.mark.parametrize("market", [USDM, SPOT], ids=["usdm", "spot"])
@settings(max_examples=400, deadline=None)
@given(frame=st.binary(max_size=200) | _mangled())
def test_decode_any_bytes_raises_nothing_but_bad_message(market, frame):
    rings = RingSet(capacity=8)
    decoder = Decoder(market, rings, InstrumentTable())

    try:
        decoder.decode(frame, 1795000000200000000)
        outcome = "decoded"
    except BadMessage as error:
        outcome = error.reason

    assert outcome


@pytest.mark.parametrize("market", [USDM, SPOT], ids=["usdm", "spot"])
@pytest.mark.parametrize(
    "frame",
    [b'{"data":' + b"[" * 100_000, b"[" * 100_000, b'{"stream":"a@b","data":' + b'{"a":' * 100_000],
    ids=["array-in-data", "array", "objects"],
)
def test_decode_deep_nesting_is_a_bad_message(market, frame, recorder):
    decoder = Decoder(market, recorder, InstrumentTable())

    with pytest.raises(BadMessage):
        decoder.decode(frame, 1)
