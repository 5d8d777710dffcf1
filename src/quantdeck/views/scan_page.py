"""The Scan page: which of all pairs come back, who moves first, and what holding costs."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.views.carry_panels import CARRY, CURVE
from quantdeck.views.panels import Column, Control, Format, Guide, Page, Panel, PanelKind

MOST_LOOKBACK = 2000
"""Rows; a half-life limit of as many is none."""

SPREADS = {"any": None, "10 bp": 10.0, "5 bp": 5.0, "2 bp": 2.0, "1 bp": 1.0}
"""Widest quotes on offer. [bp]"""

Q_LEVELS = {"all": None, ".20": 0.20, ".10": 0.10, ".05": 0.05, ".01": 0.01}
"""Largest q-values on offer."""

SCAN = ("timeframe", "lookback", "window", "control", "min_turnover", "max_spread")
"""Controls that name a scan."""

_WAIT = (
    "It takes bars of at least two symbols, half as many as the lookback. Wait, choose a shorter "
    "lookback or timeframe, or capture more symbols with Start."
)
_BARS = (
    "Bars of the symbols captured, at the starts that both sides of a pair have; the interval that "
    "still grows has no part."
)

PAIRS = Panel(
    id="scan.pairs",
    kind=PanelKind.TABLE,
    title="Pairs by cointegration",
    topic="scan.pairs",
    query="/api/v1/panels/scan.pairs",
    params=(*SCAN, "max_q", "max_half_life", "rows"),
    columns=(
        Column("rank", "#", Format.COUNT),
        Column("y", "y"),
        Column("x", "x"),
        Column("q", "q", Format.PVALUE, help="p adjusted for the number of pairs tested."),
        Column("pvalue", "p", Format.PVALUE, help="The larger of the two: both must agree."),
        Column("pvalue_y", "p, y on x", Format.PVALUE, help="Engle-Granger of y on x."),
        Column("pvalue_x", "p, x on y", Format.PVALUE, help="Engle-Granger of x on y."),
        Column(
            "half_life",
            "Half-life",
            Format.DURATION,
            help="Of the spread of y on x; none where it returns within a row, or never.",
        ),
        Column("zscore", "z", Format.NUMBER, decimals=2, signed=True),
        Column("hedge_ratio", "Hedge ratio", Format.NUMBER, decimals=4),
        Column("correlation", "Correlation", Format.NUMBER, decimals=3, signed=True),
        Column("n", "Rows", Format.COUNT),
        Column("turnover", "Turnover/day", Format.COUNT, help="Of the side that trades less."),
        Column("spread_bp", "Quote", Format.NUMBER, unit="bp", decimals=2, help="Wider side."),
        Column("open", "", Format.LINK, mark="Open"),
    ),
    width=12,
    height=12,
    empty=_WAIT,
    help=(
        "Engle-Granger tests of log prices both ways, lag by AIC per pair and direction (as on the "
        "Pairs page), p-values after MacKinnon (1994). p is the larger of the two, since one "
        "direction alone finds a symbol that stays about a level for a while tied to every other; y is "
        "the side whose test is the surer. q: Benjamini-Hochberg (BH) or Benjamini-Yekutieli (BY) over "
        "all pairs tested; of those with q up to .05 at most 5 % are expected to be there by chance. "
        "Pairs share symbols: BY holds for any such dependence and asks for more; BH was within its "
        "level on unrelated random walks and on the simulated market. Half-life ln 2 / -ln phi and hedge ratio of the line "
        "of y on x over all rows, z over the window, correlation of returns over all rows. Filters "
        "of q and half-life hide pairs and change no figure; those of turnover and quote decide "
        f"which pairs are tested. {_BARS}"
    ),
)

SUMMARY = Panel(
    id="scan.summary",
    kind=PanelKind.STATS,
    title="What was scanned",
    topic="scan.summary",
    query="/api/v1/panels/scan.summary",
    params=SCAN,
    columns=(
        Column("symbols", "Symbols", Format.COUNT),
        Column("tested", "Pairs tested", Format.COUNT),
        Column("found", "With q ≤ .05", Format.COUNT),
        Column("below", "With p ≤ .05", Format.COUNT),
        Column("rows", "Rows a pair", Format.COUNT),
        Column("age", "Age", Format.DURATION),
        Column("took", "Took", Format.DURATION),
    ),
    width=4,
    height=9,
    empty=_WAIT,
    help=(
        "A scan runs every few seconds while somebody looks at one, beside everything else. With p "
        "up to .05 one pair in twenty is there by chance alone; q counts that in."
    ),
)

_NAMES = (
    Column("x", "", Format.COUNT),
    Column("y", "", Format.COUNT),
)

CORRELATION = Panel(
    id="scan.correlation",
    kind=PanelKind.SURFACE,
    title="Correlation of returns",
    topic="scan.correlation",
    query="/api/v1/panels/scan.correlation",
    params=SCAN,
    columns=(Column("correlation", "Correlation", Format.NUMBER, decimals=2, signed=True),),
    axes=_NAMES,
    width=4,
    height=9,
    empty=_WAIT,
    help=(
        "Pearson correlation of log returns over one interval, over the newest intervals of the "
        "lookback in which both returns are known; nothing is carried forward. Means and deviations "
        "are those of each pair's own rows, so the matrix need not be positive semidefinite. Short "
        "intervals bias it to 0 (Epps effect)."
    ),
)

LEAD = Panel(
    id="scan.lead",
    kind=PanelKind.SURFACE,
    title="Who moves first",
    topic="scan.lead",
    query="/api/v1/panels/scan.lead",
    params=(*SCAN, "lags"),
    columns=(
        Column(
            "peak",
            "Lead",
            Format.NUMBER,
            decimals=0,
            signed=True,
            help="Lag of the largest correlation; 0 where none leaves the band.",
        ),
        Column(
            "asymmetry",
            "Asymmetry",
            Format.NUMBER,
            decimals=2,
            signed=True,
            help="(P - N) / (P + N) of squared correlations at lags above and below 0.",
        ),
    ),
    axes=_NAMES,
    width=4,
    height=9,
    empty=_WAIT,
    help=(
        "Cross-correlation of returns on one grid at lags -k .. k. Positive: the symbol of the row "
        "moves first, by so many intervals. A lead is shown where the largest correlation besides "
        "that at lag 0 leaves the 95 % band of the largest of all lags and pairs (Bonferroni). Asymmetry after Huth "
        "and Abergel (2014); of unrelated returns it is anything. Compare with longer intervals: a "
        "lead of one interval may be made by the times of trades (Epps effect)."
    ),
)

LAGS = Panel(
    id="scan.lags",
    kind=PanelKind.CURVE,
    title="Correlation at lags",
    topic="scan.lags",
    query="/api/v1/panels/scan.lags",
    params=(*SCAN, "lags", "first", "second"),
    columns=(
        Column("correlation", "Correlation", Format.NUMBER, decimals=3, signed=True, mark="points"),
        Column("upper", "95 % band", Format.NUMBER, decimals=3, mark="dashed"),
        Column("lower", "", Format.NUMBER, decimals=3, mark="dashed"),
    ),
    guides=(Guide(0.0, "0"),),
    axes=(
        Column("lag", "Lag", Format.NUMBER, unit="intervals", decimals=0, signed=True),
        Column("r", "Correlation", Format.NUMBER, decimals=2, signed=True),
    ),
    width=8,
    height=9,
    empty=_WAIT,
    help=(
        "corr(first[t], second[t + lag]) of log returns: at positive lags the first symbol moves "
        "before the second. Band: 1.96 standard errors of unrelated returns (White 1980, so that a few "
        "volatile moments make no lead), which 19 of 20 stay within."
    ),
)

LEFT_OUT = Panel(
    id="scan.left_out",
    kind=PanelKind.TABLE,
    title="Left out",
    topic="scan.left_out",
    query="/api/v1/panels/scan.left_out",
    params=SCAN,
    columns=(
        Column("name", "Symbol or pair"),
        Column("reason", "Why"),
        Column("bars", "Bars", Format.COUNT),
        Column("active", "Active", Format.PERCENT, decimals=0),
        Column("turnover", "Turnover/day", Format.COUNT),
        Column("spread_bp", "Quote", Format.NUMBER, unit="bp", decimals=2),
    ),
    width=12,
    height=7,
    empty="Every pair of the symbols captured was tested.",
    help=(
        "Symbols whose bars, turnover or quote do not suffice, dated futures, and pairs of the others that could "
        "not be tested. Turnover: sum of close times volume over the lookback, per day. Active: share "
        "of the intervals with a trade. Quote: ask minus bid over their middle, as of now."
    ),
)


@dataclass(frozen=True, slots=True)
class ScanChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    first, second : str
        Canonical symbols whose correlations at lags are shown at first.
    bases : tuple of str
        Coins of which a derivative is captured.
    """

    first: str = ""
    second: str = ""
    bases: tuple[str, ...] = ()


