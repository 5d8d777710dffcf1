"""The tables of accounts, as steps from one version of the file to the next."""

from __future__ import annotations

USER_STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE users (
            id TEXT PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            name TEXT NOT NULL,
            role TEXT NOT NULL,
            password TEXT NOT NULL,
            made_ns INTEGER NOT NULL,
            is_on INTEGER /* flag */ NOT NULL
        ) STRICT""",
        """CREATE TABLE invitations (
            id TEXT PRIMARY KEY,
            code_hash TEXT NOT NULL UNIQUE,
            role TEXT NOT NULL,
            made_by TEXT NOT NULL,
            made_ns INTEGER NOT NULL,
            ends_ns INTEGER NOT NULL
        ) STRICT""",
        """CREATE TABLE grants (
            id TEXT PRIMARY KEY,
            secret_hash TEXT NOT NULL UNIQUE,
            user_id TEXT NOT NULL REFERENCES users (id),
            kind TEXT NOT NULL,
            name TEXT NOT NULL,
            address TEXT NOT NULL,
            scopes TEXT NOT NULL,
            made_ns INTEGER NOT NULL,
            seen_ns INTEGER NOT NULL,
            ends_ns INTEGER
        ) STRICT""",
        "CREATE INDEX grants_by_user ON grants (user_id, made_ns)",
        """CREATE TABLE audit (
            number INTEGER PRIMARY KEY,
            ts_ns INTEGER NOT NULL,
            who TEXT NOT NULL,
            what TEXT NOT NULL,
            outcome TEXT NOT NULL,
            address TEXT NOT NULL
        ) STRICT""",
    ),
    (
        """CREATE TABLE looks (
            user_id TEXT PRIMARY KEY REFERENCES users (id),
            look TEXT NOT NULL
        ) STRICT""",
    ),
    (
        """CREATE TABLE tries (
            key TEXT PRIMARY KEY,
            failures INTEGER NOT NULL,
            last_ns INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
)
"""Never changed once released: a file of version n has run the first n of them."""
