from __future__ import annotations

import pytest

from quantdeck.model.errors import StoreError
from quantdeck.model.events import Kind
from quantdeck.tape.follow import Follower
from quantdeck.tape.seal import seal


def seqs(found):
    return [int(seq) for _, batch in found for seq in batch.rows["seq"]]


@pytest.fixture
def follower(bare):
    made = Follower(bare.layout.root, since_ns=0)
    yield made
    made.close()


def test_follower_of_a_tape_that_is_not_there_finds_nothing(tmp_path):
    assert Follower(tmp_path / "absent", since_ns=0).read_on() == []


def test_follower_reads_each_row_once_as_it_comes(follower, bare, kit):
    bare.write(kit.batch(first=0, count=3))
    first = seqs(follower.read_on())
    bare.write(kit.batch(first=3, count=2))
    second = seqs(follower.read_on())

    assert (first, second, follower.read_on()) == ([0, 1, 2], [3, 4], [])


def test_follower_names_symbols_kinds_and_where_rows_came_from(follower, bare, kit):
    bare.write(kit.batch(symbol=1), kit.batch(kind=Kind.QUOTE))

    found = {batch.kind: (symbols, batch) for symbols, batch in follower.read_on()}

    symbols, trades = found[Kind.TRADE]
    assert symbols[int(trades.rows["symbol"][0])] == "BINANCE-USDM:ETHUSDT"
    assert trades.provenance == kit.run
    assert Kind.QUOTE in found


def test_follower_reads_the_end_of_a_segment_that_is_sealed_and_removed_meanwhile(
    follower, opened, kit, tmp_path
):
    tape = opened()
    tape.append_wait(kit.batch(first=0, count=5))
    tape.sync()
    before = seqs(follower.read_on())
    tape.append_wait(kit.batch(first=5, count=5))
    tape.close()

    assert before == [0, 1, 2, 3, 4]
    assert seqs(follower.read_on()) == [5, 6, 7, 8, 9]


def test_follower_leaves_out_what_was_received_before_it_began(bare, kit):
    made = kit.batch(count=10)
    follower = Follower(bare.layout.root, since_ns=int(made.rows["ts_recv"][6]))
    bare.write(made)

    first = seqs(follower.read_on())
    bare.write(kit.batch(count=2))
    later = seqs(follower.read_on())
    follower.close()

    assert first == [6, 7, 8, 9]
    assert later == [0, 1]


def test_follower_lets_go_of_segments_that_are_gone(follower, bare, kit):
    path = bare.write(kit.batch())
    follower.read_on()
    seal(bare.layout, bare.manifest, [path])
    follower.read_on()

    assert follower._opened == {}


def test_follower_of_a_folder_it_may_not_read_says_so(follower, bare, monkeypatch):
    def refuse(_):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("quantdeck.tape.layout.Layout.segments", refuse)

    with pytest.raises(StoreError, match="cannot be followed"):
        follower.read_on()
