"""Whatever is done to them, the records in SQLite say what the simple ones in memory say."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.alerts import AlertRule, Delivery, DeliveryState, FiredAlert
from quantdeck.records.open import open_records
from tests.records.memory import MemoryAlerts

_RULES = st.sampled_from(["r1", "r2"])
_IDS = st.sampled_from(["a1", "a2", "a3", "a4"])
_CHANNELS = st.sampled_from(["slack", "email"])
_TIMES = st.integers(0, 4)
_SOME = st.none() | st.lists(_IDS, max_size=3)
_DONE = st.one_of(
    st.builds(
        lambda rule, text, at: ("put_rule", AlertRule(rule, text, text, created_ns=at)),
        _RULES,
        st.text(max_size=4),
        _TIMES,
    ),
    st.tuples(st.just("delete_rule"), _RULES),
    st.builds(
        lambda id_, rule, at, simulated, channels: (
            "add_fired",
            FiredAlert(id_, rule, "name", "text", at, "message", {"x": 1.5}, simulated),
            channels,
        ),
        _IDS,
        _RULES,
        _TIMES,
        st.booleans(),
        st.lists(_CHANNELS, unique=True),
    ),
    st.tuples(st.just("mark_read"), _SOME),
    st.tuples(st.just("clear"), _SOME),
    st.builds(
        lambda id_, channel, state, at: ("put_delivery", Delivery(id_, channel, state, 1, at, "x")),
        _IDS,
        _CHANNELS,
        st.sampled_from(DeliveryState),
        _TIMES,
    ),
)


@settings(max_examples=40)
@given(st.lists(_DONE, max_size=25), _TIMES, st.none() | st.booleans())
def test_records_after_any_changes_are_those_of_the_model(done, at, simulated):
    with tempfile.TemporaryDirectory() as folder:
        records = open_records(Path(folder))
        model = MemoryAlerts()
        try:
            for name, *arguments in done:
                expected = getattr(model, name)(*arguments)
                assert getattr(records.alerts, name)(*arguments) == expected
            assert _seen(records.alerts, at, simulated) == _seen(model, at, simulated)
        finally:
            records.close()


def _seen(store, at, simulated):
    return (
        store.rules(),
        store.firings(simulated=True),
        store.firings(simulated=False),
        store.unread(),
        store.fired(limit=3),
        store.fired(limit=9, before_ns=at, unread=True),
        store.deliveries(alert_ids=["a1", "a2", "a3"]),
        store.due(at, limit=2, simulated=simulated),
        store.due(at, limit=9, channel="slack"),
    )
