from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.hub.gaps import GapLedger
from quantdeck.hub.lane import Lane, lane_of
from quantdeck.live.rings import RingSet
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Flag, Kind
from quantdeck.model.feed import Delay, GapState, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable

if TYPE_CHECKING:
    from quantdeck.model.events import Batch, Rows
    from quantdeck.model.feed import Gap

_BTC = "BINANCE-USDM:BTCUSDT"
_PROVENANCE = Provenance("binance-usdm", Delay.SIMULATED, RunId("r1"))


class _Clock:
    def now_ns(self) -> int:
        return 0

    def monotonic_ns(self) -> int:
        return 0

    async def sleep(self, seconds: float) -> None:
        raise AssertionError


class _World:
    def __init__(self, *, tape_has_room: bool = True) -> None:
        self.instruments = InstrumentTable()
        self.btc = self.instruments.id_of(_BTC)
        self.recorded: list[Gap] = []
        self.seen: list[tuple[Kind, Rows]] = []
        self.taped: list[Batch] = []
        self.rings = RingSet(capacity=16)
        self._room = tape_has_room
        self.lane = Lane(
            _PROVENANCE,
            rings=self.rings,
            instruments=self.instruments,
            ledger=GapLedger(self.recorded.append, _Clock()),
            consumers=[lambda kind, rows: self.seen.append((kind, rows))],
            tape=self._take,
            clock=_Clock(),
        )

    def _take(self, batch: Batch) -> bool:
        self.taped.append(batch)
        return self._room

    def trade(self, seq: int, flags: int = 0) -> None:
        self.rings.agg_trade(seq * 1000, seq * 1000, seq, 10.0, 1.0, self.btc, 1, flags)


def test_lane_drain_hands_each_event_on_once_with_its_provenance() -> None:
    world = _World()
    for seq in (1, 2, 2, 3):
        world.trade(seq)

    world.lane.drain()
    world.lane.drain()

    assert [rows["seq"].tolist() for _, rows in world.seen] == [[1, 2, 3]]
    assert [(b.kind, b.provenance) for b in world.taped] == [(Kind.AGG_TRADE, _PROVENANCE)]
    assert world.lane.counts.duplicates == 1


class _Learner:
    """Stands for a feed that finds out from the vendor how late its data are."""

    delay = Delay.REALTIME


def test_lane_writes_how_late_the_data_are_as_the_feed_learns_it() -> None:
    world, feed = _World(), _Learner()
    world.lane.follow(feed)

    for seq, delay in enumerate((Delay.REALTIME, Delay.DELAYED), start=1):
        feed.delay = delay
        world.trade(seq)
        world.lane.drain()

    assert [batch.provenance.delay for batch in world.taped] == [Delay.REALTIME, Delay.DELAYED]
    assert world.lane.provenance.delay is Delay.DELAYED


def test_lane_missing_numbers_are_recorded_and_again_when_they_come() -> None:
    world = _World()
    world.trade(1)
    world.trade(4)
    world.lane.drain()
    for seq in (2, 3):
        world.trade(seq, Flag.REPAIRED)

    world.lane.drain()

    assert [g.state for g in world.recorded] == [GapState.OPEN, GapState.REPAIRED]


def test_lane_full_tape_is_counted_and_consumers_still_see_the_rows() -> None:
    world = _World(tape_has_room=False)
    world.trade(1)

    world.lane.drain()

    assert world.lane.counts.not_taped == 1
    assert len(world.seen) == 1


def test_lane_overrun_ring_is_counted() -> None:
    world = _World()
    for seq in range(20):
        world.trade(seq)

    world.lane.drain()

    assert world.lane.counts.overrun == 4


def test_lane_muted_gives_open_gaps_up_and_later_numbers_are_no_gap() -> None:
    world = _World()
    world.trade(1)
    world.trade(4)
    world.lane.drain()
    world.lane.mute(_BTC)
    world.lane.unmute(_BTC)
    world.trade(900)

    world.lane.drain()

    assert [g.state for g in world.recorded] == [GapState.OPEN, GapState.LOST]


def test_lane_muted_lets_go_what_was_still_on_its_way() -> None:
    world = _World()
    world.trade(1)
    world.lane.drain()
    world.lane.mute(_BTC)
    world.trade(2)
    world.lane.drain()
    world.lane.unmute(_BTC)
    world.trade(900)

    world.lane.drain()

    assert [rows["seq"].tolist() for _, rows in world.seen] == [[1], [900]]
    assert world.recorded == []


def test_lane_unmuted_passes_no_execution_twice_when_the_past_is_fetched() -> None:
    world = _World()
    world.trade(1)
    world.trade(2)
    world.lane.drain()
    world.lane.mute(_BTC)
    world.lane.unmute(_BTC)
    world.trade(5)
    world.lane.drain()
    for seq in range(1, 5):
        world.trade(seq, Flag.REPAIRED)

    world.lane.drain()

    assert [rows["seq"].tolist() for _, rows in world.seen] == [[1, 2], [5], [3, 4]]


def test_lane_of_unknown_source_names_the_known() -> None:
    with pytest.raises(BadInput, match=r"'alpaca'.*binance-usdm"):
        lane_of([_World().lane], "alpaca")


def test_lane_bars_of_the_venue_do_not_count_as_lag() -> None:
    world = _World()
    minute = 60_000_000_000
    world.rings.bar(0, minute, 1, 1.0, 1.0, 1.0, 1.0, 1.0, 1, minute, world.btc, 0)

    world.lane.drain()

    assert [kind for kind, _ in world.seen] == [Kind.BAR]
    assert world.lane.lag.lag(0, 60) is None
