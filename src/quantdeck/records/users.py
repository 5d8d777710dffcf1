"""Accounts, sessions, tokens and the audit log, in a database of their own.

They belong to the data folder, not to a tape: the demo and the live deck have the same users.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.model.errors import Conflict
from quantdeck.model.users import (
    AuditEntry,
    Grant,
    GrantKind,
    Invitation,
    Look,
    Role,
    Scope,
    User,
)
from quantdeck.records.database import SqliteDatabase
from quantdeck.records.tries import SqlTries
from quantdeck.records.users_schema import USER_STEPS

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.database import Connection, Database

USERS_FILE = "users.sqlite"
"""In the data folder."""
AUDIT_KEPT = 100_000
"""Entries of the audit log that are kept."""

_USER = "id, name, role, password, made_ns, is_on"
_GRANT = "id, secret_hash, user_id, kind, name, address, scopes, made_ns, seen_ns, ends_ns"


class SqlUsers:
    """Fulfils `quantdeck.ports.users.UserStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def users(self) -> list[User]:
        """Return every account, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_USER} FROM users ORDER BY made_ns, rowid"  # noqa: S608 - our own words
            ).fetchall()
        return [_user(row) for row in rows]

    def add_first(self, user: User) -> bool:
        """Add the first account; False where there is one already."""
        with self._database.writing() as connection:
            if connection.execute("SELECT 1 FROM users").fetchone():
                return False
            _insert(connection, user)
        return True

    def add_invited(self, user: User, *, code_hash: str, now_ns: int) -> bool:
        """Add an account of the invitation's role, and use up the invitation."""
        with self._database.writing() as connection:
            found = connection.execute(
                "DELETE FROM invitations WHERE code_hash = ? AND ends_ns > ? "
                "AND (made_by <> '' OR NOT EXISTS (SELECT 1 FROM users)) RETURNING role",
                (code_hash, now_ns),
            ).fetchone()
            if found is None:
                return False
            if connection.execute(
                "SELECT 1 FROM users WHERE key = ?", (user.name.casefold(),)
            ).fetchone():
                raise Conflict(f"the name {user.name} is taken; choose another")
            _insert(connection, user, role=found[0])
        return True

    def change(
        self,
        user_id: str,
        *,
        role: Role | None = None,
        password: str | None = None,
        is_on: bool | None = None,
    ) -> bool:
        """Change what is given of an account; False where no admin would be left."""
        with self._database.writing() as connection:
            others = connection.execute(
                "SELECT 1 FROM users WHERE id <> ? AND role = ? AND is_on", (user_id, Role.ADMIN)
            ).fetchone()
            if not others and (is_on is False or role not in {None, Role.ADMIN}):
                return False
            connection.execute(
                "UPDATE users SET role = coalesce(?, role), password = coalesce(?, password), "
                "is_on = coalesce(?, is_on) WHERE id = ?",
                (role, password, is_on, user_id),
            )
        return True

    def invite(self, invitation: Invitation) -> None:
        """Keep an invitation, and forget those that have ended."""
        each = invitation
        with self._database.writing() as connection:
            connection.execute("DELETE FROM invitations WHERE ends_ns <= ?", (each.made_ns,))
            connection.execute(
                "INSERT INTO invitations VALUES (?, ?, ?, ?, ?, ?)",
                (each.id, each.code_hash, each.role, each.made_by, each.made_ns, each.ends_ns),
            )

    def invitations(self) -> list[Invitation]:
        """Return the invitations that nobody used, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT id, code_hash, role, made_by, made_ns, ends_ns "
                "FROM invitations WHERE made_by <> '' ORDER BY made_ns"
            ).fetchall()
        return [Invitation(row[0], row[1], Role(row[2]), *row[3:]) for row in rows]

    def look(self, user_id: str) -> Look | None:
        """Return how a user likes the page; None where they have not said."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT look FROM looks WHERE user_id = ?", (user_id,)
            ).fetchone()
        return None if row is None else msgspec.json.decode(row[0], type=Look)

    def keep_look(self, user_id: str, look: Look) -> None:
        """Keep how a user likes the page."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO looks VALUES (?, ?) "
                "ON CONFLICT (user_id) DO UPDATE SET look = excluded.look",
                (user_id, msgspec.json.encode(look).decode()),
            )

    def withdraw(self, invitation_id: str) -> bool:
        """Remove an invitation; False where there is none."""
        with self._database.writing() as connection:
            gone = connection.execute("DELETE FROM invitations WHERE id = ?", (invitation_id,))
            return gone.rowcount > 0


class SqlGrants:
    """Fulfils `quantdeck.ports.users.GrantStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, grant: Grant) -> None:
        """Keep a session or a token, and forget those that have ended."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM grants WHERE ends_ns <= ?", (grant.made_ns,))
            connection.execute(
                "INSERT INTO grants VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(grant.id, grant.secret_hash, grant.user_id, grant.kind, grant.name),
                    *(grant.address, " ".join(grant.scopes)),
                    *(grant.made_ns, grant.seen_ns, grant.ends_ns),
                ),
            )

    def find(self, secret_hash: str) -> tuple[Grant, User] | None:
        """Return what a secret stands for, and whom."""
        with self._database.reading() as connection:
            row = connection.execute(
                "SELECT g.id, g.secret_hash, g.user_id, g.kind, g.name, g.address, g.scopes, "
                "g.made_ns, g.seen_ns, g.ends_ns, u.id, u.name, u.role, u.password, u.made_ns, "
                "u.is_on FROM grants g JOIN users u ON u.id = g.user_id WHERE g.secret_hash = ?",
                (secret_hash,),
            ).fetchone()
        return None if row is None else (_grant(row[:10]), _user(row[10:]))

    def seen(self, grant_id: str, now_ns: int) -> None:
        """Note that it was used."""
        with self._database.writing() as connection:
            connection.execute("UPDATE grants SET seen_ns = ? WHERE id = ?", (now_ns, grant_id))

    def grants(self, user_id: str | None = None) -> list[Grant]:
        """Return the sessions and tokens of a user, or of all, oldest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                f"SELECT {_GRANT} FROM grants WHERE :user IS NULL OR user_id = :user "  # noqa: S608
                "ORDER BY made_ns, rowid",
                {"user": user_id},
            ).fetchall()
        return [_grant(row) for row in rows]

    def end(self, grant_id: str, *, user_id: str | None = None) -> bool:
        """Remove one, of this user where one is named; False where there is none."""
        with self._database.writing() as connection:
            gone = connection.execute(
                "DELETE FROM grants WHERE id = :id AND (:user IS NULL OR user_id = :user)",
                {"id": grant_id, "user": user_id},
            )
            return gone.rowcount > 0

    def end_all(self, user_id: str, *, but: str = "") -> int:
        """Remove the sessions and tokens of a user but for one; return how many."""
        with self._database.writing() as connection:
            gone = connection.execute(
                "DELETE FROM grants WHERE user_id = ? AND id <> ?", (user_id, but)
            )
            return gone.rowcount


