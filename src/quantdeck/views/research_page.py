"""The Research page: what is known of each symbol, and whether a model makes anything of it."""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.views.panels import Control, Page
from quantdeck.views.research_feature_panels import DISTRIBUTION, FEATURE_PANELS
from quantdeck.views.research_model_panels import MODEL, MODEL_PANELS
from quantdeck.views.research_run_panels import RUN_PANELS
from quantdeck.views.research_test_panels import CHART, RESULT, TEST_PANELS

CURRENT = "current"
"""The model that is shown unless another is chosen."""

NEWEST = "newest"
"""The backtest that is shown unless another is chosen."""


@dataclass(frozen=True, slots=True)
class ResearchChoices:
    """What there is to choose from on the page.

    Parameters
    ----------
    features : tuple of str
        Of the newest table.
    feature : str
        The one that is looked at first; the first of all where empty.
    models, runs : tuple of str
        Ids of models and of backtests, newest first.
    symbols : tuple of str
        Canonical symbols of the newest backtest, those that were traded first.
    """

    features: tuple[str, ...] = ()
    feature: str = ""
    models: tuple[str, ...] = ()
    runs: tuple[str, ...] = ()
    symbols: tuple[str, ...] = ()


def research_page(choices: ResearchChoices) -> Page:
    """Return the Research page.

    Parameters
    ----------
    choices : ResearchChoices
        What there is to choose from.

    Examples
    --------
    >>> page = research_page(ResearchChoices(features=("rsi14", "gap"), models=("a",)))
    >>> [(control.id, control.default) for control in page.controls]
    [('feature', 'rsi14'), ('model', 'current'), ('run', 'newest'), ('symbol', '')]
    """
    features, symbols = choices.features, choices.symbols
    return Page(
        id="research",
        title="Research",
        icon="research",
        question="Does anything here foretell tomorrow, and would it have paid?",
        controls=(
            Control(
                "feature",
                "Feature",
                "select",
                choices.feature or (features[0] if features else ""),
                features,
                panel=DISTRIBUTION.id,
            ),
            Control(
                "model", "Model", "select", CURRENT, (CURRENT, *choices.models), panel=MODEL.id
            ),
            Control("run", "Run", "select", NEWEST, (NEWEST, *choices.runs), panel=RESULT.id),
            Control(
                "symbol", "Symbol", "select", symbols[0] if symbols else "", symbols, panel=CHART.id
            ),
        ),
        panels=(*RUN_PANELS, *MODEL_PANELS, *TEST_PANELS, *FEATURE_PANELS),
    )
