"""The vocabulary of pages and panels, served at ``/api/v1/pages``.

A page is a list of panels; a panel names its kind, where its data come from and how each figure is
to be written. ``docs/reference/stream.md`` gives the payload of every kind.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec


class PanelKind(StrEnum):
    """How a panel is drawn."""

    KPI = "kpi"
    """Cards: one per row of the payload, with value, change and sparkline."""
    STREAM_LINES = "stream-lines"
    """Lines against time, with optional bands and horizontal guides."""
    CANDLES = "candles"
    """Open-high-low-close bars with volume."""
    TABLE = "table"
    """Rows and columns."""
    STATS = "stats"
    """A ruled list: label, value, plain verdict."""
    LOG = "log"
    """Lines of text, newest first."""
    MARKDOWN = "markdown"
    """Prose."""
    CURVE = "curve"
    """Points with error bars and lines over a number, such as rates over maturity."""
    SURFACE = "surface"
    """Figures over two numbers or two lists of names: a heat map, or the same in three dimensions."""
    FORM = "form"
    """Fields and a button that sends them; the payload is the ``markdown`` kind's, said above them."""
    ALERT_EDITOR = "alert-editor"
    """Form and text of an alert rule, checked while it is typed."""


class Format(StrEnum):
    """How a figure is written."""

    TEXT = "text"
    PRICE = "price"
    """As many decimals as the row's `decimals` (or the column's) says."""
    NUMBER = "number"
    COUNT = "count"
    """Grouped integer."""
    PERCENT = "percent"
    """A decimal shown times 100 with a sign where `signed`."""
    PVALUE = "pvalue"
    """Two significant digits."""
    BYTES = "bytes"
    RATE = "rate"
    """Per second."""
    DURATION = "duration"
    """Seconds, shown in the largest fitting unit."""
    TIME = "time"
    """Milliseconds since 1970 UTC, shown in the display zone, with the date where it is another."""
    DATETIME = "datetime"
    """As TIME, always with its date."""
    STATE = "state"
    """A state word, shown as a chip."""
    LINK = "link"
    """An address of this deck; `mark` of the column is the word to press."""
    PROGRESS = "progress"
    """A share from 0 to 1, written as PERCENT; in a table with a bar as long as it."""
    BAR = "bar"
    """A number; in a table with a bar around nought, as long as it is beside the largest of its column."""
    WEB = "web"
    """An address elsewhere, opened in a tab of its own that learns nothing of the deck; `mark` is the
    word to press."""


class Column(msgspec.Struct, frozen=True, omit_defaults=True):
    """One column of a table, one line of a chart, or one row of a list."""

    id: str
    title: str
    format: Format = Format.TEXT
    unit: str = ""
    decimals: int | None = None
    signed: bool = False
    help: str = ""
    mark: str = ""
    """How a curve is drawn: ``points`` (with error bars where it has them), ``line``, ``dashed`` or
    ``steps``. Of an axis: ``log``, or ``tenor`` for days on a logarithmic scale that are written as
    weeks, months and years. Of a link: the word to press. Empty elsewhere."""


class Guide(msgspec.Struct, frozen=True, omit_defaults=True):
    """A horizontal line of a chart, such as the entry threshold of a z-score."""

    value: float
    label: str


class Control(msgspec.Struct, frozen=True, omit_defaults=True):
    """A choice a page offers; its value becomes a parameter of the panels' topics and queries.

    Parameters
    ----------
    id : str
        Name of the parameter.
    title : str
        Label.
    type : str
        ``choice`` (buttons), ``select``, ``symbol`` (from the captured ones), ``integer``,
        ``toggle``, ``text`` (one line, asked at Enter); in a form also ``number``, ``long-text`` and
        ``file`` (the whole body of the request; dropped or chosen).
    default : str
        Its value at first.
    options : tuple of str
        For ``choice`` and ``select``.
    minimum, maximum : float or None
        For ``integer`` and ``number``.
    help : str
        One sentence.
    panel : str
        Id of the panel that it stands in; above all panels where empty.
    """

    id: str
    title: str
    type: str
    default: str
    options: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    help: str = ""
    panel: str = ""


class Action(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something to do with a row of a table, with the whole table, or with a form.

    Parameters
    ----------
    id : str
        Unique within the panel.
    title : str
        The words of the button.
    method : str
        ``POST``, ``PUT``, ``PATCH`` or ``DELETE``; ``GET`` goes to a view of the page.
    path : str
        Address; ``{name}`` stands for a cell of the row, or for a control of the page. A row in which
        such a cell is null is not offered the action.
    body : dict of str to str
        JSON to send; values as in `path`. A form sends its fields beside it.
    where : str
        ``row``, ``panel`` or ``form``.
    confirm : str
        Question asked before; empty where none is needed.
    done : str
        Said in a toast afterwards; empty where the answer's ``message`` is said.
    """

    id: str
    title: str
    method: str
    path: str
    body: dict[str, str] = {}
    where: str = "row"
    confirm: str = ""
    done: str = ""


class Panel(msgspec.Struct, frozen=True, omit_defaults=True):
    """One panel of a page.

    Parameters
    ----------
    id : str
        Unique over all pages, such as ``pairs.zscore``.
    kind : PanelKind
        How it is drawn.
    title : str
        What it shows.
    topic : str
        Stream topic without parameters; empty for a panel that is only queried.
    query : str
        REST path that gives the same payload once (also the CSV download with ``format=csv``).
    params : tuple of str
        Ids of the page's controls that become parameters of topic and query.
    columns : tuple of Column
        Lines, columns or rows and how their figures are written.
    guides : tuple of Guide
        Horizontal lines.
    axes : tuple of Column
        Of ``curve`` and ``surface``: x and y.
    fields : tuple of Control
        Of a ``form``.
    actions : tuple of Action
        Buttons.
    width, height : int
        Grid columns of 12, and rows of 40 px.
    empty : str
        What would fill it and how, said while there is nothing to show.
    help : str
        How it is computed: formula, convention, source.
    """

    id: str
    kind: PanelKind
    title: str
    topic: str = ""
    query: str = ""
    params: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    guides: tuple[Guide, ...] = ()
    axes: tuple[Column, ...] = ()
    fields: tuple[Control, ...] = ()
    actions: tuple[Action, ...] = ()
    width: int = 6
    height: int = 7
    empty: str = ""
    help: str = ""


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """One view of the deck.

    Parameters
    ----------
    id : str
        Path of the view.
    title : str
        Name in the sidebar.
    icon : str
        Name of the sidebar icon.
    question : str
        What the view answers, in one line.
    controls : tuple of Control
        Choices that its panels share.
    panels : tuple of Panel
        In reading order.
    group : str
        Id of the page that it stands under in the sidebar; empty at the top level.
    """

    id: str
    title: str
    icon: str
    question: str
    controls: tuple[Control, ...] = ()
    panels: tuple[Panel, ...] = ()
    group: str = ""
