"""What a store of histories promises, held by the one on disk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.model.history import ActionKind, CorporateAction
from quantdeck.tape import disk
from quantdeck.tape.history.store import BarStore
from tests.tape.history.histories import DAY_NS, FIRST_NS, NOON_NS, history_of

if TYPE_CHECKING:
    from pathlib import Path

_NAN = float("nan")


@pytest.fixture
def store(tmp_path: Path) -> BarStore:
    return BarStore(tmp_path)


def _dividend(day: int, value: float = 1.0) -> CorporateAction:
    return CorporateAction(FIRST_NS + day * DAY_NS, ActionKind.DIVIDEND, value)


def _runs(store: BarStore) -> list[str]:
    files, _ = store.files()
    return pq.read_table(files[0]).column("ingest_run_id").to_pylist()


def test_store_of_an_empty_folder_keeps_nothing(store: BarStore) -> None:
    assert store.kept() == []
    with pytest.raises(NoData, match="US:SPY: no bars of 1d"):
        store.read("US:SPY", "1d")


def test_kept_history_is_read_as_it_was(store: BarStore) -> None:
    kept = history_of([1.0, _NAN, 3.0], actions=[_dividend(1)])

    store.keep(kept)
    read = store.read("US:SPY", "1d")

    assert read.rows.tobytes() == kept.rows.tobytes()
    assert (read.provenance, read.actions, read.calendar) == (
        kept.provenance,
        kept.actions,
        "XNYS",
    )


def test_keep_says_what_the_whole_is(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0]))

    kept = store.keep(history_of([3.0], first=2, actions=[_dividend(2)], fetched_ns=NOON_NS + 1))

    assert store.kept() == [kept]
    assert (kept.rows, kept.actions, kept.fetched_ns) == (3, 1, NOON_NS + 1)
    assert (kept.first_ns, kept.last_ns) == (FIRST_NS, FIRST_NS + 2 * DAY_NS)


def test_kept_bars_of_the_span_are_replaced_and_those_missing_from_it_go(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0, 3.0, 4.0]))

    store.keep(history_of([2.5, 4.5], starts=[1, 3]))

    assert store.read("US:SPY", "1d").rows["close"].tolist() == [1.0, 2.5, 4.5]


def test_bar_told_again_as_it_is_keeps_the_run_that_brought_it(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0, _NAN]))

    store.keep(history_of([2.0, _NAN, 4.0], first=1, run="run-2"))

    assert _runs(store) == ["run-1", "run-1", "run-1", "run-2"]


def test_keeping_the_same_twice_writes_no_file(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0]))
    before, _ = store.files()

    store.keep(history_of([1.0, 2.0], fetched_ns=NOON_NS + 5))

    assert store.files()[0] == before
    assert store.read("US:SPY", "1d").fetched_ns == NOON_NS + 5


def test_actions_of_the_span_are_replaced_and_others_stay(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0, 3.0], actions=[_dividend(0), _dividend(2)]))

    store.keep(history_of([2.0, 3.0], first=1, actions=[_dividend(2, 5.0)]))

    assert store.read("US:SPY", "1d").actions == (_dividend(0), _dividend(2, 5.0))


def test_of_several_sources_sixty_days_do_not_hide_years(store: BarStore) -> None:
    store.keep(history_of([1.0] * 300, source="yahoo"))
    store.keep(history_of([2.0] * 60, first=241, source="polygon", fetched_ns=NOON_NS + 1))

    assert store.read("US:SPY", "1d").provenance.source == "yahoo"


def test_of_several_sources_one_that_ended_long_ago_hides_nothing(store: BarStore) -> None:
    store.keep(history_of([1.0] * 300, source="file", fetched_ns=NOON_NS + 1))
    store.keep(history_of([2.0] * 60, first=290, source="yahoo"))

    assert store.read("US:SPY", "1d").provenance.source == "yahoo"


def test_of_several_sources_of_one_span_the_one_fetched_last_is_read(store: BarStore) -> None:
    store.keep(history_of([1.0], source="alpaca", fetched_ns=NOON_NS + 1))
    store.keep(history_of([2.0], source="yahoo"))

    assert store.read("US:SPY", "1d").provenance.source == "alpaca"
    assert store.read("US:SPY", "1d", source="yahoo").rows["close"].tolist() == [2.0]


def test_read_from_a_time_on_leaves_out_what_lies_before(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0, 3.0], actions=[_dividend(1), _dividend(2)]))

    read = store.read("US:SPY", "1d", start_ns=FIRST_NS + 2 * DAY_NS)

    assert read.rows["close"].tolist() == [3.0]
    assert read.actions == (_dividend(2),)


def test_intervals_of_a_symbol_are_kept_apart(store: BarStore) -> None:
    store.keep(history_of([1.0]))
    store.keep(history_of([2.0], interval="1h"))

    assert [each.interval for each in store.kept()] == ["1d", "1h"]


def test_history_without_bars_is_refused(store: BarStore) -> None:
    with pytest.raises(BadInput, match="no bar of 1d"):
        store.keep(history_of([]))


def test_damaged_file_is_named(store: BarStore) -> None:
    store.keep(history_of([1.0]))
    files, _ = store.files()
    files[0].write_bytes(b"PAR1 not")

    with pytest.raises(StoreError, match=r"US\.SPY-.*restore"):
        store.read("US:SPY", "1d")


def test_keep_after_a_file_was_removed_begins_anew(store: BarStore) -> None:
    store.keep(history_of([1.0, 2.0]))
    store.files()[0][0].unlink()

    store.keep(history_of([2.0], first=1))

    assert store.read("US:SPY", "1d").rows["close"].tolist() == [2.0]


def test_full_disk_leaves_what_was_kept(store: BarStore, monkeypatch: pytest.MonkeyPatch) -> None:
    store.keep(history_of([1.0]))

    def refuse(_files: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "put_in_place", refuse)

    with pytest.raises(StoreError, match="the disk is full"):
        store.keep(history_of([1.0, 2.0]))
    assert store.read("US:SPY", "1d").rows["close"].tolist() == [1.0]


def test_files_given_up_long_ago_are_removed(store: BarStore, tmp_path: Path) -> None:
    for day in range(4):
        fetched_ns = NOON_NS + day * DAY_NS
        store.keep(history_of([float(day)], first=day, fetched_ns=fetched_ns))

    there = sorted((tmp_path / "history" / "bars").rglob("*.parquet"))

    assert len(there) == 2
    assert store.files()[0][0] in there


def test_folder_of_a_newer_version_is_not_touched(store: BarStore, tmp_path: Path) -> None:
    import sqlite3

    store.keep(history_of([1.0]))
    with sqlite3.connect(tmp_path / "history" / "catalog.sqlite") as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()

    with pytest.raises(StoreError, match="newer quantdeck"):
        store.keep(history_of([2.0]))
