"""Brings a recording onto the tape, through the same lane that live events take."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.hub.gaps import GapLedger
    from quantdeck.hub.lane import Lane
    from quantdeck.ports.feed import Feed
    from quantdeck.ports.tape import TapeReader, TapeWriter

_TELL_S = 0.25


class ImportReport(msgspec.Struct, frozen=True):
    """What an import has done.

    Parameters
    ----------
    events : int
        Events read, each once.
    new : dict of str to int
        Rows that were not on the tape before, by ``kind symbol``.
    already_there : int
        Events that were on the tape before; importing them again adds nothing.
    duplicates : int
        Events that the recording holds twice.
    gaps : int
        Holes in numbered streams that the recording does not fill anywhere, each on record as lost.
    seconds : float
        How long it took. [s]
    """

    events: int
    new: dict[str, int]
    already_there: int
    duplicates: int
    gaps: int
    seconds: float


async def import_recording(  # noqa: PLR0913 - the parts it connects
    feed: Feed,
    lane: Lane,
    *,
    ledger: GapLedger,
    writer: TapeWriter,
    reader: TapeReader,
    monotonic_ns: Callable[[], int],
    tell: Callable[[int], None],
) -> ImportReport:
    """Play a recording onto the tape and close it.

    Parameters
    ----------
    feed : Feed
        The recording, which ends by itself; writes into the rings of `lane`.
    lane : Lane
        Hands events on to the tape, waiting for room.
    ledger : GapLedger
        Takes the gaps of the lane; none of them can be repaired.
    writer : TapeWriter
        The tape; closed (and sealed) at the end.
    reader : TapeReader
        The same tape.
    monotonic_ns : callable
        Time that never steps back. [ns]
    tell : callable
        Takes the count of events now and then.

    Returns
    -------
    ImportReport
        What has become of the recording.

    Raises
    ------
    StoreError
        If the tape cannot be written; what was written stays.
    """
    began = monotonic_ns()
    before = _rows(reader)
    telling = asyncio.create_task(_tell(lane, tell))
    try:
        await feed.run()
    finally:
        telling.cancel()
        lane.drain()
    for gap in [gap for gap in ledger.gaps() if gap.state == "open"]:
        ledger.note(lane.give_up(gap))
    writer.sync()
    writer.close()
    new = _rows(reader) - before
    return ImportReport(
        events=lane.counts.accepted,
        new=dict(new),
        already_there=lane.counts.accepted - new.total(),
        duplicates=lane.counts.duplicates,
        gaps=ledger.lost,
        seconds=(monotonic_ns() - began) / 1e9,
    )


def _rows(reader: TapeReader) -> Counter[str]:
    rows: Counter[str] = Counter()
    for each in reader.coverage():
        rows[f"{each.kind} {each.symbol}"] += each.rows
    return rows


async def _tell(lane: Lane, tell: Callable[[int], None]) -> None:
    while True:
        tell(lane.counts.accepted)
        await asyncio.sleep(_TELL_S)
