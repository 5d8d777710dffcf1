"""The tables and lists of the Options page: what each shows, and how its figures are made."""

from __future__ import annotations

from quantdeck.views.metric_notes import how_computed
from quantdeck.views.option_panels import WAIT
from quantdeck.views.panels import Column, Format, Panel, PanelKind

_OF_EXPIRY = ("underlying", "expiry")


def _volatility(name: str, title: str, explained: str = "") -> Column:
    return Column(name, title, Format.PERCENT, decimals=2, help=explained)


def _number(name: str, title: str, decimals: int, explained: str = "") -> Column:
    return Column(name, title, Format.NUMBER, decimals=decimals, help=explained)


def _side(side: str, word: str) -> tuple[Column, ...]:
    prices = (_number(f"{side}_bid", f"{word} bid", 2), _number(f"{side}_ask", f"{word} ask", 2))
    volatilities = (
        _volatility(f"{side}_iv_bid", "IV bid", "Volatility of the bid."),
        _volatility(f"{side}_iv", "IV", "Volatility of the mid."),
        _volatility(f"{side}_iv_ask", "IV ask", "Volatility of the ask."),
    )
    others = (
        _number(f"{side}_delta", "Delta", 3),
        _number(f"{side}_gamma", "Gamma", 5),
        _number(f"{side}_theta", "Theta", 3, "Per calendar day."),
        _number(f"{side}_vega", "Vega", 3, "Per point of volatility."),
        Column(f"{side}_volume", "Volume", Format.COUNT, help="Today."),
        Column(f"{side}_interest", "Open", Format.COUNT, help="Open contracts."),
    )
    # Prices next to the strike on both sides, in the order in which they are said.
    if side == "put":
        return (*prices, *volatilities, *others)
    return (*others[::-1], *volatilities, *prices)


SUMMARY = Panel(
    id="options.summary",
    kind=PanelKind.KPI,
    title="What the options say",
    topic="options.summary",
    query="/api/v1/panels/options.summary",
    params=_OF_EXPIRY,
    columns=(Column("value", "Figure", Format.NUMBER),),
    width=12,
    height=4,
    empty=WAIT,
    help=(
        "Price of the underlying: as the vendor tells it, else the discounted forward of the nearest "
        "expiry. The forward is that of put-call parity. "
        f"{how_computed('expected_move', 'risk_reversal', 'vol_butterfly', 'put_call_ratio')}"
    ),
)

DESK = Panel(
    id="options.desk",
    kind=PanelKind.STATS,
    title="What stands behind it",
    topic="options.desk",
    query="/api/v1/panels/options.desk",
    params=_OF_EXPIRY,
    columns=(
        Column("source", "Source and feed", Format.TEXT),
        Column("forward", "Forward", Format.NUMBER, decimals=2),
        Column("discount", "Discount factor", Format.NUMBER, decimals=5),
        Column("tau", "Time to settlement", Format.NUMBER, unit="days", decimals=2),
        Column("quotes", "Strikes with a volatility", Format.COUNT),
        Column("left_out", "Without one", Format.COUNT, help="Of the side out of the money."),
        Column("fitted", "Strikes that carry the fit", Format.COUNT),
        Column("error", "Error of the fit", Format.NUMBER, unit="vol pts", decimals=2),
        Column("inside", "Between bid and ask", Format.PERCENT, decimals=0),
        Column("butterfly", "Butterfly test", Format.NUMBER, decimals=4),
        Column("expiries", "Expiries with a smile", Format.COUNT),
        Column("took", "Last study", Format.DURATION, help="Of all expiries, in a thread."),
    ),
    width=4,
    height=13,
    empty=WAIT,
    help=(
        "Forward and discount factor are the intercept and the slope of put-call parity over all "
        "strikes (robust, see Boxes); of options that can be exercised early, the rate is that of the "
        "boxes, and the dividend yield that at which calls and puts near the money agree. Time runs in "
        "calendar days to the opening (AM) or closing (PM) settlement. The error weighs each volatility "
        f"by its own spread. {how_computed('density_factor', 'implied_yield')}"
    ),
)

