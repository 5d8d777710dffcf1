"""What can be played: recorded frames, or the tape."""

from __future__ import annotations

import asyncio
from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from quantdeck.feeds.replay.frames import BrokenLine, Frame, OnBroken, merge_frames
from quantdeck.model.errors import BadMessage
from quantdeck.model.events import DTYPES, Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from quantdeck.model.events import Batch
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.feed import EventSink

_FIELDS = {
    kind: [name for name in dtype.names or () if not name.startswith("_")]
    for kind, dtype in DTYPES.items()
}
_SYMBOL = {kind: names.index("symbol") for kind, names in _FIELDS.items()}
# At hand before they are due, so that the pace is kept while more is read.
_AHEAD = 20_000


class Recording(Protocol):
    """Recorded data with a place in them. Played once, by one `ReplayFeed`."""

    @property
    def next_ns(self) -> int | None:
        """Receipt of what comes next in ns UTC; None at the end."""
        ...

    @property
    def is_done(self) -> bool:
        """Whether everything has been played."""
        ...

    async def prepare(self) -> None:
        """Have what comes next at hand; what takes long to read is read in a thread.

        To be awaited before every `play`.
        """
        ...

    @property
    def broken(self) -> int:
        """Count of what could not be used so far."""
        ...

    def play(self, until_ns: int | None, most: int) -> int:
        """Put what was received until a time into the sink.

        Parameters
        ----------
        until_ns : int or None
            Last time of receipt, UTC; None for any. [ns]
        most : int
            Frames or events at most.

        Returns
        -------
        int
            How many there were.
        """
        ...


class FrameRecording:
    """Files of recorded frames, decoded as live ones are.

    Parameters
    ----------
    paths : sequence of Path
        The files, merged by receipt.
    decode : callable
        ``decode(payload, recv_ns)`` of the vendor's decoder, whose sink gets the events.
    on_broken : callable
        Takes every line that cannot be used.

    Raises
    ------
    BadInput
        If a file cannot be opened or read.
    """

    def __init__(
        self,
        paths: Sequence[Path],
        *,
        decode: Callable[[bytes, int], object],
        on_broken: OnBroken,
    ) -> None:
        self._decode = decode
        self._on_broken = on_broken
        self._broken = 0
        self._frames = merge_frames(paths, self._count_broken)
        self._next: Frame | None = next(self._frames, None)

    @property
    def next_ns(self) -> int | None:
        """Receipt of the next frame in ns UTC; None at the end."""
        return self._next.recv_ns if self._next is not None else None

    @property
    def is_done(self) -> bool:
        """Whether everything has been played."""
        return self._next is None

    async def prepare(self) -> None:
        """Do nothing: frames are read in small pieces as they are played."""
        await asyncio.sleep(0)

    @property
    def broken(self) -> int:
        """Count of lines that could not be used so far."""
        return self._broken

    def play(self, until_ns: int | None, most: int) -> int:
        """Decode the frames received until a time; see `Recording.play`."""
        count = 0
        frame = self._next
        while frame is not None and count < most:
            if until_ns is not None and frame.recv_ns > until_ns:
                break
            count += 1
            try:
                self._decode(frame.payload, frame.recv_ns)
            except BadMessage as error:
                self._count_broken(BrokenLine(frame.file.name, frame.line, error.reason))
            frame = next(self._frames, None)
        self._next = frame
        return count

    def _count_broken(self, line: BrokenLine) -> None:
        self._broken += 1
        self._on_broken(line)


class _Portion(NamedTuple):
    # Events of one kind, and the symbols that their ids mean
    kind: Kind
    symbols: list[str]
    events: list[tuple[int, ...]]


class TapeRecording:
    """Events from the tape, as `quantdeck.ports.tape.TapeReader.replay` gives them.

    The first are read at once, the rest in a thread.

    Parameters
    ----------
    batches : iterator of (list of str, Batch)
        Symbols of the ids, and the batch.
    sink : EventSink
        Where the events go.
    instruments : InstrumentTable
        Ids of canonical symbols in this process.
    """

    def __init__(
        self,
        batches: Iterator[tuple[list[str], Batch]],
        *,
        sink: EventSink,
        instruments: InstrumentTable,
    ) -> None:
        self._batches = batches
        self._instruments = instruments
        self._puts: dict[Kind, Callable[..., None]] = {
            Kind.TRADE: sink.trade,
            Kind.AGG_TRADE: sink.agg_trade,
            Kind.QUOTE: sink.quote,
            Kind.MARK: sink.mark,
            Kind.BAR: sink.bar,
        }
        self._portions: deque[_Portion] = deque()
        self._at = 0
        self._is_read = False
        self._take(self._read(1))

    @property
    def next_ns(self) -> int | None:
        """Receipt of the next event in ns UTC; None at the end."""
        return self._portions[0].events[self._at][1] if self._portions else None

    @property
    def is_done(self) -> bool:
        """Whether everything has been played."""
        return self._is_read and not self._portions

    async def prepare(self) -> None:
        """Read on where few events are left, in a thread: the tape's files take a while."""
        left = sum(len(portion.events) for portion in self._portions) - self._at
        if left < _AHEAD and not self._is_read:
            self._take(await asyncio.to_thread(self._read, _AHEAD))

    @property
    def broken(self) -> int:
        """Zero: what is on the tape has been checked."""
        return 0

    def play(self, until_ns: int | None, most: int) -> int:
        """Put the events received until a time, of those at hand; see `Recording.play`."""
        count = 0
        while count < most and self._portions:
            kind, symbols, events = self._portions[0]
            put, place = self._puts[kind], _SYMBOL[kind]
            for event in events[self._at : self._at + most - count]:
                if until_ns is not None and event[1] > until_ns:
                    return count
                number = self._instruments.id_of(symbols[event[place]])
                put(*event[:place], number, *event[place + 1 :])
                self._at += 1
                count += 1
            if self._at == len(events):
                self._portions.popleft()
                self._at = 0
        return count

    def _take(self, portions: list[_Portion] | None) -> None:
        self._portions += [portion for portion in portions or () if portion.events]
        self._is_read = portions is None

    # Runs in a thread, and touches nothing but the iterator; None where that has ended.
    def _read(self, least: int) -> list[_Portion] | None:
        portions: list[_Portion] = []
        count = 0
        while count < least:
            item = next(self._batches, None)
            if item is None:
                return portions or None
            symbols, batch = item
            events = batch.rows[_FIELDS[batch.kind]].tolist()
            portions.append(_Portion(batch.kind, symbols, events))
            count += len(events)
        return portions
