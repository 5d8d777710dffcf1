"""When contracts are quoted anew and when they trade.

Time is cut into beats. All live contracts of an expiry are quoted anew at the same instant of a beat,
so that a chain is synchronous; those far from the money take part only once in several beats. A share
of the contracts is stale for half an hour at a time: nobody quotes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.options.draws import uniform

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.noise import IntArray

BEAT_NS = 1_000_000_000
"""Between two quotes of a contract near the money, at rate 1. [ns]."""
STALE_NS = 1_800_000_000_000
"""How long a contract stays stale. [ns]."""

_SALT_BEAT, _SALT_STALE, _SALT_SPELL, _SALT_TRADE = 11, 12, 13, 14


@dataclass(frozen=True, slots=True)
class Schedule:
    """The times of some contracts; arrays have one row per contract.

    Parameters
    ----------
    keys : array of uint64
        Name of each contract in the draws.
    beat_ns : int
        Length of a beat. [ns]
    phase_ns : array of int64
        When in a beat the expiry is quoted. [ns]
    every : array of int64
        Beats in which a contract is quoted once, >= 1.
    trade_ns : array of int64
        Time in which a contract trades once. [ns]
    stale_share : float
        Of the contracts, at any time.
    """

    keys: NDArray[np.uint64]
    beat_ns: int
    phase_ns: IntArray
    every: IntArray
    trade_ns: IntArray
    stale_share: float

    def of(self, rows: IntArray) -> Schedule:
        """Return the schedule of some rows."""
        return Schedule(
            self.keys[rows],
            self.beat_ns,
            self.phase_ns[rows],
            self.every[rows],
            self.trade_ns[rows],
            self.stale_share,
        )

    def beats(self, ts_ns: IntArray) -> IntArray:
        """Return the beat in which each contract was last quoted at instants, one per row."""
        # A stale contract shows what it showed when its spell began.
        offset = self._spell_offset()
        began_ns = (ts_ns - offset) // STALE_NS * STALE_NS + offset
        seen_ns = np.where(self.is_stale(ts_ns), began_ns, ts_ns)
        beat = (seen_ns - self.phase_ns) // self.beat_ns
        turn = beat // self.every
        due = self._due(turn)
        return np.where(due <= beat, due, self._due(turn - 1))

    def stamp(self, beats: IntArray) -> IntArray:
        """Return the instants of beats, one per row, in ns."""
        return beats * self.beat_ns + self.phase_ns

    def updates(self, after_ns: int, until_ns: int) -> tuple[IntArray, IntArray]:
        """Return places and beats of the contracts quoted in ``(after, until]``, by time."""
        low = (after_ns - self.phase_ns) // self.beat_ns
        high = (until_ns - self.phase_ns) // self.beat_ns
        places: list[IntArray] = []
        beats: list[IntArray] = []
        for step in range(1, int((high - low).max(initial=0)) + 1):
            beat = low + step
            hit = np.flatnonzero((beat <= high) & (self._due(beat // self.every) == beat))
            live = ~self.of(hit).is_stale(beat[hit] * self.beat_ns + self.phase_ns[hit])
            places.append(hit[live])
            beats.append(beat[hit][live])
        if not places:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        place, beat = np.concatenate(places), np.concatenate(beats)
        order = np.argsort(beat * self.beat_ns + self.phase_ns[place], kind="stable")
        return place[order], beat[order]

    def is_stale(self, ts_ns: IntArray | int) -> NDArray[np.bool_]:
        """Whether nobody quotes each contract anew at an instant."""
        spell = (ts_ns - self._spell_offset()) // STALE_NS
        return uniform(self.keys, _SALT_STALE, spell) < self.stale_share

    def trades_before(self, ts_ns: IntArray | int) -> IntArray:
        """Return how many times each contract has traded by an instant, since 1970."""
        turn = np.asarray(ts_ns, dtype=np.int64) // self.trade_ns
        return turn + (self.trade_stamp(turn) <= ts_ns)

    def trade_stamp(self, number: IntArray) -> IntArray:
        """Return the instants of trades, by their number, in ns."""
        share = uniform(self.keys, _SALT_TRADE, number)
        return number * self.trade_ns + (share * self.trade_ns).astype(np.int64)

    def _due(self, turn: IntArray) -> IntArray:
        share = uniform(self.keys, _SALT_BEAT, turn)
        return turn * self.every + (share * self.every).astype(np.int64)

    def _spell_offset(self) -> IntArray:
        return (uniform(self.keys, _SALT_SPELL) * STALE_NS).astype(np.int64)
