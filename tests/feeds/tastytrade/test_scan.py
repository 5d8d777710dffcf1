"""The compiled reading of plain quotes, held against the way of all other frames."""

from __future__ import annotations

import contextlib
import json
import math

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from quantdeck.feeds.symbol_table import SymbolTable
from quantdeck.feeds.tastytrade.decode import Decoder
from quantdeck.feeds.tastytrade.numbers import Numbers
from quantdeck.feeds.tastytrade.scan_kernels import scan_quotes
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadMessage

_PLAIN = {".SPXW261218C5000": 3, ".SPXW261218P5000": 0, "SPX": 2_000_000_000, "": 7}
_NAMES = _PLAIN | {".SPXW261218C5000.25+12345": 8, "ä": 9}
_RECV_NS = 1_795_000_000_110_000_000
_TABLE = SymbolTable()
_TABLE.put(_NAMES)


def _frame(*values):
    text = ",".join(value if isinstance(value, str) else json.dumps(value) for value in values)
    return f'{{"type":"FEED_DATA","channel":1,"data":["Quote",[{text}]]}}'.encode()


def _scan(frame, table=_TABLE):
    out = np.zeros((64, 8), np.int64)
    floats = out.view(np.float64)
    count = scan_quotes(np.frombuffer(frame, np.uint8), _RECV_NS, 5, table.rows, out, floats)
    return count, out, floats


def _decoded(frames):
    rings = RingSet(capacity=256)
    decoder = Decoder(rings, _NAMES, Numbers())
    problems = []
    for frame in frames:
        try:
            decoder.decode(frame, _RECV_NS)
        except BadMessage as error:
            problems.append(error.reason)
    rows = [(kind, each.tobytes()) for kind, each in rings.drain()]
    return rows, problems, decoder.heard, decoder.ignored, decoder.last_data_ns


_DECIMALS = st.one_of(
    st.floats(0.0, 1e9).map(repr),
    st.decimals(0, 99_999, places=2).map(str),
    st.from_regex(r"(0|[1-9][0-9]{0,17})(\.[0-9]{1,17})?", fullmatch=True),
)
_VALUES = st.one_of(_DECIMALS, st.sampled_from(['"NaN"', "0", "0.0"]))
_ODD_VALUES = st.one_of(
    _VALUES,
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.sampled_from(["null", "-1", "01", "1.", ".5", "1e3", "NaN", '"Infinity"', "[]", '""', " 2"]),
)
_KNOWN = st.sampled_from([json.dumps(name) for name in _PLAIN])
_ODD_NAMES = st.one_of(
    st.sampled_from([json.dumps(name, ensure_ascii=False) for name in _NAMES]),
    st.sampled_from(['"SP\\u0058"', '"X"', "1", "null", '"SPX\\u0000"']),
)
_FIRST = ",".join(f"{json.dumps(name)},1.0,2.0,3.0,4.0" for name in _PLAIN)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(_KNOWN, _VALUES, _VALUES, _VALUES, _VALUES), min_size=1, max_size=12))
def test_scan_of_plain_quotes_gives_what_the_slow_way_gives(rows):
    first = _frame(_FIRST)
    frame = _frame(*(value for row in rows for value in row))

    # White space is not plain, and so keeps a frame from being scanned.
    assert _decoded([first, frame]) == _decoded([first, frame + b" "])


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(_ODD_NAMES, _ODD_VALUES, _ODD_VALUES, _ODD_VALUES, _ODD_VALUES), max_size=4),
    st.integers(0, 2),
)
def test_scan_of_odd_quotes_gives_what_the_slow_way_gives(rows, missing):
    first = _frame(_FIRST)
    values = [value for row in rows for value in row]
    frame = _frame(*values[: len(values) - missing])

    scanned, slow = _decoded([first, frame]), _decoded([first, frame + b" "])

    assert scanned[0] == slow[0]
    assert len(scanned[1]) == len(slow[1])
    assert scanned[2:] == slow[2:]


@settings(max_examples=500, deadline=None)
@given(_DECIMALS)
@example("9.450000000000001")
@example("9007199254740993")
@example("999999999999999999")
@example("0.000000000000001")
def test_scan_reads_a_decimal_as_the_interpreter_does_or_not_at_all(text):
    count, _, floats = _scan(_frame('"SPX"', "1", "2", text, text))

    assert count == -1 or floats[0, 5:7].tolist() == [float(text)] * 2


