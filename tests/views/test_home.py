"""The lines of the Home page: what wants attention comes first, and the feed of trades."""

from __future__ import annotations

import dataclasses

import msgspec
import pytest

from quantdeck.model.alerts import FiredAlert
from quantdeck.ports.jobs import JobQuestion, JobReport
from quantdeck.research.card import Estimate
from quantdeck.views import home, trade_feed
from quantdeck.views.daily import DailyRun, DailyStep
from quantdeck.views.findings_panels import PANELS as FINDINGS
from quantdeck.views.home_page import BORROWED, HOME, PANELS
from quantdeck.views.jobs import JobNow
from quantdeck.views.pages import pages
from quantdeck.views.payloads import Mode, PanelState, RowsPayload, StatusPayload, TextPayload
from quantdeck.views.schedule import ScheduledJob
from quantdeck.views.schedule_panels import PANELS as SCHEDULE
from tests.hub.playbook_rig import sample
from tests.research.cards import card

STATE = PanelState("demo")
STATUS = StatusPayload(
    STATE, Mode.DEMO, capturing=True, feeds_live=2, feeds_total=2, messages_per_s=1.0, lag_ms=None,
    skew_ms=None, gaps_open=0, dropped=0, tape_state="writing", tape_bytes=1, symbols=[], clock_ms=1,
)  # fmt: skip
ALERT = FiredAlert("a-1", "a", "Spread", "z > 2", 5_000_000_000, "z is 2.4")


def run(kind: str, state: str, began_ns: int, said: str = "all is well") -> JobNow:
    report = None if state == "running" else JobReport(said=said)
    return JobNow(str(began_ns), kind, JobQuestion(kind=kind), state, began_ns, report=report)


def need(name: str, tone: str) -> home.Need:
    return home.Need(name, name, "", tone, "", "/")


def test_needs_when_something_failed_have_it_first() -> None:
    needs = [need("a", "live"), need("b", "stale"), need("c", "empty"), need("d", "error")]

    payload = home.needs_payload(needs, STATE)

    assert [row["id"] for row in payload.rows] == ["d", "b", "a", "c"]


@pytest.mark.parametrize(
    ("changes", "state", "tone"),
    [
        ({}, "live", "live"),
        ({"capturing": False}, "stopped", "empty"),
        ({"feeds_total": 0}, "stopped", "empty"),
        ({"feeds_live": 1}, "1 down", "stale"),
        ({"gaps_open": 3}, "gaps", "stale"),
        ({"dropped": 3}, "gaps", "stale"),
        ({"tape_state": "stopped"}, "tape", "error"),
    ],
)
def test_data_need_says_the_gravest_fault(
    changes: dict[str, object], state: str, tone: str
) -> None:
    found = home.data_need(msgspec.structs.replace(STATUS, **changes))

    assert (found.state, found.tone) == (state, tone)


@pytest.mark.parametrize(("mode", "words"), [(Mode.DEMO, "simulated"), (Mode.REPLAY, "recording")])
def test_data_need_says_what_is_not_a_market_of_now(mode: Mode, words: str) -> None:
    assert words in home.data_need(msgspec.structs.replace(STATUS, mode=mode)).said


def test_alerts_need_names_the_newest_unread() -> None:
    found = home.alerts_need(2, ALERT)

    assert (found.state, found.said) == ("2 unread", "Spread: z is 2.4")


def test_alerts_need_without_any_is_calm() -> None:
    assert home.alerts_need(0, None).tone == "empty"


def test_playbook_need_counts_trades_within_limits() -> None:
    found = home.playbook_need(sample())

    assert found.state == f"{len(home.recommended(sample()))} trades"
    assert sample().session in found.said


def test_playbook_need_without_one_says_what_it_takes() -> None:
    assert "features" in home.playbook_need(None).said


@pytest.mark.parametrize(
    ("area", "tone"),
    [
        (Estimate(0.52, 0.51, 0.53, 9_000), "live"),
        (Estimate(0.501, 0.49, 0.51, 9_000), "empty"),
        (Estimate(0.7, 0.69, 0.71, 9_000), "stale"),
    ],
)
def test_model_need_doubts_what_is_too_good(area: Estimate, tone: str) -> None:
    known = card()
    assert known.judgement is not None
    judged = msgspec.structs.replace(known.judgement, auc=area)

    found = home.model_need(msgspec.structs.replace(known, judgement=judged))

    assert found.tone == tone


def test_runs_need_keeps_a_failure_until_the_same_went_well() -> None:
    failed = run("verify", "failed", 1, "no key")
    later = run("collect", "done", 2)

    before = home.runs_need([later, failed])
    after = home.runs_need([run("verify", "done", 3), later, failed])

    assert (before.tone, before.said) == ("error", "verify: no key")
    assert after.tone == "live"


