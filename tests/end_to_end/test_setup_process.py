"""A deck that is set up over its API, and starts itself again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.end_to_end.deck_process import DeckProcess

if TYPE_CHECKING:
    from pathlib import Path


def test_deck_starts_again_with_what_was_changed_and_whoever_was_logged_in_stays_so(
    tmp_path: Path,
) -> None:
    deck = DeckProcess("up", "--offline", "--port", 0, folder=tmp_path)
    try:
        first = deck.ask("/api/v1/setup").json["setup"]
        deck.ask("/api/v1/setup/keys/newsapi", {"values": {"NEWS_API_KEY": "abcd-efgh-ijkl"}})
        changed = deck.ask("/api/v1/setup/settings", {"values": {"publish.hz": "3"}}).json
        pid = deck.process.pid

        asked = deck.ask("/api/v1/setup/restart", {"mode": "live"})

        def is_back() -> bool:
            try:
                found = deck.ask("/api/v1/setup")
            except (OSError, json.JSONDecodeError):
                return False
            return found.status == 200 and not found.json["setup"]["needs_restart"]

        deck.until_answered(is_back)
        now = deck.ask("/api/v1/setup").json["setup"]
        rows = deck.ask("/api/v1/setup/settings").json["settings"]
        code = deck.stop()
    finally:
        deck.close()

    news = next(vendor for vendor in now["vendors"] if vendor["id"] == "newsapi")
    hz = next(row for row in rows if row["key"] == "publish.hz")
    assert first["is_first"] is True
    assert changed["changed"] == ["publish.hz"]
    assert asked.status == 200
    assert now["is_first"] is False
    assert (news["is_ready"], news["keys"][0]["ending"]) == (True, "ijkl")
    assert (hz["value"], hz["source"]) == ("3.0", "file")
    assert deck.process.pid == pid
    assert code == 0, deck.errors()
