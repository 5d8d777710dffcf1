"""Fields of the forms of the Backtest page; their defaults are those of a question."""

from __future__ import annotations

from quantdeck.analytics.pairs.estimators import ESTIMATORS
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.research.pairs.rules import DIRECTIONS
from quantdeck.views.panels import Action, Control, Panel, PanelKind

_ASKED = RunQuestion()
_PATH = "/api/v1/backtests?wait=true"


def _field(
    name: str,
    title: str,
    type_: str,
    help_: str,
    *,
    options: tuple[str, ...] = (),
    limits: tuple[float | None, float | None] = (None, None),
) -> Control:
    value = getattr(_ASKED, name)
    default = "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)
    return Control(
        name,
        title,
        type_,
        default,
        options=options,
        minimum=limits[0],
        maximum=limits[1],
        help=help_,
    )


_RULES = (
    _field("estimator", "Estimator", "select", "Of the hedge ratio.", options=tuple(ESTIMATORS)),
    _field(
        "prices",
        "Prices",
        "choice",
        "Log prices make the hedge ratio an elasticity; levels make it units of x.",
        options=("log", "levels"),
    ),
    _field(
        "hedge_window", "Hedge window", "integer", "Rows that the line is fitted to.",
        limits=(3, 10_000),
    ),
    _field(
        "refit", "Refit", "integer", "Rows from one fit to the next; held meanwhile.",
        limits=(1, 10_000),
    ),
    _field(
        "window", "Score window", "integer", "Rows of the mean and deviation of the score.",
        limits=(2, 10_000),
    ),
    _field("entry", "Entry", "number", "Score at which a trade is opened.", limits=(0.01, 100)),
    _field("exit", "Exit", "number", "Score at which it is closed; below entry.", limits=(0, 100)),
    _field(
        "stop", "Stop", "number", "Score at which it is given up; empty for never.",
        limits=(0.01, 1000),
    ),
    _field(
        "max_hold", "Longest hold", "integer", "Rows from fill to fill; empty for no limit.",
        limits=(1, 100_000),
    ),
    Control(
        "freeze", "Freeze", "toggle", "false",
        help="Leave by the line and deviation that the trade was opened by, not by the rolling score.",
    ),
    _field(
        "direction", "Direction", "choice", "Long is y bought and x sold.", options=DIRECTIONS
    ),
    _field(
        "capital", "Capital", "number", "Gross notional of every trade, both legs.",
        limits=(1, 1e12),
    ),
    _field("fee_bp", "Fee [bp]", "number", "Of each leg, each way.", limits=(0, 1000)),
    _field(
        "half_spread_bp", "Half-spread [bp]", "number", "Paid on each leg, each way.",
        limits=(0, 1000),
    ),
    _field(
        "slippage_bp", "Slippage [bp]", "number", "On top of the half-spread.", limits=(0, 1000)
    ),
    _field(
        "funding_bp",
        "Funding [bp]",
        "number",
        "Of perpetuals: what longs pay shorts every eight hours, the same on both legs.",
        limits=(-100, 100),
    ),
)  # fmt: skip

_LISTS = "Values and ranges (20..200/20), separated by commas."
_GRID = (
    _field("windows", "Score windows", "text", _LISTS),
    _field("entries", "Entries", "text", _LISTS),
    _field("exits", "Exits", "text", f"{_LISTS} Those not below their entry are left out."),
    _field("stops", "Stops", "text", f"{_LISTS} none is never."),
    _field("max_holds", "Longest holds", "text", f"{_LISTS} none is no limit."),
    _field(
        "hedge_windows", "Hedge windows", "text", f"{_LISTS} Empty for that of the backtest shown."
    ),
    _field(
        "train", "Train", "integer", "Rows that a walk forward chooses by.", limits=(50, 20_000)
    ),
    _field("test", "Test", "integer", "Rows that it then trades.", limits=(2, 20_000)),
)

FORM = Panel(
    id="backtest.form",
    kind=PanelKind.FORM,
    title="Rules",
    topic="backtest.form",
    query="/api/v1/panels/backtest.form",
    fields=_RULES,
    actions=(
        Action(
            "run",
            "Run backtest",
            "POST",
            _PATH,
            body={
                "kind": "backtest",
                "y": "{y}",
                "x": "{x}",
                "timeframe": "{timeframe}",
                "lookback": "{lookback}",
            },
            where="form",
        ),
    ),
    width=4,
    height=24,
    empty="Choose y and x above; capture two symbols with Start.",
    help=(
        "A signal is decided at the close of a bar, by that bar and those before it, and filled at "
        "the open of the next one, worse by half-spread and slippage. The hedge stays as it was "
        "while a trade is open. After a stop or a time exit nothing is opened before the score has "
        "come back to the exit. A score beyond the stop opens nothing. Gains are not added to the "
        "capital of the next trade."
    ),
)

GRID = Panel(
    id="backtest.grid",
    kind=PanelKind.FORM,
    title="Sweep and walk forward",
    topic="backtest.grid",
    query="/api/v1/panels/backtest.grid",
    fields=_GRID,
    actions=(
        Action(
            "sweep", "Sweep", "POST", _PATH, body={"kind": "sweep", "of": "{run}"}, where="form"
        ),
        Action(
            "walk",
            "Walk forward",
            "POST",
            _PATH,
            body={"kind": "walk-forward", "of": "{run}"},
            where="form",
        ),
    ),
    width=4,
    height=14,
    empty="Run a backtest first: what is not varied here is as it was there.",
    help=(
        "A sweep backtests every combination of the lists over the bars of the backtest shown, as "
        "they are now. A walk forward chooses the combination with the highest Sharpe ratio on the "
        "rows of Train, trades it on the rows of Test that follow, and goes on from there: its curve "
        "is made of rows that no choice has seen."
    ),
)
