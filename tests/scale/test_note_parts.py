"""Notes put together from the messages that they came in."""

from __future__ import annotations

from hashlib import sha256

import msgspec
import pytest

pytest.importorskip("nats", reason="nats-py is not installed; it is of the extra scale")

from quantdeck.ports.bus import Note, Start, Topic
from quantdeck.scale.nats.note_parts import NoteParts
from quantdeck.scale.nats.publisher import NotePart

SUBJECT = "quantdeck.notes.chains.abc"


def header(body: bytes, part: int, parts: int, *, stamp_ns: int = 5) -> str:
    digest = sha256(body).hexdigest()
    return msgspec.json.encode(NotePart("key", stamp_ns, digest, part, parts)).decode()


@pytest.fixture
def parts():
    return NoteParts(Start(topics=(Topic.CHAINS,), since_ns=3))


def test_note_in_two_parts_is_whole_with_the_second(parts):
    parts.add(7, SUBJECT, header(b"abcd", 0, 2), b"ab")
    begun, nothing = list(parts.begun()), parts.take()
    parts.add(9, SUBJECT, header(b"abcd", 1, 2), b"cd")

    assert (begun, nothing) == ([7], [])
    assert parts.take() == [Note(Topic.CHAINS, "key", 5, b"abcd")]
    assert (list(parts.begun()), parts.take()) == ([], [])


def test_note_that_is_begun_again_is_whole_once(parts):
    parts.add(7, SUBJECT, header(b"abcd", 0, 2), b"ab")
    parts.add(8, SUBJECT, header(b"abcd", 0, 2), b"ab")
    parts.add(9, SUBJECT, header(b"abcd", 1, 2), b"cd")

    assert [note.body for note in parts.take()] == [b"abcd"]


def test_part_that_follows_on_nothing_is_left_out(parts):
    parts.add(9, SUBJECT, header(b"abcd", 1, 2), b"cd")

    assert (list(parts.begun()), parts.take()) == ([], [])


def test_note_that_is_damaged_is_left_out(parts, caplog):
    parts.add(9, SUBJECT, header(b"abcd", 0, 1), b"abXd")

    assert parts.take() == []
    assert "damaged" in caplog.text


@pytest.mark.parametrize(
    ("subject", "stamp_ns"),
    [("quantdeck.notes.gap.abc", 5), ("quantdeck.notes.later.abc", 5), (SUBJECT, 2)],
    ids=["topic not asked for", "topic not known", "before the start"],
)
def test_note_that_is_not_wanted_is_left_out(parts, subject, stamp_ns):
    parts.add(9, subject, header(b"ab", 0, 1, stamp_ns=stamp_ns), b"ab")

    assert (list(parts.begun()), parts.take()) == ([], [])