def scan_page(choices: ScanChoices) -> Page:
    """Return the Scan page.

    Parameters
    ----------
    choices : ScanChoices
        What there is to choose from.

    Examples
    --------
    >>> scan_page(ScanChoices(bases=("BTC",))).controls[-1].options
    ('BTC',)
    """
    return Page(
        id="scan",
        title="Scan",
        icon="search",
        question="Which of all pairs come back, who moves first, and what does holding cost?",
        controls=(
            Control("timeframe", "Timeframe", "choice", "5m", ("1s", "1m", "5m")),
            _number("lookback", "Lookback", 500, (50, MOST_LOOKBACK), "Rows tested of each pair."),
            _number("window", "Window", 60, (10, MOST_LOOKBACK), "Rows of the z-score."),
            Control(
                "control",
                "Control",
                "choice",
                "BH",
                ("BH", "BY"),
                help="Of false discoveries: Benjamini-Hochberg or Benjamini-Yekutieli.",
            ),
            _number(
                "min_turnover",
                "Turnover from",
                0,
                (0, 1_000_000_000),
                "Quote currency a day, of both symbols.",
            ),
            Control(
                "max_spread", "Quote to", "select", "any", tuple(SPREADS), help="Of both symbols."
            ),
            Control("max_q", "q to", "choice", "all", tuple(Q_LEVELS), panel=PAIRS.id),
            _number(
                "max_half_life",
                "Half-life to",
                MOST_LOOKBACK,
                (1, MOST_LOOKBACK),
                f"Rows; {MOST_LOOKBACK} hides nothing.",
                PAIRS.id,
            ),
            _number("rows", "Show", 100, (1, 5000), "Pairs shown at most.", PAIRS.id),
            _number("lags", "Lags to", 10, (1, 60), "Intervals.", LEAD.id),
            Control("first", "First", "symbol", choices.first, panel=LAGS.id),
            Control("second", "Second", "symbol", choices.second, panel=LAGS.id),
            Control(
                "base",
                "Coin",
                "select",
                choices.bases[0] if choices.bases else "",
                choices.bases,
                panel=CURVE.id,
            ),
        ),
        panels=(PAIRS, SUMMARY, CORRELATION, LEAD, LAGS, CURVE, CARRY, LEFT_OUT),
        group="pairs",
    )


def _number(
    name: str, title: str, default: int, limits: tuple[int, int], text: str, panel: str = ""
) -> Control:
    least, most = limits
    return Control(
        name, title, "integer", str(default), minimum=least, maximum=most, help=text, panel=panel
    )
