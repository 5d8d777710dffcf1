"""Figures of alert rules that are technical indicators: of closed bars, once a second at most."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.figures import Bound
from quantdeck.alerts.indicator_metrics import OUTPUTS
from quantdeck.analytics.technical import Candles, evaluate, indicator
from quantdeck.hub.alert_turns import LATE_NS, Turns
from quantdeck.live.staleness import Freshness, age_of
from quantdeck.model.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.alerts.syntax import Call
    from quantdeck.hub.alert_turns import Turn
    from quantdeck.hub.state import LiveState

_SPARE_ROWS = 2


@dataclass(frozen=True, slots=True)
class IndicatorQuestion:
    """Which indicator of which bars.

    Parameters
    ----------
    number : int
        Id of the instrument.
    timeframe : str
        One of `quantdeck.live.bars.TIMEFRAMES`.
    name : str
        Key of `quantdeck.analytics.technical.INDICATORS`.
    parameters : tuple of (str, int)
        By name.
    """

    number: int
    timeframe: str
    name: str
    parameters: tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    # Outputs at the newest closed bar; why there are none, else.
    outputs: dict[str, float]
    reason: str = ""


class IndicatorFigures:
    """Keeps the readings that rules ask for, each once. Owned by `DeckFigures`.

    Parameters
    ----------
    state : callable
        Gives the live state.
    monotonic_ns : callable or None
        Bounds the time that readings take at once, see `Turns`.
    """

    def __init__(
        self, state: Callable[[], LiveState], monotonic_ns: Callable[[], int] | None
    ) -> None:
        self._state = state
        self._of: LiveState | None = None
        self._turns = Turns(self._read, monotonic_ns)

    def bind(self, call: Call, number: Callable[[str], int]) -> Bound:
        """Connect a figure.

        Parameters
        ----------
        call : Call
            Of the catalogue's indicators.
        number : callable
            Gives the id of a symbol.
        """
        name, output = OUTPUTS[call.metric]
        names = [argument.name for argument in METRICS[call.metric].arguments]
        given = dict(zip(names, call.arguments, strict=True))
        rest = tuple((key, value) for key, value in given.items() if isinstance(value, int))
        try:
            indicator(name).checked(dict(rest))
            of = number(str(given["symbol"]))
        except BadInput as error:
            reason = str(error)
            return Bound(lambda _: math.nan, lambda _: reason)
        question = IndicatorQuestion(of, str(given["timeframe"]), name, rest)

        def read(now_ns: int) -> float:
            turn = self._turn(question, now_ns)
            if turn.answer is None or self._obstacle(question, now_ns):
                return math.nan
            return turn.answer.outputs.get(output, math.nan)

        def why(now_ns: int) -> str:
            answer = self._turn(question, now_ns).answer
            if answer is None:
                return "not looked at yet"
            return self._obstacle(question, now_ns) or answer.reason

        return Bound(read, why)

    def refresh(self, now_ns: int) -> None:
        """Read what may have changed, each once a second at most, the longest waiting first."""
        self._follow()
        self._turns.refresh(now_ns)

    def _follow(self) -> None:
        # A recording that is played again has a state of its own.
        state = self._state()
        if self._of is not state:
            self._of = state
            self._turns.clear()

    def _turn(self, question: IndicatorQuestion, now_ns: int) -> Turn[_Reading]:
        self._follow()
        return self._turns.of(question, now_ns)

    def _read(self, question: IndicatorQuestion, now_ns: int) -> _Reading:
        found = indicator(question.name)
        parameters = found.checked(dict(question.parameters))
        rows = found.warm_up(parameters) + 1
        book = self._state().books[question.timeframe]
        bars = book.bars(question.number, rows + _SPARE_ROWS)
        ended = bars[: int((bars.start_ns + book.interval_ns <= now_ns).sum())]
        if len(ended) < rows:
            return _Reading(
                {}, f"it takes {rows:,} bars of {question.timeframe}; {len(ended):,} are there"
            )
        candles = Candles.of_bars(ended, book.interval_ns)
        values = evaluate(found, candles, parameters)
        names = (output.name for output in found.outputs)
        outputs = {
            name: float(column[-1]) for name, column in zip(names, values.values, strict=True)
        }
        return _Reading(outputs, "the newest bar has no reading, as where prices are flat")

    def _obstacle(self, question: IndicatorQuestion, now_ns: int) -> str:
        state = self._state()
        age = age_of(state.board.last_recv_ns(question.number), now_ns)
        if age.freshness is not Freshness.LIVE:
            return f"nothing of {state.instruments.symbol(question.number)} for 10 s"
        if now_ns - self._turn(question, now_ns).made_ns > LATE_NS:
            return "more figures are watched than can be looked at in time"
        return ""


def history_rows(call: Call) -> int:
    """Return the bars that an indicator takes before it has settled.

    Parameters
    ----------
    call : Call
        Of the catalogue's indicators.
    """
    found = indicator(OUTPUTS[call.metric][0])
    names = [argument.name for argument in METRICS[call.metric].arguments]
    pairs = zip(names, call.arguments, strict=True)
    given = {name: value for name, value in pairs if isinstance(value, int)}
    try:
        return found.warm_up(found.checked(given)) + _SPARE_ROWS
    except BadInput:
        return 0
