"""The charts of the Options page: what each shows, and how its figures are made."""

from __future__ import annotations

from quantdeck.views.metric_notes import how_computed
from quantdeck.views.panels import Column, Format, Panel, PanelKind

WAIT = (
    "Volatilities appear with the first snapshot of the option chains. Start the deck with `--demo`, "
    "or enable `feeds.alpaca` or `feeds.tastytrade` in `config.yaml`."
)
_SIDE = (
    "Of each strike the side out of the money: calls at and above the forward, puts below. In the money "
    "the time value is what is left of a large price."
)
_OF_EXPIRY = ("underlying", "expiry")


def _volatility(name: str, title: str, *, mark: str = "", explained: str = "") -> Column:
    return Column(name, title, Format.PERCENT, decimals=2, mark=mark, help=explained)


_VOLATILITY_AXIS = Column("volatility", "Volatility", Format.PERCENT, decimals=1, unit="%")
_TENOR_AXIS = Column("days", "Time to settlement", Format.COUNT, mark="tenor")
_STRIKE_AXIS = Column("x", "Strike", Format.NUMBER, decimals=0)

SMILE = Panel(
    id="options.smile",
    kind=PanelKind.CURVE,
    title="Smile",
    topic="options.smile",
    query="/api/v1/panels/options.smile",
    params=(*_OF_EXPIRY, "axis", "price"),
    columns=(
        _volatility("quoted", "Quoted, bid to ask", mark="points"),
        _volatility("wide", "Too wide to count", mark="points"),
        _volatility("fitted", "SVI fit", mark="line"),
    ),
    axes=(_STRIKE_AXIS, _VOLATILITY_AXIS),
    width=8,
    height=13,
    empty=WAIT,
    help=(
        f"{how_computed('implied_volatility', 'svi_smile')} Bars run from the volatility of the bid to "
        f"that of the ask; the forward is that of put-call parity of the same quotes. {_SIDE} Quotes "
        "whose spread is too large a share of their mid (`options.max_spread`) do not carry the fit."
    ),
)

SURFACE = Panel(
    id="options.surface",
    kind=PanelKind.SURFACE,
    title="Volatility surface",
    topic="options.surface",
    query="/api/v1/panels/options.surface",
    params=("underlying", "axis"),
    columns=(
        _volatility("fitted", "Fitted", explained="SVI smile of each expiry."),
        _volatility("quoted", "Quoted", explained="Mid, linear between strikes that count."),
        Column(
            "difference",
            "Quoted less fit",
            Format.PERCENT,
            decimals=2,
            signed=True,
            help="Positive where quotes are dearer than the smile.",
        ),
    ),
    axes=(_STRIKE_AXIS, _TENOR_AXIS),
    width=7,
    height=12,
    empty=WAIT,
    help=(
        "A row per root and expiry, over the strikes that its smile was fitted to. "
        f"{how_computed('svi_smile', 'density_factor')} Expiries are fitted shortest first, none below "
        "the total variance of the one before over its quoted strikes: no butterfly and no calendar "
        "arbitrage. The delta axis is N(-d1), the size of the forward delta of the put; deviations are "
        "ln(K/F) / (sigma sqrt(tau)) with the volatility at the money."
    ),
)

TERM = Panel(
    id="options.term",
    kind=PanelKind.CURVE,
    title="Term structure at the money",
    topic="options.term",
    query="/api/v1/panels/options.term",
    params=("underlying",),
    columns=(
        _volatility("at_money", "At the money", mark="points"),
        _volatility("line", "", mark="line"),
        _volatility("between", "Between expiries", mark="steps"),
    ),
    axes=(_TENOR_AXIS, _VOLATILITY_AXIS),
    width=5,
    height=6,
    empty=WAIT,
    help=how_computed("vol_term_structure"),
)

SKEW = Panel(
    id="options.skew",
    kind=PanelKind.CURVE,
    title="Skew",
    topic="options.skew",
    query="/api/v1/panels/options.skew",
    params=("underlying",),
    columns=(
        Column("reversal", "Risk reversal", Format.PERCENT, decimals=2, signed=True, mark="points"),
        Column("reversal_line", "", Format.PERCENT, mark="line"),
        Column("butterfly", "Butterfly", Format.PERCENT, decimals=2, signed=True, mark="points"),
        Column("butterfly_line", "", Format.PERCENT, mark="line"),
    ),
    axes=(_TENOR_AXIS, Column("value", "Volatility", Format.PERCENT, decimals=1, signed=True)),
    width=5,
    height=6,
    empty=WAIT,
    help=how_computed("risk_reversal", "vol_butterfly"),
)

GREEKS = Panel(
    id="options.greeks",
    kind=PanelKind.CURVE,
    title="Greeks by strike",
    topic="options.greeks",
    query="/api/v1/panels/options.greeks",
    params=(*_OF_EXPIRY, "axis", "price", "greek"),
    columns=(
        Column("calls", "Calls", Format.NUMBER, decimals=4, signed=True, mark="line"),
        Column("puts", "Puts", Format.NUMBER, decimals=4, signed=True, mark="line"),
    ),
    axes=(_STRIKE_AXIS, Column("value", "Greek", Format.NUMBER)),
    width=4,
    height=8,
    empty=WAIT,
    help=(
        "Of one option at the volatility of its strike's side out of the money. "
        f"{how_computed('option_delta', 'option_gamma', 'option_vega', 'option_theta', 'option_rho')} "
        "Shown here: vega per point of volatility and rho per percent of rate, a hundredth of these."
    ),
)

INTEREST = Panel(
    id="options.interest",
    kind=PanelKind.CURVE,
    title="Open interest by strike",
    topic="options.interest",
    query="/api/v1/panels/options.interest",
    params=(*_OF_EXPIRY, "scope"),
    columns=(
        Column("calls", "Calls", Format.COUNT, mark="steps"),
        Column("puts", "Puts", Format.COUNT, mark="steps"),
    ),
    axes=(_STRIKE_AXIS, Column("contracts", "Contracts", Format.COUNT)),
    width=4,
    height=8,
    empty=WAIT,
    help=(
        f"{how_computed('put_call_ratio')} Strikes within a fifth of the price of the underlying are "
        "drawn. Vendors tell open interest once a day."
    ),
)

GAMMA = Panel(
    id="options.gamma",
    kind=PanelKind.CURVE,
    title="Net gamma if the price were there",
    topic="options.gamma",
    query="/api/v1/panels/options.gamma",
    params=(*_OF_EXPIRY, "scope"),
    columns=(
        Column(
            "net",
            "Net gamma per 1 %",
            Format.NUMBER,
            unit="m",
            decimals=1,
            signed=True,
            mark="line",
        ),
        Column("now", "Now", Format.NUMBER, unit="m", decimals=1, signed=True, mark="points"),
        Column(
            "flip", "Changes sign", Format.NUMBER, unit="m", decimals=1, signed=True, mark="points"
        ),
    ),
    axes=(
        Column("level", "Price of the underlying", Format.NUMBER, decimals=0),
        Column("gamma", "Gamma", Format.NUMBER, unit="m", decimals=1, signed=True),
    ),
    width=4,
    height=8,
    empty=WAIT,
    help=f"{how_computed('gamma_profile')} In millions.",
)
