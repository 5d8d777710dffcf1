"""The Backtest page: what the rules of a pair would have earned, and whether that was luck."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.research.pairs.question import RunQuestion
from quantdeck.views.backtest_forms import FORM, GRID
from quantdeck.views.backtest_panels import EQUITY, HEADLINE, PANELS_AHEAD, RUNS
from quantdeck.views.backtest_search_panels import PANELS_AFTER, SURFACE, WALK
from quantdeck.views.panels import Control, Page

NEWEST = "newest"
"""The run that is shown unless another is chosen."""

NO_OTHER = "none"
"""Nothing is compared."""

MOST_ROWS = 20_000
"""Bars of a run."""


@dataclass(frozen=True, slots=True)
class BacktestChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    runs, sweeps, walks : tuple of str
        Ids of finished backtests, sweeps and walks forward, newest first.
    """

    runs: tuple[str, ...] = ()
    sweeps: tuple[str, ...] = ()
    walks: tuple[str, ...] = ()


def backtest_page(y: str, x: str, choices: BacktestChoices) -> Page:
    """Return the Backtest page.

    Parameters
    ----------
    y, x : str
        Canonical symbols chosen at first; empty where fewer than two are captured.
    choices : BacktestChoices
        Runs that are kept.

    Returns
    -------
    Page
        Controls and panels.

    Examples
    --------
    >>> backtest_page("", "", BacktestChoices(runs=("a",))).controls[4].options
    ('newest', 'a')
    """
    asked = RunQuestion()
    first, *rest = PANELS_AHEAD
    surface, *others = PANELS_AFTER
    return Page(
        id="backtest",
        title="Backtest",
        icon="backtest",
        question="What would these rules have earned, and was it luck?",
        group="pairs",
        controls=(
            Control("y", "y", "symbol", y, help="The leg that is hedged."),
            Control("x", "x", "symbol", x, help="The leg it is hedged with."),
            Control(
                "timeframe", "Timeframe", "choice", asked.timeframe, options=("1s", "1m", "5m"),
                help="Of the bars that are traded.",
            ),
            Control(
                "lookback", "Lookback", "integer", str(asked.lookback), minimum=50,
                maximum=MOST_ROWS,
                help="Newest closed bars, from memory or the tape.",
            ),
            _choice("run", "Run", NEWEST, choices.runs, panel=HEADLINE.id),
            _choice("other", "Compare", NO_OTHER, choices.runs, panel=EQUITY.id),
            _choice("sweep", "Sweep", NEWEST, choices.sweeps, panel=SURFACE.id),
            _choice("walk", "Walk", NEWEST, choices.walks, panel=WALK.id),
        ),
        panels=(FORM, first, *rest, GRID, surface, *others, RUNS),
    )  # fmt: skip


def _choice(name: str, title: str, first: str, ids: tuple[str, ...], *, panel: str) -> Control:
    return Control(name, title, "select", first, options=(first, *ids), panel=panel)
