"""The panels of the Research page that start work and tell how it goes."""

from __future__ import annotations

from quantdeck.views.job_panels import log_panel, runs_panel
from quantdeck.views.panels import Action, Control, Panel, PanelKind

_API = "/api/v1"

KINDS = ("features", "train", "audit", "model-backtest", "tune")
"""Jobs of the page, in the order of the work."""

_TITLES = {
    "features": "Features",
    "train": "Train",
    "audit": "Audit",
    "model-backtest": "Backtest",
    "tune": "Tune",
}

RUN = Panel(
    id="research.run",
    kind=PanelKind.FORM,
    title="Run",
    topic="research.run",
    query=f"{_API}/panels/research.run",
    fields=(
        Control(
            "symbols",
            "Symbols",
            "text",
            "",
            help="Of a new table, such as AAPL,MSFT; all with daily bars if empty.",
        ),
        Control(
            "first",
            "First day",
            "text",
            "",
            help="Of a new table, such as 2020-01-01; all that are kept if empty.",
        ),
        Control(
            "target",
            "Foretell",
            "choice",
            "up",
            ("up", "beats_median"),
            help="A positive return, or one above the median of the session.",
        ),
        Control(
            "horizon",
            "Horizon",
            "integer",
            "1",
            minimum=1,
            maximum=63,
            help="Sessions ahead.",
        ),
        Control(
            "trials",
            "Trials",
            "integer",
            "20",
            minimum=1,
            maximum=500,
            help="Sets of parameters that tuning tries; more find more that is luck.",
        ),
    ),
    actions=tuple(
        Action(kind, _TITLES[kind], "POST", f"{_API}/jobs", body={"kind": kind}, where="form")
        for kind in KINDS
    ),
    width=4,
    height=12,
    empty="Buttons that build features, train, audit, tune and backtest.",
    help=(
        "Features: a new table from the daily bars, news and chains that are kept. Train: a model of the "
        "newest table, judged by a purged walk forward. Audit: does a feature look ahead, and does the "
        "same method find something in labels drawn by lot? Backtest: what the model's walk-forward "
        "predictions would have earned after costs. Tune: other parameters, each judged by a walk "
        "forward. One of a kind at a time; a run that is cancelled keeps nothing but finished trials."
    ),
)

LOG = log_panel(
    "research",
    title="Log",
    height=12,
    help="The newest lines of these runs since the start of the deck, newest first.",
)

JOBS = runs_panel(
    "research",
    empty="One row per run, newest first; press a button of Run.",
    help="Cancel ends a training between two trees or folds; a model is kept whole or not at all.",
)

RUN_PANELS = (RUN, LOG, JOBS)
"""In reading order."""
