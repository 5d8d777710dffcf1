"""Decoding of Alpaca frames, held against golden files and against any bytes at all."""

from __future__ import annotations

import contextlib
import itertools
import json
import math
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.msgpack import Ext, encode

from quantdeck.feeds.alpaca.conflate import Conflator
from quantdeck.feeds.alpaca.decode import Decoder
from quantdeck.feeds.alpaca.numbers import Numbers
from quantdeck.feeds.alpaca.wire import timestamp_ns
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import Kind
from quantdeck.model.instruments import InstrumentTable

_FILE = Path(__file__).resolve().parents[2] / "golden" / "alpaca" / "stream.json"
_GOLDEN = json.loads(_FILE.read_text())
_CASES = [pytest.param(case, id=case["name"]) for case in _GOLDEN["cases"]]
_S = 1_795_000_000


def _time(ns):
    seconds, nanoseconds = divmod(ns, 1_000_000_000)
    return Ext(-1, (nanoseconds << 34 | seconds).to_bytes(8, "big"))


def _quote(ns=_S * 10**9, symbol="SPXW261218P05000000", **fields):
    return {"T": "q", "S": symbol, "t": _time(ns), "bp": 9.4, "bs": 5, "ap": 9.6, "as": 7, **fields}


def _plain(field):
    return None if isinstance(field, float) and math.isnan(field) else field


def _control(said):
    word = getattr(said, "msg", "") if said.__class__.__name__ == "Success" else None
    return [said.__class__.__name__, word or getattr(said, "code", None) or said.quotes]


@pytest.mark.parametrize("case", _CASES)
def test_decode_golden_frame_gives_the_recorded_outcome(case, recorder):
    controls, reason = [], None
    decoder = Decoder(recorder, InstrumentTable(), venue=case["venue"], on_control=controls.append)

    try:
        decoder.decode(bytes.fromhex(case["frame"]), _GOLDEN["recv_ns"])
    except BadMessage as error:
        reason = error.reason

    events = [[kind, [_plain(field) for field in row]] for kind, row in recorder.events]
    assert events == case.get("events", [])
    assert [_control(said) for said in controls] == ([case["control"]] if "control" in case else [])
    assert dict(decoder.ignored) == case.get("ignored", {})
    assert (reason is not None) == ("bad" in case)
    assert case.get("bad", "") in (reason or "")


def test_decode_padded_symbol_is_the_same_option(recorder):
    instruments = InstrumentTable()
    decoder = Decoder(recorder, instruments, venue="OPRA")

    decoder.decode(encode([_quote(), _quote(symbol="SPXW  261218P05000000")]), 1)

    assert instruments.symbols() == ["OPRA:SPXW261218P05000000"]


def test_decode_second_socket_goes_on_counting(recorder):
    numbers, instruments = Numbers(), InstrumentTable()
    trade = encode([{"T": "t", "S": "SPY", "t": _time(_S * 10**9), "p": 1.0, "s": 1}])

    for _ in range(2):
        Decoder(recorder, instruments, venue="US", numbers=numbers).decode(trade, 1)

    assert [row[2] for row in recorder.of("trade")] == [1, 2]


def test_decode_older_quote_keeps_its_own_lower_number(recorder):
    decoder = Decoder(recorder, InstrumentTable(), venue="OPRA")

    decoder.decode(encode([_quote(_S * 10**9 + 5), _quote(_S * 10**9)]), 1)

    assert [row[2] - _S * 10**9 for row in recorder.of("quote")] == [5, 0]


def test_decode_quotes_far_behind_are_conflated_until_they_are_fresh(recorder):
    conflator = Conflator(recorder, behind_s=0.5)
    decoder = Decoder(recorder, InstrumentTable(), venue="OPRA", conflator=conflator)
    times = itertools.count(_S * 10**9, 1000)

    def read(lag_s, *bids):
        for bid in bids:
            now = next(times)
            decoder.decode(encode([_quote(now, bp=bid)]), now + int(lag_s * 1e9))
        conflator.flush(now)
        return [row[3] for row in recorder.of("quote")]

    read(0.01, 1.0, 2.0)
    read(2.0, 3.0, 4.0)
    late = read(2.0, 5.0, 6.0, 7.0)
    fresh = read(0.01, 8.0)

    assert late == [1.0, 2.0, 3.0, 4.0, 7.0]
    assert fresh[-1] == 8.0
    assert conflator.overwritten == 2
    assert not conflator.is_conflating


def test_decode_conflated_quotes_of_different_symbols_all_go_on(recorder):
    conflator = Conflator(recorder)
    decoder = Decoder(recorder, InstrumentTable(), venue="OPRA", conflator=conflator)
    conflator.insist(60.0)
    conflator.flush(0)

    decoder.decode(encode([_quote(), _quote(symbol="SPXW261218C05000000"), _quote(bp=1.0)]), 1)
    conflator.flush(1)

    assert [(row[3], row[7]) for row in recorder.of("quote")] == [(1.0, 0), (9.4, 1)]


