"""Events of DXLink one by one, held against golden frames and against any bytes at all."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.feeds.tastytrade.events import TYPES, EventDecoder, EventWatch
from quantdeck.feeds.tastytrade.wire import WATCHED_FIELDS
from quantdeck.model.errors import BadMessage

_GOLDEN = json.loads(
    (Path(__file__).resolve().parents[2] / "golden" / "tastytrade" / "events.json").read_text()
)
_RECV_NS = _GOLDEN["recv_ns"]


def _decoder():
    found, controls = [], []
    watch = EventWatch(lambda event, recv_ns: found.append((event, recv_ns)))
    return EventDecoder(watch, _GOLDEN["names"], on_control=controls.append), found, controls


@pytest.mark.parametrize("case", _GOLDEN["cases"], ids=lambda case: case["name"])
def test_events_of_golden_frames_are_the_recorded_ones(case):
    decoder, found, _ = _decoder()

    for frame in case["frames"]:
        decoder.decode(frame.encode(), _RECV_NS)

    assert [[type(e).__name__, msgspec.to_builtins(e)] for e, _ in found] == case["events"]
    assert {recv_ns for _, recv_ns in found} <= {_RECV_NS}
    assert dict(decoder.ignored) == case.get("ignored", {})


@pytest.mark.parametrize("case", _GOLDEN["bad"], ids=lambda case: case["name"])
def test_events_of_a_bad_frame_are_refused_and_its_good_rows_kept(case):
    decoder, found, _ = _decoder()

    with pytest.raises(BadMessage):
        decoder.decode(case["frame"].encode(), _RECV_NS)

    assert len(found) == case["kept"]


def test_events_control_messages_go_to_the_session():
    decoder, found, controls = _decoder()

    decoder.decode(b'{"type":"AUTH_STATE","channel":0,"state":"AUTHORIZED"}', _RECV_NS)

    assert [type(each).__name__ for each in controls] == ["AuthState"]
    assert found == []


def test_events_heard_are_what_came_and_when():
    decoder, _, _ = _decoder()

    decoder.decode(_GOLDEN["cases"][2]["frames"][0].encode(), _RECV_NS)

    assert decoder.heard == {"SPX{=5m}"}
    assert decoder.last_data_ns == _RECV_NS


@pytest.mark.parametrize("kind", TYPES)
def test_events_every_figure_asked_for_has_a_place(kind):
    places = set(TYPES[kind].__struct_encode_fields__)

    assert set(WATCHED_FIELDS[kind]) - {"eventFlags"} == places


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False)
        | st.text(max_size=6),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["eventType", "eventSymbol", "time"]), inner, max_size=3
            )
        ),
        max_leaves=12,
    ),
    st.sampled_from([*TYPES, "Novelty", ""]),
)
def test_events_of_any_data_at_all_are_events_or_a_bad_message(values, kind):
    decoder, found, _ = _decoder()
    frame = json.dumps({"type": "FEED_DATA", "channel": 1, "data": [kind, values]})

    with contextlib.suppress(BadMessage):
        decoder.decode(frame.encode(), _RECV_NS)

    assert all(isinstance(event, tuple(TYPES.values())) for event, _ in found)
