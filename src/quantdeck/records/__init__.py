"""Small state that changes, in SQLite: rules, alerts, runs."""
