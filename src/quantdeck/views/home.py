"""What the Home page says by itself: what needs somebody, and the feed of trades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.model.instruments import root_of
from quantdeck.views.daily import NOTHING_RUN, daily_payload
from quantdeck.views.figures import MINUS, duration_text
from quantdeck.views.jobs import job_tone
from quantdeck.views.payloads import Mode, PanelState, RowsPayload
from quantdeck.views.playbook_words import VIEWS
from quantdeck.views.research_models import area_words
from quantdeck.views.schedule import exchange_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.alerts import FiredAlert
    from quantdeck.research.card import Card
    from quantdeck.research.playbook.entry import Entry, Playbook
    from quantdeck.views.daily import DailyRun
    from quantdeck.views.jobs import JobNow
    from quantdeck.views.payloads import Payload, StatusPayload
    from quantdeck.views.schedule import ScheduledJob

_GRAVE = ("error", "stale", "loading")
_LONG, _LONGER = 90, 140
_NS = 1_000_000_000
_MINUTE_S = 60.0


_KINDS_OF_DATA = {
    Mode.LIVE: "",
    Mode.DEMO: "; every price is simulated",
    Mode.REPLAY: "; it is a recording",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One line of what may need somebody.

    Parameters
    ----------
    id : str
        Unique.
    what : str
        Which part of the deck.
    state : str
        How it is, in a word or two.
    tone : str
        ``error``, ``stale``, ``loading``, ``live`` or ``empty``; the first three come first.
    said : str
        The same in a sentence.
    open : str
        Where more is known: an address of the deck; empty for further below on the page.
    """

    id: str
    what: str
    state: str
    tone: str
    said: str
    open: str


def needs_payload(needs: Sequence[Need], state: PanelState) -> RowsPayload:
    """Return the lines, what wants attention first.

    Parameters
    ----------
    needs : sequence of Need
        In the order in which they stand where all is well.
    state : PanelState
        Of the panel.
    """
    order = {tone: at for at, tone in enumerate(_GRAVE)}
    ordered = sorted(needs, key=lambda need: order.get(need.tone, len(order)))
    return RowsPayload(
        state,
        [
            {
                "id": need.id,
                "what": need.what,
                "state": need.state,
                "tone": need.tone,
                "said": need.said,
                "open": need.open,
            }
            for need in ordered
        ],
    )


def data_need(status: StatusPayload) -> Need:
    """Return how the data come in.

    Parameters
    ----------
    status : StatusPayload
        As the shell shows it.
    """
    if status.feeds_total == 0 or not status.capturing:
        return _data("stopped", "empty", "Nothing is captured: press Start above")
    down = status.feeds_total - status.feeds_live
    said = f"{status.feeds_live} of {status.feeds_total} connections bring data"
    if status.tape_state == "stopped":
        return _data("tape", "error", f"{said}; the tape has stopped, so nothing is recorded")
    if down:
        return _data(f"{down} down", "stale", said)
    if status.gaps_open or status.dropped:
        return _data("gaps", "stale", f"{said}; {_gaps(status)}")
    return _data("live", "live", f"{said}, nothing is missing{_KINDS_OF_DATA[status.mode]}")


def _data(state: str, tone: str, said: str) -> Need:
    return Need("data", "Data", state, tone, said, "/dashboard")


def _gaps(status: StatusPayload) -> str:
    parts = [
        f"{status.gaps_open} gaps open" if status.gaps_open else "",
        f"{status.dropped:,} events dropped" if status.dropped else "",
    ]
    return ", ".join(filter(None, parts))


def alerts_need(unread: int, newest: FiredAlert | None) -> Need:
    """Return what fired and nobody has seen.

    Parameters
    ----------
    unread : int
        How many.
    newest : FiredAlert or None
        The newest of them.
    """
    if not unread or newest is None:
        return Need("alerts", "Alerts", "none", "empty", "Nothing fired unseen", "/alerts")
    said = f"{newest.rule_name}: {newest.message}"
    return Need("alerts", "Alerts", f"{unread} unread", "stale", said, "/alerts")


def playbook_need(playbook: Playbook | None) -> Need:
    """Return what the newest playbook would trade.

    Parameters
    ----------
    playbook : Playbook or None
        None where none was made yet.
    """
    if playbook is None:
        said = "None was made yet: it takes a table of features, which the daily run builds"
        return Need("playbook", "Playbook", "none", "empty", said, "/playbook")
    sized = recommended(playbook)
    said = f"Of the session {playbook.session}"
    if sized:
        said += f"; foremost {root_of(sized[0].symbol)}, {VIEWS[sized[0].view]}"
    return Need("playbook", "Playbook", f"{len(sized)} trades", "live", said, "/playbook")


def model_need(card: Card | None) -> Need:
    """Return how good the model is that the playbook asks.

    Parameters
    ----------
    card : Card or None
        None where none was trained.
    """
    if card is None:
        said = "None was trained yet: the playbook does without"
        return Need("model", "Model", "none", "empty", said, "/research")
    if card.judgement is None:
        return Need("model", "Model", "not judged", "stale", f"{card.id}", "/research")
    area = card.judgement.auc
    words, tone = area_words(area)
    shown = "" if area.value is None else f"AUC {area.value:.3f}: "
    warns = f"; {len(card.warnings)} warnings" if card.warnings else ""
    state = {"bad": ("doubtful", "stale"), "good": ("usable", "live")}.get(tone, ("weak", "empty"))
    return Need("model", "Model", *state, f"{shown}{words}{warns}", "/research")


