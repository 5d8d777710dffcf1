"""The pages of the deck, and the parameters that their topics take."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.instruments import canonical, venue_of
from quantdeck.views.alerts_page import ALERTS, FIRED
from quantdeck.views.backtest_page import BacktestChoices, backtest_page
from quantdeck.views.boxes_page import BoxChoices, boxes_page
from quantdeck.views.dashboard_page import DASHBOARD
from quantdeck.views.exports_page import exports_page
from quantdeck.views.home_page import HOME, PRINTS
from quantdeck.views.market_page import MarketChoices, market_page
from quantdeck.views.options_page import OptionChoices, options_page
from quantdeck.views.pairs_page import pairs_page
from quantdeck.views.playbook_page import PlaybookChoices, playbook_page
from quantdeck.views.portfolio_page import portfolio_page
from quantdeck.views.research_page import ResearchChoices, research_page
from quantdeck.views.risk_page import RiskChoices, risk_page
from quantdeck.views.scan_page import ScanChoices, scan_page
from quantdeck.views.strategy_page import strategy_page
from quantdeck.views.technical_page import technical_page
from quantdeck.views.trading_page import trading_page

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.views.panels import Control, Page, Panel


@dataclass(frozen=True, slots=True)
class Choices:
    """What there is to choose from on the pages.

    Parameters
    ----------
    symbols : sequence of str
        Canonical symbols being captured, then those uploaded: the first two are the pair looked at first, the second of
        them as y, since the market's leader usually stands first.
    boxes : BoxChoices
        On the Boxes page.
    options : OptionChoices
        On the Options page.
    scan : ScanChoices
        On the Scan page.
    backtest : BacktestChoices
        On the Backtest page.
    risk : RiskChoices
        On the Technical, Risk and Portfolio pages.
    market : MarketChoices
        On the Market page.
    research : ResearchChoices
        On the Research page.
    playbook : PlaybookChoices
        On the Playbook page.
    user_panels : Page or None
        That of the panels a user wrote; None where there are none.
    cv : callable or None
        Makes the page Visual CV of the others, whose figures it may cite, or None of it.
    """

    symbols: Sequence[str] = ()
    boxes: BoxChoices = field(default_factory=BoxChoices)
    options: OptionChoices = field(default_factory=OptionChoices)
    scan: ScanChoices = field(default_factory=ScanChoices)
    backtest: BacktestChoices = field(default_factory=BacktestChoices)
    risk: RiskChoices = field(default_factory=RiskChoices)
    market: MarketChoices = field(default_factory=MarketChoices)
    research: ResearchChoices = field(default_factory=ResearchChoices)
    playbook: PlaybookChoices = field(default_factory=PlaybookChoices)
    user_panels: Page | None = None
    cv: Callable[[Sequence[Page]], Page | None] | None = None


_NO_CHOICES = Choices()
BARE_TOPICS = frozenset({FIRED, PRINTS})
"""Topics that no panel has, since the page's shell or programs read them; none takes a parameter."""


def pages(choices: Choices = _NO_CHOICES) -> tuple[Page, ...]:
    """Return the pages in the order of the sidebar.

    Parameters
    ----------
    choices : Choices
        What there is to choose from.

    Returns
    -------
    tuple of Page
        Home, Dashboard, Market, Boxes, Options, Strategies, Pairs, Backtest, Scan, Technical, Risk, Portfolio, Research, Playbook, Trading, Alerts, Exports; last those made of files, where there are some.

    Examples
    --------
    >>> [page.id for page in pages()]
    ['home', 'dashboard', 'market', 'boxes', 'options', 'strategies', 'pairs', 'backtest', 'scan', 'technical', 'risk', 'portfolio', 'research', 'playbook', 'trading', 'alerts', 'exports']
    """
    symbols = choices.symbols
    x, y = (*symbols[:2], "", "")[:2] if len(symbols) > 1 else ("", "")
    exports = exports_page([venue_of(symbol) for symbol in symbols])
    pair, test = pairs_page(y, x), backtest_page(y, x, choices.backtest)
    scan = scan_page(choices.scan)
    technical = technical_page(choices.risk.prices)
    years = technical, risk_page(choices.risk), portfolio_page(choices.risk)
    options = options_page(choices.options), strategy_page(choices.options)
    first = HOME, DASHBOARD, market_page(choices.market), boxes_page(choices.boxes)
    research, playbook = research_page(choices.research), playbook_page(choices.playbook)
    trading = trading_page(symbols[0] if symbols else "")
    last = research, playbook, trading, ALERTS, exports
    own = () if choices.user_panels is None else (choices.user_panels,)
    others = *first, *options, pair, test, scan, *years, *last, *own
    cv = None if choices.cv is None else choices.cv(others)
    return others if cv is None else (*others, cv)


