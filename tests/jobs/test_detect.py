from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.jobs.detect import (
    DAY_NS,
    Detector,
    DetectQuestion,
    DetectRules,
    DetectStores,
    detect,
)
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.collected import Story
from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.ports.tape import Coverage
from quantdeck.records.open import open_records
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOUR = 3_600_000_000_000
NOW = 1_723_147_200_000_000_000  # Thursday 2024-08-08, 16:00 in New York
BTC = "BINANCE-USDM:BTCUSDT"
OF = Provenance("polygon", Delay.DELAYED, RunId("run"))
SPY = "US:SPY"


class Tape:
    """Two days of prints, one every 20 s, and what else a test puts there."""

    def __init__(self) -> None:
        random = np.random.default_rng(1)
        count = 2 * 24 * 180
        self.ts = NOW - (np.arange(count, dtype=np.int64)[::-1] + 1) * 20_000_000_000
        self.notional = random.lognormal(8.0, 1.0, count)
        self.flags = np.zeros(count, np.uint8)
        self.source = np.full(count, "binance-usdm", dtype=object)
        self.asked: list[tuple[int, int]] = []

    def block(self, at: int = -5, **changes: Any) -> None:
        self.notional[at] = self.notional.max() * 10
        for name, value in changes.items():
            getattr(self, name)[at] = value

    def coverage(self) -> list[Coverage]:
        first, last, rows = int(self.ts[0]), int(self.ts[-1]), len(self.ts)
        return [
            Coverage("agg_trade", "binance-usdm", "realtime", BTC, rows, first, last),
            Coverage("trade", "binance-usdm", "realtime", BTC, 5, first, last),
            Coverage("quote", "binance-usdm", "realtime", BTC, rows, first, last),
            Coverage("trade", "old", "realtime", "BINANCE:ETHUSDT", 9, 1, 2),
        ]

    def table(self, kind: Kind, *, start_ns: int, end_ns: int, **_: Any) -> pa.Table:
        assert kind is Kind.AGG_TRADE
        self.asked.append((start_ns, end_ns))
        mine = (self.ts >= start_ns) & (self.ts < end_ns)
        count = int(mine.sum())
        return pa.table(
            {
                "ts_event": self.ts[mine],
                "price": self.notional[mine],
                "size": np.ones(count),
                "side": np.ones(count, np.int8),
                "flags": self.flags[mine],
                "source": pa.array(self.source[mine].tolist(), pa.string()),
            }
        )


@pytest.fixture
def tape() -> Tape:
    return Tape()


@pytest.fixture
def stores(tmp_path: Path, tape: Any) -> Iterator[DetectStores]:
    records = open_records(tmp_path)
    yield DetectStores(tape, RecordStore(tmp_path), ChainStore(tmp_path), records.findings)
    records.close()


def question(**changes: Any) -> DetectQuestion:
    return replace(DetectQuestion(now_ns=NOW, weights={SPY: 1.0}, since_ns=NOW - HOUR), **changes)


def keep_story(stores: DetectStores, title: str, at_ns: int, *, source: str = "polygon") -> None:
    story = Story(
        id=f"{source}-{at_ns}", headline=title, published_ns=at_ns, updated_ns=at_ns, symbols=(SPY,)
    )
    stores.collected.keep([story], replace_source(source), fetched_ns=at_ns)


def replace_source(source: str) -> Provenance:
    return Provenance(source, Delay.DELAYED, RunId("run"))


def test_detect_finds_a_block_once_over_runs(stores: DetectStores, tape: Tape) -> None:
    tape.block()

    first, again = (detect(question(kinds=("trade",)), stores) for _ in range(2))

    assert [each.symbol for each in first.new] == [BTC]
    assert first.looked == {"trade": 183}
    assert (again.new, again.message()) == ((), None)


@pytest.mark.parametrize("change", [{"flags": int(Flag.EXCLUDED)}, {"source": "another"}])
def test_detect_leaves_out_prints_that_are_none_of_the_market(
    stores: DetectStores, tape: Tape, change: dict[str, Any]
) -> None:
    tape.block(**change)

    assert detect(question(kinds=("trade",)), stores).new == ()


