"""What a tape holds for a bus, however much has to wait."""

from __future__ import annotations

import time

import pytest

from quantdeck.ports.bus import Topic
from quantdeck.tape import notes, outbox
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.layout import Layout
from quantdeck.tape.notes import TapeNotes
from quantdeck.tape.outbox import TapeOutbox
from tests.scale.bus_rig import BusRig, batch, snapshot_at


@pytest.fixture
def rig(tmp_path):
    made = BusRig(tmp_path)
    made.open()
    yield made
    made.writer.close()


def test_outbox_of_many_segments_gives_some_at_a_time_oldest_first(rig, monkeypatch):
    monkeypatch.setattr(outbox, "_AT_ONCE", 20_000)
    waiting = TapeOutbox(rig.folder)
    waiting.open_new()
    for first in range(0, 600, 200):
        rig.write(batch(first, 200))
        rig.writer.seal()
    runs = waiting.open_new()
    found = []
    while portions := waiting.read_on():
        found.append([each.run for each in portions])
    waiting.close()

    assert len(runs) == 3
    assert [len(each) for each in found] == [2, 1]
    assert [run for each in found for run in each] == runs
    assert Layout(rig.folder).unpublished() == []


def test_outbox_that_is_closed_before_anything_is_published_leaves_it(rig):
    waiting = TapeOutbox(rig.folder)
    waiting.open_new()
    rig.write(batch(0, 200))
    rig.writer.seal()
    waiting.open_new()
    waiting.read_on()
    waiting.close()

    again = TapeOutbox(rig.folder)
    (run,) = again.open_new()
    (portion,) = again.read_on()
    again.close()

    assert (portion.run, portion.first, portion.end) == (run, 0, 200)


def test_notes_of_many_snapshots_come_some_at_a_time_and_all_once(tmp_path, monkeypatch):
    monkeypatch.setattr(notes, "_AT_ONCE", 1)
    store, now_ns = ChainStore(tmp_path), time.time_ns()
    for number in range(3):
        store.keep(snapshot_at(now_ns + number))
    found = TapeNotes(tmp_path, topics=(Topic.CHAINS,))

    stamps = [[note.stamp_ns - now_ns for note in found.new()] for _ in range(5)]

    assert stamps == [[0], [1], [2], [], []]
