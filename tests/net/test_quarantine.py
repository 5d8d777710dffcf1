"""Samples of undecodable messages."""

from __future__ import annotations

import base64

from quantdeck.model.errors import BadMessage
from quantdeck.net.quarantine import Quarantine


def _bad(number=0):
    return BadMessage("venue", "no sense", b"\x00raw%d" % number)


def test_add_keeps_message_and_reason(tmp_path):
    quarantine = Quarantine(tmp_path / "deep" / "bad.jsonl")

    quarantine.add(_bad(), 77)

    (entry,) = quarantine.entries()
    assert (entry.recv_ns, entry.venue, entry.reason) == (77, "venue", "no sense")
    assert base64.b64decode(entry.raw) == b"\x00raw0"


def test_add_many_keeps_the_first_and_samples_the_rest(tmp_path):
    quarantine = Quarantine(tmp_path / "bad.jsonl", keep_first=10, one_in=50)

    for number in range(200):
        quarantine.add(_bad(number), number)

    assert (quarantine.seen, quarantine.kept) == (200, 14)
    assert len(quarantine.entries()) == 14


def test_add_beyond_the_size_keeps_one_older_file(tmp_path):
    quarantine = Quarantine(tmp_path / "bad.jsonl", max_bytes=500, keep_first=1000)

    for number in range(100):
        quarantine.add(_bad(number), number)

    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 1000
    assert quarantine.entries()[-1].recv_ns == 99


def test_add_when_the_place_is_not_writable_goes_on(tmp_path):
    (tmp_path / "file").write_text("")
    quarantine = Quarantine(tmp_path / "file" / "bad.jsonl")

    quarantine.add(_bad(), 1)

    assert (quarantine.seen, quarantine.kept) == (1, 0)
