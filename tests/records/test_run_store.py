"""The contract of `quantdeck.ports.records.RunStore`."""

from __future__ import annotations

from msgspec import structs

from quantdeck.ports.records import Run

RUN = Run("2026-1", "backtest", "BTC and ETH", 5, "live", b'{"entry": 2}', b'{"sharpe": 1.5}')


def test_runs_are_newest_first_and_no_more_than_asked_for(runs):
    for number in (2, 1, 3):
        runs.put_run(structs.replace(RUN, id=f"2026-{number}", created_ns=number), b"")

    assert [run.id for run in runs.runs(limit=2)] == ["2026-3", "2026-2"]


def test_runs_of_one_kind_leave_out_the_others(runs):
    runs.put_run(RUN, b"")
    runs.put_run(structs.replace(RUN, id="2026-2", kind="sweep"), b"")

    assert runs.runs(kind="backtest") == [RUN]


def test_result_is_what_was_put(runs):
    runs.put_run(RUN, b"\x00many\xff")

    assert (runs.result("2026-1"), runs.result("nothing")) == (b"\x00many\xff", None)


def test_put_run_of_known_id_replaces_it(runs):
    runs.put_run(RUN, b"old")
    runs.put_run(structs.replace(RUN, title="other"), b"new")

    assert [run.title for run in runs.runs()] == ["other"]
    assert runs.result(RUN.id) == b"new"


def test_delete_run_says_whether_there_was_one(runs):
    runs.put_run(RUN, b"")

    assert (runs.delete_run(RUN.id), runs.delete_run(RUN.id)) == (True, False)
    assert (runs.runs(), runs.result(RUN.id)) == ([], None)
