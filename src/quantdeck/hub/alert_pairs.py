"""Figures of alert rules about pairs: studied as on the Pairs page, within a bounded time."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.figures import Bound
from quantdeck.hub.alert_turns import LATE_NS, Turns
from quantdeck.live.bars import TIMEFRAMES
from quantdeck.live.board import TRADES
from quantdeck.live.pair_state import PairQuestion, PairState
from quantdeck.live.staleness import Freshness, age_of_trades, oldest
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.alerts.syntax import Call, Number
    from quantdeck.analytics.types import FloatArray
    from quantdeck.hub.alert_turns import Turn
    from quantdeck.hub.state import LiveState
    from quantdeck.live.pair_state import PairNow

_LOOKBACK = 500
_WINDOW, _SHORT_WINDOW = 60, 10


class PairFigures:
    """Keeps the studies that rules ask for, each once. Owned by `DeckFigures`.

    Parameters
    ----------
    state : callable
        Gives the live state.
    monotonic_ns : callable or None
        Bounds the time that studies take at once, see `Turns`.
    """

    def __init__(
        self, state: Callable[[], LiveState], monotonic_ns: Callable[[], int] | None
    ) -> None:
        self._state = state
        self._of: LiveState | None = None
        self._states: dict[PairQuestion, PairState] = {}
        self._turns = Turns(self._study, monotonic_ns)

    def bind(self, call: Call, number: Callable[[str], int]) -> Bound:
        """Connect a figure.

        Parameters
        ----------
        call : Call
            Of the catalogue's pairs.
        number : callable
            Gives the id of a symbol.
        """
        names = [argument.name for argument in METRICS[call.metric].arguments]
        given = dict(zip(names, call.arguments, strict=True))
        try:
            question = _question(given, number)
        except BadInput as error:
            reason = str(error)
            return Bound(lambda _: math.nan, lambda _: reason)
        answer = _ANSWERS[call.metric]

        def read(now_ns: int) -> float:
            now = self._turn(question, now_ns).answer
            if now is None or self._obstacle(question, now_ns):
                return math.nan
            return answer(now)

        def why(now_ns: int) -> str:
            now = self._turn(question, now_ns).answer
            if now is None:
                return "not studied yet"
            return self._obstacle(question, now_ns) or _reason(now, call.metric)

        return Bound(read, why)

    def refresh(self, now_ns: int) -> None:
        """Study what may have changed, each pair at most once a second, the longest waiting first."""
        self._follow()
        self._turns.refresh(now_ns)

    def _follow(self) -> None:
        # A recording that is played again has a state of its own.
        state = self._state()
        if self._of is not state:
            self._of = state
            self._turns.clear()
            self._states.clear()

    def _turn(self, question: PairQuestion, now_ns: int) -> Turn[PairNow]:
        self._follow()
        return self._turns.of(question, now_ns)

    def _study(self, question: PairQuestion, _: int) -> PairNow:
        state = self._states.get(question)
        if state is None:
            # Those that nobody has asked for since would pile up.
            if len(self._states) > 2 * len(self._turns):
                self._states.clear()
            live = self._state()
            state = self._states[question] = PairState(live.books, live.ticks, question)
        return state.now()

    def _obstacle(self, question: PairQuestion, now_ns: int) -> str:
        board = self._state().board
        ages = [
            age_of_trades(board.last_recv_ns(number, TRADES), board.last_recv_ns(number), now_ns)
            for number in (question.y, question.x)
        ]
        if oldest(*ages).freshness is not Freshness.LIVE:
            instruments = self._state().instruments
            slower = (question.y, question.x)[ages.index(oldest(*ages))]
            return f"the newest execution of {root_of(instruments.symbol(slower))} is too old"
        if now_ns - self._turns.of(question, now_ns).made_ns > LATE_NS:
            return "more pairs are watched than can be studied in time"
        return ""


def _question(given: dict[str, str | int | Number], number: Callable[[str], int]) -> PairQuestion:
    window, lookback = given.get("window"), given.get("lookback")
    rows = lookback if isinstance(lookback, int) else _LOOKBACK
    width = window if isinstance(window, int) else _WINDOW
    if lookback is None:
        # A rolling figure needs no more than its window; the usual lookback shares a study.
        rows = max(rows, 2 * width)
    elif window is None and width >= rows:
        width = _SHORT_WINDOW
    return PairQuestion(
        y=number(str(given["y"])),
        x=number(str(given["x"])),
        timeframe=str(given["timeframe"]),
        window=width,
        lookback=rows,
        log=given["prices"] == "log",
        estimator=str(given.get("estimator", "ols")),
    )


def _newest(values: FloatArray | None) -> float:
    return math.nan if values is None or not len(values) else float(values[-1])


def _half_life(now: PairNow) -> float:
    found = now.study.half_life
    if found is None or found.rows is None:
        return math.nan
    return found.rows * TIMEFRAMES[now.question.timeframe] / 1e9


_ANSWERS: dict[str, Callable[[PairNow], float]] = {
    "zscore": lambda now: _newest(now.zscore),
    "spread": lambda now: _newest(now.spread),
    "corr": lambda now: _newest(now.correlation),
    "hedge_ratio": lambda now: now.study.path.newest.hedge_ratio if now.study.path else math.nan,
    "intercept": lambda now: now.study.path.newest.intercept if now.study.path else math.nan,
    "r_squared": lambda now: now.study.hedge.r_squared if now.study.hedge else math.nan,
    "residual_sd": lambda now: now.study.hedge.residual_std if now.study.hedge else math.nan,
    "half_life": _half_life,
    "hurst": lambda now: now.study.hurst.exponent if now.study.hurst else math.nan,
    "adf_p": lambda now: now.study.adf.pvalue if now.study.adf else math.nan,
    "coint_p": lambda now: now.study.engle_granger.pvalue if now.study.engle_granger else math.nan,
}
_FIELDS = {
    "zscore": ("last_zscore", "zscore"),
    "spread": ("spread",),
    "corr": ("last_correlation", "correlation"),
    "hedge_ratio": ("hedge",),
    "intercept": ("hedge",),
    "r_squared": ("hedge",),
    "residual_sd": ("hedge",),
    "half_life": ("half_life",),
    "hurst": ("hurst",),
    "adf_p": ("adf",),
    "coint_p": ("engle_granger",),
}


def _reason(now: PairNow, metric: str) -> str:
    reasons = now.study.reasons
    found = next((reasons[field] for field in _FIELDS[metric] if field in reasons), "")
    return found or f"not enough data: {len(now.pair)} rows"
