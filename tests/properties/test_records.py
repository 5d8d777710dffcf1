"""Whatever is done to them, the records of every engine say what the simple ones in memory say."""

from __future__ import annotations

import tempfile
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.model.alerts import AlertRule, Delivery, DeliveryState, FiredAlert
from quantdeck.records.open import open_records
from tests.records.memory import MemoryAlerts
from tests.records.places import opened

_RULES = st.sampled_from(["r1", "r2"])
_IDS = st.sampled_from(["a1", "a2", "a3", "a4"])
_CHANNELS = st.sampled_from(["slack", "email"])
_TIMES = st.integers(0, 4)
_SOME = st.none() | st.lists(_IDS, max_size=3)
_DONE = st.one_of(
    st.builds(
        lambda rule, text, at: ("put_rule", AlertRule(rule, text, text, created_ns=at)),
        _RULES,
        # PostgreSQL keeps every character but this one.
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=4),
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
    with tempfile.TemporaryDirectory() as folder, closing(open_records(Path(folder))) as records:
        _assert_alike(records.alerts, done, at, simulated)


# Made once: a server takes its time for tables.
@pytest.fixture(scope="module")
def server_alerts(postgres):
    with closing(opened(f"{postgres.url}#test_properties")) as records:
        yield records.alerts


@settings(max_examples=40)
@given(st.lists(_DONE, max_size=25), _TIMES, st.none() | st.booleans())
def test_records_of_a_server_after_any_changes_are_those_of_the_model(
    server_alerts, done, at, simulated
):
    server_alerts.clear()
    for rule in ("r1", "r2"):
        server_alerts.delete_rule(rule)

    _assert_alike(server_alerts, done, at, simulated)


def _assert_alike(alerts, done, at, simulated):
    model = MemoryAlerts()
    for name, *arguments in done:
        assert getattr(alerts, name)(*arguments) == getattr(model, name)(*arguments)
    assert _seen(alerts, at, simulated) == _seen(model, at, simulated)


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
