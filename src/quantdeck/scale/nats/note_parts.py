"""Puts notes together from the messages that they came in."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from quantdeck.ports.bus import Note, Topic
from quantdeck.scale.nats.publisher import NotePart

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.ports.bus import Start

_LOG = logging.getLogger(__name__)
_TOPICS = frozenset(topic.value for topic in Topic)


@dataclass(slots=True)
class _Begun:
    sequence: int
    digest: str
    bodies: list[bytes] = field(default_factory=list[bytes])


class NoteParts:
    """Owned by one follower.

    Parameters
    ----------
    start : Start
        Which topics are wanted, and from when on.
    """

    def __init__(self, start: Start) -> None:
        self._start = start
        self._begun: dict[str, _Begun] = {}
        self._whole: list[Note] = []

    def begun(self) -> Iterable[int]:
        """Return where in the stream each note begins whose end has not come."""
        return [each.sequence for each in self._begun.values()]

    def take(self) -> list[Note]:
        """Return the notes that are whole, each once."""
        found, self._whole = self._whole, []
        return found

    def add(self, sequence: int, subject: str, header: str, body: bytes) -> None:
        """Take in a message; one that cannot be read, or that follows on nothing, is left out."""
        topic = subject.split(".")[2]
        try:
            part = msgspec.json.decode(header, type=NotePart)
        except msgspec.DecodeError as error:
            _LOG.warning("message %d of the bus is no note: %s", sequence, error)
            return
        # A newer version may publish topics of its own.
        if topic not in _TOPICS or not self._is_wanted(Topic(topic), part):
            return
        if part.part == 0:
            self._begun[subject] = _Begun(sequence, part.digest)
        begun = self._begun.get(subject)
        if begun is None or begun.digest != part.digest or len(begun.bodies) != part.part:
            # Whoever published it was ended on the way, and begins again.
            self._begun.pop(subject, None)
            return
        begun.bodies.append(body)
        if part.is_last:
            del self._begun[subject]
            whole = b"".join(begun.bodies)
            if sha256(whole).hexdigest() != part.digest:
                _LOG.warning("the note %s is damaged, and left out", part.key)
                return
            self._whole.append(Note(Topic(topic), part.key, part.stamp_ns, whole))

    def _is_wanted(self, topic: Topic, part: NotePart) -> bool:
        return topic in self._start.topics and part.stamp_ns >= self._start.since_ns
