"""The panels of the Research page about features."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Panel, PanelKind

_PANEL = "/api/v1/panels"

BUILD_FIRST = (
    "No table of features was built yet: press Features in Run, or run quantdeck features."
)

FEATURES = Panel(
    id="research.features",
    kind=PanelKind.TABLE,
    title="Features",
    topic="research.features",
    query=f"{_PANEL}/research.features",
    columns=(
        Column("group", "Group"),
        Column("feature", "Feature"),
        Column("title", "What it is"),
        Column("unit", "Unit"),
        Column(
            "lookback", "Sessions", Format.COUNT, help="That a value depends on; 0: all before."
        ),
        Column("missing", "Missing", Format.PERCENT, decimals=1, help="Share of all rows."),
        Column(
            "missing_newest",
            "Missing now",
            Format.PERCENT,
            decimals=1,
            help="Share of the rows of the newest session.",
        ),
        Column("low", "5 %", Format.NUMBER, decimals=4, help="Of the newest session's symbols."),
        Column("median", "Median", Format.NUMBER, decimals=4),
        Column("high", "95 %", Format.NUMBER, decimals=4),
        Column("use", "Learned from"),
    ),
    width=12,
    height=12,
    empty=BUILD_FIRST,
    help=(
        "Every value is made of what was known when its session ended. Quantiles are those of the newest "
        "session over its symbols. A missing value stays missing: no nought, no mean is put in its "
        "place. Prices and other levels are not learned from, since symbols and years do not compare."
    ),
)

ABOUT = Panel(
    id="research.about",
    kind=PanelKind.MARKDOWN,
    title="How computed",
    topic="research.about",
    query=f"{_PANEL}/research.about",
    params=("feature",),
    columns=(Column("text", "How computed"),),
    width=4,
    height=9,
    empty=BUILD_FIRST,
    help="What the registered function says of itself: formula, unit, source.",
)

DISTRIBUTION = Panel(
    id="research.distribution",
    kind=PanelKind.CURVE,
    title="Distribution",
    topic="research.distribution",
    query=f"{_PANEL}/research.distribution",
    params=("feature",),
    columns=(
        Column("every", "All sessions", Format.PERCENT, decimals=1, mark="steps"),
        Column("recent", "Newest 63", Format.PERCENT, decimals=1, mark="steps"),
    ),
    axes=(
        Column("value", "Value", Format.NUMBER, decimals=3),
        Column("share", "Share of rows", Format.PERCENT, decimals=0),
    ),
    width=4,
    height=9,
    empty=BUILD_FIRST,
    help=(
        "Shares in 40 bins from the 0.5 % to the 99.5 % quantile; what lies outside is counted in the "
        "outermost bins. Where the newest quarter lies elsewhere, the model meets what it seldom saw."
    ),
)

MISSING = Panel(
    id="research.missing",
    kind=PanelKind.STREAM_LINES,
    title="Missing values",
    topic="research.missing",
    query=f"{_PANEL}/research.missing",
    params=("feature",),
    columns=(
        Column("feature", "This feature", Format.PERCENT, decimals=1),
        Column("mean", "Mean of all", Format.PERCENT, decimals=1),
    ),
    width=4,
    height=9,
    empty=BUILD_FIRST,
    help="Share of a session's rows without a value; a symbol that did not trade has no row.",
)

CORRELATION = Panel(
    id="research.correlation",
    kind=PanelKind.SURFACE,
    title="Rank correlation of features",
    topic="research.correlation",
    query=f"{_PANEL}/research.correlation",
    columns=(Column("rho", "Rank correlation", Format.NUMBER, decimals=2, signed=True),),
    axes=(Column("x", "", Format.COUNT), Column("y", "", Format.COUNT)),
    width=12,
    height=14,
    empty=BUILD_FIRST,
    help=(
        "Spearman's, over up to 10,000 rows of evenly spaced sessions where both are known. Features "
        "that say the same share their importance: neither is unimportant."
    ),
)

FEATURE_PANELS = (FEATURES, DISTRIBUTION, ABOUT, MISSING, CORRELATION)
"""In reading order."""
