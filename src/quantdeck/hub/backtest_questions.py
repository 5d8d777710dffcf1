"""Questions of backtests checked against the deck, and the bars that answer them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from quantdeck.analytics.performance import periods_per_year
from quantdeck.analytics.resample import Bars
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import InstrumentKind, canonical, root_of, venue_of
from quantdeck.ports.records import Run
from quantdeck.research.pairs.question import RunQuestion
from quantdeck.views.backtest_page import MOST_ROWS
from quantdeck.views.backtest_runs import RunNow

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pyarrow as pa

    from quantdeck.model.instruments import Instrument

MOST_SETS = 50_000
"""Of one sweep: some seconds."""

MOST_FOLDS = 200
"""Of one walk forward."""

_LEAST_ROWS = 50
_REFITTED = ("huber", "theil-sen", "tls")
# Rows of all fits together: some seconds of the slowest estimator, which looks at no more than
# `_LONGEST_FIT` rows at once.
_MOST_FITTED = 400_000
_LONGEST_FIT = 3_000
_SESSIONS, _SESSION_S = 252, 6.5 * 3600
_BAR_COLUMNS = ("start_ns", "open", "high", "low", "close", "volume", "trades")
_SEARCHED = (
    *("windows", "entries", "exits", "stops", "max_holds", "hedge_windows"),
    *("train", "test"),
)


def around(before: RunQuestion, asked: RunQuestion) -> RunQuestion:
    """Return what a sweep or walk forward asks about the pair and rules of a backtest.

    Parameters
    ----------
    before : RunQuestion
        Of the backtest.
    asked : RunQuestion
        Kind and lists are taken from it.
    """
    varied = {name: getattr(asked, name) for name in _SEARCHED}
    return structs.replace(before, kind=asked.kind, **varied)


def checked(question: RunQuestion, captured: Sequence[str]) -> RunQuestion:
    """Return a question with canonical symbols, once everything in it can be.

    Parameters
    ----------
    question : RunQuestion
        As it was sent.
    captured : sequence of str
        Canonical symbols; a symbol without a venue is of that of the first.

    Raises
    ------
    BadInput
        If a symbol, timeframe, rule or list cannot be, or the work would take minutes.
    """
    venue = venue_of(captured[0]) if captured else "BINANCE-USDM"
    if question.timeframe not in TIMEFRAMES:
        raise BadInput(
            f"timeframe must be one of {', '.join(TIMEFRAMES)}, was {question.timeframe!r}"
        )
    if not _LEAST_ROWS <= question.lookback <= MOST_ROWS:
        raise BadInput(
            f"lookback must be from {_LEAST_ROWS} to {MOST_ROWS:,} rows, was {question.lookback}"
        )
    y, x = (canonical(each, default_venue=venue) for each in (question.y, question.x))
    if y == x:
        raise BadInput(f"y and x are both {y}; a pair has two instruments")
    named = structs.replace(question, y=y, x=x)
    rules = named.rules()
    hedge_windows: Sequence[int] = (rules.hedge_window,)
    if named.kind != "backtest":
        grid = named.grid()
        hedge_windows = grid.hedge_windows or hedge_windows
        _check_sets(len(grid.combinations(rules.hedge_window)))
    if named.kind == "walk-forward":
        _check_folds(named)
    if named.estimator in _REFITTED and named.hedge_ratio is None:
        _check_fits(named, hedge_windows)
    return named


def _check_sets(tried: int) -> None:
    if tried > MOST_SETS:
        raise BadInput(
            f"the lists name {tried:,} sets, {MOST_SETS:,} are the most here; leave out some values, or "
            "use quantdeck pairs sweep"
        )


def _check_folds(question: RunQuestion) -> None:
    tested = question.lookback - question.train
    if tested // question.test > MOST_FOLDS:
        raise BadInput(
            f"test must be at least {-(-tested // MOST_FOLDS)} rows, so that there are no more than "
            f"{MOST_FOLDS} folds; was {question.test}"
        )


def _check_fits(question: RunQuestion, hedge_windows: Sequence[int]) -> None:
    # A walk forward fits the rows of a training window anew in every fold.
    times = 1 + question.train // question.test if question.kind == "walk-forward" else 1
    fitted = times * question.lookback * sum(min(rows, _LONGEST_FIT) for rows in hedge_windows)
    least = -(-fitted // _MOST_FITTED)
    if question.refit < least:
        raise BadInput(
            f"refit must be at least {least} rows for {question.estimator} with these windows: it is "
            f"fitted anew each time, which would take minutes; was {question.refit}. Or use quantdeck pairs"
        )


def bars_a_year(timeframe: str, instruments: Sequence[Instrument | None]) -> float:
    """Return the bars of a year: of 365 days, or of 252 sessions where one leg is a stock.

    Parameters
    ----------
    timeframe : str
        Of the bars.
    instruments : sequence of Instrument or None
        What the vendors say of the legs.
    """
    step_s = TIMEFRAMES[timeframe] / 1e9
    if any(each is not None and each.kind is InstrumentKind.EQUITY for each in instruments):
        return _SESSIONS * _SESSION_S / step_s
    return periods_per_year(step_s)


def closed_bars(table: pa.Table, newest_ns: int) -> Bars:
    """Return the bars that start at a time or before it.

    Parameters
    ----------
    table : pa.Table
        As `quantdeck.api.deck.Deck.bars` gives them.
    newest_ns : int
        Start of a bar that has just closed, or later, UTC. [ns]
    """
    bars = Bars(*(table.column(name).to_numpy() for name in _BAR_COLUMNS))
    return bars[: int((bars.start_ns <= newest_ns).sum())]


def title_of(question: RunQuestion, rows: int | None = None) -> str:
    """Return pair and bars in words.

    Parameters
    ----------
    question : RunQuestion
        What is run.
    rows : int or None
        Bars that there were; as many as were asked for until that is known.
    """
    pair = f"{root_of(question.y)} / {root_of(question.x)}"
    return f"{pair}, {rows or question.lookback:,} bars of {question.timeframe}"


def new_id(question: RunQuestion, now_ns: int, taken: Collection[str]) -> str:
    """Return an id that sorts by time and tells the pair.

    Parameters
    ----------
    question : RunQuestion
        What is run.
    now_ns : int
        The time, UTC. [ns]
    taken : collection of str
        Ids that there are.
    """
    at = datetime.fromtimestamp(now_ns / 1e9, UTC)
    roots = "-".join(_plain(root_of(each)) for each in (question.y, question.x))
    stem = name = f"{at:%Y%m%d-%H%M%S}-{roots}-{question.timeframe}"
    number = 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    return name


def kept_run(run: RunNow) -> Run:
    """Return a finished run as the records keep it."""
    return Run(
        id=run.id,
        kind=run.kind,
        title=run.title,
        created_ns=run.created_ns,
        mode=run.mode,
        params=msgspec.json.encode(run.question),
        summary=msgspec.json.encode(run.summary),
    )


def run_of(kept: Run) -> RunNow | None:
    """Return a run that was kept, or None where another version wrote it."""
    try:
        question = msgspec.json.decode(kept.params, type=RunQuestion)
        summary = msgspec.json.decode(kept.summary, type=dict[str, float | None])
    except msgspec.MsgspecError:
        return None
    return RunNow(
        id=kept.id,
        kind=kept.kind,
        title=kept.title,
        created_ns=kept.created_ns,
        mode=kept.mode,
        state="done",
        question=question,
        summary=summary,
    )


def _plain(text: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in text)