CHAIN = Panel(
    id="options.chain",
    kind=PanelKind.TABLE,
    title="Chain",
    topic="options.chain",
    query="/api/v1/panels/options.chain",
    params=(*_OF_EXPIRY, "strikes"),
    columns=(
        *_side("call", "Call"),
        Column("strike", "Strike", Format.NUMBER, decimals=1),
        *_side("put", "Put"),
        Column("note", "Note", help="Why a volatility is absent: of the call, or of the put."),
    ),
    width=12,
    height=16,
    empty=WAIT,
    help=(
        "Calls on the left, puts on the right of their strike. Volatilities of both sides as quoted: in "
        "the money they repeat errors of the forward and have few digits. Greeks are those of the "
        "option at the mid volatility of the side out of the money. Delta and gamma to the spot, theta "
        "per calendar day, vega per point of volatility. The CSV has every strike that is shown."
    ),
)

EXPIRIES = Panel(
    id="options.expiries",
    kind=PanelKind.TABLE,
    title="Expiries",
    topic="options.expiries",
    query="/api/v1/panels/options.expiries",
    params=("underlying",),
    columns=(
        Column("root", "Root"),
        Column("expiry", "Expiry"),
        Column("settlement", "Settles"),
        _number("days", "Days", 2),
        _number("forward", "Forward", 2),
        _volatility("at_money", "At the money"),
        _number("move", "Straddle", 2, "Of the strike at the forward."),
        _number("deviation", "One deviation", 2, "sigma sqrt(tau) F."),
        Column("reversal", "RR", Format.PERCENT, decimals=2, signed=True, help="Risk reversal."),
        Column("butterfly", "BF", Format.PERCENT, decimals=2, signed=True, help="Butterfly."),
        _number("put_call", "Put/call", 2, "Open puts over open calls."),
        Column("quotes", "Quotes", Format.COUNT, help="Strikes that carry the fit."),
        _number("error", "Fit error", 2, "In points of volatility."),
        Column("inside", "Inside", Format.PERCENT, decimals=0, help="Between bid and ask."),
        Column("arbitrage", "Arbitrage", Format.STATE),
        Column("violations", "Parity", Format.COUNT, help="Strikes that violate put-call parity."),
        Column("detail", "Why not"),
    ),
    width=12,
    height=9,
    empty=WAIT,
    help=(
        f"{how_computed('vol_term_structure', 'expected_move', 'risk_reversal', 'vol_butterfly')} An "
        "expiry without figures says why."
    ),
)

PARITY = Panel(
    id="options.parity",
    kind=PanelKind.TABLE,
    title="Violations of put-call parity",
    topic="options.parity",
    query="/api/v1/panels/options.parity",
    params=("underlying", "expiry", "scope"),
    columns=(
        Column("expiry", "Expiry"),
        _number("strike", "Strike", 1),
        _number("synthetic_bid", "C − P bid", 2, "Call bid less put ask."),
        _number("synthetic_ask", "C − P ask", 2, "Call ask less put bid."),
        _number("low", "At least", 2),
        _number("high", "At most", 2),
        Column("size", "Beyond it", Format.NUMBER, decimals=2, signed=True),
        _number("spreads", "In spreads", 2),
        Column("call_age_s", "Call age", Format.DURATION),
        Column("put_age_s", "Put age", Format.DURATION),
    ),
    width=7,
    height=8,
    empty="No strike that is quoted on both sides violates put-call parity.",
    help=(
        f"{how_computed('parity_violation')} An old leg is the usual reason: look at the ages before "
        "anything else."
    ),
)

LEFT_OUT = Panel(
    id="options.left_out",
    kind=PanelKind.TABLE,
    title="Quotes without a volatility",
    topic="options.left_out",
    query="/api/v1/panels/options.left_out",
    params=_OF_EXPIRY,
    columns=(
        _number("strike", "Strike", 1),
        Column("side", "Side"),
        Column("quote", "Quote"),
        Column("reason", "Reason"),
        Column("age_s", "Age", Format.DURATION),
    ),
    width=5,
    height=8,
    empty="Every strike of this expiry has a volatility.",
    help=(
        "Of the side out of the money. Zero bid: offered, but nobody bids, so there is no mid. Below "
        "intrinsic: less than exercise at expiry is worth now, so stale or off the forward. Crossed: bid "
        "above ask."
    ),
)
