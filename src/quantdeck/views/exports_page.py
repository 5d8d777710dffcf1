"""The Exports page: what is on the tape, and how to take it away."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Page, Panel, PanelKind

_TEXT = "Nothing is on the tape yet. Press Start, or bring in a file with `quantdeck import FILE`."

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

EXPORTS = Page(
    id="exports",
    title="Exports",
    icon="exports",
    question="What is on the tape, and how do I take it away?",
    panels=(_COVERAGE, _BARS),
)
"""The page; it has no controls."""
