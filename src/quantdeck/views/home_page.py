"""The Home page: what needs somebody now, and the newest of every other page, with the way there."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from msgspec.structs import replace

from quantdeck.views.alerts_page import HISTORY
from quantdeck.views.daily_panels import daily_panel
from quantdeck.views.findings_panels import NEWEST as NEWEST_FOUND
from quantdeck.views.job_panels import log_panel, runs_panel
from quantdeck.views.market_page import NEWS, OVERVIEW, WATCHLIST
from quantdeck.views.panels import Action, Column, Control, Format, Page, Panel, PanelKind
from quantdeck.views.playbook_panels import NEWEST, TRADES
from quantdeck.views.research_model_panels import IMPORTANCE, MODEL
from quantdeck.views.research_page import CURRENT
from quantdeck.views.research_test_panels import SCOREBOARD
from quantdeck.views.schedule_panels import JOBS as SCHEDULED
from quantdeck.views.schedule_panels import RUNS
from quantdeck.views.trading_panels import EQUITY

if TYPE_CHECKING:
    from collections.abc import Mapping

_API = "/api/v1"

PRINTS = "home.prints"
"""Topic of the newest executions of every captured symbol, for programs: no panel has it."""

KINDS = ("daily", "verify", "backfill")
"""Jobs with a button, in the order of the buttons."""

_OF_RUN = ("kind", "state", "progress", "took", "said")
_TITLES = {"daily": "Run daily", "verify": "Verify", "backfill": "Backfill"}


class Borrowed(NamedTuple):
    """A topic of another page that Home shows the beginning of.

    Parameters
    ----------
    topic : str
        Of the other page.
    params : mapping of str to str
        What that page would ask with.
    most : int or None
        Rows that are shown; all where None.
    """

    topic: str
    params: Mapping[str, str]
    most: int | None = None


NOW = Panel(
    id="home.now",
    kind=PanelKind.TABLE,
    title="In short",
    topic="home.now",
    query=f"{_API}/panels/home.now",
    columns=(
        Column("what", "What"),
        Column("state", "State", Format.STATE),
        Column("said", "In words"),
        Column("open", "", Format.LINK, mark="Open"),
    ),
    width=6,
    height=10,
    empty="One line each of data, alerts, playbook, model, paper account and runs.",
    help=(
        "What wants attention comes first: what failed, then what is stale or unread; the rest is as it "
        "should be. Every line is the headline of the page that it opens, and computed there."
    ),
)


def _as_is(panel: Panel, name: str, *columns: str) -> Panel:
    # A panel that no page has, with its own actions.
    known = {column.id: column for column in panel.columns}
    return replace(
        panel,
        id=f"home.{name}",
        topic=f"home.{name}",
        query=f"{_API}/panels/home.{name}",
        columns=tuple(known[column] for column in columns),
    )


def _shown(
    panel: Panel,
    name: str,
    columns: tuple[str, ...],
    *,
    width: int,
    height: int,
    title: str = "",
) -> Panel:
    # The panel of another page under a name of this one, with some of its columns (all where none is
    # named) and the way there.
    page = panel.id.partition(".")[0]
    known = {column.id: column for column in panel.columns}
    return replace(
        panel,
        id=f"home.{name}",
        title=title or panel.title,
        topic=f"home.{name}",
        query=f"{_API}/panels/home.{name}",
        params=(),
        columns=tuple(known[column] for column in columns or known),
        actions=(Action("page", page.capitalize(), "GET", page, where="panel"),),
        width=width,
        height=height,
    )


ALERTS = replace(
    _shown(
        HISTORY,
        "alerts",
        ("fired", "rule", "message"),
        title="Unread alerts",
        width=6,
        height=10,
    ),
    columns=(
        Column("fired", "Time", Format.TIME),
        Column("rule", "Rule"),
        Column("message", "What happened"),
    ),
    actions=(
        Action("read", "Mark read", "POST", f"{_API}/alerts/read", body={"id": "{id}"}),
        Action("read-all", "Mark all as read", "POST", f"{_API}/alerts/read", where="panel"),
        Action("page", "Alerts", "GET", "alerts", where="panel"),
    ),
    empty="What fires and nobody has seen yet; rules are written on the Alerts page.",
    help="Fired alerts that nobody has seen, newest first. Each is told in a toast once, too.",
)

_FACTORS = {
    "probability": "Model",
    "momentum": "Momentum",
    "news_sent": "News",
    "iv_edge": "IV edge",
    "uoa": "Activity",
    "garch_spike": "GARCH",
}
_LEADERS = _shown(
    TRADES,
    "playbook",
    ("rank", "symbol", "why", "score", "trade", "strikes", "pop", "size"),
    title="Playbook: the foremost five",
    width=12,
    height=8,
)
PLAYBOOK = replace(
    _LEADERS,
    columns=(
        *_LEADERS.columns[:4],
        *(
            Column(
                f"{factor}_part",
                title,
                Format.BAR,
                decimals=2,
                signed=True,
                help=f"What {factor} adds to the score: weight times z.",
            )
            for factor, title in _FACTORS.items()
        ),
        *_LEADERS.columns[4:],
    ),
)

WATCHED = _shown(WATCHLIST, "watchlist", ("value", "change"), width=12, height=5)

CLOSES = _shown(
    OVERVIEW,
    "overview",
    ("symbol", "close", "day", "week", "date", "open"),
    title="Market overview",
    width=6,
    height=9,
)

STORIES = _shown(NEWS, "news", ("age_s", "headline", "sounds", "symbols", "url"), width=6, height=9)

FEED = Panel(
    id="home.feed",
    kind=PanelKind.LOG,
    title="Trade feed",
    topic="home.feed",
    query=f"{_API}/panels/home.feed",
    width=5,
    height=8,
    empty="Trades that the playbook recommends, and what the paper account trades.",
    help=(
        "Newest first: every trade of the newest playbook when it is made, and every execution of the "
        "paper account. Programs read the same over the WebSocket, as the topic home.feed. Nothing of it "
        "reaches a market."
    ),
)

RUN = Panel(
    id="home.run",
    kind=PanelKind.FORM,
    title="Run",
    topic="home.run",
    query=f"{_API}/panels/home.run",
    fields=(
        Control(
            "symbols",
            "Symbols",
            "text",
            "",
            help="Such as AAPL,MSFT; the daily run and Verify do without. Backfill needs them.",
        ),
        Control("first", "First day", "text", "", help="Of a backfill, such as 2025-01-31."),
        Control("last", "Last day", "text", "", help="Of a backfill."),
    ),
    actions=tuple(
        Action(kind, _TITLES[kind], "POST", f"{_API}/jobs", body={"kind": kind}, where="form")
        for kind in KINDS
    ),
    width=4,
    height=10,
    empty="Buttons that start the daily run, verify keys and fill gaps.",
    help=(
        "Run daily: preflight, collection, quality, features, training, playbook, reports and a message, "
        "each step once a session, as `quantdeck daily`. Verify: a little of everything of every vendor "
        "that is set up. Backfill: the missing sessions of a span. One of a kind at a time."
    ),
)

LOG = log_panel(
    "home",
    title="Log of these runs",
    height=10,
    help="The newest lines of daily runs, checks and backfills since the start of the deck.",
)

_RUNS = runs_panel(
    "home",
    empty="One row per run, newest first; press a button of Run.",
    help="Daily runs, checks and backfills; what a run that is cancelled has kept stays. Their log has all that they said.",
)
JOBS = replace(
    _RUNS,
    columns=tuple(each for each in _RUNS.columns if each.id in _OF_RUN),
    width=5,
    height=9,
)

WORTH = _shown(EQUITY, "equity", (), title="Paper account", width=7, height=8)

FOUND = replace(_as_is(NEWEST_FOUND, "findings", "ts", "kind", "symbol", "text", "url"), height=6)

DAILY = daily_panel("home", width=7, height=9)

DUE = _as_is(SCHEDULED, "schedule", "job", "state", "exchange", "left", "last", "took", "said")
WAS_DUE = _as_is(RUNS, "due", "job", "due", "state", "late", "took", "attempts", "said", "holder")

MODEL_CARD = _shown(
    MODEL, "model", ("auc", "auc_within", "rank_ic"), title="Model in use", width=6, height=5
)

USED = _shown(
    IMPORTANCE,
    "importance",
    ("feature", "share", "title"),
    title="Importance",
    width=6,
    height=8,
)

SCORES = _shown(
    SCOREBOARD,
    "scoreboard",
    ("date", "kind", "strategy", "auc", "cv_auc", "pnl", "return", "sharpe", "simulated"),
    width=12,
    height=8,
)

PANELS = (
    *(NOW, ALERTS, PLAYBOOK, WATCHED, WORTH, FEED, CLOSES, STORIES, FOUND),
    *(RUN, LOG, DAILY, JOBS, DUE, WAS_DUE),
    *(MODEL_CARD, USED, SCORES),
)
"""In reading order."""

BORROWED = {
    PLAYBOOK.id: Borrowed("playbook.trades", {"session": NEWEST}, 5),
    WATCHED.id: Borrowed("market.watchlist", {}),
    CLOSES.id: Borrowed("market.overview", {}, 40),
    STORIES.id: Borrowed("market.news", {"symbol": "", "about": "all"}, 20),
    MODEL_CARD.id: Borrowed("research.model", {"model": CURRENT}, 3),
    USED.id: Borrowed("research.importance", {"model": CURRENT}, 8),
    WORTH.id: Borrowed(EQUITY.id, {}),
    FOUND.id: Borrowed(NEWEST_FOUND.id, {}, 12),
    DUE.id: Borrowed(SCHEDULED.id, {}),
    WAS_DUE.id: Borrowed(RUNS.id, {}, 20),
    SCORES.id: Borrowed("research.scoreboard", {}, 10),
}
"""What the rooms of other pages answer, by id of the panel here."""

HOME = Page(
    id="home",
    title="Home",
    icon="home",
    question="What needs me now?",
    panels=PANELS,
)
"""The page; it has no controls."""
