"""What can be played: recorded frames, or the tape."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

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


class Recording(Protocol):
    """Recorded data with a place in them. Played once, by one `ReplayFeed`."""

    @property
    def next_ns(self) -> int | None:
        """Receipt of what comes next in ns UTC; None at the end."""
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


class TapeRecording:
    """Events from the tape, as `quantdeck.ports.tape.TapeReader.replay` gives them.

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
        self._kind = Kind.TRADE
        self._symbols: list[str] = []
        self._events: list[tuple[int, ...]] = []
        self._at = 0
        self._load()

    @property
    def next_ns(self) -> int | None:
        """Receipt of the next event in ns UTC; None at the end."""
        return self._events[self._at][1] if self._at < len(self._events) else None

    @property
    def broken(self) -> int:
        """Zero: what is on the tape has been checked."""
        return 0

    def play(self, until_ns: int | None, most: int) -> int:
        """Put the events received until a time; see `Recording.play`."""
        count = 0
        while count < most and self._at < len(self._events):
            put, place = self._puts[self._kind], _SYMBOL[self._kind]
            for event in self._events[self._at : self._at + most - count]:
                if until_ns is not None and event[1] > until_ns:
                    return count
                number = self._instruments.id_of(self._symbols[event[place]])
                put(*event[:place], number, *event[place + 1 :])
                self._at += 1
                count += 1
            if self._at == len(self._events):
                self._load()
        return count

    def _load(self) -> None:
        self._at, self._events = 0, []
        while not self._events:
            item = next(self._batches, None)
            if item is None:
                return
            self._symbols, batch = item
            self._kind = batch.kind
            self._events = batch.rows[_FIELDS[batch.kind]].tolist()
