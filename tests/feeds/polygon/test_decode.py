"""Frames of Polygon's streams, as the vendor documents them, and any bytes."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.polygon.decode import Decoder, Numbers
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import Flag
from quantdeck.model.instruments import InstrumentTable
from tests.feeds.conftest import Recorder

_RECV = 1_700_000_900_000_000_000
_TRADE = {
    "ev": "T",
    "sym": "AAPL",
    "x": 4,
    "i": "991",
    "z": 3,
    "p": 201.5,
    "s": 10,
    "c": [12, 37],
    "t": 1_700_000_000_123,
    "q": 42,
}
_QUOTE = {
    "ev": "Q",
    "sym": "AAPL",
    "bx": 4,
    "bp": 201.49,
    "bs": 3,
    "ax": 7,
    "ap": 201.52,
    "as": 2,
    "c": 0,
    "i": [604],
    "t": 1_700_000_000_124,
    "q": 43,
    "z": 3,
}
_MINUTE = {
    "ev": "AM",
    "sym": "AAPL",
    "v": 100,
    "av": 1000,
    "op": 200,
    "vw": 201.1,
    "o": 201,
    "c": 201.5,
    "h": 202,
    "l": 200.5,
    "a": 200.9,
    "z": 20,
    "s": 1_700_000_000_000,
    "e": 1_700_000_060_000,
}


def _decoded(*events, raw=None):
    recorder, table = Recorder(), InstrumentTable()
    decoder = Decoder(recorder, table)
    decoder.decode(raw if raw is not None else json.dumps(events).encode(), _RECV)
    return recorder, table, decoder


def _refused(payload):
    recorder = Recorder()
    decoder = Decoder(recorder, InstrumentTable())
    with pytest.raises(BadMessage) as caught:
        decoder.decode(payload, _RECV)
    assert caught.value.raw == payload
    return recorder, decoder


def test_trade_is_decoded_to_the_row():
    recorder, table, decoder = _decoded(_TRADE)

    assert recorder.of("trade") == [
        (1_700_000_000_123_000_000, _RECV, 42, 201.5, 10.0, table.id_of("US:AAPL"), 0, 0)
    ]
    assert decoder.least_lag_ns == _RECV - 1_700_000_000_123_000_000


def test_quote_is_decoded_to_the_row():
    recorder, _, _ = _decoded(_QUOTE)

    assert recorder.of("quote") == [
        (1_700_000_000_124_000_000, _RECV, 43, 201.49, 201.52, 3.0, 2.0, 0, 0)
    ]


@pytest.mark.parametrize("absent", [{"bp": 0}, {"bs": 0}, {"bp": None}])
def test_empty_side_of_a_quote_is_absent(absent):
    event = {name: value for name, value in (_QUOTE | absent).items() if value is not None}

    (row,) = _decoded(event)[0].of("quote")

    assert math.isnan(row[3])
    assert math.isnan(row[5])
    assert (row[4], row[6]) == (201.52, 2.0)


def test_bar_of_a_minute_is_decoded_to_the_row():
    recorder, _, _ = _decoded(_MINUTE)

    assert recorder.of("bar") == [
        (
            *(1_700_000_000_000_000_000, _RECV, 1_700_000_060_000),
            *(201.0, 202.0, 200.5, 201.5, 100.0, 5, 60_000_000_000, 0, int(Flag.CLOSED)),
        )
    ]


def test_bar_of_a_second_is_of_a_second():
    (row,) = _decoded({**_MINUTE, "ev": "A", "z": 0})[0].of("bar")

    assert (row[9], row[8]) == (1_000_000_000, 1)


def test_fraction_of_a_share_counts_where_it_is_told():
    recorder, _, _ = _decoded({**_TRADE, "s": 0, "ds": "0.25"}, {**_MINUTE, "dv": "100.5"})

    assert recorder.of("trade")[0][4] == 0.25
    assert recorder.of("bar")[0][7] == 100.5


def test_trade_off_the_market_is_excluded_of_stocks_only():
    option = {**_TRADE, "sym": "O:SPXW261218C05000000", "c": [233, 2]}

    recorder, table, _ = _decoded({**_TRADE, "c": [53]}, option)

    assert [row[7] for row in recorder.of("trade")] == [int(Flag.EXCLUDED), 0]
    assert table.symbols() == ["US:AAPL", "OPRA:SPXW261218C05000000"]


def test_events_without_numbers_are_counted_on_over_sockets():
    numbers, recorder, table = Numbers(), Recorder(), InstrumentTable()
    event = {name: value for name, value in _TRADE.items() if name not in {"q", "c", "i"}}

    for _ in range(2):
        Decoder(recorder, table, numbers=numbers).decode(json.dumps([event]).encode(), _RECV)

    assert [row[2] for row in recorder.of("trade")] == [1, 2]


def test_mixed_frame_keeps_its_order_and_tells_statuses():
    said = []
    decoder = Decoder(Recorder(), InstrumentTable(), on_status=said.append)
    frame = [_TRADE, {"ev": "status", "status": "success", "message": "subscribed to: T.AAPL"}]

    decoder.decode(json.dumps(frame).encode(), _RECV)

    assert [each.message for each in said] == ["subscribed to: T.AAPL"]


def test_unknown_kinds_are_ignored_and_counted():
    halt = {"ev": "LULD", "T": "AAPL", "h": 210, "l": 190, "t": 1, "q": 1}

    recorder, _, decoder = _decoded(_TRADE, halt, {"ev": "FMV", "sym": "AAPL", "fmv": 1, "t": 1})

    assert dict(decoder.ignored) == {"LULD": 1, "FMV": 1}
    assert len(recorder.events) == 1


@pytest.mark.parametrize(
    "bad",
    [
        {**_TRADE, "p": -1},
        {**_TRADE, "t": 10**18},
        {**_TRADE, "sym": "no symbol"},
        {**_TRADE, "p": "x"},
        {"ev": "T"},
        {"ev": 5},
        7,
        None,
    ],
)
def test_message_that_cannot_be_read_takes_no_other_with_it(bad):
    recorder, _ = _refused(json.dumps([_TRADE, bad, _QUOTE]).encode())

    assert [kind for kind, _ in recorder.events] == ["trade", "quote"]


@pytest.mark.parametrize("payload", [b"", b"{}", b"[", b"\xff", b"[" * 5000, b'"text"', b"null"])
def test_frame_that_is_none_is_a_bad_message(payload):
    recorder, decoder = _refused(payload)

    assert recorder.events == []
    assert decoder.last_data_ns == 0


def test_trade_without_price_or_size_is_left_out():
    recorder, _, decoder = _decoded({**_TRADE, "p": 0}, {**_TRADE, "s": 0})

    assert recorder.events == []
    assert decoder.last_data_ns == _RECV


_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
_names = st.sampled_from(
    ["sym", "p", "s", "t", "q", "c", "bp", "ap", "as", "o", "h", "l", "e", "z", "v"]
)
_events = st.builds(
    lambda kind, changes: {**{"T": _TRADE, "Q": _QUOTE, "AM": _MINUTE}[kind], **changes},
    st.sampled_from(["T", "Q", "AM"]),
    st.dictionaries(_names, _values, max_size=3),
)


@given(
    st.binary(max_size=200)
    | st.lists(_events | _values, max_size=4).map(lambda x: json.dumps(x).encode())
)
def test_any_bytes_are_rows_that_fit_or_a_bad_message(payload):
    table, rings = InstrumentTable(), RingSet(64)
    decoder = Decoder(rings, table)

    try:
        decoder.decode(payload, _RECV)
        is_bad = False
    except BadMessage as error:
        is_bad = error.raw == payload

    rows = [row for _, drained in rings.drain() for row in drained]
    assert all(0 <= row["symbol"] < len(table) and row["ts_event"] >= 0 for row in rows)
    assert is_bad or payload.lstrip()[:1] == b"["
