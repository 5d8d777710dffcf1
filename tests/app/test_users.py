"""Accounts from the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from argon2 import PasswordHasher

from quantdeck.app.settings import Settings
from quantdeck.app.users import run_reset, run_users
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.users import Grant, GrantKind, Role, User
from quantdeck.records.users import open_users

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    records = open_users(tmp_path)
    records.users.add_first(User("u", "Ann", Role.ADMIN, "hash", 1))
    records.grants.add(Grant("g", "s", "u", GrantKind.SESSION, "x", "", (), 1, 1, None))
    records.close()
    return Settings(data_dir=str(tmp_path))


def test_reset_changes_the_password_and_ends_sessions(settings: Settings, tmp_path: Path) -> None:
    chosen = run_reset(settings, "ann", None)

    records = open_users(tmp_path)
    (user,) = records.users.users()
    grants, (entry,) = records.grants.grants(), records.audit.entries(limit=9)
    records.close()
    assert PasswordHasher().verify(user.password, chosen)
    assert grants == []
    assert (entry.what, entry.address) == ("reset password", "console")


def test_reset_to_a_password_that_is_guessed_soon_is_refused(settings: Settings) -> None:
    with pytest.raises(BadInput, match="characters"):
        run_reset(settings, "ann", "short")


def test_reset_of_nobody_names_those_there_are(settings: Settings) -> None:
    with pytest.raises(NoData, match="there are: Ann"):
        run_reset(settings, "ben", None)


def test_list_names_accounts_and_roles(
    settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    run_users(settings)

    assert "Ann" in (said := capsys.readouterr().out)
    assert "admin" in said


def test_list_without_accounts_says_how_to_have_some(tmp_path: Path) -> None:
    with pytest.raises(NoData, match=r"accounts\.mode"):
        run_users(Settings(data_dir=str(tmp_path)))
