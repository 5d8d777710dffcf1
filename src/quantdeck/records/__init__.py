"""Small state that changes, in SQL: rules, alerts, runs."""
