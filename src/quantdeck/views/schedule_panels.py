"""The panels of the schedule."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Format, Panel, PanelKind

_API = "/api/v1"
_JOB = f"{_API}/scheduler/jobs"

JOBS = Panel(
    id="schedule.jobs",
    kind=PanelKind.TABLE,
    title="Schedule",
    topic="schedule.jobs",
    query=f"{_API}/panels/schedule.jobs",
    columns=(
        Column("job", "Job"),
        Column("title", "What it does"),
        Column("state", "State", Format.STATE),
        Column("when", "Due", help="close and open: of the sessions in New York."),
        Column("exchange", "Next"),
        Column("left", "In", Format.DURATION),
        Column("last", "Last run"),
        Column("ran", "Began", Format.DATETIME),
        Column("took", "Took", Format.DURATION),
        Column("said", "What came of it"),
        Column("missed", "If missed", help="What is made of due times at which nobody was there."),
    ),
    actions=(
        Action("run", "Run now", "POST", f"{_JOB}/{{may_run}}/run"),
        Action("on", "On", "POST", f"{_JOB}/{{may_on}}/on"),
        Action("off", "Off", "POST", f"{_JOB}/{{may_off}}/off"),
        Action("start", "Start", "POST", f"{_API}/scheduler/start", where="panel"),
        Action("stop", "Stop", "POST", f"{_API}/scheduler/stop", where="panel"),
    ),
    width=12,
    height=8,
    empty="This deck runs nothing by the clock: it plays recorded data.",
    help=(
        "Every due time is run once, by whoever of all processes on this data folder takes it first: "
        "this deck, quantdeck scheduler, or quantdeck run-due of cron or systemd. Where machines share "
        "the state, backup, compact and retention are run once for the data folder of each, and are "
        "named with it: this panel has those of this machine, What was due those of all. Due times after "
        "close and open follow the sessions of the New York Stock Exchange, half days and summer "
        "time included. A run that fails is tried three times, after 5 and 10 minutes, unless a later "
        "due time stands in for it. On and Off hold for all processes; Start and Stop for this deck. "
        "Due times while a job is off are not made up for."
    ),
)

RUNS = Panel(
    id="schedule.runs",
    kind=PanelKind.TABLE,
    title="What was due",
    topic="schedule.runs",
    query=f"{_API}/panels/schedule.runs",
    columns=(
        Column("job", "Job"),
        Column("due", "Due", Format.DATETIME),
        Column("state", "State", Format.STATE),
        Column("late", "Begun after", Format.DURATION, help="From the due time on."),
        Column("took", "Took", Format.DURATION),
        Column("attempts", "Attempts", Format.COUNT),
        Column("said", "What came of it"),
        Column("holder", "Run by", help="Host and process."),
    ),
    width=12,
    height=6,
    empty="Nothing was due yet.",
    help=(
        "The run ledger of the data folder, newest due time first. Missed: nobody ran the schedule in "
        "time. Lost: whoever ran it has not been heard of since its lease passed; another takes it up."
    ),
)

PANELS = (JOBS, RUNS)
"""All of them, in order."""
