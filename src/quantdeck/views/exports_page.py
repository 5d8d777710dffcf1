"""The Exports page: what is on the tape and in memory, and how to take it away or add to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.uploads import UPLOAD_VENUE
from quantdeck.views.panels import Action, Column, Control, Format, Page, Panel, PanelKind

if TYPE_CHECKING:
    from collections.abc import Sequence

_TEXT = "Nothing is on the tape yet. Press Start, or upload a file."

_COVERAGE = Panel(
    id="exports.coverage",
    kind=PanelKind.TABLE,
    title="Events on the tape",
    topic="exports.coverage",
    query="/api/v1/panels/exports.coverage",
    columns=(
        Column("symbol", "Symbol"),
        Column("kind", "Events"),
        Column("csv", "CSV"),
        Column("parquet", "Parquet"),
        Column("json", "JSON", help="The newest 10,000 at most."),
        Column("rows", "Rows", Format.COUNT),
        Column("first", "First", Format.DATETIME),
        Column("last", "Last", Format.DATETIME),
        Column("source", "Source"),
        Column("delay", "Feed", Format.STATE),
    ),
    width=12,
    height=8,
    empty=_TEXT,
    help=(
        "One row per stream. A file holds at most a million rows, oldest first; the header "
        "X-Next-Cursor of the answer leads to the next. `quantdeck export` writes all of it at "
        "once, and `quantdeck sql` asks anything."
    ),
)

_BARS = Panel(
    id="exports.bars",
    kind=PanelKind.TABLE,
    title="Bars",
    topic="exports.bars",
    query="/api/v1/panels/exports.bars",
    columns=(
        Column("symbol", "Symbol"),
        Column("timeframe", "Timeframe"),
        Column("csv", "CSV"),
        Column("parquet", "Parquet"),
        Column("json", "JSON", help="The newest 10,000 at most."),
    ),
    width=12,
    height=6,
    empty=_TEXT,
    help=(
        "Made from the executions on the tape, ordered by (event time, number); volumes are exact "
        "sums. An interval without an execution has no bar."
    ),
)

_HISTORY = Panel(
    id="exports.history",
    kind=PanelKind.TABLE,
    title="Prices of years",
    topic="exports.history",
    query="/api/v1/panels/exports.history",
    columns=(
        Column("symbol", "Symbol"),
        Column("interval", "Interval"),
        Column("csv", "CSV", help="As traded, all of it."),
        Column("parquet", "Parquet", help="As traded, all of it."),
        Column("json", "JSON", help="As traded, the newest."),
        Column("rows", "Bars", Format.COUNT),
        Column("first", "First"),
        Column("last", "Last"),
        Column("actions", "Actions", Format.COUNT, help="Splits and dividends on record."),
        Column("fetched", "Fetched", Format.DATETIME),
        Column("source", "Source"),
        Column("delay", "Feed", Format.STATE),
    ),
    width=12,
    height=8,
    empty="No prices of years are kept yet. They are fetched for what is captured or named in the settings.",
    help=(
        "Bars of days and hours from vendors, kept on the disk and renewed while the deck runs. The address "
        "takes `adjustment=split` for prices in today's shares and `adjustment=total` for dividends put "
        "back in. `quantdeck history` lists and fetches, `quantdeck sql` asks `history` and "
        "`corporate_actions`."
    ),
)

_BUFFER = Panel(
    id="exports.buffer",
    kind=PanelKind.TABLE,
    title="Trades in memory",
    topic="exports.buffer",
    query="/api/v1/panels/exports.buffer",
    columns=(
        Column("symbol", "Symbol"),
        Column("csv", "CSV", help="Can be uploaded again."),
        Column("parquet", "Parquet"),
        Column("json", "JSON"),
        Column("rows", "Trades", Format.COUNT),
        Column("first", "First", Format.DATETIME),
        Column("last", "Last", Format.DATETIME),
    ),
    width=8,
    height=11,
    empty="No trade is in memory yet. Press Start, or upload a file.",
    help="The newest 20,000 trades of every symbol, captured or uploaded: what the charts are made of.",
)

_PANELS = Panel(
    id="exports.panels",
    kind=PanelKind.TABLE,
    title="Figures of the other pages",
    topic="exports.panels",
    query="/api/v1/panels/exports.panels",
    columns=(
        Column("page", "Page"),
        Column("panel", "Figures"),
        Column("csv", "CSV"),
        Column("parquet", "Parquet"),
        Column("json", "JSON"),
    ),
    width=12,
    height=7,
    empty="There is no other page.",
    help=(
        "Every panel as it stands, with the choices that its page begins with; the menu of a panel on "
        "its own page downloads it with yours. Before them, what holds more than a panel does."
    ),
)


def exports_page(venues: Sequence[str] = ()) -> Page:
    """Return the page.

    Parameters
    ----------
    venues : sequence of str
        Those of the captured symbols, to which uploaded trades can be added.

    Returns
    -------
    Page
        Without controls.

    Examples
    --------
    >>> [panel.id for panel in exports_page().panels][:2]
    ['exports.upload', 'exports.buffer']
    """
    options = tuple(dict.fromkeys([UPLOAD_VENUE, *venues]))
    form = Panel(
        id="exports.upload",
        kind=PanelKind.FORM,
        title="Upload trades",
        topic="exports.upload",
        query="/api/v1/panels/exports.upload",
        fields=(
            Control("file", "File", "file", "", help="CSV or NDJSON, packed with gzip or not."),
            Control(
                "venue",
                "Venue",
                "select",
                UPLOAD_VENUE,
                options,
                help=(
                    "Of symbols that name none. With the venue of a captured symbol, the trades are "
                    "added to it."
                ),
            ),
            Control(
                "partial",
                "Take the good lines where some are bad",
                "toggle",
                "false",
                help="Otherwise nothing is taken unless every line can be used.",
            ),
        ),
        actions=(Action("upload", "Upload", "POST", "/api/v1/uploads", where="form"),),
        width=4,
        height=11,
        empty="This deck plays what was recorded; start it without --replay to upload.",
        help=(
            "A trade that is known already (instrument, time, price and size) is not added again, so "
            "that the same file can be uploaded twice. What is new is on the tape all at once or not at "
            "all, with the source `upload`, and in the charts at once."
        ),
    )
    return Page(
        id="exports",
        title="Exports",
        icon="exports",
        question="What is on the tape, and how do I take it away or add to it?",
        panels=(form, _BUFFER, _COVERAGE, _BARS, _HISTORY, _PANELS),
    )
