"""The routes that set a deck up, in front of a setup that notes what it is asked."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from quantdeck.model.errors import BadInput, Conflict
from quantdeck.ports.setup import KeyCheck, KeyState, SettingRow, SetupState, VendorState
from tests.api.one_app import app_for

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from quantdeck.api.sessions import Sessions
    from tests.api.conftest import FakeDeck

WORD = "hunter2-hunter2-wxyz"
STATE = SetupState(
    True, "demo", (VendorState("newsapi", "NewsAPI", "News.", "", (), is_ready=True),),
    False, "/x/.env", "/x/config.yaml", False, False, True,
)  # fmt: skip
ROW = SettingRow(
    "port", "", "integer", (), 0, 65535, False, "8050", "8050", "default", "of the page"
)


class Noted:
    def __init__(self) -> None:
        self.asked: list[tuple[Any, ...]] = []

    def is_first(self) -> bool:
        return True

    def state(self) -> SetupState:
        return STATE

    def settings(self) -> tuple[SettingRow, ...]:
        return (ROW,)

    def change_settings(self, values: Mapping[str, str]) -> tuple[str, ...]:
        if "prot" in values:
            raise BadInput("there is no setting 'prot'")
        self.asked.append(("change", dict(values)))
        return tuple(values)

    def keep_keys(self, vendor: str, values: Mapping[str, str], place: str) -> None:
        self.asked.append(("keep", vendor, dict(values), place))

    def forget_keys(self, vendor: str) -> None:
        self.asked.append(("forget", vendor))

    async def check_keys(self, vendor: str, values: Mapping[str, str]) -> tuple[KeyCheck, ...]:
        self.asked.append(("check", vendor, dict(values)))
        return (KeyCheck("news", "ok", "3 articles"), KeyCheck("more", "not in the plan", "no"))

    def finish(self) -> None:
        self.asked.append(("finish",))

    def restart(self, mode: str) -> None:
        if mode == "live":
            raise Conflict("this deck cannot start itself again")
        self.asked.append(("restart", mode))


@pytest.fixture
def setup() -> Noted:
    return Noted()


@pytest.fixture
def app(deck: FakeDeck, sessions: Sessions, page: Path, setup: Noted) -> Any:
    return app_for(deck, sessions, page, setup=setup)


def test_setup_tells_its_state_and_settings(ask: Callable[..., httpx2.Response]) -> None:
    state, rows = ask("GET", "/api/v1/setup"), ask("GET", "/api/v1/setup/settings")

    assert state.json()["setup"]["is_first"] is True
    assert state.json()["setup"]["vendors"][0]["id"] == "newsapi"
    assert rows.json()["settings"][0]["key"] == "port"


def test_keys_are_kept_forgotten_and_checked_and_never_given_back(
    ask: Callable[..., httpx2.Response], setup: Noted
) -> None:
    body = {"values": {"NEWS_API_KEY": WORD}}

    answers = [
        ask("POST", "/api/v1/setup/keys/newsapi", json={**body, "place": "keyring"}),
        ask("POST", "/api/v1/setup/keys/newsapi/check", json=body),
        ask("POST", "/api/v1/setup/keys/newsapi/forget"),
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not any(WORD in answer.text for answer in answers)
    assert answers[1].json()["message"] == "1 of 2 questions were answered."
    assert setup.asked == [
        ("keep", "newsapi", {"NEWS_API_KEY": WORD}, "keyring"),
        ("check", "newsapi", {"NEWS_API_KEY": WORD}),
        ("forget", "newsapi"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        {"values": {"NEWS_API_KEY": WORD * 500}},
        {"values": {"NEWS_API_KEY": WORD}, "place": "cloud"},
        {"values": {"NEWS_API_KEY": WORD}, "more": WORD},
        {"values": [WORD]},
    ],
)
def test_refused_key_is_not_given_back(
    ask: Callable[..., httpx2.Response], setup: Noted, body: dict[str, Any]
) -> None:
    answer = ask("POST", "/api/v1/setup/keys/newsapi", json=body)

    assert answer.status_code == 422
    assert WORD not in answer.text
    assert setup.asked == []


def test_settings_are_changed_and_a_wrong_one_is_refused(
    ask: Callable[..., httpx2.Response], setup: Noted
) -> None:
    good = ask("POST", "/api/v1/setup/settings", json={"values": {"port": "9000"}})
    bad = ask("POST", "/api/v1/setup/settings", json={"values": {"prot": "9000"}})

    assert good.json()["changed"] == ["port"]
    assert (bad.status_code, bad.json()["error"]["message"]) == (422, "there is no setting 'prot'")
    assert setup.asked == [("change", {"port": "9000"})]


def test_setup_is_finished_and_the_deck_started_again(
    ask: Callable[..., httpx2.Response], setup: Noted
) -> None:
    done = ask("POST", "/api/v1/setup/done")
    again = ask("POST", "/api/v1/setup/restart", json={"mode": "demo"})
    refused = ask("POST", "/api/v1/setup/restart", json={"mode": "live"})

    assert [done.status_code, again.status_code, refused.status_code] == [200, 200, 409]
    assert setup.asked == [("finish",), ("restart", "demo")]


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v1/setup"), ("GET", "/api/v1/setup/settings"), ("POST", "/api/v1/setup/done")],
)
def test_deck_without_a_setup_says_where_it_is_set_up(
    deck: FakeDeck,
    sessions: Sessions,
    page: Path,
    cookies: dict[str, str],
    names: Any,
    method: str,
    path: str,
) -> None:
    app = app_for(deck, sessions, page)

    async def go() -> httpx2.Response:
        transport = httpx2.ASGITransport(app=app)
        async with httpx2.AsyncClient(transport=transport, base_url=names.origin) as client:
            cookie = "; ".join(f"{name}={value}" for name, value in cookies.items())
            headers = {"Origin": names.origin, "Cookie": cookie}
            return await client.request(method, path, headers=headers)

    answer = asyncio.run(go())

    assert answer.status_code == 409
    assert "config.yaml" in answer.json()["error"]["message"]


def test_state_of_a_key_has_no_room_for_the_key() -> None:
    assert set(KeyState.__struct_fields__) == {"name", "title", "is_set", "source", "ending"}