class SqlAudit:
    """Fulfils `quantdeck.ports.users.AuditStore`.

    Parameters
    ----------
    database : Database
        Where it is kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def note(self, entry: AuditEntry) -> None:
        """Keep an entry; the oldest beyond the bound are removed."""
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO audit (ts_ns, who, what, outcome, address) VALUES (?, ?, ?, ?, ?)",
                (entry.ts_ns, entry.who, entry.what, entry.outcome, entry.address),
            )
            connection.execute(
                "DELETE FROM audit WHERE number <= (SELECT max(number) FROM audit) - ?",
                (AUDIT_KEPT,),
            )

    def entries(self, *, limit: int, before_ns: int | None = None) -> list[AuditEntry]:
        """Return entries, newest first."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT ts_ns, who, what, outcome, address FROM audit "
                "WHERE :before IS NULL OR ts_ns < :before ORDER BY number DESC LIMIT :limit",
                {"before": before_ns, "limit": limit},
            ).fetchall()
        return [AuditEntry(*row) for row in rows]


class UserRecords:
    """Everything about accounts.

    Parameters
    ----------
    database : Database
        Closed by `close`.

    Attributes
    ----------
    users : UserStore
        Accounts and invitations.
    grants : GrantStore
        Sessions and tokens.
    audit : AuditStore
        Who did what.
    tries : TryStore
        Passwords and codes that were wrong.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self.users = SqlUsers(database)
        self.grants = SqlGrants(database)
        self.audit = SqlAudit(database)
        self.tries = SqlTries(database)

    def close(self) -> None:
        """Close the database. Idempotent."""
        self._database.close()


def open_users(folder: Path) -> UserRecords:
    """Return the accounts of a data folder; several processes may have them open.

    Parameters
    ----------
    folder : Path
        Data folder; made where absent.

    Returns
    -------
    UserRecords
        To be closed.

    Raises
    ------
    StoreError
        If they cannot be opened, or are of a newer version.
    """
    return UserRecords(SqliteDatabase(folder / USERS_FILE, USER_STEPS))


def _insert(connection: Connection, user: User, *, role: str | None = None) -> None:
    connection.execute(
        "INSERT INTO users VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            *(user.id, user.name.casefold(), user.name, role or user.role),
            *(user.password, user.made_ns, user.is_on),
        ),
    )


def _user(row: tuple[Any, ...]) -> User:
    return User(row[0], row[1], Role(row[2]), row[3], row[4], bool(row[5]))


def _grant(row: tuple[Any, ...]) -> Grant:
    scopes = tuple(Scope(word) for word in row[6].split())
    return Grant(row[0], row[1], row[2], GrantKind(row[3]), row[4], row[5], scopes, *row[7:])