@pytest.mark.parametrize("text", ["0.1", "9.45", "9.450000000000001", "1234.05", "53", "100000.0"])
def test_scan_reads_prices_of_every_usual_form(text):
    count, _, floats = _scan(_frame('"SPX"', text, text, text, text))

    assert count == 1
    assert floats[0, 3:7].tolist() == [float(text)] * 4


def test_scan_numbers_rows_and_leaves_out_sides_without_a_price():
    count, out, floats = _scan(_frame('"SPX"', 0, 2.5, '"NaN"', 1, '""', 1, '"NaN"', 3, 4))

    assert count == 2
    assert out[:2, :3].tolist() == [[_RECV_NS, _RECV_NS, 5], [_RECV_NS, _RECV_NS, 6]]
    assert out[:2, 7].tolist() == [2_000_000_000, 7]
    assert np.isnan(floats[0, [3, 5]]).all()
    assert np.isnan(floats[1, [4, 6]]).all()
    assert floats[0, [4, 6]].tolist() == [2.5, 1.0]
    assert floats[1, [3, 5]].tolist() == [1.0, 3.0]


def test_scan_reads_nothing_behind_the_end_of_the_frame():
    whole = _frame('"SPX"', 1.25, '"NaN"', 3.0, 4.0, '".SPXW261218C5000"', 1.5, 2.5, 3.5, 45)

    # What follows the cut would be right, if it were looked at.
    counts = {_scan(memoryview(whole)[:size])[0] for size in range(len(whole))}

    assert _scan(whole)[0] == 2
    assert counts == {-1}


def test_scan_of_more_rows_than_there_is_room_for_is_refused():
    row = ('"SPX"', 1, 2, 3, 4)

    assert _scan(_frame(*row * 64))[0] == 64
    assert _scan(_frame(*row * 65))[0] == -1


@settings(max_examples=300, deadline=None)
@given(
    st.data(),
    st.lists(st.tuples(_KNOWN, _VALUES, _VALUES, _VALUES, _VALUES), min_size=1, max_size=3),
)
def test_scan_of_a_damaged_frame_gives_what_the_slow_way_gives(data, rows):
    first = _frame(_FIRST)
    damaged = bytearray(_frame(*(value for row in rows for value in row)))
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(damaged) - 1))
        damaged[place] = data.draw(st.integers(0, 255))

    scanned, slow = _decoded([first, bytes(damaged)]), _decoded([first, bytes(damaged) + b" "])

    assert scanned[0] == slow[0]
    assert len(scanned[1]) == len(slow[1])
    assert scanned[2:] == slow[2:]


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=80))
def test_decode_of_any_bytes_behind_the_usual_beginning_is_quotes_or_a_bad_message(tail):
    frame = _frame('"SPX"', 1.0, 2.0, 3.0, 4.0)
    rings = RingSet(capacity=64)
    decoder = Decoder(rings, _NAMES, Numbers())
    decoder.decode(frame, _RECV_NS)

    with contextlib.suppress(BadMessage):
        decoder.decode(frame[:48] + tail, _RECV_NS)

    for _, rows in rings.drain():
        assert (rows["ts_recv"] == _RECV_NS).all()


def test_decode_after_forget_follows_the_names_as_they_are_now(recorder):
    names = {"SPX": 1, "SPY": 2}
    decoder = Decoder(recorder, names, Numbers())
    frame = _frame('"SPX"', 1.0, 2.0, 3.0, 4.0, '"SPY"', 1.0, 2.0, 3.0, 4.0)
    decoder.decode(frame, 1)
    decoder.decode(frame, 2)

    names.clear()
    names["SPY"] = 5
    decoder.forget()
    decoder.decode(frame, 3)

    assert [row[7] for row in recorder.of("quote")] == [1, 2, 1, 2, 5]
    assert decoder.heard == {"SPX", "SPY"}
    assert decoder.ignored.total() == 1


def test_decode_of_a_huge_frame_puts_every_quote():
    rings = RingSet(capacity=1 << 14)
    decoder = Decoder(rings, _NAMES, Numbers())
    decoder.decode(_frame('"SPX"', 1.0, 2.0, 3.0, 4.0), 1)
    rings.drain()

    decoder.decode(_frame(*('"SPX"', 1.5, 2, 3, 4) * 10_000), 2)

    ((_, rows),) = rings.drain()
    assert len(rows) == 10_000
    assert (rows["seq"] == np.arange(2, 10_002)).all()
    assert math.isclose(rows["bid"].sum(), 15_000.0)
