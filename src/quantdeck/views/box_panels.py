"""The panels of the Boxes page: what each shows, and how its figures are made."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Panel, PanelKind

FILTERS = ("root", "prices", "min_width", "max_width", "min_volume", "min_interest")
"""Controls that say which boxes count."""

TENORS = (("1m", 30), ("3m", 91), ("6m", 182), ("1y", 365), ("2y", 730))
"""Constant tenors whose history is kept, by name and length. [days]"""

_WAIT = (
    "Rates appear with the first snapshot of the option chains. Start the deck with `--demo`, or "
    "enable `feeds.alpaca` or `feeds.tastytrade` in `config.yaml`."
)
_RATE = "Rates are continuous, ACT/365 fixed, from payment of the price to payment of the payoff."


def _rate(name: str, title: str, *, mark: str = "", explained: str = "") -> Column:
    return Column(name, title, Format.PERCENT, decimals=3, mark=mark, help=explained)


CURVE = Panel(
    id="boxes.curve",
    kind=PanelKind.CURVE,
    title="Term structure",
    topic="boxes.curve",
    query="/api/v1/panels/boxes.curve",
    params=(*FILTERS, "band"),
    columns=(
        _rate("mid", "Box mid ± 2 se", mark="points", explained="Slope of the parity line."),
        _rate("lend", "Best lend", mark="points", explained="After fees."),
        _rate("borrow", "Best borrow", mark="points", explained="After fees."),
        _rate("fitted", "Nelson-Siegel fit", mark="line"),
        _rate("benchmark", "Benchmark", mark="dashed"),
    ),
    axes=(
        Column("days", "Time to payment", Format.COUNT, mark="tenor"),
        Column("rate", "Rate", Format.PERCENT, decimals=2, unit="%"),
    ),
    width=8,
    height=14,
    empty=_WAIT,
    help=(
        "Per root and expiry, put-call parity C - P = D (F - K) is fitted robustly over all strikes "
        "whose quotes count (bisquare, started from Theil-Sen, scaled by the half-spread): its slope "
        "is the discount factor D and the rate is -ln D / tau. Bars are two standard errors. Best "
        "lend and borrow are exact over all pairs of surviving strikes, after fees: together they "
        "are the no-arbitrage band. Expiries whose quotes are not synchronous, too few or stale are "
        f"left out here and named in the table of expiries. {_RATE}"
    ),
)

BEST = Panel(
    id="boxes.best",
    kind=PanelKind.KPI,
    title="Where to lend and borrow",
    topic="boxes.best",
    query="/api/v1/panels/boxes.best",
    params=FILTERS,
    columns=(Column("value", "Rate", Format.NUMBER, decimals=3),),
    width=4,
    height=5,
    empty=_WAIT,
    help=(
        "The best executable box of all expiries beyond a week whose status is ok: the highest rate "
        "to lend at and the lowest to borrow at, after fees, with what one price step and the fees "
        f"are worth in basis points. {_RATE}"
    ),
)

DESK = Panel(
    id="boxes.desk",
    kind=PanelKind.STATS,
    title="What stands behind it",
    topic="boxes.desk",
    query="/api/v1/panels/boxes.desk",
    columns=(
        Column("source", "Source and feed", Format.TEXT),
        Column("prices", "Price of the underlying", Format.TEXT),
        Column("contracts", "Contracts", Format.COUNT),
        Column("budget", "Streamed", Format.COUNT, help="Subscriptions used of those allowed."),
        Column("polled", "Polled", Format.COUNT, help="Refreshed by chain snapshots."),
        Column("quotes", "Quotes", Format.RATE),
        Column("snapshot", "Last snapshot", Format.DURATION, help="Age of the newest snapshot."),
        Column("expiries", "Expiries with a rate", Format.COUNT),
        Column("flagged", "Quotes flagged", Format.COUNT),
        Column("refit", "Slowest study", Format.DURATION, help="Of one expiry, last refresh."),
    ),
    width=4,
    height=9,
    empty=_WAIT,
    help=(
        "A plan streams only so many symbols: the strikes nearest to the forward of the nearest "
        "expiries come first, whole strikes at a time, and the others are refreshed by snapshots of "
        "the chains. Flagged quotes have all four prices but do not carry the rate of their expiry."
    ),
)

EXPIRIES = Panel(
    id="boxes.expiries",
    kind=PanelKind.TABLE,
    title="Expiries",
    topic="boxes.expiries",
    query="/api/v1/panels/boxes.expiries",
    params=(*FILTERS, "band"),
    columns=(
        Column("root", "Root"),
        Column("expiry", "Expiry"),
        Column("settlement", "Settles"),
        Column("days", "Days", Format.COUNT),
        Column("status", "Status", Format.STATE),
        _rate("rate_mid", "Mid"),
        Column("se_bp", "se", Format.NUMBER, unit="bp", decimals=1),
        _rate("rate_lend", "Lend"),
        _rate("rate_borrow", "Borrow"),
        Column(
            "spread_bp",
            "Spread",
            Format.NUMBER,
            unit="bp",
            decimals=0,
            signed=True,
            help="Mid less the benchmark of the settings at the same days, both continuous ACT/365.",
        ),
        Column("forward", "Forward", Format.NUMBER, decimals=2),
        Column("dividend_yield", "Div. yield", Format.PERCENT, decimals=2),
        Column("quotes_used", "Used", Format.COUNT),
        Column("quotes_flagged", "Flagged", Format.COUNT),
        Column("age_s", "Oldest", Format.DURATION),
        Column("detail", "Why"),
    ),
    width=12,
    height=10,
    empty=_WAIT,
    help=(
        "Status ok: a rate to rely on. not-synchronous: the parity line bends, part of the chain is "
        "older than the rest. too-few: not enough strikes with both quotes. stale: too old. "
        "american: may be exercised early, so there is a bound and not a rate. SPX (AM) and SPXW (PM) "
        f"are never mixed. {_RATE}"
    ),
)

TOP = Panel(
    id="boxes.top",
    kind=PanelKind.TABLE,
    title="Best boxes",
    topic="boxes.top",
    query="/api/v1/panels/boxes.top",
    params=(*FILTERS, "side"),
    columns=(
        Column("side", "Side"),
        Column("root", "Root"),
        Column("expiry", "Expiry"),
        Column("strikes", "Strikes"),
        _rate("rate", "Rate", explained="After fees."),
        Column("over_mid_bp", "To mid", Format.NUMBER, unit="bp", decimals=1, signed=True),
        Column("price", "Price", Format.NUMBER, unit="pts", decimals=2),
        Column("width", "Width", Format.NUMBER, unit="pts", decimals=0),
        Column("tick_bp", "Tick", Format.NUMBER, unit="bp", decimals=2),
        Column("fee_bp", "Fees", Format.NUMBER, unit="bp", decimals=2),
        Column("size", "Size", Format.COUNT, help="Smallest of the four sizes traded against."),
        Column("age_s", "Oldest leg", Format.DURATION),
        Column("volume", "Volume", Format.COUNT, help="Smallest of the four legs, today."),
        Column("low_call", "Low call"),
        Column("low_put", "Low put"),
        Column("high_call", "High call"),
        Column("high_put", "High put"),
        Column("flags", "Note"),
    ),
    width=12,
    height=10,
    empty=_WAIT,
    help=(
        "For every lower strike its best partner, per expiry whose status is ok, ranked by rate. "
        "Legs show bid / ask × size. Quotes that the parity line misses were dropped before the "
        "search: a stale quote is not an offer."
    ),
)

SURFACE = Panel(
    id="boxes.surface",
    kind=PanelKind.SURFACE,
    title="Rates and volume over strike and time",
    topic="boxes.surface",
    query="/api/v1/panels/boxes.surface",
    params=(*FILTERS, "band"),
    columns=(
        _rate("mid", "Mid", explained="Median over all partners of the strike."),
        _rate("lend", "Lend", explained="Best partner at bid and ask."),
        _rate("borrow", "Borrow", explained="Best partner at bid and ask."),
        Column("volume", "Volume", Format.COUNT, help="Calls and puts of the strike, today."),
    ),
    axes=(
        Column("strike", "Strike", Format.NUMBER, decimals=0),
        Column("days", "Time to payment", Format.COUNT, mark="tenor"),
    ),
    width=7,
    height=11,
    empty=_WAIT,
    help=(
        "What boxes with one leg at a strike say: the median over all partners (mid), the best "
        "partner at bid and ask (lend, borrow), contracts traded today (volume). Strikes are "
        "thinned for the eye, the tables are not, and between two strikes of an expiry the nearer "
        "one speaks. The heat map has the strikes in their order, 3D has them to scale. Colours "
        "cover all but the outermost 2 % on either end. Quotes older than "
        "`boxes.surface_history_minutes` are left out; it is made anew every 5 s."
    ),
)

SKEW = Panel(
    id="boxes.skew",
    kind=PanelKind.CURVE,
    title="Rate by moneyness",
    topic="boxes.skew",
    query="/api/v1/panels/boxes.skew",
    params=("expiry", *FILTERS[1:]),
    columns=(
        _rate("mid", "Median over partners", mark="points"),
        _rate("lend", "Best lend", mark="line"),
        _rate("borrow", "Best borrow", mark="line"),
        _rate("fit", "Parity line", mark="dashed"),
    ),
    axes=(
        Column("moneyness", "Strike / forward", Format.NUMBER, decimals=2),
        Column("rate", "Rate", Format.PERCENT, decimals=2, unit="%"),
    ),
    width=5,
    height=11,
    empty=_WAIT,
    help="A sound chain is flat: all boxes of one expiry are the same loan. A bend is stale quotes.",
)

HISTORY = Panel(
    id="boxes.history",
    kind=PanelKind.STREAM_LINES,
    title="History of constant tenors",
    topic="boxes.history",
    query="/api/v1/panels/boxes.history",
    params=("root",),
    columns=tuple(_rate(name, name) for name, _ in TENORS),
    width=6,
    height=8,
    empty="Each snapshot adds a point per tenor. They are kept on the tape as `box_rates`.",
    help=(
        "Interpolated between expiries whose status is ok (linear in -ln D, which is a constant "
        f"forward), nothing beyond the first and last. {_RATE}"
    ),
)

PLAN = Panel(
    id="boxes.plan",
    kind=PanelKind.TABLE,
    title="Plan a loan or a deposit",
    topic="boxes.plan",
    query="/api/v1/panels/boxes.plan",
    params=("plan_side", "amount", "horizon", *FILTERS),
    columns=(
        Column("expiry", "Until"),
        _rate("rate", "Rate after fees"),
        Column("now", "Cash now", Format.NUMBER, decimals=0, signed=True),
        Column("then", "Cash then", Format.NUMBER, decimals=0, signed=True),
        Column("contracts", "Boxes", Format.COUNT),
        Column("strikes", "Box"),
        Column("fees", "Fees", Format.NUMBER, decimals=2),
        Column("tick_bp", "Tick", Format.NUMBER, unit="bp", decimals=2),
        Column("size", "Size", Format.COUNT, help="Smallest of the four sizes traded against."),
        Column("age_s", "Oldest leg", Format.DURATION),
        Column("order", "Order"),
    ),
    width=12,
    height=8,
    empty=_WAIT,
    help=(
        "Boxes that come nearest to the amount and the horizon, best after-fee rate first. Cash now "
        "is paid on the settlement day, cash then on the business day after expiry. The order is a "
        "limit order for the four legs as one spread: work it between natural and mid. The CSV has "
        "the legs one by one."
    ),
)

FLAGS = Panel(
    id="boxes.flags",
    kind=PanelKind.TABLE,
    title="Quotes left out",
    topic="boxes.flags",
    query="/api/v1/panels/boxes.flags",
    params=("expiry",),
    columns=(
        Column("strike", "Strike", Format.NUMBER, decimals=0),
        Column("reason", "Reason"),
        Column("call", "Call"),
        Column("put", "Put"),
        Column("age_s", "Older quote", Format.DURATION),
    ),
    width=6,
    height=8,
    empty="No quote of this expiry was left out.",
    help="Strikes of the chosen expiry that do not carry its rate, each with the first reason.",
)
