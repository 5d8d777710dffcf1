"""The panels of the Playbook page."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Control, Format, Guide, Panel, PanelKind

_API = "/api/v1"
OF_SESSION = ("session",)
OF_SYMBOL = ("session", "symbol")

MAKE_FIRST = (
    "A playbook needs a table of features: press Features on the Research page, or run "
    "quantdeck features. A model makes it better, but it does without."
)

SUMMARY = Panel(
    id="playbook.summary",
    kind=PanelKind.KPI,
    title="What to look at",
    topic="playbook.summary",
    query=f"{_API}/panels/playbook.summary",
    params=OF_SESSION,
    columns=(
        Column("trades", "Trades within limits", Format.COUNT),
        Column("foremost", "Highest score", Format.NUMBER, decimals=2, signed=True),
        Column("auc", "Model, AUC", Format.NUMBER, decimals=3),
        Column("coverage", "Factors known", Format.PERCENT, decimals=0),
        Column("options", "With options", Format.COUNT),
        Column("risk", "At risk together", Format.NUMBER, decimals=0),
    ),
    width=12,
    height=4,
    empty=MAKE_FIRST,
    help=(
        "AUC: chance that the model gives a rising symbol a higher probability than a falling one, out of "
        "sample, with its interval of 95 %; 0.5 is a coin. Factors known: mean share of the weights "
        "whose factors are known. At risk together: sum of size times maximum loss of all trades, as if "
        "all lost at once. Nothing here trades."
    ),
)

TRADES = Panel(
    id="playbook.trades",
    kind=PanelKind.TABLE,
    title="Ranked trades",
    topic="playbook.trades",
    query=f"{_API}/panels/playbook.trades",
    params=OF_SESSION,
    columns=(
        Column("rank", "#", Format.COUNT),
        Column("symbol", "Symbol"),
        Column("why", "", Format.LINK, mark="Why"),
        Column("order", "", Format.LINK, mark="Paper trade"),
        Column(
            "score",
            "Score",
            Format.BAR,
            decimals=2,
            signed=True,
            help="Sum of weight times z of every factor; beside the highest.",
        ),
        Column(
            "probability",
            "Model",
            Format.PROGRESS,
            decimals=1,
            help="Calibrated probability of the model's question, such as a rise in the next session.",
        ),
        Column("view", "View"),
        Column("options", "Options", help="Dear, fair or cheap by iv_edge."),
        Column("trade", "Trade"),
        Column("strikes", "Legs", help="- is sold, + is bought; C call, P put."),
        Column("expiry", "Expiry"),
        Column(
            "pop",
            "POP",
            Format.PROGRESS,
            decimals=0,
            help="Probability of profit at expiry: risk-neutral, of the fitted smile, after the spread.",
        ),
        Column(
            "expected_value",
            "EV",
            Format.NUMBER,
            decimals=0,
            signed=True,
            help="Mean profit of one unit, risk-neutral and after the spread: what crossing it costs.",
        ),
        Column("max_loss", "Max loss", Format.NUMBER, decimals=0, help="Of one unit. [currency]"),
        Column(
            "size",
            "Size",
            Format.COUNT,
            help="Units: floor(limit / maximum loss); Why says what bounds it.",
        ),
        Column("coverage", "Known", Format.PERCENT, decimals=0, help="Share of the weights."),
    ),
    actions=(
        Action("make", "Make again", "POST", f"{_API}/playbook", where="panel"),
        Action("csv", "CSV", "GET", f"{_API}/playbook?format=csv", where="panel"),
    ),
    width=12,
    height=11,
    empty=MAKE_FIRST,
    help=(
        "Score: every factor standardized among the symbols of the session, z = (x - mean) / standard "
        "deviation cut off at 3, times its weight; the weight of a factor that is not known of a symbol is "
        "shared among those that are. View: by the model's probability alone where it is two points or more "
        "from one half, else by the weighted mean z of momentum and news, if that is half a standard deviation "
        "or more (both thresholds can be set). Options are dear where iv_edge, implied less realized "
        "volatility, is above one threshold, and cheap below another. Strikes: nearest to set deltas "
        "among fresh quotes of both sides; bought at the ask, sold at the bid. Size: "
        "floor(min(risk_per_trade, max_risk of the strategy) / maximum loss). Shares have a stop of 2 ATR "
        "in place of a maximum loss, which a gap can exceed."
    ),
)

FACTORS = Panel(
    id="playbook.factors",
    kind=PanelKind.TABLE,
    title="Factor by factor",
    topic="playbook.factors",
    query=f"{_API}/panels/playbook.factors",
    params=OF_SYMBOL,
    columns=(
        Column("factor", "Factor"),
        Column("value", "Value", Format.NUMBER, decimals=4),
        Column("z", "z", Format.NUMBER, decimals=2, signed=True, help="Among the symbols."),
        Column(
            "weight",
            "Weight",
            Format.NUMBER,
            decimals=3,
            signed=True,
            help="With its part of the weight of what is not known.",
        ),
        Column("contribution", "Contribution", Format.BAR, decimals=3, signed=True),
        Column("meaning", "What it is"),
    ),
    width=7,
    height=9,
    empty=MAKE_FIRST,
    help="Contribution = weight times z. They add up to the score. A dash: not known, and not taken for 0.",
)

WHY = Panel(
    id="playbook.why",
    kind=PanelKind.MARKDOWN,
    title="Why",
    topic="playbook.why",
    query=f"{_API}/panels/playbook.why",
    params=OF_SYMBOL,
    width=5,
    height=9,
    empty=MAKE_FIRST,
    help="The rules that chose view, structure and size, with the figures that they were met by.",
)

LEGS = Panel(
    id="playbook.legs",
    kind=PanelKind.TABLE,
    title="Legs of one unit",
    topic="playbook.legs",
    query=f"{_API}/panels/playbook.legs",
    params=OF_SYMBOL,
    columns=(
        Column("leg", "Leg"),
        Column("strike", "Strike", Format.NUMBER, decimals=2),
        Column("quantity", "Quantity", Format.NUMBER, decimals=0, signed=True),
        Column(
            "price", "Price", Format.NUMBER, decimals=2, help="Ask where bought, bid where sold."
        ),
        Column("bid", "Bid", Format.NUMBER, decimals=2),
        Column("ask", "Ask", Format.NUMBER, decimals=2),
        Column("delta", "Delta", Format.NUMBER, decimals=2, signed=True),
        Column("age", "Age", Format.DURATION, help="When the chain was taken."),
    ),
    width=5,
    height=8,
    empty="This symbol has no trade.",
    help=(
        "Prices per share; one unit is one contract of each leg, of 100 shares as a rule. Delta: of the "
        "smile. A quote whose time the vendor does not tell has no age, and counts as of the chain."
    ),
)

PAYOFF = Panel(
    id="playbook.payoff",
    kind=PanelKind.CURVE,
    title="Profit of one unit at expiry",
    topic="playbook.payoff",
    query=f"{_API}/panels/playbook.payoff",
    params=OF_SYMBOL,
    columns=(
        Column("profit", "Profit", Format.NUMBER, decimals=0, signed=True, mark="line"),
        Column("breakevens", "Breakeven", Format.NUMBER, decimals=0, mark="points"),
    ),
    axes=(
        Column("price", "Price of the underlying", Format.NUMBER, decimals=2),
        Column("profit", "Profit", Format.NUMBER, decimals=0, signed=True),
    ),
    guides=(Guide(0.0, "0"),),
    width=7,
    height=8,
    empty="This symbol has no trade of options.",
    help="Sum of the legs at expiry, paid for at bid and ask; fees and early exercise are left out.",
)

MAP = Panel(
    id="playbook.map",
    kind=PanelKind.SURFACE,
    title="Contributions of all symbols",
    topic="playbook.map",
    query=f"{_API}/panels/playbook.map",
    params=OF_SESSION,
    columns=(Column("contribution", "Contribution", Format.NUMBER, decimals=2, signed=True),),
    axes=(Column("factor", "", Format.COUNT), Column("symbol", "", Format.COUNT)),
    width=7,
    height=10,
    empty=MAKE_FIRST,
    help="Weight times z, foremost symbol first; empty where the factor is not known.",
)

NOTES = Panel(
    id="playbook.notes",
    kind=PanelKind.MARKDOWN,
    title="Model and data",
    topic="playbook.notes",
    query=f"{_API}/panels/playbook.notes",
    params=OF_SESSION,
    width=5,
    height=10,
    empty=MAKE_FIRST,
    help="Which model, which session, and what to know before any of it is believed.",
)

KEPT = Panel(
    id="playbook.kept",
    kind=PanelKind.TABLE,
    title="Playbooks kept",
    topic="playbook.kept",
    query=f"{_API}/panels/playbook.kept",
    columns=(
        Column("session", "Session"),
        Column("open", "", Format.LINK, mark="Open"),
        Column("csv", "", Format.LINK, mark="CSV"),
    ),
    width=12,
    height=5,
    empty=MAKE_FIRST,
    help="One of each session, in research/playbooks of the data folder: JSON, and Parquet beside it.",
)

PANELS = (SUMMARY, TRADES, WHY, FACTORS, LEGS, PAYOFF, MAP, NOTES, KEPT)
NEWEST = "newest"
FOREMOST = "foremost"
"""The first symbol with a trade, or the first of all."""


def session_control(sessions: tuple[str, ...]) -> Control:
    """Return the choice of a playbook."""
    return Control(
        "session",
        "Session",
        "select",
        NEWEST,
        (NEWEST, *sessions),
        help="The newest is made of what is known now; earlier ones are shown as they were kept.",
    )


def symbol_control(symbols: tuple[str, ...]) -> Control:
    """Return the choice of a symbol."""
    return Control("symbol", "Symbol", "select", FOREMOST, (FOREMOST, *symbols))
