"""The panels of the Boxes page that compute the history of rates anew and tell how it goes."""

from __future__ import annotations

from quantdeck.views.job_panels import runs_panel
from quantdeck.views.panels import Action, Control, Panel, PanelKind

_API = "/api/v1"

KINDS = ("box-rates",)
"""Jobs of the page."""

RUN = Panel(
    id="boxes.run",
    kind=PanelKind.FORM,
    title="Compute the history anew",
    topic="boxes.run",
    query=f"{_API}/panels/boxes.run",
    fields=(
        Control(
            "first",
            "First day",
            "text",
            "",
            help="Such as 2025-01-31; from the first snapshot that is kept if empty.",
        ),
        Control("last", "Last day", "text", "", help="Up to the newest snapshot if empty."),
    ),
    actions=(
        Action(
            KINDS[0],
            "Compute history anew",
            "POST",
            f"{_API}/jobs",
            body={"kind": KINDS[0]},
            where="form",
        ),
    ),
    width=4,
    height=7,
    empty="Two days, and a button that computes the rates between them anew.",
    help=(
        "Every kept snapshot of option chains is read and studied again by the rules of `boxes` in the "
        "settings as they are now, as `quantdeck boxes recompute` does; its rates take the place of "
        "those that are on record. What is done stays when the run is cancelled. `compute.url` names "
        "who works: this process, others of this machine, or a cluster."
    ),
)

JOBS = runs_panel(
    "boxes",
    width=8,
    height=7,
    empty="One row per run, newest first; press Compute history anew.",
    help="A snapshot that cannot be read is counted, and its rates stay as they were.",
)

RUN_PANELS = (RUN, JOBS)
"""In reading order."""
