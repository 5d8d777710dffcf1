"""Flat rows under /api, as scripts and spreadsheets read them."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from quantdeck.model.alerts import FiredAlert
from quantdeck.ports.due import DueRun
from quantdeck.trading.paper_now import EquityPoints
from quantdeck.views.schedule import ScheduledJob
from tests.hub.playbook_rig import sample


class Schedule:
    """A schedule with a job that is due, and one that is off."""

    def __init__(self) -> None:
        self.is_running = True
        self.is_known = True

    def start(self) -> None:
        """Begin jobs."""
        self.is_running = True

    def stop(self) -> None:
        """Begin no more."""
        self.is_running = False

    def jobs(self) -> list[ScheduledJob]:
        """Return both."""
        last = DueRun(
            job="daily", due_ns=1, state="done", fence=1, holder="host", lease_ns=0, attempts=1,
            began_ns=1_795_800_000_000_000_000, ended_ns=2, said="7 trades",
        )  # fmt: skip
        known = {"title": "", "when": "close + 20 min", "misfire": "latest", "grace_s": 60.0}
        return [
            ScheduledJob(
                name="daily",
                state="waiting",
                is_on=True,
                next_ns=1_795_803_600_000_000_000,
                last=last,
                **known,
            ),
            ScheduledJob(name="backup", state="off", is_on=False, **known),
        ]


@pytest.mark.parametrize(
    ("path", "columns"),
    [
        ("scoreboard", {"date", "auc", "pnl", "run"}),
        ("trades", {"date", "symbol", "strategy", "score", "pop", "momentum", "size"}),
        ("news", {"published_at", "title", "url", "source", "sentiment"}),
        ("watchlist", {"symbol", "id", "price", "change"}),
        ("overview", {"symbol", "date", "close", "change"}),
    ],
)
def test_path_answers_a_list_of_flat_rows(ask, path: str, columns: set[str]) -> None:
    rows = ask("GET", f"/api/{path}").json()

    assert isinstance(rows, list)
    assert columns <= set(rows[0])
    assert not any(isinstance(cell, dict | list) for row in rows for cell in row.values())


def test_alerts_are_what_fired_newest_first(ask, deck) -> None:
    for at in (1, 2):
        deck.store.add_fired(FiredAlert(f"a-{at}", "a", "Spread", "", at * 10**9, f"no {at}"), [])

    rows = ask("GET", "/api/alerts").json()

    assert [(row["time"][-3:], row["message"]) for row in rows] == [
        ("02Z", "no 2"),
        ("01Z", "no 1"),
    ]


def test_scoreboard_has_figures_as_numbers_and_blanks_as_null(ask) -> None:
    first, last = ask("GET", "/api/scoreboard").json()

    assert (first["auc"], first["pnl"]) == (0.51, None)
    assert (last["auc"], last["pnl"], last["run"]) == (None, -12.5, "b")


def test_pnl_is_the_list_of_that_name_of_the_reports_folder(ask) -> None:
    rows = ask("GET", "/api/pnl?limit=1").json()

    assert rows == [{"date": "2026-11-20", "symbol": "US:KO", "pnl": 3.5, "reason": None}]


def test_trades_are_those_that_the_newest_playbook_recommends(ask) -> None:
    rows = ask("GET", "/api/trades").json()

    sized = [each for each in sample().entries if each.idea is not None and each.idea.size]
    assert [row["id"] for row in rows] == [each.symbol for each in sized]
    assert {row["date"] for row in rows} == {sample().session}


def test_trades_without_a_playbook_are_none(ask, deck) -> None:
    deck.playbook.parts = None

    assert ask("GET", "/api/trades").json() == []


def test_symbol_that_is_watched_twice_is_there_once(ask) -> None:
    ask("POST", "/api/watchlist", json={"symbol": "KO"})
    rows = ask("POST", "/api/watchlist", json={"symbol": "ko"}).json()

    assert [row["id"] for row in rows] == ["US:SPY", "US:KO"]


@pytest.mark.parametrize("path", ["/api/watchlist/SPY", "/api/watchlist?symbol=spy"])
def test_symbol_that_is_removed_twice_is_gone(ask, path: str) -> None:
    once, twice = ask("DELETE", path), ask("DELETE", path)

    assert (once.json(), twice.json(), twice.status_code) == ([], [], 200)


def test_scheduler_can_be_stopped_and_started(ask, deck) -> None:
    deck.schedule = Schedule()

    told = ask("GET", "/api/scheduler/status").json()
    stopped = ask("POST", "/api/scheduler/stop").json()
    started = ask("POST", "/api/scheduler/start").json()

    assert (told["running"], stopped["running"], started["running"]) == (True, False, True)
    assert (told["next_run"], stopped["next_run"]) == ("2026-11-27T18:20:00Z", None)
    assert told["jobs"][0]["result"] == "7 trades"


def test_paper_account_is_told_by_its_positions_and_its_curve(ask, deck) -> None:
    points = EquityPoints(np.array([0, 1]), np.array([100.0, 101.0]), np.array([100.0, 50.0]))
    deck.paper = SimpleNamespace(positions=list, equity_points=lambda: points)

    positions = ask("GET", "/api/positions").json()
    newest = ask("GET", "/api/metrics/equity?limit=1").json()

    assert positions == []
    assert newest == [{"time": "1970-01-01T00:00:00Z", "equity": 101.0, "cash": 50.0}]


def test_heartbeat_says_whether_the_deck_does_its_work(ask, deck) -> None:
    reply = ask("GET", "/api/heartbeat").json()

    assert (reply["status"], reply["mode"]) == ("ok", "demo")
    assert reply["time"] == "2024-08-08T00:00:00Z"


def test_heartbeat_of_a_deck_that_is_not_ready_says_why(ask, deck) -> None:
    health = SimpleNamespace(ready=False, mode=deck.mode, version="1", detail="no feed is live")
    deck.health = lambda: health

    reply = ask("GET", "/api/heartbeat").json()

    assert (reply["status"], reply["detail"]) == ("waiting", "no feed is live")


@pytest.mark.parametrize("path", ["scoreboard", "heartbeat", "watchlist", "scheduler/status"])
def test_path_without_a_session_is_refused(stranger, path: str) -> None:
    reply = stranger("GET", f"/api/{path}")

    assert reply.status_code == 401
    assert "content-security-policy" in reply.headers


def test_stop_from_another_site_is_refused(ask, deck) -> None:
    deck.schedule = Schedule()

    reply = ask("POST", "/api/scheduler/stop", headers={"Origin": "http://example.org"})

    assert reply.status_code == 403
    assert deck.schedule.is_running