def parameters_of(
    topic: str,
    params: Mapping[str, str],
    choices: Choices = _NO_CHOICES,
) -> dict[str, str]:
    """Return the parameters of a topic, checked, with the absent ones at their defaults.

    Parameters
    ----------
    topic : str
        A panel's topic, or its id where it is only queried.
    params : mapping of str to str
        As the page or a program gives them.
    choices : Choices
        What there is to choose from.

    Returns
    -------
    dict of str to str
        One entry for each of the panel's parameters; symbols in canonical form.

    Raises
    ------
    BadInput
        If there is no such topic, or a parameter is unknown or not one of those allowed.
    NoData
        If a symbol is not given and fewer than two are captured.

    Examples
    --------
    >>> parameters_of("pairs.trades", {"y": "binance:ethusdt", "x": "BINANCE:BTCUSDT"})
    {'y': 'BINANCE:ETHUSDT', 'x': 'BINANCE:BTCUSDT'}
    >>> parameters_of("dashboard.rate", {})
    {}
    """
    if topic in BARE_TOPICS and not params:
        return {}
    page, panel = _panel_of(topic, pages(choices))
    unknown = sorted(set(params) - set(panel.params))
    if unknown:
        allowed = ", ".join(panel.params) or "none"
        raise BadInput(f"{topic} has no parameter {unknown[0]!r}; there are: {allowed}")
    venue = venue_of(choices.symbols[0]) if choices.symbols else ""
    controls = {control.id: control for control in page.controls}
    return {
        name: _checked(controls[name], params.get(name, controls[name].default), venue)
        for name in panel.params
    }


def _panel_of(topic: str, known: tuple[Page, ...]) -> tuple[Page, Panel]:
    for page in known:
        for panel in page.panels:
            if topic == (panel.topic or panel.id):
                return page, panel
    topics = ", ".join(panel.topic or panel.id for page in known for panel in page.panels)
    raise BadInput(f"there is no topic {topic!r}; there are: {topics}")


def _checked(control: Control, text: str, venue: str) -> str:
    if control.type == "symbol":
        if not text:
            raise NoData(f"no symbol for {control.id}: name one, or capture two with Start")
        return canonical(text, default_venue=venue or "BINANCE-USDM")
    if control.options and text not in control.options:
        raise BadInput(f"{control.id} must be one of {', '.join(control.options)}, was {text!r}")
    if control.type == "integer":
        return str(_integer(control, text))
    if control.type == "toggle" and text not in {"true", "false"}:
        raise BadInput(f"{control.id} must be true or false, was {text!r}")
    return text


def _integer(control: Control, text: str) -> int:
    least = 0 if control.minimum is None else int(control.minimum)
    most = 1_000_000_000 if control.maximum is None else int(control.maximum)
    # Longer than any number allowed, or not of plain digits, is not even read
    if not (text.isascii() and text.isdigit() and len(text) <= 10 and least <= int(text) <= most):
        raise BadInput(
            f"{control.id} must be a whole number from {least} to {most}, was {text[:40]!r}"
        )
    return int(text)