def daily(state: str, ended_ns: int | None) -> DailyRun:
    step = DailyStep("collect", "done", 1, 2, "")
    return DailyRun("daily-1", state, "host", 10**12, 0, ended_ns, "7 trades", (step,))


@pytest.mark.parametrize(
    ("runs", "state", "tone"),
    [
        ([], "never run", "empty"),
        ([daily("done", 5)], "done", "live"),
        ([daily("failed", 5), daily("done", 4)], "failed", "error"),
        ([daily("running", None)], "ended unseen", "error"),
    ],
)
def test_daily_need_tells_of_the_newest_run(runs: list[DailyRun], state: str, tone: str) -> None:
    found = home.daily_need(runs, now_ns=2 * 10**12)

    assert (found.state, found.tone) == (state, tone)


def worth(value: float | None, change: float | None) -> RowsPayload:
    equity = {"id": "equity", "value": value, "change": change}
    return RowsPayload(STATE, [equity, {"id": "unrealised", "note": "2 held"}])


def test_paper_need_says_what_the_account_is_worth() -> None:
    found = home.paper_need(worth(100_012.5, -0.0123), "")

    assert (found.state, found.tone) == ("2 held", "live")
    assert found.said == "Worth 100,012.50, −1.23% today, on paper"


def test_paper_need_of_a_halted_account_wants_attention() -> None:
    found = home.paper_need(worth(None, None), "kill switch")

    assert (found.state, found.tone) == ("halted", "stale")
    assert "kill switch" in found.said


def scheduled(name: str, next_ns: int | None, *, is_on: bool = True) -> ScheduledJob:
    return ScheduledJob(
        name=name, title="", when="daily 03:30", state="waiting", is_on=is_on, misfire="latest",
        grace_s=60.0, next_ns=next_ns,
    )  # fmt: skip


def test_schedule_need_names_what_is_due_next() -> None:
    jobs = [
        scheduled("backup", 9 * 10**18),
        scheduled("daily", 10**18),
        scheduled("x", 1, is_on=False),
    ]

    found = home.schedule_need(jobs, is_running=True)

    assert (found.state, found.tone) == ("2 on", "live")
    assert found.said.startswith("Next: daily, ")


@pytest.mark.parametrize(("is_running", "state"), [(False, "stopped"), (True, "off")])
def test_schedule_need_says_when_nothing_is_begun(is_running: bool, state: str) -> None:
    assert home.schedule_need([], is_running=is_running).state == state


def test_feed_tells_recommended_trades_newest_first() -> None:
    lines = trade_feed.recommended_lines(sample())
    older = dataclasses.replace(lines[0], id="older", ts_ns=lines[0].ts_ns - 5_000_000)

    payload = trade_feed.feed_payload([older, *lines], STATE)

    assert payload.rows[-1]["id"] == "older"
    assert payload.rows[0]["text"].startswith("Recommended: ")
    assert {row["kind"] for row in payload.rows} == {"recommended"}


def test_feed_tells_executions_with_what_they_realised() -> None:
    row = {
        "id": "1",
        "ts": 5,
        "side": "sell",
        "quantity": 0.5,
        "symbol": "BTCUSDT",
        "price": 60_000.0,
    }
    fills = RowsPayload(STATE, [{**row, "realised": -12.5}])

    [line] = trade_feed.execution_lines(fills)

    assert line.text == "On paper sold 0.5 BTCUSDT at 60,000, realised −12.50"
    assert (line.kind, line.tone, line.ts_ns, line.simulated) == (
        "execution",
        "down",
        5_000_000,
        True,
    )


def test_feed_without_trades_says_so() -> None:
    assert trade_feed.feed_payload([], STATE).state.word == "empty"


def test_beginning_leaves_what_has_no_rows() -> None:
    text = TextPayload(STATE, "a")

    assert home.beginning(text, 1) is text
    assert home.beginning(RowsPayload(STATE, [{"id": "a"}]), None).rows == [{"id": "a"}]


def test_every_borrowed_panel_asks_a_topic_with_the_parameters_of_its_page() -> None:
    known = {panel.topic: panel for page in pages() for panel in page.panels}
    known |= {panel.topic: panel for panel in (*SCHEDULE, *FINDINGS)}

    for name, part in BORROWED.items():
        lender = known[part.topic]
        assert set(part.params) == set(lender.params), name
        mine = next(panel for panel in PANELS if panel.id == name)
        assert mine.kind is lender.kind


def test_page_is_the_first_of_all() -> None:
    assert pages()[0] == HOME
