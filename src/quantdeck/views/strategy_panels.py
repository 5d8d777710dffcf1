"""The panels of the Strategies page: what each shows, and how its figures are made."""

from __future__ import annotations

from quantdeck.views.metric_notes import how_computed
from quantdeck.views.panels import Action, Column, Format, Panel, PanelKind

_WAIT = (
    "Strategies are built on the newest chain: choose other strikes, another strategy or expiry where one does "
    "not fit. Without chains, start the deck with `--demo`, or enable `feeds.alpaca` or `feeds.tastytrade` in "
    "`config.yaml`."
)
_PLACE = ("underlying", "expiry", "far", "distance", "width", "middle", "paid")
_ONE = (*_PLACE, "structure", "strikes", "contracts", "view")


def _money(name: str, title: str, explained: str = "", *, signed: bool = False) -> Column:
    return Column(name, title, Format.NUMBER, decimals=0, signed=signed, help=explained)


def _chance(name: str, title: str, explained: str = "") -> Column:
    return Column(name, title, Format.PERCENT, decimals=1, help=explained)


SUMMARY = Panel(
    id="strategies.summary",
    kind=PanelKind.KPI,
    title="At a glance",
    topic="strategies.summary",
    query="/api/v1/panels/strategies.summary",
    params=_ONE,
    columns=(Column("value", "Figure", Format.NUMBER),),
    width=12,
    height=4,
    empty=_WAIT,
    help=(
        "In money, for the contracts chosen, with the multiplier of the chain. Largest loss and profit are "
        "those of the payoff at the near expiry over all prices from 0; unlimited where it rises or falls "
        f"without end. {how_computed('probability_of_profit_smile', 'strategy_expected_value', 'strategy_margin')}"
    ),
)

PAYOFF = Panel(
    id="strategies.payoff",
    kind=PanelKind.CURVE,
    title="Profit by price of the underlying",
    topic="strategies.payoff",
    query="/api/v1/panels/strategies.payoff",
    params=(*_ONE, "passed", "change"),
    columns=(
        Column("expiry", "At the near expiry", Format.NUMBER, mark="line"),
        Column("now", "Now", Format.NUMBER, mark="line"),
        Column("later", "Later", Format.NUMBER, mark="dashed"),
        Column("breakevens", "Breakevens", Format.NUMBER, mark="points"),
        Column("nought", "", Format.NUMBER, mark="dashed"),
        Column("spot", "Price now", Format.NUMBER, mark="points"),
    ),
    axes=(
        Column("price", "Price of the underlying", Format.NUMBER, decimals=0),
        Column("profit", "Profit", Format.NUMBER, decimals=0, signed=True),
    ),
    width=8,
    height=13,
    empty=_WAIT,
    help=(
        "At the expiry: sum of payoffs less premiums, exact, with a bend at every strike; of calendars and "
        "diagonals a curve, since the far legs live on. Before: Black's values with what is left of each "
        "leg's time, its own implied volatility (changed as chosen, whatever the price does), and the "
        "rates that its expiry implies. No interest is counted on premiums, and early exercise is left out."
    ),
)

ODDS = Panel(
    id="strategies.odds",
    kind=PanelKind.TABLE,
    title="Odds",
    topic="strategies.odds",
    query="/api/v1/panels/strategies.odds",
    params=_ONE,
    columns=(
        Column("measure", "Believed of the price"),
        _chance("probability", "P(profit)", "At the near expiry, without interest on premiums."),
        Column("error", "s.e.", Format.PERCENT, decimals=2, help="Of a simulated probability."),
        _money("value", "Expected value", "In money of today.", signed=True),
        _money("gain", "Mean gain", "E[max(profit, 0)], money of today."),
        _money("loss", "Mean loss", "E[max(-profit, 0)], money of today."),
    ),
    width=4,
    height=5,
    empty=_WAIT,
    help=(
        f"{how_computed('probability_of_profit', 'probability_of_profit_smile')} "
        f"{how_computed('probability_of_profit_simulated', 'strategy_expected_value')} Risk-neutral odds are "
        "prices, not forecasts: they hold what others pay to be rid of a risk."
    ),
)

