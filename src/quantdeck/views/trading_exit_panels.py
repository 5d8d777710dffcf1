"""The panels of the Trading page about what closes trades."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Control, Format, Panel, PanelKind

_API = "/api/v1"

EXITS = Panel(
    id="trading.exits",
    kind=PanelKind.TABLE,
    title="Trades and their exits",
    topic="trading.exits",
    query=f"{_API}/panels/trading.exits",
    columns=(
        Column("trade", "Trade"),
        Column("gain", "Gain", Format.PERCENT, decimals=2, signed=True, help="On its cost."),
        Column("best", "Best", Format.PERCENT, decimals=2, help="Highest gain so far."),
        Column("rules", "Closed at"),
        Column(
            "scope",
            "Rules of",
            help="A trade's own, its strategy's, the account's or the settings'.",
        ),
        Column("says", "Now"),
        Column("close", "", Format.LINK, mark="Close"),
        Column("cost", "Cost", Format.NUMBER, decimals=2, help="Negative was received."),
        Column("value", "Value", Format.NUMBER, decimals=2, help="What closing it would bring."),
        Column("opened", "Opened", Format.TIME),
        Column("strategy", "Strategy"),
    ),
    width=8,
    height=10,
    empty="What is held, trade by trade: several legs that were opened together are one trade.",
    help=(
        "Looked at on fresh quotes only, at the sides that closing would cross; a rule closes a trade once "
        "its price has been beyond it for `paper.exits.confirm_s` seconds. A gap can go through a stop: it is "
        "closed at the quote, not at the rule. Close fills in a ticket that closes all legs together."
    ),
)

RULES = Panel(
    id="trading.rules",
    kind=PanelKind.FORM,
    title="Exit rules",
    topic="trading.rules",
    query=f"{_API}/panels/trading.rules",
    fields=(
        Control(
            "name",
            "Of",
            "text",
            "account",
            help="account; a symbol that is held; or strategy:iron_condor.",
        ),
        Control("stop_loss", "Loss, %", "number", "", minimum=0.01, maximum=100),
        Control("take_profit", "Gain, %", "number", "", minimum=0.01, maximum=10_000),
        Control("trailing", "Trailing, %", "number", "", minimum=0.01, maximum=100),
        Control("max_days", "Days", "number", "", minimum=0, maximum=3650),
        Control("days_to_expiry", "Days to expiry", "number", "", minimum=0, maximum=3650),
    ),
    actions=(
        Action("set", "Set", "POST", f"{_API}/trading/exits", where="form"),
        Action("clear", "Use wider rules", "POST", f"{_API}/trading/exits/clear", where="form"),
    ),
    width=4,
    height=10,
    empty="Fields for the rules that close a trade, a strategy or everything.",
    help=(
        "Shares of what a trade cost. Trailing: way back from its best gain. An empty field leaves a rule "
        "out. The narrowest rules count: a trade's own, then its strategy's, the account's, the settings'. "
        "Use wider rules forgets those of the name."
    ),
)
