"""What is PostgreSQL's own: addresses, versions, a server that goes and comes, and who holds the lock."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import closing

import pytest

from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import BadInput, ConfigError, StoreError
from quantdeck.records.open import open_records
from quantdeck.records.schema import STEPS
from quantdeck.scale.postgres import PostgresDatabase
from tests.records.places import a_place, opened
from tests.records.test_migrations import VERSIONS, WRITTEN
from tests.scale.postgres_server import AbsentError, PostgresServer

HUSH = "hush"
RULE = AlertRule("r1", "Wide", "spread(SPY) > 1")


@pytest.fixture
def place(request, postgres):
    request.param = "postgres"
    return a_place(request)


# One that a test may end, while others go on with theirs.
@pytest.fixture
def server():
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra scale) is not installed")
    try:
        own = PostgresServer()
        own.start()
    except AbsentError as error:
        pytest.skip(str(error))
    yield own
    own.remove()


def database(place, steps=STEPS, **further):
    url, _, schema = place.partition("#")
    return PostgresDatabase(url, schema=schema, steps=steps, **further)


def made_by(version, place):
    """Keep what a deck of a version had written."""
    with closing(database(place, STEPS[:version])) as former, former.writing() as connection:
        for number in range(1, version + 1):
            for statement in WRITTEN.get(number, ()):
                connection.execute(in_postgres(statement))


# Flags are a type of their own, and bytes are written in another way.
def in_postgres(statement):
    for sqlite, postgres in (
        (" 1, 2, 1, NULL)", " 1, 2, TRUE, NULL)"),
        ("('r1', 0, 3, 9)", "('r1', FALSE, 3, 9)"),
        ("'{}', 0, 0, 0)", "'{}', FALSE, FALSE, FALSE)"),
        ("('m1', 5, 2)", "('m1', 5, TRUE)"),
        ("x'7b7d'", "decode('7b7d', 'hex')"),
        ("x'00ff'", "decode('00ff', 'hex')"),
    ):
        statement = statement.replace(sqlite, postgres)
    return statement


def delete_rules_and_end(kept, server):
    with kept.writing() as connection:
        connection.execute("DELETE FROM rules")
        server.stop(signal.SIGQUIT)
        connection.execute("INSERT INTO jobs_off VALUES ('daily')")


# The other waits for the lock, which the server takes from a transaction that does nothing.
def hang(kept, *, meanwhile):
    with kept.writing() as held:
        held.execute("INSERT INTO jobs_off VALUES ('daily')")
        with meanwhile.writing() as connection:
            connection.execute("INSERT INTO jobs_off VALUES ('boxes')")


def columns(place):
    with closing(database(place)) as kept, kept.reading() as connection:
        rows = connection.execute(
            "SELECT table_name, column_name, is_nullable FROM information_schema.columns "
            "WHERE table_schema = ? AND column_name <> 'rowid' AND table_name <> 'made_by_steps' "
            "ORDER BY table_name, ordinal_position",
            (place.partition("#")[2],),
        )
        return rows.fetchall()


@pytest.mark.parametrize("version", VERSIONS)
def test_tables_of_a_version_keep_every_row_and_become_the_present_ones(version, place, postgres):
    made_by(version, place)

    with closing(opened(place)) as records:
        rules = [(rule.id, rule.channels, rule.enabled) for rule in records.alerts.rules()]
        alerts = [(each.id, each.details) for each in records.alerts.fired(limit=9)]
        result = records.runs.result("b1")

    assert (rules, alerts) == ([("r1", ("slack",), True)], [("a1", "")])
    assert result == b"\x00\xff"
    fresh = f"{place}_new"
    opened(fresh).close()
    assert columns(place) == columns(fresh)


def test_tables_have_the_columns_of_the_files(place, tmp_path):
    opened(place).close()
    open_records(tmp_path).close()

    with closing(open_records(tmp_path)) as records, records.due._database.reading() as connection:
        names = [
            (table, name)
            for (table,) in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name"
            ).fetchall()
            for _, name, *_ in connection.execute(f"PRAGMA table_xinfo({table})").fetchall()
        ]

    assert [(table, name) for table, name, _ in columns(place)] == names


def test_tables_that_several_open_at_once_are_made_once(place):
    barrier, failed, new = threading.Barrier(4), [], []

    def work():
        barrier.wait(timeout=30)
        try:
            with closing(database(place)) as kept:
                new.append(kept.is_new)
        except StoreError as error:
            failed.append(error)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failed == []
    assert sorted(new) == [False, False, False, True]


def test_tables_of_a_newer_version_are_refused(place):
    opened(place).close()

    with pytest.raises(StoreError, match="newer quantdeck"):
        database(place, STEPS[:-1])


def test_step_that_fails_leaves_the_tables_at_their_version(place):
    made_by(2, place)

    with pytest.raises(StoreError, match="no_such_table"):
        database(place, (*STEPS[:3], ("ALTER TABLE no_such_table ADD COLUMN x TEXT",)))

    with closing(database(place, STEPS[:2])) as kept:
        assert kept.is_new is False


def test_flags_and_sorting_are_those_of_the_files(place):
    with closing(opened(place)) as records:
        for name in ("b", "A", "ä", "a"):
            records.layouts.keep("me", name, [], now_ns=1)

        assert list(records.layouts.layouts("me")) == sorted(["b", "A", "ä", "a"])


def test_text_that_no_server_keeps_is_the_callers_fault(place):
    with closing(opened(place)) as records:
        with pytest.raises(BadInput, match="NUL"):
            records.watchlist.watch("US:\0", added_ns=1)

        assert records.watchlist.watched() == []


def test_percent_and_quotes_in_a_text_are_kept(place):
    with closing(opened(place)) as records:
        records.watchlist.watch("100% 'of' \\ ?", added_ns=1)

        assert records.watchlist.watched() == ["100% 'of' \\ ?"]


def test_records_go_on_once_their_server_was_started_again(server):
    with closing(opened(f"{server.url}#again")) as records:
        records.alerts.put_rule(RULE)
        server.stop()
        with pytest.raises(StoreError, match="cannot be read or written"):
            records.alerts.rules()

        server.start()

        assert records.alerts.rules() == [RULE]


def test_what_was_written_when_the_server_was_killed_is_whole_or_not_there(server):
    place = f"{server.url}#killed"
    with closing(opened(place)) as records:
        records.alerts.put_rule(RULE)
        with pytest.raises(StoreError):
            delete_rules_and_end(records.due._database, server)

        server.start()

        assert records.alerts.rules() == [RULE]
        assert records.due.is_on("daily")
        records.due.switch("daily", on=False)
        assert not records.due.is_on("daily")


def test_server_is_spoken_to_by_tls_and_only_where_its_certificate_is_trusted(server):
    trusted = server.encrypt()
    server.stop()
    server.start()
    plain = server.url.partition("?")[0]

    place = f"{plain}?sslmode=verify-full&sslrootcert={trusted}#tls"
    with closing(database(place)) as kept, kept.reading() as connection:
        told = connection.execute(
            "SELECT ssl, version FROM pg_stat_ssl WHERE pid = pg_backend_pid()"
        ).fetchone()
    with pytest.raises(StoreError, match="certificate"):
        database(f"{plain}?sslmode=verify-full&sslrootcert=/dev/null#tls")

    assert told == (True, "TLSv1.3")


def test_second_host_of_the_address_is_asked_where_the_first_is_gone(server):
    both = server.url.replace("@127.0.0.1:", "@127.0.0.1:1,127.0.0.1:")

    with closing(opened(f"{both}&target_session_attrs=read-write#second")) as records:
        records.alerts.put_rule(RULE)

        assert records.alerts.rules() == [RULE]


def test_reader_does_not_wait_for_a_writer_of_the_same_process(place):
    with closing(database(place)) as kept, kept.writing() as connection:
        connection.execute("INSERT INTO jobs_off VALUES ('daily')")

        with kept.reading() as reader:
            assert reader.execute("SELECT job FROM jobs_off").fetchall() == []


def test_writer_that_hangs_holds_others_up_for_a_bounded_time(place):
    with (
        closing(database(place)) as hanging,
        closing(database(place, busy_s=0.2)) as other,
        hanging.writing() as held,
    ):
        held.execute("INSERT INTO jobs_off VALUES ('daily')")

        with pytest.raises(StoreError, match="lock timeout"), other.writing():
            pytest.fail("two writers at a time")
        with other.reading() as reader:
            assert reader.execute("SELECT job FROM jobs_off").fetchall() == []


def test_writer_that_hangs_for_long_is_undone_by_the_server(place):
    with closing(database(place, hung_s=0.3)) as hanging, closing(database(place)) as other:
        with pytest.raises(StoreError):
            hang(hanging, meanwhile=other)

        with other.reading() as reader:
            assert reader.execute("SELECT job FROM jobs_off").fetchall() == [("boxes",)]


def test_server_that_does_not_answer_is_named_without_secrets():
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra scale) is not installed")

    with pytest.raises(StoreError, match=r"at 127\.0\.0\.1, database deck") as told:
        PostgresDatabase("postgresql://me@127.0.0.1:1/deck", schema="s", steps=STEPS, password=HUSH)

    assert HUSH not in str(told.value)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (f"postgresql://me:{HUSH}@127.0.0.1/deck", "PGPASSWORD"),
        ("postgresql://[broken/deck", "no address of PostgreSQL"),
    ],
)
def test_address_that_is_none_or_holds_a_password_is_refused(url, said):
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL (extra scale) is not installed")

    with pytest.raises(ConfigError, match=said) as told:
        PostgresDatabase(url, schema="s", steps=STEPS)

    assert HUSH not in str(told.value)


def test_driver_that_is_not_installed_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "psycopg", None)

    with pytest.raises(ConfigError, match=r"quantdeck\[scale\]"):
        PostgresDatabase("postgresql://me@127.0.0.1/deck", schema="s", steps=STEPS)
