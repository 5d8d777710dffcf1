"""Replay in the order of receipt."""

from __future__ import annotations

import numpy as np

from quantdeck.model.events import Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.tape import write_sealed as writing
from quantdeck.tape.compact import compact
from quantdeck.tape.retention import remove_retired


def _received(reader, *kinds, **what):
    return [
        (int(row["ts_recv"]), batch.kind.value, symbols[row["symbol"]], int(row["seq"]))
        for symbols, batch in reader.replay(kinds or list(Kind), **what)
        for row in batch.rows
    ]


def test_replay_merges_kinds_and_symbols_in_the_order_of_receipt(bare, kit, monkeypatch):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    bare.seal(kit.batch(count=20), kit.batch(Kind.QUOTE, count=20, symbol=1))
    bare.write(kit.batch(Kind.MARK, count=20), kit.batch(first=20, count=10, symbol=1))

    received = _received(bare.reader)

    assert received == sorted(received, key=lambda r: r[0])
    assert len(received) == 70
    assert len(set(received)) == 70


def test_replay_gives_back_the_rows_and_their_provenance(bare, kit):
    other = Provenance("binance-spot", Delay.IMPORTED, RunId("run-2"))
    bare.seal(kit.batch(count=3), kit.batch(first=3, count=3, provenance=other))

    batches = [batch for _, batch in bare.reader.replay([Kind.TRADE])]

    assert [b.provenance for b in batches] == [kit.run, other]
    for batch, first in zip(batches, (0, 3), strict=True):
        expected = kit.rows(first=first, count=3)
        assert batch.rows.dtype == expected.dtype
        for name in ("ts_event", "ts_recv", "seq", "price", "size", "side", "flags"):
            np.testing.assert_array_equal(batch.rows[name], expected[name])


def test_replay_when_events_were_received_late_keeps_the_order_of_receipt(bare, kit):
    repaired = kit.rows(first=5, count=2)
    repaired["ts_recv"] += 3600 * 10**9
    bare.seal(
        kit.batch(count=5), kit.batch(first=7, count=10), Batch(Kind.TRADE, repaired, kit.run)
    )

    assert [seq for *_, seq in _received(bare.reader)] == [*range(5), *range(7, 17), 5, 6]


def test_replay_of_a_range_goes_by_event_time(bare, kit):
    bare.seal(kit.batch(count=20))
    bare.write(kit.batch(first=20, count=20))

    received = _received(
        bare.reader, Kind.TRADE, start_ns=kit.noon + 10**7, end_ns=kit.noon + 3 * 10**7
    )

    assert [seq for *_, seq in received] == list(range(10, 30))


def test_replay_of_symbols_has_no_other(bare, kit):
    bare.seal(kit.batch(count=5), kit.batch(first=5, count=5, symbol=1))

    assert {symbol for _, _, symbol, _ in _received(bare.reader, symbols=[kit.eth])} == {kit.eth}


def test_replay_of_an_empty_tape_ends_at_once(bare):
    assert list(bare.reader.replay([Kind.TRADE])) == []


def test_replay_puts_rows_of_a_kind_that_follow_each_other_into_one_batch(bare, kit):
    bare.seal(kit.batch(count=1000), kit.batch(Kind.QUOTE, start_ns=kit.noon + kit.day // 24))

    lengths = [len(batch.rows) for _, batch in bare.reader.replay(list(Kind))]

    assert lengths == [1000, 10]


def test_replay_when_files_are_merged_meanwhile_goes_on(bare, kit, monkeypatch):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 4)
    for first in (0, 10, 20):
        bare.seal(kit.batch(first=first, count=10))
    replayed = bare.reader.replay([Kind.TRADE])
    seen = next(replayed)[1].rows["seq"].tolist()

    compact(bare.layout, bare.manifest, now_ns=kit.noon + 2 * kit.day)
    remove_retired(bare.layout, bare.manifest, before_ns=kit.noon + 3 * kit.day)
    for _, batch in replayed:
        seen += batch.rows["seq"].tolist()

    assert seen == list(range(30))
