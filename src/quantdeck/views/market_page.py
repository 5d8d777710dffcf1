"""The Market page: what is watched, where closes stand, and all that is known of one symbol."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.views.job_panels import log_panel, runs_panel
from quantdeck.views.panels import Action, Column, Control, Format, Page, Panel, PanelKind

_API = "/api/v1"
_ABOUT_SYMBOL = ("symbol",)
ABOUT = ("symbol", "all")
"""Whose news are shown."""

WATCHLIST = Panel(
    id="market.watchlist",
    kind=PanelKind.KPI,
    title="Watchlist",
    topic="market.watchlist",
    query=f"{_API}/panels/market.watchlist",
    columns=(
        Column("value", "Last", Format.PRICE),
        Column("change", "Change", Format.PERCENT, decimals=2, signed=True),
    ),
    width=9,
    height=8,
    empty="Nothing is watched. Add a symbol in the form beside this.",
    help=(
        "Last: of a captured symbol the newest execution; of any other the newest quote that was asked "
        "for, or the newest daily close, whichever is newer, each with its source and age. Change: last "
        "over the close of the session before, less one. Line: the newest 60 daily closes, adjusted for "
        "splits, and the last price; the newest 5 minutes where no daily bars are kept."
    ),
)

EDIT = Panel(
    id="market.edit",
    kind=PanelKind.FORM,
    title="Change the watchlist",
    topic="market.edit",
    query=f"{_API}/panels/market.edit",
    fields=(
        Control(
            "symbol", "Symbol", "text", "", help="A stock such as KO, or a coin such as BTCUSDT."
        ),
    ),
    actions=(
        Action("watch", "Add", "POST", f"{_API}/watchlist", where="form"),
        Action("unwatch", "Remove", "POST", f"{_API}/watchlist/remove", where="form"),
    ),
    width=3,
    height=8,
    empty="A field for a symbol, and buttons to add and to remove it.",
    help="The list is kept with the records of the data folder and outlives a restart.",
)

OVERVIEW = Panel(
    id="market.overview",
    kind=PanelKind.TABLE,
    title="Overview of closes",
    topic="market.overview",
    query=f"{_API}/panels/market.overview",
    columns=(
        Column("symbol", "Symbol"),
        Column("close", "Close", Format.PRICE),
        Column("day", "1 d", Format.PERCENT, decimals=2, signed=True),
        Column("week", "5 d", Format.PERCENT, decimals=2, signed=True),
        Column("month", "1 m", Format.PERCENT, decimals=1, signed=True, help="21 sessions."),
        Column("year", "1 y", Format.PERCENT, decimals=1, signed=True, help="252 sessions."),
        Column(
            "volume_ratio",
            "Volume",
            Format.NUMBER,
            decimals=2,
            unit="x",
            help="To the mean of the 20 days before.",
        ),
        Column(
            "from_high",
            "To high",
            Format.PERCENT,
            decimals=1,
            signed=True,
            help="Close to the highest price of a year, less one.",
        ),
        Column("date", "Session"),
        Column("source", "Source"),
        Column("open", "", Format.LINK, mark="Open"),
    ),
    actions=(
        Action("watch", "Watch", "POST", f"{_API}/watchlist", body={"symbol": "{id}"}),
        Action("csv", "CSV", "GET", f"{_API}/overview?format=csv", where="panel"),
    ),
    width=12,
    height=9,
    empty="One row per symbol with daily bars, once they are fetched; `history.symbols` names stocks.",
    help=(
        "Of the newest daily bar that has ended, in today's shares (adjusted for splits, not for "
        "dividends). Change: close over the close so many sessions before, less one; a month has 21 "
        "sessions and a year 252, or 30 and 365 days where a market never closes. Volume: of the bar "
        "to the mean of the 20 before. A dash where there are too few bars."
    ),
)

CHART = Panel(
    id="market.chart",
    kind=PanelKind.CANDLES,
    title="Price",
    topic="market.chart",
    query=f"{_API}/panels/market.chart",
    params=("symbol", "adjustment", "bars"),
    columns=(Column("close", "Close", Format.PRICE), Column("volume", "Volume")),
    width=7,
    height=11,
    empty="It takes daily bars of the symbol, which come with its history or with Collect below.",
    help=(
        "Daily bars that have ended. raw: as traded; split: in today's shares; total: with dividends "
        "bought in at the close before them, as the Center for Research in Security Prices does it. "
        "Marks: splits and dividends, at the first session that trades without them."
    ),
)

CHAIN = Panel(
    id="market.chain",
    kind=PanelKind.TABLE,
    title="Options",
    topic="market.chain",
    query=f"{_API}/panels/market.chain",
    params=_ABOUT_SYMBOL,
    columns=(
        Column("what", "Figure"),
        Column("value", "Now"),
        Column("open", "", Format.LINK, mark="Options"),
        Column("note", "In words"),
    ),
    width=5,
    height=11,
    empty="What a chain says of volatility, where the options of the symbol are watched.",
    help=(
        "Of the expiry nearest to a month, by the study of the Options page: price and forward by "
        "parity, volatility at the money, expected move, skew, interest of puts to calls. Where the options "
        "of the symbol are not watched, of the newest chain that was collected, with its age."
    ),
)

NEWS = Panel(
    id="market.news",
    kind=PanelKind.TABLE,
    title="News",
    topic="market.news",
    query=f"{_API}/panels/market.news",
    params=("symbol", "about"),
    columns=(
        Column("published", "Published", Format.DATETIME),
        Column("age_s", "Age", Format.DURATION),
        Column("headline", "Headline"),
        Column("sentiment", "Sounds", Format.NUMBER, decimals=2, signed=True, help="From −1 to 1."),
        Column("sounds", "In a word", Format.STATE),
        Column("by", "Judged by"),
        Column("publisher", "Publisher"),
        Column("symbols", "About"),
        Column("source", "Source"),
        Column("url", "", Format.WEB, mark="Read"),
    ),
    actions=(Action("csv", "CSV", "GET", f"{_API}/news?format=csv&limit=1000", where="panel"),),
    width=12,
    height=9,
    empty="Stories that were collected: press Collect below, or use `quantdeck news --demo`.",
    help=(
        "Newest first, each story once: of the same address, or the same title within three days, the "
        "reports of several services are one. Sounds: the score of whom the next column names; nearer "
        "to 0 than 0.05 is neutral, the bound of VADER's authors. A score of words says how a story "
        "sounds, not what a price does. Read opens the publisher's page in a tab of its own."
    ),
)

FUNDAMENTALS = Panel(
    id="market.fundamentals",
    kind=PanelKind.TABLE,
    title="Fundamentals",
    topic="market.fundamentals",
    query=f"{_API}/panels/market.fundamentals",
    params=_ABOUT_SYMBOL,
    columns=(
        Column("period", "Period"),
        Column("end", "Ended"),
        Column("filed", "Filed", help="Nobody knew the figures before."),
        Column("revenues", "Revenue", Format.NUMBER, decimals=0, unit="m"),
        Column("gross_profit", "Gross", Format.NUMBER, decimals=0, unit="m"),
        Column("operating_income", "Op. income", Format.NUMBER, decimals=0, unit="m"),
        Column("net_income", "Net income", Format.NUMBER, decimals=0, unit="m"),
        Column("eps", "EPS diluted", Format.NUMBER, decimals=2),
        Column("operating_cash", "Op. cash", Format.NUMBER, decimals=0, unit="m"),
        Column("assets", "Assets", Format.NUMBER, decimals=0, unit="m"),
        Column("liabilities", "Liabilities", Format.NUMBER, decimals=0, unit="m"),
        Column("equity", "Equity", Format.NUMBER, decimals=0, unit="m"),
        Column("currency", "In"),
    ),
    width=12,
    height=8,
    empty="Lines of the company's statements, once they were collected: press Collect below.",
    help=(
        "Newest period first: the newest eight quarters and four years, as filed, in millions of the "
        "currency but for earnings per share; Op. is operating. A dash where the statement has no such line."
    ),
)

RUN = Panel(
    id="market.run",
    kind=PanelKind.FORM,
    title="Collect",
    topic="market.run",
    query=f"{_API}/panels/market.run",
    fields=(
        Control(
            "symbols",
            "Symbols",
            "text",
            "",
            help="Such as AAPL,MSFT; collect and verify do without. Backfill needs them.",
        ),
        Control("first", "First day", "text", "", help="Of a backfill, such as 2025-01-01."),
        Control("last", "Last day", "text", "", help="Of a backfill, such as 2025-01-31."),
    ),
    actions=tuple(
        Action(kind, title, "POST", f"{_API}/jobs", body={"kind": kind}, where="form")
        for kind, title in (("collect", "Collect"), ("verify", "Verify"), ("backfill", "Backfill"))
    ),
    width=4,
    height=10,
    empty="Buttons that collect, verify keys and fill gaps.",
    help=(
        "Collect: what is missing of daily bars, splits, dividends, minutes, quotes, the weekly option "
        "chain, statements, the 50-day average and news, as `quantdeck collect`. Verify: a little of "
        "everything of every vendor that is set up, to see what each key may do. Backfill: the missing "
        "sessions of a span. One of a kind at a time; what came of a run that is cancelled is kept."
    ),
)

LOG = log_panel(
    "market",
    title="Log of the runs",
    height=10,
    help="The newest 400 lines since the start of the deck, newest first.",
)

JOBS = runs_panel(
    "market",
    Column("symbols", "Symbols"),
    empty="One row per run, newest first; press Collect, Verify or Backfill.",
    help="failed: something failed and is named in the log; everything else was done and is kept.",
)

COLLECTOR = Panel(
    id="market.collector",
    kind=PanelKind.TABLE,
    title="State of the collector",
    topic="market.collector",
    query=f"{_API}/panels/market.collector",
    columns=(
        Column("what", "What"),
        Column("state", "State", Format.STATE),
        Column(
            "when", "When", Format.DATETIME, help="End of the run; newest fetch of what is kept."
        ),
        Column(
            "requests",
            "Requests",
            Format.COUNT,
            help="That the vendor answered, refusals included.",
        ),
        Column("cache_hits", "Cache hits", Format.COUNT, help="Answers found on the disk."),
        Column("rows", "Rows", Format.COUNT, help="New in the run; or kept in all."),
        Column("note", "What failed, and what the plan lacks"),
    ),
    width=12,
    height=8,
    empty="The last run of each kind, what is kept of whom, and what is missing.",
    help=(
        "Last runs with what they cost; then what is kept, by source; then the sessions without a daily "
        "bar between the first and the last one of each symbol, by the calendar of its exchange."
    ),
)

PANELS = (
    *(WATCHLIST, EDIT, OVERVIEW, CHART, CHAIN, NEWS, FUNDAMENTALS),
    *(RUN, LOG, JOBS, COLLECTOR),
)
"""In reading order."""


@dataclass(frozen=True, slots=True)
class MarketChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    symbols : tuple of str
        Canonical symbols that there is anything of; the first is looked at first.
    """

    symbols: tuple[str, ...] = ()


def market_page(choices: MarketChoices) -> Page:
    """Return the Market page.

    Parameters
    ----------
    choices : MarketChoices
        Symbols.

    Examples
    --------
    >>> page = market_page(MarketChoices(("US:AAPL",)))
    >>> page.controls[0].default, page.panels[0].id
    ('US:AAPL', 'market.watchlist')
    """
    symbols = choices.symbols
    return Page(
        id="market",
        title="Market",
        icon="market",
        question="Where does everything stand, and what is known of one symbol?",
        controls=(
            Control("symbol", "Symbol", "select", symbols[0] if symbols else "", symbols),
            Control(
                "adjustment",
                "Prices",
                "choice",
                "split",
                ("raw", "split", "total"),
                help="As traded, adjusted for splits, or for splits and dividends.",
            ),
            Control("bars", "Bars", "integer", "250", minimum=20, maximum=4000, help="Days shown."),
            Control(
                "about",
                "About",
                "choice",
                "symbol",
                ABOUT,
                help="Stories of the symbol, or of all.",
                panel=NEWS.id,
            ),
        ),
        panels=PANELS,
    )