def runs_need(runs: Sequence[JobNow]) -> Need:
    """Return how the newest run did, or the one under way.

    Parameters
    ----------
    runs : sequence of JobNow
        Of all kinds; those that have not ended first, then newest first.
    """
    if not runs:
        return Need("runs", "Runs", "none", "empty", "Nothing was run yet", "/market")
    failed = _newest_failed(runs)
    run = failed or runs[0]
    said = f"{run.kind}: {run.report.said}" if run.report is not None else f"{run.kind} is run"
    return Need("runs", "Runs", run.state, job_tone(run.state), _short(said), "/market")


def _newest_failed(runs: Sequence[JobNow]) -> JobNow | None:
    # A failure stands until a later run of its kind went well.
    newest: dict[str, JobNow] = {}
    for run in runs:
        if run.state != "running":
            newest.setdefault(run.kind, run)
    return next((run for run in newest.values() if run.state == "failed"), None)


def daily_need(runs: Sequence[DailyRun], *, now_ns: int) -> Need:
    """Return how the newest daily run went.

    Parameters
    ----------
    runs : sequence of DailyRun
        Newest first.
    now_ns : int
        The time, UTC. [ns]
    """
    if not runs:
        return Need("daily", "Daily", "never run", "empty", NOTHING_RUN.replace("`", ""), "")
    payload = daily_payload(runs, PanelState("live"), now_ns=now_ns)
    row, run = payload.rows[0], runs[0]
    ago_s = max(0, now_ns - (run.ended_ns or run.began_ns)) / _NS
    done = sum(step.state in {"done", "skipped"} for step in run.steps)
    when = f"{duration_text(ago_s // 60 * 60)} ago" if ago_s >= _MINUTE_S else "just now"
    steps = f"{done} of {len(run.steps)} steps, {when}"
    said = _short(f"{steps}{f': {run.said}' if run.said else ''}")
    return Need("daily", "Daily", row["state"], row["tone"], said, "")


def paper_need(summary: Payload, halted: str) -> Need:
    """Return what the paper account is worth.

    Parameters
    ----------
    summary : Payload
        The headline cards of the Trading page.
    halted : str
        Why no order is taken; empty where orders are.
    """
    cards = {row["id"]: row for row in summary.rows} if isinstance(summary, RowsPayload) else {}
    worth, held = cards.get("equity"), cards.get("unrealised")
    if worth is None or held is None:
        return Need("paper", "Paper", "none", "empty", summary.state.detail, "/trading")
    value, change = worth["value"], worth["change"]
    said = "Not every position has a price" if value is None else f"Worth {value:,.2f}"
    if change is not None:
        said += f", {f'{change:+.2%}'.replace('-', MINUS)} today"
    said += ", on paper"
    if halted:
        said = _short(f"No order is taken: {halted}. {said}")
        return Need("paper", "Paper", "halted", "stale", said, "/trading")
    return Need("paper", "Paper", held["note"], "live", said, "/trading")


def schedule_need(jobs: Sequence[ScheduledJob], *, is_running: bool) -> Need:
    """Return what is run by the clock next.

    Parameters
    ----------
    jobs : sequence of ScheduledJob
        All of them.
    is_running : bool
        Whether the schedule of this deck goes.
    """
    due = [(job.next_ns, job.name) for job in jobs if job.is_on and job.next_ns is not None]
    if not is_running:
        said = "Nothing is begun when it is due, unless another process does it: press Start"
        return Need("schedule", "Schedule", "stopped", "stale", said, "")
    if not due:
        return Need("schedule", "Schedule", "off", "empty", "No job is switched on", "")
    next_ns, name = min(due)
    said = f"Next: {name}, {exchange_text(next_ns)}"
    return Need("schedule", "Schedule", f"{len(due)} on", "live", said, "")


def _short(text: str, most: int = _LONG) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def recommended(playbook: Playbook) -> list[Entry]:
    """Return the entries whose trade has a size within the limits, foremost first.

    Parameters
    ----------
    playbook : Playbook
        Any.
    """
    return [each for each in playbook.entries if each.idea is not None and each.idea.size]


def leaders_payload(payload: Payload, playbook: Playbook | None) -> Payload:
    """Return the foremost trades with what every factor adds to their scores.

    Parameters
    ----------
    payload : Payload
        Rows of the ranked trades, `id` the symbol.
    playbook : Playbook or None
        That they are of.

    Returns
    -------
    Payload
        Each row has ``<factor>_part`` for each factor that is known of it, too.
    """
    if playbook is None or not isinstance(payload, RowsPayload):
        return payload
    parts = {
        entry.symbol: {f"{part.factor}_part": part.contribution for part in entry.contributions}
        for entry in playbook.entries
    }
    return replace(payload, rows=[{**row, **parts.get(row["id"], {})} for row in payload.rows])


def brief(payload: RowsPayload) -> RowsPayload:
    """Return rows whose words of what came of something are no longer than two lines or three.

    Parameters
    ----------
    payload : RowsPayload
        Rows with `said`.

    Examples
    --------
    >>> rows = RowsPayload(PanelState("live"), [{"id": "a", "said": "word " * 60}])
    >>> len(brief(rows).rows[0]["said"]) <= 140
    True
    """
    return replace(
        payload, rows=[{**row, "said": _short(row["said"], _LONGER)} for row in payload.rows]
    )


def beginning(payload: Payload, most: int | None) -> Payload:
    """Return a payload with its first rows alone.

    Parameters
    ----------
    payload : Payload
        Of any kind; one without rows stays as it is.
    most : int or None
        Rows that are kept; all where None.

    Examples
    --------
    >>> from quantdeck.views.payloads import PanelState
    >>> rows = RowsPayload(PanelState("live"), [{"id": "a"}, {"id": "b"}])
    >>> beginning(rows, 1).rows
    [{'id': 'a'}]
    """
    if most is None or not isinstance(payload, RowsPayload) or len(payload.rows) <= most:
        return payload
    return replace(payload, rows=payload.rows[:most])
