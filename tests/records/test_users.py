from __future__ import annotations

import sqlite3
import stat

import pytest
from msgspec import structs

from quantdeck.model.errors import Conflict, StoreError
from quantdeck.model.users import AuditEntry, Grant, GrantKind, Invitation, Look, Role, Scope, User
from quantdeck.records import users
from quantdeck.records.database import SqliteDatabase
from quantdeck.records.users import USERS_FILE, open_users
from quantdeck.records.users_schema import USER_STEPS
from tests.records.places import opened_users

ADMIN = User("u1", "Ann", Role.ADMIN, "hash", 1)
OTHER = User("u2", "ben", Role.VIEWER, "hash", 2)
INVITATION = Invitation("i1", "code", Role.TRADER, "Ann", 1, 100)
GRANT = Grant("g1", "secret", "u1", GrantKind.SESSION, "Firefox", "127.0.0.1", (), 1, 1, 50)


@pytest.fixture
def records(place):
    kept = opened_users(place)
    yield kept
    kept.close()


def test_first_account_is_added_once(records):
    assert records.users.add_first(ADMIN)
    assert not records.users.add_first(OTHER)
    assert records.users.users() == [ADMIN]


def test_invited_account_has_the_role_of_the_invitation_and_uses_it_up(records):
    records.users.invite(INVITATION)

    first = records.users.add_invited(OTHER, code_hash="code", now_ns=2)
    again = records.users.add_invited(
        structs.replace(OTHER, id="u3", name="c"), code_hash="code", now_ns=3
    )

    assert (first, again) == (True, False)
    assert records.users.users() == [structs.replace(OTHER, role=Role.TRADER)]
    assert records.users.invitations() == []


def test_invitation_that_has_ended_opens_nothing(records):
    records.users.invite(INVITATION)

    assert not records.users.add_invited(OTHER, code_hash="code", now_ns=100)


def test_taken_name_in_another_case_is_refused_and_the_invitation_stays(records):
    records.users.add_first(ADMIN)
    records.users.invite(INVITATION)

    with pytest.raises(Conflict, match="taken"):
        records.users.add_invited(structs.replace(OTHER, name="ANN"), code_hash="code", now_ns=2)

    assert records.users.invitations() == [INVITATION]


def test_withdrawn_invitation_is_gone(records):
    records.users.invite(INVITATION)

    assert records.users.withdraw("i1")
    assert not records.users.withdraw("i1")


@pytest.mark.parametrize("change", [{"role": Role.VIEWER}, {"is_on": False}])
def test_last_admin_stays_one(records, change):
    records.users.add_first(ADMIN)

    assert not records.users.change("u1", **change)
    assert records.users.users() == [ADMIN]


def test_change_of_one_part_leaves_the_others(records):
    records.users.add_first(ADMIN)

    records.users.change("u1", password=ADMIN.name)

    assert records.users.users() == [structs.replace(ADMIN, password=ADMIN.name)]


def test_grant_is_found_by_its_hash_with_its_user(records):
    token = Grant("g2", "t", "u1", GrantKind.TOKEN, "bot", "127.0.0.1", (Scope.READ,), 1, 1, None)
    records.users.add_first(ADMIN)
    records.grants.add(GRANT)
    records.grants.add(token)

    assert records.grants.find("t") == (token, ADMIN)
    assert records.grants.find("nothing") is None
    assert records.grants.grants("u1") == [GRANT, token]
    assert records.grants.grants("u2") == []


def test_grant_of_somebody_else_is_not_ended(records):
    records.users.add_first(ADMIN)
    records.grants.add(GRANT)

    assert not records.grants.end("g1", user_id="u2")
    assert records.grants.end("g1", user_id="u1")


def test_all_grants_but_one_are_ended(records):
    records.users.add_first(ADMIN)
    for each in ("g1", "g2", "g3"):
        records.grants.add(structs.replace(GRANT, id=each, secret_hash=each))

    assert records.grants.end_all("u1", but="g2") == 2
    assert [grant.id for grant in records.grants.grants()] == ["g2"]


def test_ended_grants_are_forgotten_when_another_is_made(records):
    records.users.add_first(ADMIN)
    records.grants.add(GRANT)

    later = {"id": "g2", "secret_hash": "later", "made_ns": 50, "ends_ns": 99}
    records.grants.add(structs.replace(GRANT, **later))

    assert [grant.id for grant in records.grants.grants()] == ["g2"]


def test_use_of_a_grant_is_noted(records):
    records.users.add_first(ADMIN)
    records.grants.add(GRANT)

    records.grants.seen("g1", 7)

    assert records.grants.grants() == [structs.replace(GRANT, seen_ns=7)]


def test_look_of_a_user_is_kept_and_replaced(records):
    records.users.add_first(ADMIN)
    none = records.users.look(ADMIN.id)

    records.users.keep_look(ADMIN.id, Look(zone="exchange"))
    records.users.keep_look(ADMIN.id, Look(palette="western"))

    assert none is None
    assert records.users.look(ADMIN.id) == Look(palette="western")


def test_accounts_of_the_first_version_are_taken_over(tmp_path):
    first = SqliteDatabase(tmp_path / USERS_FILE, USER_STEPS[:1])
    with first.writing() as connection:
        connection.execute("INSERT INTO users VALUES ('u1', 'ann', 'ann', 'admin', 'x', 1, 1)")
    first.close()

    later = open_users(tmp_path)
    found, look = later.users.users(), later.users.look("u1")
    later.close()

    assert [(user.name, user.role) for user in found] == [("ann", "admin")]
    assert look is None


def test_audit_log_keeps_the_newest_and_pages_by_time(place, monkeypatch):
    monkeypatch.setattr(users, "AUDIT_KEPT", 3)
    records = opened_users(place)
    audit = records.audit
    for ts in range(1, 6):
        audit.note(AuditEntry(ts, "ann", "log in", "done", "127.0.0.1"))

    newest = [entry.ts_ns for entry in audit.entries(limit=10)]
    before = [entry.ts_ns for entry in audit.entries(limit=1, before_ns=5)]
    records.close()

    assert newest == [5, 4, 3]
    assert before == [4]


def test_accounts_are_for_the_owner_alone(tmp_path):
    records = open_users(tmp_path)
    records.users.add_first(ADMIN)

    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    records.close()

    assert set(modes.values()) == {0o600}


def test_accounts_of_a_newer_version_are_refused(tmp_path):
    connection = sqlite3.connect(tmp_path / USERS_FILE)
    connection.execute(f"PRAGMA user_version = {len(USER_STEPS) + 1}")
    connection.close()

    with pytest.raises(StoreError, match="newer quantdeck"):
        open_users(tmp_path)
