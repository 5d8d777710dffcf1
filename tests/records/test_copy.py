"""Everything that is kept, taken from one engine to another and back."""

from __future__ import annotations

from contextlib import closing

import pytest

from quantdeck.model.errors import Conflict
from quantdeck.records.copy import copy_tables, tables_of
from quantdeck.records.database import SqliteDatabase
from quantdeck.records.schema import STEPS
from quantdeck.records.users_schema import USER_STEPS
from tests.records.places import database_of
from tests.records.test_migrations import made_by


@pytest.fixture
def source(tmp_path):
    """Yield files with a row or more in what every release wrote."""
    path = tmp_path / "from.sqlite"
    made_by(len(STEPS), path)
    with closing(SqliteDatabase(path, STEPS)) as made:
        with made.writing() as connection:
            connection.execute("UPDATE finding_messages SET told = 1")
        yield made


@pytest.fixture
def target(place):
    with closing(database_of(place, STEPS)) as made:
        yield made


def rows_in(database, name="rules"):
    with database.reading() as connection:
        return connection.execute(f"SELECT * FROM {name} ORDER BY 1").fetchall()  # noqa: S608 - our own names


def test_every_table_is_copied_there_and_back_with_all_that_it_holds(source, target, tmp_path):
    there = copy_tables(source, target, STEPS)
    with closing(SqliteDatabase(tmp_path / "back.sqlite", STEPS)) as back:
        copied = copy_tables(target, back, STEPS)
        same = [rows_in(source, each.name) == rows_in(back, each.name) for each in tables_of(STEPS)]

    assert there == copied > 5
    assert all(same)


def test_copy_that_is_there_already_is_left_as_it_is(source, target):
    counts = [copy_tables(source, target, STEPS) for _ in range(2)]

    assert counts[0] == counts[1]


def test_other_records_where_it_is_copied_to_are_kept(source, target):
    with target.writing() as connection:
        connection.execute("INSERT INTO jobs_off VALUES ('boxes')")

    with pytest.raises(Conflict, match="jobs_off"):
        copy_tables(source, target, STEPS)

    assert rows_in(target, "jobs_off") == [("boxes",)]
    assert rows_in(target) == []


def test_rows_that_are_written_after_a_copy_come_last(source, target):
    copy_tables(source, target, STEPS)
    with target.writing() as connection:
        connection.execute(
            "INSERT INTO alerts (id, rule_id, rule_name, text, fired_ns, message, figures, simulated, "
            "muted, read, details) SELECT 'last', rule_id, rule_name, text, fired_ns, message, figures, "
            "simulated, muted, read, details FROM alerts ORDER BY number LIMIT 1"
        )

    with target.reading() as connection:
        newest = connection.execute("SELECT id FROM alerts ORDER BY number DESC LIMIT 1").fetchone()

    assert newest == ("last",)


def test_tables_that_others_refer_to_are_filled_before_them():
    names = [each.name for each in (*tables_of(STEPS), *tables_of(USER_STEPS))]

    assert names.index("alerts") < names.index("deliveries")
    assert names.index("users") < min(names.index("grants"), names.index("looks"))
