"""Daily runs as rows, and the message of a run in lines."""

from __future__ import annotations

from msgspec import structs

from quantdeck.research.playbook.entry import Contribution, Entry, Idea, Playbook
from quantdeck.research.playbook.outcome import IdeaOutcome
from quantdeck.views.daily import DailyRun, DailyStep, daily_payload, daily_runs_payload
from quantdeck.views.daily_message import DailyNews, daily_details, daily_headline
from quantdeck.views.payloads import PanelState

NS = 1_000_000_000
LIVE = PanelState("live", 0.0)
RUN = DailyRun(
    id="daily-1",
    state="running",
    holder="desk",
    lease_ns=200 * NS,
    began_ns=100 * NS,
    ended_ns=None,
    said="",
    steps=(
        DailyStep("collect", "done", 100 * NS, 130 * NS, "9 new rows", ("no news",)),
        DailyStep("train", "running", 130 * NS, None, ""),
    ),
)
IDEA = Idea(structure="long_call", title="Long call", expiry="2026-12-18", pop=0.41, size=3)
ENTRY = Entry(
    rank=1,
    symbol="US:AAPL",
    score=0.5,
    coverage=1.0,
    absent=(),
    contributions=(
        Contribution("momentum", 0.031, 1.0, 0.5, 0.5),
        Contribution("iv_edge", None, None, 0.0, None),
    ),
    probability=0.532,
    view="up",
    richness="fair",
    view_why="",
    idea=IDEA,
)
BOOK = Playbook(
    session="2026-11-20",
    known_ns=0,
    made_ns=0,
    inputs="",
    weights={"prob_up": 0.5, "momentum": 0.5, "iv_edge": 0.2, "uoa": 0.0},
    top_n=3,
    entries=(ENTRY, structs.replace(ENTRY, rank=2, symbol="US:MSFT", idea=None)),
)
GAIN = IdeaOutcome(
    symbol="US:AAPL",
    title="Long call",
    structure="long_call",
    size=2,
    pnl=-12.5,
    risk=500.0,
    costs=2.6,
    why="at bid and ask of that day",
)


def test_run_that_is_under_way_stands_before_its_steps() -> None:
    payload = daily_payload([RUN], LIVE, now_ns=145 * NS)

    assert [(row["step"], row["state"], row["took"]) for row in payload.rows] == [
        ("daily run", "running", 45.0),
        ("collect", "done", 30.0),
        ("train", "running", 15.0),
    ]
    assert payload.rows[1]["said"] == "9 new rows; no news"


def test_run_whose_lease_has_passed_ended_unseen() -> None:
    payload = daily_payload([RUN], LIVE, now_ns=500 * NS)

    assert [row["state"] for row in payload.rows] == ["ended unseen", "done", "ended unseen"]
    assert payload.rows[0]["took"] is None
    assert daily_runs_payload([RUN], LIVE, now_ns=500 * NS).rows[0]["step"] == "desk"


def test_no_run_says_how_to_make_one() -> None:
    assert "Run daily" in daily_payload([], LIVE, now_ns=0).state.detail


def test_message_has_the_trades_with_probability_and_factors() -> None:
    lines = daily_details(DailyNews(BOOK, findings=("2 stories",)), top=5).splitlines()

    assert lines[1].split() == [
        *("#", "symbol", "prob", "score", "momentum", "iv", "edge", "view", "POP", "size", "trade")
    ]
    assert lines[2].split() == [
        *("1", "AAPL", "53.2%", "+0.50", "+3.1%", "-", "up", "41%", "3", "Long", "call"),
        "2026-12-18",
    ]
    assert lines[3].split()[-1] == "none"
    assert lines[-1] == "2 stories"


def test_message_tells_what_the_last_trades_did() -> None:
    untold = structs.replace(GAIN, pnl=None, why="not told: no bar")
    news = DailyNews(BOOK, outcomes=(GAIN, untold), before="2026-11-19")

    assert daily_headline(news).endswith("those of 2026-11-19 made −12.50")
    assert "AAPL long call, 2: −12.50 (−2.5% of 500 at risk)" in daily_details(news, 5)
    assert "not told: no bar" in daily_details(news, 5)


def test_message_of_a_failure_begins_with_it() -> None:
    news = DailyNews(BOOK, failures=("train: too little",), notes=("collect: no news",))

    assert daily_headline(news) == "failed: train: too little"
    assert daily_details(news, 1).splitlines()[0] == "FAILED train: too little"
    assert daily_details(news, 1).splitlines()[-1] == "note: collect: no news"
