"""The panels of funding and basis: what each shows, and how its figures are made."""

from __future__ import annotations

from quantdeck.views.panels import Column, Format, Panel, PanelKind

CARRY = Panel(
    id="scan.carry",
    kind=PanelKind.TABLE,
    title="Funding and basis",
    topic="scan.carry",
    query="/api/v1/panels/scan.carry",
    columns=(
        Column("symbol", "Symbol"),
        Column("mark", "Mark", Format.PRICE),
        Column("index", "Index", Format.PRICE),
        Column("basis_bp", "Basis", Format.NUMBER, unit="bp", decimals=2, signed=True),
        Column("funding", "Funding", Format.PERCENT, decimals=4, signed=True),
        Column("annual", "A year", Format.PERCENT, decimals=2, signed=True),
        Column("next", "Next in", Format.DURATION),
        Column(
            "lasting",
            "If it lasts",
            Format.PERCENT,
            decimals=4,
            signed=True,
            help="The rate that the premium of this moment would lead to.",
        ),
        Column("interval", "Interval"),
    ),
    width=12,
    height=8,
    empty=(
        "Marks of perpetuals appear with the stream markPrice of `feeds.binance_usdm`; spot has no "
        "funding. Press Start to capture some."
    ),
    help=(
        "Basis: 1e4 (mark / index - 1). Funding: the rate that the venue expects to exchange next, "
        "positive where longs pay shorts; it moves until then. A year: rate times intervals a year of "
        "365 days, simple. If it lasts: premium + clamp(0.01 % - premium, 0.05 %) with the premium of "
        "this moment, scaled to the interval (Binance, Introduction to Funding Rates, before the cap "
        "of the symbol). Interval: between the last two exchanges that were seen; until one has been, "
        "the venue's usual 8 h are taken, and said."
    ),
)

CURVE = Panel(
    id="scan.curve",
    kind=PanelKind.CURVE,
    title="Basis over time to delivery",
    topic="scan.curve",
    query="/api/v1/panels/scan.curve",
    params=("base",),
    columns=(
        Column("future", "Dated futures", Format.PERCENT, decimals=2, signed=True, mark="points"),
        Column("line", "", Format.PERCENT, decimals=2, signed=True, mark="line"),
        Column("funding", "Funding", Format.PERCENT, decimals=2, signed=True, mark="dashed"),
    ),
    axes=(
        Column("days", "Time to delivery", Format.COUNT, mark="tenor"),
        Column("rate", "A year", Format.PERCENT, decimals=2, unit="%"),
    ),
    width=4,
    height=9,
    empty="Capture a dated future, such as BTCUSDT_261225, to see its basis here.",
    help=(
        "ln(mark / spot) times 365 days over the time to delivery: the continuous rate earned by "
        "holding spot and selling the future. Spot is the index that the venue marks against, or "
        "the spot market where that is captured too and no index is told. Dashed: the funding of "
        "the perpetual, a year, as far as the last delivery; it is a rate of this moment and binds "
        "nobody."
    ),
)
