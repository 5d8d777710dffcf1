"""Routes of arranged pages."""

from __future__ import annotations

import asyncio

import httpx2
import pytest

from quantdeck.api.app import create_app
from quantdeck.api.layout_bodies import MOST_NAMED
from quantdeck.model.users import Role
from tests.api.account_side import Accounts

_API = "/api/v1/layouts"


def test_page_when_arranged_is_listed(ask) -> None:
    panels = [{"id": "dashboard.table", "width": 12}, {"id": "dashboard.note", "hidden": True}]

    said = ask("PUT", f"{_API}/dashboard", json={"panels": panels})

    assert said.json() == {"page": "dashboard", "message": "The arrangement is saved."}
    assert ask("GET", _API).json() == {"layouts": {"dashboard": panels}}


def test_page_when_delivered_again_is_not_listed(ask) -> None:
    ask("PUT", f"{_API}/pairs", json={"panels": [{"id": "pairs.zscore"}]})

    said = ask("DELETE", f"{_API}/pairs")

    assert said.json()["message"] == "The view is as delivered again."
    assert ask("GET", _API).json() == {"layouts": {}}


def test_arrangement_kept_under_a_name_stands_beside_the_one_in_use(ask) -> None:
    one, other = [{"id": "pairs.zscore"}], [{"id": "pairs.spread"}]
    ask("PUT", f"{_API}/pairs", json={"panels": one})

    said = ask("PUT", f"{_API}/pairs?name=Open/close", json={"panels": other})

    assert said.json()["message"] == "The arrangement is kept as Open/close."
    kept = {"layouts": {"pairs": one}, "named": {"pairs": {"Open/close": other}}}
    assert ask("GET", _API).json() == kept
    assert "is gone" in ask("DELETE", f"{_API}/pairs?name=Open/close").json()["message"]
    assert ask("GET", _API).json() == {"layouts": {"pairs": one}}


def test_arrangements_of_a_page_are_kept_up_to_a_number(ask) -> None:
    body = {"panels": [{"id": "pairs.zscore"}]}
    for number in range(MOST_NAMED):
        assert ask("PUT", f"{_API}/pairs?name={number}", json=body).status_code == 200

    again = ask("PUT", f"{_API}/pairs?name=0", json=body)
    more = ask("PUT", f"{_API}/pairs?name=more", json=body)

    assert (again.status_code, more.status_code) == (200, 409)


@pytest.mark.parametrize(
    "panels",
    [
        [],
        [{"id": "a"}, {"id": "a"}],
        [{"id": "a", "hidden": True}],
        [{"id": "a", "width": 13}],
        [{"id": "a", "height": 0}],
        [{"id": "<b>"}],
        [{"id": "a", "colour": "red"}],
        [{"id": f"p{n}"} for n in range(81)],
    ],
)
def test_arrangement_that_cannot_be_drawn_is_refused(ask, panels) -> None:
    said = ask("PUT", f"{_API}/pairs", json={"panels": panels})

    assert (said.status_code, said.json()["error"]["code"]) == (422, "bad-input")
    assert ask("GET", _API).json() == {"layouts": {}}


def test_arrangement_of_an_unknown_page_is_404(ask) -> None:
    said = ask("PUT", f"{_API}/nowhere", json={"panels": [{"id": "a"}]})

    assert said.status_code == 404
    assert "dashboard" in said.json()["error"]["message"]


def test_deck_that_keeps_nothing_arranges_nothing(ask, deck) -> None:
    deck.layouts = None

    said = ask("PUT", f"{_API}/pairs", json={"panels": [{"id": "pairs.zscore"}]})

    assert said.status_code == 409
    assert ask("GET", _API).json() == {"layouts": {}}


def test_views_that_one_user_arranged_are_not_anothers(tmp_path, deck, names, page) -> None:
    accounts = Accounts(tmp_path / "accounts", deck.clock, port=names.port)
    app = create_app(deck, sessions=accounts.entrance, page=page)
    ann, bob = (accounts.headers(accounts.person(n, Role.VIEWER)) for n in ("ann", "bob"))

    async def go():
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=names.origin) as client:
            body = {"panels": [{"id": "pairs.zscore", "width": 12}]}
            put = await client.put(
                f"{_API}/pairs", json=body, headers={**ann, "Origin": names.origin}
            )
            return put.status_code, *[
                (await client.get(_API, headers=who)).json()["layouts"] for who in (ann, bob)
            ]

    status, anns, bobs = asyncio.run(go())
    accounts.records.close()

    assert status == 200
    assert list(anns) == ["pairs"]
    assert bobs == {}
