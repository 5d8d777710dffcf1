"""The log of jobs and the list of their runs, as the pages that start them show both."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Format, Panel, PanelKind

_API = "/api/v1"


def log_panel(page: str, *, title: str, height: int, help: str) -> Panel:
    """Return the panel of what runs say.

    Parameters
    ----------
    page : str
        Id of the page.
    title, height, help
        As of `Panel`.

    Returns
    -------
    Panel
        Newest line first.
    """
    return Panel(
        id=f"{page}.log",
        kind=PanelKind.LOG,
        title=title,
        topic=f"{page}.log",
        query=f"{_API}/panels/{page}.log",
        width=8,
        height=height,
        empty="What a run says while it works.",
        help=help,
    )


def runs_panel(
    page: str, *further: Column, empty: str, help: str, width: int = 12, height: int = 5
) -> Panel:
    """Return the panel of runs, with a button that ends one; runs that have ended have none.

    Parameters
    ----------
    page : str
        Id of the page.
    *further : Column
        Beside those of every run, before what came of it.
    empty, help, width, height
        As of `Panel`.

    Returns
    -------
    Panel
        One row per run, newest first.
    """
    return Panel(
        id=f"{page}.jobs",
        kind=PanelKind.TABLE,
        title="Runs",
        topic=f"{page}.jobs",
        query=f"{_API}/panels/{page}.jobs",
        columns=(
            Column("kind", "Run"),
            Column("state", "State", Format.STATE),
            Column("progress", "Done", Format.PROGRESS, decimals=0),
            Column("began", "Began", Format.DATETIME),
            Column("took", "Took", Format.DURATION),
            *further,
            Column("said", "What came of it"),
        ),
        actions=(Action("cancel", "Cancel", "DELETE", f"{_API}/jobs/{{running}}"),),
        width=width,
        height=height,
        empty=empty,
        help=help,
    )
