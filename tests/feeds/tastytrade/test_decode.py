"""Decoding of DXLink frames, held against golden dialogues and against any bytes at all."""

from __future__ import annotations

import contextlib
import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.feeds.tastytrade.decode import Decoder
from quantdeck.feeds.tastytrade.numbers import Numbers
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import Kind

_GOLDEN = json.loads(
    (Path(__file__).resolve().parents[2] / "golden" / "tastytrade" / "dxlink.json").read_text()
)
_NAMES = _GOLDEN["names"]
_CALL, _PUT = list(_NAMES)[:2]
_RECV_NS = _GOLDEN["recv_ns"]


def _plain(field):
    return None if isinstance(field, float) and math.isnan(field) else field


def _data(*data):
    return json.dumps({"type": "FEED_DATA", "channel": 1, "data": list(data)}).encode()


@pytest.mark.parametrize("case", _GOLDEN["cases"], ids=lambda case: case["name"])
def test_decode_golden_dialogue_gives_the_recorded_outcome(case, recorder):
    controls = []
    decoder = Decoder(recorder, _NAMES, Numbers(), on_control=controls.append)

    for step in case["steps"]:
        recorder.events.clear()
        controls.clear()
        reason = None
        try:
            decoder.decode(step["frame"].encode(), _RECV_NS)
        except BadMessage as error:
            reason = error.reason
        events = [[kind, [_plain(field) for field in row]] for kind, row in recorder.events]
        assert events == step.get("events", [])
        assert [type(each).__name__ for each in controls] == (
            [step["control"]] if "control" in step else []
        )
        assert (reason is not None) == ("bad" in step)

    assert dict(decoder.ignored) == case.get("ignored", {})


def test_decode_numbers_rise_over_sockets_even_when_the_clock_steps_back(recorder):
    numbers = Numbers()
    row = _data("Quote", [_CALL, 1.0, 1.1, 1.0, 1.0])

    Decoder(recorder, _NAMES, numbers).decode(row, 2_000)
    Decoder(recorder, _NAMES, numbers).decode(row, 1_000)

    assert [row[2] for row in recorder.of("quote")] == [2_000, 2_001]


def test_decode_day_goes_to_whoever_asks(recorder):
    days = []
    decoder = Decoder(recorder, _NAMES, Numbers(), on_day=lambda *day: days.append(day))

    decoder.decode(_data("Trade", [_PUT, 9.4, 1.0, 1795000000100, 512.0]), 1)
    decoder.decode(_data("Summary", [_PUT, 1234]), 1)

    assert days[0][:2] == (1, 512.0)
    assert days[1][2] == 1234.0


def test_decode_names_that_come_later_are_found(recorder):
    names = {}
    decoder = Decoder(recorder, names, Numbers())
    row = _data("Quote", [_CALL, 1.0, 1.1, 1.0, 1.0])

    decoder.decode(row, 1)
    names[_CALL] = 7
    decoder.decode(row, 2)

    assert [row[7] for row in recorder.of("quote")] == [7]


def test_decode_remembers_a_bounded_number_of_strange_names(recorder):
    decoder = Decoder(recorder, _NAMES, Numbers())

    for number in range(500):
        decoder.decode(_data(f"Type{number}", [1]), 1)

    assert len(decoder.ignored) <= 65
    assert decoder.ignored.total() == 500


_VALUES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(["NaN", "Infinity", "-Infinity", "", _CALL, "soon"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.sampled_from(["eventType", "eventSymbol"]), st.none(), max_size=2),
)
_PARTS = st.one_of(_VALUES, st.sampled_from(["Quote", "Trade", "Summary"]), st.lists(_VALUES))
_FIELDS = st.lists(
    st.sampled_from(["eventSymbol", "bidPrice", "askPrice", "bidSize", "time", "price", "x"])
)


@settings(max_examples=300, deadline=None)
@given(
    frames=st.lists(
        st.one_of(
            st.binary(max_size=60),
            st.lists(_PARTS, max_size=6).map(lambda data: _data(*data)),
            st.fixed_dictionaries(
                {
                    "type": st.sampled_from(["FEED_CONFIG", "SETUP", "ERROR", "KEEPALIVE", "X"]),
                    "channel": st.one_of(st.integers(), st.text(max_size=3)),
                    "eventFields": st.dictionaries(
                        st.sampled_from(["Quote", "Trade", "Other"]), _FIELDS, max_size=2
                    ),
                }
            ).map(lambda message: json.dumps(message).encode()),
        ),
        max_size=6,
    )
)
def test_decode_of_anything_raises_nothing_but_bad_message(frames):
    rings = RingSet(capacity=64)
    decoder = Decoder(rings, _NAMES, Numbers())

    for frame in frames:
        with contextlib.suppress(BadMessage):
            decoder.decode(frame, _RECV_NS)

    for kind, rows in rings.drain():
        assert kind in {Kind.QUOTE, Kind.TRADE}
        assert (rows["ts_recv"] == _RECV_NS).all()


@settings(max_examples=100, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.sampled_from([_CALL, _PUT]),
            st.one_of(st.just("NaN"), st.floats(-1.0, 1e5), st.integers(0, 100)),
            st.one_of(st.just("NaN"), st.floats(-1.0, 1e5), st.integers(0, 100)),
            st.one_of(st.just("NaN"), st.floats(0.0, 1e5)),
            st.one_of(st.just("NaN"), st.floats(0.0, 1e5)),
        ),
        max_size=20,
    ),
    order=st.permutations(["eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"]),
)
def test_decode_gives_the_same_for_every_order_of_fields_and_both_formats(rows, order):
    asked = ["eventSymbol", "bidPrice", "askPrice", "bidSize", "askSize"]
    config = {"type": "FEED_CONFIG", "channel": 1, "eventFields": {"Quote": order}}
    objects = [{"eventType": "Quote", **dict(zip(asked, row, strict=True))} for row in rows]
    shuffled = [dict(zip(asked, row, strict=True))[name] for row in rows for name in order]

    taken = []
    for frames in (
        [_data("Quote", [value for row in rows for value in row])],
        [json.dumps(config).encode(), _data("Quote", shuffled)],
        [_data(*objects)],
    ):
        rings = RingSet(capacity=64)
        decoder = Decoder(rings, _NAMES, Numbers())
        for frame in frames:
            decoder.decode(frame, _RECV_NS)
        taken.append([(kind, rows.tobytes()) for kind, rows in rings.drain()])

    assert taken[0] == taken[1] == taken[2]
