"""The tables, as steps from one version of the file to the next.

What a column marked ``flag`` holds is true or false: a number to SQLite, a type of its own to others.
"""

from __future__ import annotations

STEPS: tuple[tuple[str, ...], ...] = (
    (
        """CREATE TABLE rules (
            id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            text TEXT NOT NULL,
            channels TEXT NOT NULL,
            created_ns INTEGER NOT NULL,
            changed_ns INTEGER NOT NULL,
            enabled INTEGER /* flag */ NOT NULL,
            muted_until_ns INTEGER
        ) STRICT""",
        # Counted apart from the alerts, so that a cool-down outlives a cleared list.
        """CREATE TABLE firings (
            rule_id TEXT NOT NULL,
            simulated INTEGER /* flag */ NOT NULL,
            count INTEGER NOT NULL,
            last_ns INTEGER NOT NULL,
            PRIMARY KEY (rule_id, simulated)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE alerts (
            number INTEGER PRIMARY KEY,
            id TEXT NOT NULL UNIQUE,
            rule_id TEXT NOT NULL,
            rule_name TEXT NOT NULL,
            text TEXT NOT NULL,
            fired_ns INTEGER NOT NULL,
            message TEXT NOT NULL,
            figures TEXT NOT NULL,
            simulated INTEGER /* flag */ NOT NULL,
            muted INTEGER /* flag */ NOT NULL,
            read INTEGER /* flag */ NOT NULL
        ) STRICT""",
        "CREATE INDEX alerts_by_time ON alerts (fired_ns, number)",
        "CREATE INDEX alerts_unread ON alerts (number) WHERE NOT read",
        """CREATE TABLE deliveries (
            alert_id TEXT NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
            channel TEXT NOT NULL,
            state TEXT NOT NULL,
            attempts INTEGER NOT NULL,
            next_ns INTEGER NOT NULL,
            detail TEXT NOT NULL,
            PRIMARY KEY (alert_id, channel)
        ) STRICT, WITHOUT ROWID""",
        "CREATE INDEX deliveries_waiting ON deliveries (channel, next_ns) WHERE state = 'waiting'",
        # The result last: reading the columns before it does not read a large one.
        """CREATE TABLE runs (
            id TEXT PRIMARY KEY,
            kind TEXT NOT NULL,
            title TEXT NOT NULL,
            created_ns INTEGER NOT NULL,
            mode TEXT NOT NULL,
            params BLOB NOT NULL,
            summary BLOB NOT NULL,
            result BLOB NOT NULL
        ) STRICT""",
        "CREATE INDEX runs_by_time ON runs (created_ns)",
    ),
    (
        """CREATE TABLE watchlist (
            symbol TEXT PRIMARY KEY,
            added_ns INTEGER NOT NULL
        ) STRICT""",
    ),
    (
        """CREATE TABLE account_events (
            account TEXT NOT NULL,
            number INTEGER NOT NULL,
            ts_ns INTEGER NOT NULL,
            kind TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (account, number)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE due_runs (
            job TEXT NOT NULL,
            due_ns INTEGER NOT NULL,
            state TEXT NOT NULL,
            holder TEXT NOT NULL,
            fence INTEGER NOT NULL,
            lease_ns INTEGER NOT NULL,
            attempts INTEGER NOT NULL,
            began_ns INTEGER NOT NULL,
            ended_ns INTEGER,
            said TEXT NOT NULL,
            PRIMARY KEY (job, due_ns)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE steps (
            run_id TEXT NOT NULL,
            step TEXT NOT NULL,
            inputs_hash TEXT NOT NULL,
            state TEXT NOT NULL,
            began_ns INTEGER NOT NULL,
            ended_ns INTEGER,
            said TEXT NOT NULL,
            result TEXT NOT NULL,
            PRIMARY KEY (run_id, step)
        ) STRICT""",
        "CREATE INDEX steps_done ON steps (step, inputs_hash, ended_ns) WHERE state = 'done'",
        "CREATE TABLE jobs_off (job TEXT PRIMARY KEY) STRICT, WITHOUT ROWID",
    ),
    ("ALTER TABLE alerts ADD COLUMN details TEXT NOT NULL DEFAULT ''",),
    (
        """CREATE TABLE exit_rules (
            account TEXT NOT NULL,
            scope TEXT NOT NULL,
            body BLOB NOT NULL,
            PRIMARY KEY (account, scope)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE exit_bests (
            account TEXT NOT NULL,
            holding TEXT NOT NULL,
            gain REAL NOT NULL,
            cost REAL NOT NULL,
            additions INTEGER NOT NULL,
            PRIMARY KEY (account, holding)
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE account_told (
            account TEXT PRIMARY KEY,
            events INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE equity_points (
            account TEXT NOT NULL,
            ts_ns INTEGER NOT NULL,
            equity REAL NOT NULL,
            cash REAL NOT NULL,
            PRIMARY KEY (account, ts_ns)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE findings (
            number INTEGER PRIMARY KEY,
            key TEXT NOT NULL UNIQUE,
            kind TEXT NOT NULL,
            symbol TEXT NOT NULL,
            ts_ns INTEGER NOT NULL,
            score REAL NOT NULL,
            text TEXT NOT NULL,
            url TEXT NOT NULL,
            source TEXT NOT NULL,
            found_ns INTEGER NOT NULL,
            message TEXT NOT NULL
        ) STRICT""",
        "CREATE INDEX findings_by_time ON findings (ts_ns, number)",
        "CREATE INDEX findings_untold ON findings (found_ns) WHERE message = ''",
        """CREATE TABLE finding_messages (
            id TEXT PRIMARY KEY,
            made_ns INTEGER NOT NULL,
            told INTEGER /* flag */ NOT NULL
        ) STRICT, WITHOUT ROWID""",
        """CREATE TABLE detection (
            one INTEGER PRIMARY KEY,
            until_ns INTEGER NOT NULL,
            body TEXT NOT NULL
        ) STRICT""",
    ),
    (
        """CREATE TABLE layouts (
            owner TEXT NOT NULL,
            page TEXT NOT NULL,
            changed_ns INTEGER NOT NULL,
            panels TEXT NOT NULL,
            PRIMARY KEY (owner, page)
        ) STRICT, WITHOUT ROWID""",
    ),
    (
        """CREATE TABLE duties (
            name TEXT PRIMARY KEY,
            holder TEXT NOT NULL,
            until_ns INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID""",
    ),
)
"""Never changed once released: a file of version n has run the first n of them.

Written in SQLite's words; `quantdeck.scale.postgres_words` says them to PostgreSQL, and names the columns
that are true or false.
"""
