"""Retention and compaction."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.model.events import Batch, Kind
from quantdeck.tape import disk
from quantdeck.tape import sealer as sealing
from quantdeck.tape import write_sealed as writing
from quantdeck.tape.compact import compact
from quantdeck.tape.manifest import ManifestReader
from quantdeck.tape.options import RetentionRule, TapeOptions
from quantdeck.tape.retention import apply_retention, remove_retired


def test_retention_by_age_removes_files_whose_last_event_is_older(bare, kit):
    for days in (10, 3, 1):
        bare.seal(kit.batch(count=5, start_ns=kit.noon - days * kit.day))

    apply_retention(bare.manifest, {Kind.TRADE: RetentionRule(max_age_days=3)}, now_ns=kit.noon)

    assert [f.date for f in bare.manifest.snapshot().files] == ["2025-11-17", "2025-11-19"]


def test_retention_by_size_removes_the_oldest_first(bare, kit):
    for days in (3, 2, 1):
        bare.seal(kit.batch(count=5, start_ns=kit.noon - days * kit.day))
    sizes = [f.bytes for f in bare.manifest.snapshot().files]

    rule = RetentionRule(max_bytes=sizes[1] + sizes[2])
    apply_retention(bare.manifest, {Kind.TRADE: rule}, now_ns=kit.noon)

    assert [f.date for f in bare.manifest.snapshot().files] == ["2025-11-18", "2025-11-19"]


def test_retention_of_one_kind_leaves_others(bare, kit):
    bare.seal(kit.batch(), kit.batch(Kind.QUOTE))

    rules = {Kind.TRADE: RetentionRule(max_age_days=0)}
    apply_retention(bare.manifest, rules, now_ns=kit.noon + kit.day)

    assert [f.kind for f in bare.manifest.snapshot().files] == ["quote"]


def test_retention_without_rules_removes_nothing(bare, kit):
    bare.seal(kit.batch())

    assert apply_retention(bare.manifest, {}, now_ns=kit.noon + 9999 * kit.day) == []


def test_remove_retired_waits_for_the_grace_period(bare, kit):
    bare.seal(kit.batch())
    rules = {Kind.TRADE: RetentionRule(max_age_days=0)}
    now_ns = kit.noon + kit.day
    apply_retention(bare.manifest, rules, now_ns=now_ns)

    assert remove_retired(bare.layout, bare.manifest, before_ns=now_ns - 1) == 0
    assert len(bare.files()) == 1
    assert remove_retired(bare.layout, bare.manifest, before_ns=now_ns) == 1
    assert bare.files() == []


def test_compact_makes_one_file_of_a_closed_day(bare, kit):
    for first in (0, 20, 10):
        bare.seal(kit.batch(first=first, count=15), kit.batch(symbol=1, first=first, count=15))
    before = bare.reader.table(Kind.TRADE)

    merged = compact(bare.layout, bare.manifest, now_ns=kit.noon + kit.day)

    assert merged == 6
    assert [f.rows for f in bare.manifest.snapshot().files] == [35, 35]
    assert bare.reader.table(Kind.TRADE).to_pylist() == before.to_pylist()


def test_compact_of_a_day_that_goes_on_waits_until_an_hour_after_its_end(bare, kit):
    for first in (0, 20):
        bare.seal(kit.batch(first=first))
    midnight = kit.noon + kit.day // 2
    hour = kit.day // 24

    assert compact(bare.layout, bare.manifest, now_ns=midnight + hour - 1) == 0
    assert compact(bare.layout, bare.manifest, now_ns=midnight + hour) == 2


def test_compact_twice_changes_nothing_more(bare, kit):
    for first in (0, 20):
        bare.seal(kit.batch(first=first))
    compact(bare.layout, bare.manifest, now_ns=kit.noon + kit.day)

    assert compact(bare.layout, bare.manifest, now_ns=kit.noon + 2 * kit.day) == 0


def test_compact_of_overlapping_files_keeps_order_and_fills_row_groups(bare, kit, monkeypatch):
    monkeypatch.setattr(writing, "ROW_GROUP_ROWS", 8)
    rng = np.random.default_rng(3)
    every = rng.permutation(kit.rows(count=100, step_ns=1000))
    for part in np.split(every, 4):
        bare.seal(Batch(Kind.TRADE, part, kit.run))

    compact(bare.layout, bare.manifest, now_ns=kit.noon + kit.day)

    (file,) = bare.manifest.snapshot().files
    parquet = pq.ParquetFile(bare.layout.root / file.path)
    assert parquet.read()["seq"].to_pylist() == list(range(100))
    assert parquet.num_row_groups == 13


def test_compact_when_interrupted_leaves_the_tape_as_it_was(bare, kit, monkeypatch):
    for first in (0, 20):
        bare.seal(kit.batch(first=first))
    before = bare.files()

    def refuse(files):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(disk, "put_in_place", refuse)
    with pytest.raises(OSError, match="No space"):
        compact(bare.layout, bare.manifest, now_ns=kit.noon + kit.day)

    assert bare.files() == before
    assert bare.reader.table(Kind.TRADE).num_rows == 20


def test_compact_when_no_longer_wanted_gives_up_and_changes_nothing(bare, kit):
    for first in (0, 20):
        bare.seal(kit.batch(first=first))
    before = bare.files()

    with pytest.raises(InterruptedError, match="given up"):
        compact(bare.layout, bare.manifest, now_ns=kit.noon + kit.day, is_unwanted=lambda: True)

    assert bare.files() == before


def test_rebuilt_manifest_leaves_out_files_that_were_merged(bare, kit):
    from quantdeck.tape.recover import recover

    for first in (0, 20):
        bare.seal(kit.batch(first=first))
    compact(bare.layout, bare.manifest, now_ns=kit.noon + kit.day)
    named = bare.manifest.snapshot().files
    bare.manifest.commit(retire=[f.path for f in named])
    bare.manifest.forget(retired=bare.manifest.retired())

    recover(bare.layout, bare.manifest, rebuild=True)

    assert bare.manifest.snapshot().files == named


def test_writer_keeps_the_tape_in_order_by_itself(opened, kit):
    # The clock stands at 2025-11-20; the events are of the day before.
    tape = opened(
        maintain_seconds=0, retention={Kind.QUOTE: RetentionRule(max_age_days=0)}, grace_seconds=0
    )
    tape.append(kit.batch(Kind.QUOTE, start_ns=kit.noon - kit.day))
    for first in (0, 10):
        tape.append(kit.batch(first=first, start_ns=kit.noon - kit.day))
        tape.seal()

    kit.wait_until(lambda: tape.status().files == 1)
    assert tape.status().detail == ""


def test_writer_puts_the_tape_in_order_when_it_is_asked_to(opened, kit):
    tape = opened(grace_seconds=0)
    for first in (0, 10):
        tape.append(kit.batch(first=first, start_ns=kit.noon - kit.day))
        tape.seal()

    found = tape.maintain()

    assert (found.merged, found.expired, found.files) == (2, 0, 1)
    assert tape.maintain().merged == 0


def test_writer_that_is_closed_is_not_put_in_order(opened):
    tape = opened()
    tape.close()

    with pytest.raises(StoreError, match="closed"):
        tape.maintain()


def test_writer_in_the_long_run_forgets_the_segments_it_has_sealed(opened, kit, tmp_path):
    tape = opened(maintain_seconds=0)
    for first in (0, 10):
        tape.append(kit.batch(first=first))
        tape.seal()

    manifest = ManifestReader(tmp_path / "tape" / "manifest.sqlite")
    kit.wait_until(lambda: not manifest.snapshot().sealed)

    assert sum(f.rows for f in manifest.snapshot().files) == 20


def test_writer_whose_segments_cannot_be_looked_at_still_says_how_it_is_doing(
    opened, kit, monkeypatch
):
    first = opened(seal_on_close=False)
    first.append(kit.batch())
    first.close()
    stat = Path.stat

    def refused(path, **how):
        if path.suffix == ".seg":
            raise PermissionError(13, "Permission denied")
        return stat(path, **how)

    monkeypatch.setattr(Path, "stat", refused)
    monkeypatch.setattr(sealing, "seal", refuse_to_seal)
    tape = opened()

    assert tape.status().segments == 1


def refuse_to_seal(*_, **__):
    raise PermissionError(13, "Permission denied")


def test_writer_whose_sealer_met_a_defect_says_so_instead_of_waiting(opened, kit, monkeypatch):
    def broken(*_, **__):
        raise LookupError("a defect")

    monkeypatch.setattr(sealing, "seal", broken)
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    tape = opened()
    tape.append(kit.batch())

    with pytest.raises(StoreError, match="restart quantdeck"):
        tape.seal()

    assert "restart quantdeck" in tape.status().detail


def test_options_that_cannot_be_are_refused():
    with pytest.raises(BadInput, match="roll_rows is 0"):
        TapeOptions(roll_rows=0)
