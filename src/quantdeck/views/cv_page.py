"""The page Visual CV: what a file says of somebody, with figures of the deck among it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from msgspec.structs import replace

from quantdeck.model.errors import NoData
from quantdeck.views.cv import EXAMPLE, Cv, CvSkill
from quantdeck.views.panels import Column, Format, Page, Panel, PanelKind
from quantdeck.views.payloads import LinesPayload, RowsPayload, TextPayload

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.views.cv import CvHeader, CvMetric, CvProject
    from quantdeck.views.cv_lines import Fault
    from quantdeck.views.payloads import PanelState, Payload, Row

PAGE = "cv"
HEADER, METRICS = f"{PAGE}.header", f"{PAGE}.metrics"
SKILLS, FAULTS = f"{PAGE}.skills", f"{PAGE}.faults"
PROJECT = f"{PAGE}.project_"
"""Begins the ids of the panels of projects, which are numbered from 1."""

_PER_LINE, _PER_HALF_LINE = 150, 70


def cited_panels(cv: Cv | None, known: Sequence[Page]) -> dict[str, Panel]:
    """Return the panels whose figures a CV cites, by id.

    Parameters
    ----------
    cv : Cv or None
        What the file says.
    known : sequence of Page
        The pages of the deck.
    """
    metrics = () if cv is None else cv.metrics
    cited = {each.panel for each in metrics if each.panel}
    homes = {name.partition(".")[0] for name in cited}
    every = (panel for page in known if page.id in homes for panel in page.panels)
    return {panel.id: panel for panel in every if panel.id in cited}


def cv_page(
    cv: Cv | None, *, file: str, faults: bool, cited: Mapping[str, Panel] | None = None
) -> Page:
    """Return the page of a CV.

    Parameters
    ----------
    cv : Cv or None
        What the file says; None where it has never said anything that can be shown.
    file : str
        Its name.
    faults : bool
        Whether something is wrong with it now.
    cited : mapping of str to Panel, or None
        Panels of the deck, whose columns say how figures of them are written.

    Returns
    -------
    Page
        With a panel for each part that the file has.

    Examples
    --------
    >>> [panel.id for panel in cv_page(None, file="cv.yaml", faults=False).panels]
    ['cv.header']
    """
    panels = [_faults_panel(file)] if faults else []
    panels.append(_header_panel(cv, file))
    if cv is not None and cv.metrics:
        panels.append(_metrics_panel(cv, cited or {}))
    if cv is not None and cv.skills:
        panels.append(_skills_panel(cv))
    if cv is not None:
        panels += [_project_panel(n, each) for n, each in enumerate(cv.projects, 1)]
    return Page(
        id=PAGE,
        title="Visual CV",
        icon="card",
        question="Who built this desk, and what has it done?",
        panels=tuple(panels),
    )


def header_payload(
    cv: Cv | None, state: PanelState, *, file: str, faults: bool = False
) -> TextPayload:
    """Return who it is about; without a file, how to write one.

    Parameters
    ----------
    cv : Cv or None
        What the file says.
    state : PanelState
        Of the panel.
    file : str
        Name of the file.
    faults : bool
        Whether there is one, with something wrong in it.
    """
    if cv is None:
        begin = (
            f"What is wrong with {file} stands above; the page follows whenever it is saved. This is one "
            "that can be read:"
            if faults
            else f"There is no {file} yet. Save this under that name in the folder the deck was started "
            "in, and change it; the page follows whenever it is saved."
        )
        return TextPayload(state, f"{begin}\n\n```yaml\n{EXAMPLE}```")
    return TextPayload(state, _header_text(cv.header))


def skills_payload(cv: Cv, state: PanelState) -> RowsPayload:
    """Return the skills as rows of a table.

    Parameters
    ----------
    cv : Cv
        What the file says.
    state : PanelState
        Of the panel.

    Examples
    --------
    >>> from quantdeck.views.cv import read_cv
    >>> from quantdeck.views.payloads import PanelState
    >>> skills_payload(read_cv(EXAMPLE.encode()), PanelState("live")).rows[0]
    {'id': '0', 'group': 'Languages', 'skill': 'Python', 'level': 0.95}
    """
    pairs = [(part.group, item) for part in cv.skills for item in part.items]
    rows: list[Row] = []
    for number, (group, item) in enumerate(pairs):
        name, level = (item.name, item.level) if isinstance(item, CvSkill) else (item, None)
        rows.append({"id": str(number), "group": group, "skill": name, "level": level})
    return RowsPayload(state, rows)


def project_payload(cv: Cv, number: int, state: PanelState) -> TextPayload:
    """Return what a project was.

    Parameters
    ----------
    cv : Cv
        What the file says.
    number : int
        Which, counted from 1.
    state : PanelState
        Of the panel.

    Raises
    ------
    NoData
        If there are not so many.
    """
    if not 0 < number <= len(cv.projects):
        raise NoData(f"there is no project {number}; the file has {len(cv.projects)}")
    return TextPayload(state, _project_text(cv.projects[number - 1]))


def faults_payload(faults: Sequence[Fault], state: PanelState) -> RowsPayload:
    """Return what is wrong with the file, by line.

    Parameters
    ----------
    faults : sequence of Fault
        In the order of their lines.
    state : PanelState
        Of the panel.
    """
    rows = [{"id": str(n), "line": f.line, "said": f.text} for n, f in enumerate(faults)]
    return RowsPayload(state, rows)


def metric_row(number: int, metric: CvMetric, cited: Payload | str | None) -> Row:
    """Return the card of a metric.

    Parameters
    ----------
    number : int
        Its place in the file, from 0.
    metric : CvMetric
        As it is written.
    cited : Payload or str or None
        What the panel shows that it cites, or why that cannot be said; None where it cites none.
    """
    row: Row = {"id": card_id(number), "title": metric.title, "unit": metric.unit, "state": ""}
    if metric.decimals is not None:
        row["decimals"] = metric.decimals
    if cited is None:
        return {**row, "value": metric.value, "note": metric.note}
    found, why = (None, cited) if isinstance(cited, str) else _cited(metric, cited)
    if found is None:
        return {**row, "value": None, "note": why, "state": "empty"}
    own = {"unit": metric.unit or found.get("unit") or "", "state": found["state"]}
    if metric.decimals is None and found.get("decimals") is not None:
        own["decimals"] = found["decimals"]
    return {**row, **own, "value": found["value"], "note": metric.note}


def card_id(number: int) -> str:
    """Return the id of the card of a metric.

    Parameters
    ----------
    number : int
        Its place in the file, from 0.
    """
    return f"metric-{number + 1}"


def _cited(metric: CvMetric, payload: Payload) -> tuple[dict[str, Any] | None, str]:
    if isinstance(payload, LinesPayload):
        line = payload.lines.get(metric.column)
        figures = np.empty(0) if line is None else line[np.isfinite(line)]
        if not len(figures):
            return None, f"{metric.panel} has no figure of the line {metric.column!r} now"
        return {"value": float(figures[-1]), "state": payload.state.word}, ""
    if not isinstance(payload, RowsPayload):
        return None, f"{metric.panel} has neither rows nor lines to cite"
    wanted = [row for row in payload.rows if metric.row in {None, row["id"]}]
    if not wanted:
        which = "rows" if metric.row is None else f"row {metric.row!r}"
        return None, f"{metric.panel} has no {which} now"
    row = wanted[0]
    if row.get(metric.column) is None:
        return None, f"{metric.panel} has no {metric.column!r} in that row now"
    given = {name: row.get(name) for name in ("unit", "decimals")}
    return {"value": row[metric.column], "state": payload.state.word, **given}, ""


def _header_text(header: CvHeader) -> str:
    titles = [f"**{header.title}**" if header.title else "", header.place or ""]
    links = [f"[{link.title}]({link.url})" for link in header.links]
    parts = [" · ".join(filter(None, titles)), (header.about or "").strip(), " · ".join(links)]
    # A CV that is a name alone still has something to show.
    return "\n\n".join(filter(None, parts)) or f"**{header.name}**"


def _project_text(project: CvProject) -> str:
    tags = " ".join(f"`{tag}`" for tag in project.tags)
    link = f"[{project.url.partition('://')[2]}]({project.url})" if project.url else ""
    period = "" if project.period is None else f"**{project.period}**"
    parts = [period, (project.about or "").strip(), tags, link]
    return "\n\n".join(filter(None, parts)) or f"**{project.name}**"


def _rows_of(text: str, per_line: int) -> int:
    # Of the page's grid, of 40 px each: a line of text takes 26 px, the frame 56.
    lines = sum(math.ceil(len(line) / per_line) for line in text.splitlines())
    return min(16, max(3, math.ceil((56 + 26 * lines) / 42)))


def _panel(panel_id: str, kind: PanelKind, title: str, *, help_: str, empty: str) -> Panel:
    query = f"/api/v1/panels/{panel_id}"
    return Panel(panel_id, kind, title, topic=panel_id, query=query, help=help_, empty=empty)


def _header_panel(cv: Cv | None, file: str) -> Panel:
    title = "Visual CV" if cv is None else cv.header.name
    text = "" if cv is None else _header_text(cv.header)
    panel = _panel(
        HEADER,
        PanelKind.MARKDOWN,
        title,
        help_=f"The header of {file}.",
        empty=f"Write {file}, and the page shows it.",
    )
    return replace(panel, width=12, height=16 if cv is None else _rows_of(text, _PER_LINE))


def _metrics_panel(cv: Cv, cited: Mapping[str, Panel]) -> Panel:
    panel = _panel(
        METRICS,
        PanelKind.KPI,
        "Metrics",
        help_=(
            "What the file says, and figures that panels of this deck show at this moment: those are "
            "computed as the panel that is cited says."
        ),
        empty="Metrics of the file.",
    )
    columns = [_metric_column(n, each, cited) for n, each in enumerate(cv.metrics)]
    return replace(panel, columns=tuple(columns), width=12, height=4)


def _metric_column(number: int, metric: CvMetric, cited: Mapping[str, Panel]) -> Column:
    if metric.panel is None:
        shape = Format.TEXT if isinstance(metric.value, str) else Format.NUMBER
        return Column(card_id(number), metric.title, shape, decimals=metric.decimals)
    panel = cited.get(metric.panel)
    columns = {} if panel is None else {each.id: each for each in panel.columns}
    own = columns.get(metric.row or "") or columns.get(metric.column)
    if own is None:
        return Column(card_id(number), metric.title, Format.NUMBER, help=f"From {metric.panel}.")
    return replace(own, id=card_id(number), title=metric.title, help=f"From {metric.panel}.")


def _skills_panel(cv: Cv) -> Panel:
    items = [item for part in cv.skills for item in part.items]
    has_levels = any(isinstance(item, CvSkill) and item.level is not None for item in items)
    panel = _panel(
        SKILLS, PanelKind.TABLE, "Skills", help_="As the file says.", empty="Skills of the file."
    )
    level = (Column("level", "Level", Format.PROGRESS, decimals=0),) if has_levels else ()
    columns = (Column("group", "Group"), Column("skill", "Skill"), *level)
    return replace(panel, columns=columns, width=6, height=min(16, 2 + len(items)))


def _project_panel(number: int, project: CvProject) -> Panel:
    panel = _panel(
        f"{PROJECT}{number}",
        PanelKind.MARKDOWN,
        project.name,
        help_="A project of the file.",
        empty="What the project was.",
    )
    return replace(panel, width=6, height=_rows_of(_project_text(project), _PER_HALF_LINE))


def _faults_panel(file: str) -> Panel:
    panel = _panel(
        FAULTS,
        PanelKind.TABLE,
        f"{file} cannot be read",
        help_=f"What is wrong with {file}, by line. Below is what it said before.",
        empty=f"Faults of {file}.",
    )
    columns = (
        Column("line", "Line", Format.COUNT),
        Column("said", "What is wrong"),
    )
    return replace(panel, columns=columns, width=12, height=5)