FIGURES = Panel(
    id="strategies.figures",
    kind=PanelKind.STATS,
    title="Limits and greeks",
    topic="strategies.figures",
    query="/api/v1/panels/strategies.figures",
    params=_ONE,
    columns=(
        _chance("full_profit", "P(full profit)", "The largest profit is kept."),
        _chance("half_profit", "P(half of it or more)"),
        _chance("full_loss", "P(full loss)"),
        _chance("touch", "P(a breakeven is touched)", "The nearer one, before the expiry."),
        Column(
            "return", "Expected value over largest loss", Format.PERCENT, decimals=2, signed=True
        ),
        Column("delta", "Delta", Format.NUMBER, decimals=2, signed=True),
        Column("gamma", "Gamma", Format.NUMBER, decimals=4, signed=True),
        _money("vega", "Vega per point", signed=True),
        _money("theta", "Theta per day", signed=True),
        _money("rho", "Rho per percent", signed=True),
        Column("order", "On paper", Format.LINK, mark="Paper trade"),
    ),
    width=4,
    height=9,
    empty=_WAIT,
    help=(
        "Probabilities by the smile where one is fitted, else lognormal. "
        f"{how_computed('touch_probability')} Greeks are sums over legs, of all contracts: delta in units of "
        "the underlying, gamma in these per point of it, the rest in money. "
        f"{how_computed('option_delta', 'option_gamma', 'option_vega', 'option_theta', 'option_rho')}"
    ),
)

LEGS = Panel(
    id="strategies.legs",
    kind=PanelKind.TABLE,
    title="Legs",
    topic="strategies.legs",
    query="/api/v1/panels/strategies.legs",
    params=_ONE,
    columns=(
        Column("side", "Side"),
        Column("count", "Contracts", Format.COUNT),
        Column("kind", "What"),
        Column("strike", "Strike", Format.NUMBER, decimals=1),
        Column("expiry", "Expiry"),
        Column("bid", "Bid", Format.NUMBER, decimals=2),
        Column("ask", "Ask", Format.NUMBER, decimals=2),
        Column("premium", "Price", Format.NUMBER, decimals=2, help="At which it is opened."),
        _money("cost", "Cost", "Negative is received.", signed=True),
        Column("volatility", "IV", Format.PERCENT, decimals=2),
        Column("delta", "Delta", Format.NUMBER, decimals=3, signed=True, help="Of one option."),
        Column(
            "crossing",
            "Half spread",
            Format.NUMBER,
            decimals=0,
            help="Given away at the natural price, in money.",
        ),
        Column("age", "Age", Format.DURATION, help="Of the quote, when the chain was studied."),
    ),
    width=8,
    height=7,
    empty=_WAIT,
    help=(
        "Strikes are the listed ones nearest to forward + (middle + distance + width) expected moves, or "
        "those typed. Mid is halfway between bid and ask; natural buys at the ask and sells at the bid. "
        f"{how_computed('implied_volatility')}"
    ),
)

NOTES = Panel(
    id="strategies.notes",
    kind=PanelKind.LOG,
    title="What to mind",
    topic="strategies.notes",
    query="/api/v1/panels/strategies.notes",
    params=_ONE,
    width=4,
    height=6,
    empty="Warnings about quotes, exercise and settlement appear with the first chain.",
    help="What the figures leave out, and which quotes they should not be trusted with.",
)

COMPARE = Panel(
    id="strategies.compare",
    kind=PanelKind.TABLE,
    title="All strategies at this expiry and placement",
    topic="strategies.compare",
    query="/api/v1/panels/strategies.compare",
    params=(*_PLACE, "contracts", "gains"),
    actions=(
        Action(
            "open",
            "Open",
            "GET",
            "/strategies?structure={title}&underlying={underlying}&expiry={expiry}&far={far}"
            "&distance={distance}&width={width}&middle={middle}&paid={paid}&contracts={contracts}"
            "&view={view}",
        ),
        Action(
            "report",
            "Report",
            "GET",
            "/api/v1/strategies/{underlying}/report?expiry={expiry}&far={far}&distance={distance}"
            "&width={width}&middle={middle}&paid={paid}",
            where="panel",
        ),
    ),
    columns=(
        Column("title", "Strategy"),
        Column("order", "", Format.LINK, mark="Paper trade"),
        Column("gains", "Gains from"),
        Column("strikes", "Strikes"),
        _money("cost", "Cost", "Negative is a credit.", signed=True),
        _money("loss", "Largest loss", "Empty is unlimited."),
        _money("profit", "Largest profit", "Empty is unlimited."),
        _chance("probability", "P(profit)"),
        _money("value", "EV", "Expected value, in money of today.", signed=True),
        _money("margin", "Capital", "Buying power that it ties up."),
        Column("breakevens", "Breakevens"),
        Column("return", "EV / loss", Format.PERCENT, decimals=2, signed=True),
        Column("volatility", "Vol", help="Long gains where implied volatility rises."),
        Column("note", "Why not"),
    ),
    width=12,
    height=16,
    empty=_WAIT,
    help=(
        "Each named strategy at the expiry, prices, distance and width chosen above. Odds by the smile where "
        "one is fitted, else lognormal. Expected values under the smile are about 0 at mids, and minus the "
        "spreads at natural prices: none of these is a free lunch. "
        f"{how_computed('probability_of_profit_smile', 'strategy_margin')}"
    ),
)

PANELS = (SUMMARY, PAYOFF, ODDS, FIGURES, LEGS, NOTES, COMPARE)
"""In reading order."""
