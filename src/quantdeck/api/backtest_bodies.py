"""Bodies of requests and answers about backtests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field

from quantdeck.research.pairs.question import RunQuestion
from quantdeck.views.backtest_page import MOST_ROWS
from quantdeck.views.backtest_runs import RunNow, progress_text

_Text = Annotated[str, Field(min_length=1, max_length=64)]
_List = Annotated[str, Field(max_length=400)]
_Rows = Annotated[int, Field(ge=1, le=1_000_000)]
_Score = Annotated[float, Field(ge=0.0, le=1e6)]
_Points = Annotated[float, Field(ge=0.0, lt=1_000.0)]


class RunRequest(BaseModel):
    """What to run. `GET /api/v1/pages` has the form's words for each field."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["backtest", "sweep", "walk-forward"] = "backtest"
    of: str | None = Field(
        default=None,
        max_length=80,
        description="Of a sweep or walk forward: a kept backtest whose pair, bars and rules are "
        "taken, newest for the newest; only the lists, train and test count then.",
    )
    y: _Text | None = Field(default=None, description="The leg that is hedged.")
    x: _Text | None = Field(default=None, description="The leg it is hedged with.")
    timeframe: Literal["1s", "1m", "5m"] = "1m"
    lookback: Annotated[int, Field(ge=50, le=MOST_ROWS)] = RunQuestion().lookback
    estimator: Annotated[str, Field(max_length=20)] = "ols"
    hedge_ratio: Annotated[float, Field(ge=-1e9, le=1e9)] | None = Field(
        default=None, description="Use this ratio and fit nothing."
    )
    hedge_window: _Rows = RunQuestion().hedge_window
    refit: _Rows = 1
    prices: Literal["log", "levels"] = "log"
    window: _Rows = RunQuestion().window
    entry: _Score = RunQuestion().entry
    exit: _Score = RunQuestion().exit
    stop: _Score | None = Field(default=None, description="Never where absent.")
    max_hold: _Rows | None = Field(default=None, description="No limit where absent.")
    freeze: bool = Field(
        default=False, description="Leave by the line and deviation that a trade was opened by."
    )
    direction: Literal["both", "long", "short"] = "both"
    capital: Annotated[float, Field(gt=0.0, le=1e15)] = RunQuestion().capital
    fee_bp: _Points = RunQuestion().fee_bp
    half_spread_bp: _Points = RunQuestion().half_spread_bp
    slippage_bp: _Points = RunQuestion().slippage_bp
    funding_bp: Annotated[float, Field(ge=-100.0, le=100.0)] = RunQuestion().funding_bp
    windows: _List = RunQuestion().windows
    entries: _List = RunQuestion().entries
    exits: _List = RunQuestion().exits
    stops: _List = RunQuestion().stops
    max_holds: _List = RunQuestion().max_holds
    hedge_windows: _List = RunQuestion().hedge_windows
    train: _Rows = RunQuestion().train
    test: _Rows = RunQuestion().test

    def question(self) -> RunQuestion:
        """Return it as the desk takes it."""
        fields = self.model_dump(exclude={"of"})
        return msgspec.convert({**fields, "y": self.y or "", "x": self.x or ""}, RunQuestion)


class RunReply(msgspec.Struct, frozen=True):
    """A run as it stands.

    Parameters
    ----------
    id : str
        Sorts by time.
    kind : str
        ``backtest``, ``sweep`` or ``walk-forward``.
    title : str
        Pair and bars.
    created : str
        When it was asked for, ISO 8601 in UTC.
    mode : str
        ``live``, ``demo`` or ``replay``.
    simulated : bool
        True where the market behind it was simulated or replayed.
    state : str
        ``running``, ``done`` or ``failed``.
    progress : float or None
        Share that is done, where that is known.
    detail : str
        Why it failed.
    message : str
        How it stands, for a person.
    question : RunQuestion
        What was asked.
    summary : dict of str to float
        Headline figures; empty until it is done.
    """

    id: str
    kind: str
    title: str
    created: str
    mode: str
    simulated: bool
    state: str
    progress: float | None
    detail: str
    message: str
    question: RunQuestion
    summary: dict[str, float | None]


class RunsReply(msgspec.Struct, frozen=True):
    """Runs, newest first."""

    runs: list[RunReply]


class RunDetailReply(msgspec.Struct, frozen=True):
    """A run with what came of it.

    Parameters
    ----------
    run : RunReply
        The run.
    figures : dict of str to float
        All figures by name; of a sweep those of its best set and what that is worth. Empty until it
        is done.
    part : str
        Which part `rows` are.
    rows : list of dict
        Column name to figure or text.
    """

    run: RunReply
    figures: dict[str, float | None]
    part: str
    rows: list[dict[str, float | int | str | bool | None]]


class DeletedReply(msgspec.Struct, frozen=True):
    """A run that is gone."""

    id: str
    message: str


def run_body(run: RunNow) -> RunReply:
    """Return a run as it is sent.

    Parameters
    ----------
    run : RunNow
        As it stands.

    Returns
    -------
    RunReply
        The same.
    """
    created = datetime.fromtimestamp(run.created_ns // 1_000_000 / 1e3, UTC)
    return RunReply(
        id=run.id,
        kind=run.kind,
        title=run.title,
        created=f"{created:%Y-%m-%dT%H:%M:%S}.{created.microsecond // 1000:03d}Z",
        mode=run.mode,
        simulated=run.mode != "live",
        state=run.state,
        progress=run.progress,
        detail=run.detail,
        message=_message(run),
        question=run.question,
        summary=run.summary,
    )


def _message(run: RunNow) -> str:
    name = run.kind.replace("-", " ").capitalize()
    match run.state:
        case "done":
            return f"{name} of {run.title}: done."
        case "failed":
            return f"{name} of {run.title} failed: {run.detail}"
        case _:
            return f"{name} of {run.title}: {progress_text(run)}."
