"""The panel of what was detected."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Format, Panel, PanelKind

_API = "/api/v1"

NEWEST = Panel(
    id="findings.newest",
    kind=PanelKind.TABLE,
    title="Out of the ordinary",
    topic="findings.newest",
    query=f"{_API}/panels/findings.newest",
    columns=(
        Column("ts", "When", Format.DATETIME),
        Column("kind", "What"),
        Column("symbol", "Symbol"),
        Column("text", "Found"),
        Column(
            "score",
            "How far",
            Format.NUMBER,
            decimals=1,
            help=(
                "Large trade: notional over the level that is met once in some hours. News: weight times "
                "sentiment, sources and how few companies it names. Options: -log10 of the chance. "
                "Compares within a kind alone."
            ),
        ),
        Column("source", "Source"),
        Column("url", "", Format.WEB, mark="Read"),
    ),
    actions=(
        Action("look", "Look now", "POST", f"{_API}/jobs", body={"kind": "detect"}, where="panel"),
    ),
    width=12,
    height=7,
    empty="Nothing was looked at yet: press Look now, or run quantdeck detect.",
    help=(
        "Large trades: prints of one moment and side are one order; its notional lies above the rank that a "
        "symbol's own orders of the last days pass once in the set hours of trading (8). Breaking news: "
        "published since the last look, about a symbol that is watched, in the playbook or held, and told "
        "for the first time: no earlier story has nearly its title. Option activity: a contract's volume "
        "against its median of the sessions before and against what is open, and an underlying's totals "
        "against their own past, of 5 sessions at least. Nothing is assumed of how sizes are distributed; "
        "what cannot be judged for want of data is said."
    ),
)

PANELS = (NEWEST,)
