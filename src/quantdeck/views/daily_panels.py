"""The panel of the last daily run, for any page."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Panel, PanelKind

_API = "/api/v1"
_HELP = """What the newest daily run did, step by step, from the run ledger of the data folder: also of
runs from a command line or a timer.

*done* has been worked on; *skipped* was left as it is, since all that it is made of is unchanged, or
since a step that it needs failed; *failed* says why; *ended unseen* belongs to a run whose process
ended without a word: the next run goes on where it was. Durations are wall time, to the second."""


def daily_panel(page: str, *, width: int = 6, height: int = 5) -> Panel:
    """Return the panel of the newest daily run.

    Parameters
    ----------
    page : str
        Id of the page.
    width, height : int
        As of `Panel`.

    Returns
    -------
    Panel
        The run, and a row of each step.
    """
    return Panel(
        id=f"{page}.daily",
        kind=PanelKind.TABLE,
        title="Last daily run",
        topic=f"{page}.daily",
        query=f"{_API}/panels/{page}.daily",
        columns=(
            Column("step", "Step"),
            Column("state", "State", Format.STATE),
            Column("began", "Began", Format.DATETIME),
            Column("took", "Took", Format.DURATION),
            Column("said", "What came of it"),
        ),
        width=width,
        height=height,
        empty="No daily run yet.",
        help=_HELP,
    )