@given(st.integers(0, 2**34 - 1), st.integers(0, 999_999_999))
def test_timestamp_any_form_gives_the_same_nanoseconds(seconds, nanoseconds):
    expected = seconds * 10**9 + nanoseconds
    long = nanoseconds.to_bytes(4, "big") + seconds.to_bytes(8, "big")
    short = (nanoseconds << 34 | seconds).to_bytes(8, "big")

    if expected >= 2**63:
        for form in (long, short):
            with pytest.raises(msgspec.ValidationError, match="stored"):
                timestamp_ns(form)
    else:
        assert timestamp_ns(long) == timestamp_ns(short) == expected
        if seconds < 2**32:
            assert timestamp_ns(seconds.to_bytes(4, "big")) == seconds * 10**9


@settings(max_examples=300)
@given(st.binary(max_size=200))
def test_decode_any_bytes_is_events_or_a_bad_message(payload):
    rings, controls = RingSet(8), []
    decoder = Decoder(rings, InstrumentTable(), venue="OPRA", on_control=controls.append)

    try:
        decoder.decode(payload, 1)
        raw = None
    except BadMessage as error:
        raw = error.raw

    assert raw in {None, payload}


_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.floats()
    | st.text(max_size=8)
    | st.binary(max_size=8)
    | st.builds(lambda data: Ext(-1, data), st.binary(max_size=16)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=5,
)


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(st.sampled_from(["T", "S", "t", "bp", "bs", "ap", "as", "p", "s"]), _values),
        max_size=4,
    )
)
def test_decode_item_with_any_values_spoils_no_other(changes):
    rings = RingSet(8)
    spoilt = _quote(_S * 10**9 - 1, "SPXW261218C05000000") | dict(changes)

    with contextlib.suppress(BadMessage):
        Decoder(rings, InstrumentTable(), venue="OPRA").decode(encode([spoilt, _quote()]), 1)

    last = rings.ring(Kind.QUOTE).view()[-1]
    assert (last["bid"], last["ask_size"], last["ts_event"]) == (9.4, 7.0, _S * 10**9)


_sizes = st.sampled_from([0, 1, 127, 128, 255, 256, 65_535, 65_536, 2**32 - 1, 2.5, 0.0])
_any_quotes = st.lists(
    st.builds(
        _quote,
        st.integers(0, 3).map(lambda n: _S * 10**9 + n),
        st.sampled_from(["SPXW261218P05000000", "SPXW261218C05000000", "SPY261218C00500500"]),
        bp=st.sampled_from([0, 0.0, 5, 9.4, 1e18]),
        bs=_sizes,
        ap=st.sampled_from([0, 9.6, 300]),
        c=st.sampled_from(["A", ["R", "B"], 7]),
        **{"as": _sizes},
    ),
    max_size=20,
)


@given(_any_quotes)
def test_decode_compiled_scan_gives_what_the_slow_way_gives(quotes):
    fast, slow = RingSet(64), RingSet(64)
    decoders = [Decoder(sink, InstrumentTable(), venue="OPRA") for sink in (fast, slow)]
    meet = [_quote(1, name) for name in ("SPXW261218P05000000", "SPXW261218C05000000")]
    for decoder in decoders:
        decoder.decode(encode(meet), 1)

    decoders[0].decode(encode(quotes), 2)
    # An item that is not known ends the scan at once.
    decoders[1].decode(encode([{"T": "?"}, *quotes]), 2)

    expected = slow.ring(Kind.QUOTE).view().tobytes()
    assert fast.ring(Kind.QUOTE).view().tobytes() == expected
    assert len(expected) == 64 * (len(meet) + len(quotes))


def test_decode_thousands_of_symbols_keep_their_ids(recorder):
    instruments = InstrumentTable()
    decoder = Decoder(recorder, instruments, venue="OPRA")
    names = [f"SPXW261218{right}{n:05d}000" for n in range(1, 2001) for right in "CP"]

    for turn in range(2):
        for start in range(0, len(names), 100):
            chunk = names[start : start + 100]
            decoder.decode(encode([_quote(_S * 10**9 + turn, name) for name in chunk]), 1)

    met = [instruments.symbol(row[7]).removeprefix("OPRA:") for row in recorder.of("quote")]
    assert met == names * 2


def test_decode_expected_symbols_have_ids_before_they_are_quoted(recorder):
    instruments = InstrumentTable()
    decoder = Decoder(recorder, instruments, venue="OPRA")

    decoder.expect(["SPXW261218P05000000", "nonsense", "SPXW261218C05000000"])

    assert instruments.symbols() == ["OPRA:SPXW261218P05000000", "OPRA:SPXW261218C05000000"]
