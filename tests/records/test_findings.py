from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.model.findings import Finding
from quantdeck.ports.findings import DetectionRun
from tests.records.places import opened

if TYPE_CHECKING:
    from collections.abc import Iterator

S = 1_000_000_000


def finding(key: str, *, kind: Any = "trade", symbol: str = "US:SPY", ts_ns: int = 0) -> Finding:
    return Finding(key=key, kind=kind, symbol=symbol, ts_ns=ts_ns, score=2.0, text=f"about {key}")


@pytest.fixture
def store(place: str) -> Iterator[Any]:
    records = opened(place)
    yield records.findings
    records.close()


def test_add_when_found_again_returns_the_new_alone(store: Any) -> None:
    store.add([finding("a")], now_ns=1)

    new = store.add([finding("a"), finding("b")], now_ns=2)

    assert [each.key for each in new] == ["b"]


def test_add_of_another_process_is_not_new_here(store: Any, place: str) -> None:
    other = opened(place)
    other.findings.add([finding("a")], now_ns=1)

    assert store.add([finding("a")], now_ns=2) == ()
    other.close()


def test_last_run_is_the_one_that_looked_farthest(store: Any) -> None:
    before = store.last_run()
    farthest = DetectionRun(until_ns=5, notes=("not enough data",), looked={"trade": 3})
    for run in (farthest, DetectionRun(until_ns=3), None):
        store.add([], now_ns=9, run=run)

    assert (before, store.last_run()) == (None, farthest)


def test_recent_is_newest_first_and_of_what_was_asked(store: Any) -> None:
    store.add(
        [
            finding("a", ts_ns=1),
            finding("b", ts_ns=3, kind="news"),
            finding("c", ts_ns=2, symbol="US:KO"),
        ],
        now_ns=9,
    )

    every = [each.finding.key for each in store.recent(limit=9)]
    some = [
        [each.finding.key for each in store.recent(limit=9, **only)]
        for only in ({"kind": "news"}, {"symbol": "US:KO"}, {"since_ns": 2})
    ]

    assert every == ["b", "c", "a"]
    assert some == [["b"], ["c"], ["b", "c"]]


def test_take_untold_until_told_is_the_same_message(store: Any) -> None:
    store.add([finding("a")], now_ns=1)
    first = store.take_untold(now_ns=2, since_ns=0)
    store.add([finding("b")], now_ns=3)

    again = store.take_untold(now_ns=4, since_ns=0)

    assert again == first
    assert [each.key for each in again.findings] == ["a"]


def test_take_untold_when_told_tells_the_rest_once(store: Any) -> None:
    store.add([finding("a")], now_ns=1)
    store.told(store.take_untold(now_ns=2, since_ns=0).message)
    store.add([finding("b")], now_ns=3)

    then = store.take_untold(now_ns=4, since_ns=0)
    store.told(then.message)

    assert [each.key for each in then.findings] == ["b"]
    assert store.take_untold(now_ns=5, since_ns=0) is None


def test_take_untold_within_the_pause_waits_and_gathers(store: Any) -> None:
    store.add([finding("a")], now_ns=1)
    store.told(store.take_untold(now_ns=1 * S, since_ns=0, pause_ns=60 * S).message)
    store.add([finding("b"), finding("c")], now_ns=2 * S)

    early = store.take_untold(now_ns=30 * S, since_ns=0, pause_ns=60 * S)
    late = store.take_untold(now_ns=61 * S, since_ns=0, pause_ns=60 * S)

    assert early is None
    assert [each.key for each in late.findings] == ["b", "c"]


def test_take_untold_of_what_is_old_tells_nothing(store: Any) -> None:
    store.add([finding("a")], now_ns=1)

    assert store.take_untold(now_ns=10, since_ns=2) is None
