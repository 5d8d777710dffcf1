"""Playbooks by the API."""

from __future__ import annotations

import csv
import io

import msgspec

from quantdeck.model.errors import NoData
from quantdeck.research.playbook.entry import Playbook
from tests.hub.playbook_rig import sample

_API = "/api/v1"


def test_playbook_of_the_newest_session_is_given_whole(ask) -> None:
    reply = ask("GET", f"{_API}/playbook")

    assert msgspec.json.decode(reply.content, type=Playbook) == sample()


def test_playbook_as_csv_has_a_row_of_each_symbol(ask) -> None:
    reply = ask("GET", f"{_API}/playbook?format=csv")

    rows = list(csv.DictReader(io.StringIO(reply.text)))
    assert [row["symbol"] for row in rows] == [each.symbol for each in sample().entries]
    assert 'filename="demo-playbook-2026-06-12.csv"' in reply.headers["content-disposition"]


def test_playbooks_are_listed_once_one_was_made(ask) -> None:
    assert ask("GET", f"{_API}/playbooks").json() == {"sessions": []}

    reply = ask("POST", f"{_API}/playbook").json()

    assert reply["message"].startswith("Made of 2026-06-12: 4 symbols, ")
    assert ask("GET", f"{_API}/playbooks").json() == {"sessions": ["2026-06-12"]}


def test_playbook_of_a_session_that_is_not_kept_is_404(ask) -> None:
    assert ask("GET", f"{_API}/playbook?session=2020-01-01").status_code == 404


def test_playbook_of_a_session_that_is_none_is_422(ask) -> None:
    assert ask("GET", f"{_API}/playbook?session=yesterday").status_code == 422


def test_playbook_that_cannot_be_made_says_why(ask, deck) -> None:
    deck.playbook.parts.make.error = NoData("no symbol has a score")

    reply = ask("POST", f"{_API}/playbook")

    assert reply.status_code == 404
    assert "no symbol has a score" in reply.json()["error"]["message"]


def test_playbook_of_a_deck_that_keeps_none_is_404(ask, deck) -> None:
    deck.playbook.parts = None

    assert ask("GET", f"{_API}/playbook").status_code == 404