def test_detect_without_orders_before_says_so(stores: DetectStores, tape: Tape) -> None:
    tape.block()

    found = detect(question(kinds=("trade",), since_ns=int(tape.ts[0])), stores)

    assert found.new == ()
    assert found.notes == (
        "large trades: BTCUSDT: not enough data: 0 orders before, 1,000 are needed",
    )


def test_detector_reads_every_hour_once(stores: DetectStores, tape: Tape) -> None:
    detector = Detector(stores)
    detector.run(question(kinds=("trade",)))
    tape.asked.clear()

    detector.run(question(kinds=("trade",), now_ns=NOW + HOUR, since_ns=NOW))

    assert sum(end - start for start, end in tape.asked) <= 3.1 * HOUR


def test_detect_when_hours_are_remembered_finds_the_same(stores: DetectStores, tape: Tape) -> None:
    tape.block()
    detector = Detector(stores)
    detector.run(question(kinds=("trade",), now_ns=NOW - 2 * HOUR, since_ns=NOW - 3 * HOUR))

    found = detector.run(question(kinds=("trade",)))

    assert [each.symbol for each in found.new] == [BTC]


def test_detect_goes_on_where_the_last_look_at_everything_ended(stores: DetectStores) -> None:
    whole = question(since_ns=None)
    first = detect(whole, stores)
    detect(replace(whole, now_ns=NOW + 2 * HOUR, symbols=(SPY,)), stores)
    detect(replace(whole, now_ns=NOW + 2 * HOUR, until_ns=NOW - DAY_NS), stores)

    then = detect(replace(whole, now_ns=NOW + 3 * HOUR), stores)

    assert (first.since_ns, first.until_ns) == (NOW - DAY_NS, NOW)
    assert (then.since_ns, then.until_ns) == (NOW, NOW + 3 * HOUR)


def test_detect_tells_a_story_of_two_vendors_once(stores: DetectStores) -> None:
    keep_story(stores, "The index fund reaches a record on heavy volume", NOW - HOUR)
    first = detect(question(kinds=("news",)), stores)
    keep_story(stores, "Index fund reaches record on heavy volume", NOW - 1, source="newsapi")

    again = detect(question(kinds=("news",)), stores)

    assert [each.symbol for each in first.new] == [SPY]
    assert again.new == ()


def test_detect_without_stories_or_symbols_says_so(stores: DetectStores) -> None:
    empty = detect(question(kinds=("news",)), stores)
    keep_story(stores, "The index fund reaches a record on heavy volume", NOW - HOUR)
    nobody = detect(question(kinds=("news",), weights={}), stores)

    assert empty.notes[0].startswith("news: no story is kept")
    assert nobody.notes[0].startswith("news: no symbol is watched")


def chain_at(taken_ns: int, *, volume: float) -> ChainSnapshot:
    chain, _ = example_chain()
    count = len(chain.strikes)
    random = np.random.default_rng(taken_ns % 2**32)
    sides = {
        name: replace(
            getattr(chain, name),
            bid=np.full(count, 2.0),
            ask=np.full(count, 3.0),
            volume=np.round(volume * np.exp(random.normal(0.0, 0.2, count))),
            open_interest=np.full(count, 1_000.0),
        )
        for name in ("calls", "puts")
    }
    return ChainSnapshot(taken_ns, "delayed", OF, (replace(chain, underlying=SPY, **sides),))


def test_detect_holds_a_chain_against_sessions_before(stores: DetectStores) -> None:
    for back in range(7, 0, -1):
        stores.chains.keep(chain_at(NOW - back * DAY_NS, volume=300.0))
    stores.chains.keep(chain_at(NOW - HOUR, volume=30_000.0))

    found = detect(question(kinds=("options",)), stores, DetectRules())

    assert {each.kind for each in found.new} == {"options"}
    assert any("times the usual share of what is open" in each.text for each in found.new)
    assert (found.message() or "").count("option activit") == 1


def test_detect_of_an_old_chain_says_so(stores: DetectStores) -> None:
    for back in range(9, 2, -1):
        stores.chains.keep(chain_at(NOW - back * DAY_NS, volume=300.0))

    found = detect(question(kinds=("options",)), stores)

    assert found.notes == ("options: SPY: not enough data: the newest chain is of 2024-08-05",)
