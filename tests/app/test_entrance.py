"""Who may reach a deck, and how they come in."""

from __future__ import annotations

import stat
from typing import TYPE_CHECKING

import pytest

from quantdeck.api.sessions import Sessions, kept_links
from quantdeck.api.user_sessions import UserSessions
from quantdeck.app.account_settings import AccountSettings
from quantdeck.app.entrance import address_of, open_way_in, proxies_of
from quantdeck.app.settings import Settings
from quantdeck.model.errors import ConfigError
from quantdeck.model.users import Role, User
from quantdeck.net.clock import SystemClock
from quantdeck.records.users import open_users

if TYPE_CHECKING:
    from pathlib import Path

USERS = AccountSettings(mode="users", public_url="https://deck.example.org/", hosts=("deck.lan",))


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.7", "deck.lan"])  # noqa: S104
def test_address_that_others_reach_is_refused_without_accounts(host: str) -> None:
    with pytest.raises(ConfigError, match=r"accounts\.mode"):
        address_of(Settings(host=host))


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.7"])  # noqa: S104
def test_address_that_others_reach_is_taken_with_accounts(host: str) -> None:
    assert address_of(Settings(host=host, accounts=USERS)) == host


def test_local_deck_is_opened_by_its_link(tmp_path: Path) -> None:
    with open_way_in(Settings(), SystemClock(), port=1, folder=tmp_path) as way_in:
        assert isinstance(way_in.entrance, Sessions)
        assert "?token=" in way_in.link()
        assert way_in.code == ""


def test_new_deck_with_accounts_has_a_code_and_a_link_without_token(tmp_path: Path) -> None:
    settings = Settings(host="0.0.0.0", data_dir=str(tmp_path), accounts=USERS)  # noqa: S104
    run = tmp_path / "run"

    with open_way_in(settings, SystemClock(), port=1, folder=run) as way_in:
        links, mode = kept_links(run), stat.S_IMODE((run / "link-1.txt").stat().st_mode)

    assert isinstance(way_in.entrance, UserSessions)
    assert (way_in.link(), links) == ("https://deck.example.org/", ["http://127.0.0.1:1/"])
    assert {"deck.example.org", "deck.lan", "127.0.0.1"} <= way_in.hosts
    assert len(way_in.code) == 19
    assert mode == 0o600
    assert kept_links(run) == []


def test_deck_that_has_an_account_gives_no_code(tmp_path: Path) -> None:
    records = open_users(tmp_path)
    records.users.add_first(User("u", "ann", Role.ADMIN, "hash", 1))
    records.close()
    settings = Settings(data_dir=str(tmp_path), accounts=USERS)

    with open_way_in(settings, SystemClock(), port=1, folder=tmp_path / "run") as way_in:
        assert way_in.code == ""


def test_nobody_is_believed_about_addresses_but_the_proxy_of_a_public_url() -> None:
    alone = AccountSettings(mode="users")

    believed = [proxies_of(Settings(accounts=each)) for each in (AccountSettings(), alone, USERS)]

    assert believed == [(), (), ("127.0.0.1", "::1")]
