"""The figures of alert rules, read from the running deck or from a tape that is played."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from quantdeck.alerts.catalogue import METRICS
from quantdeck.alerts.figures import Bound
from quantdeck.alerts.metric import Group
from quantdeck.alerts.syntax import Number
from quantdeck.analytics.carry import basis_bp, funding
from quantdeck.analytics.window import WindowFigures, window_figures
from quantdeck.hub.alert_indicators import IndicatorFigures
from quantdeck.hub.alert_operations import CaptureFigures, RateFigures
from quantdeck.hub.alert_pairs import PairFigures
from quantdeck.hub.alert_turns import LATE_NS, Turns
from quantdeck.live.board import TRADES
from quantdeck.live.staleness import (
    DEFAULT_STALE_AFTER_S,
    MARKS_STALE_AFTER_S,
    Freshness,
    age_of,
    age_of_trades,
)
from quantdeck.model.errors import BadInput
from quantdeck.model.events import Kind
from quantdeck.model.instruments import canonical, root_of, venue_of
from quantdeck.views.figures import duration_text

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from quantdeck.alerts.syntax import Call
    from quantdeck.hub.alert_rate_history import RateHistory
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.state import LiveState
    from quantdeck.live.board import Mark, Top
    from quantdeck.live.staleness import Age
    from quantdeck.model.events import Rows

_DEFAULT_VENUE = "BINANCE-USDM"
_WINDOW_FIELDS = {
    "return": "change",
    "volume": "volume",
    "trades": "trades",
    "high": "high",
    "low": "low",
    "volatility": "volatility",
}


def machine_figures(machine: Machine) -> DeckFigures:
    """Return the figures of a running deck, for an `Engine`."""

    def symbols() -> list[str]:
        # Another capture after a recording was played again
        return machine.capture.symbols()

    return DeckFigures(
        lambda: machine.state,
        symbols,
        machine=machine,
        monotonic_ns=machine.clock.monotonic_ns,
    )


class DeckFigures:
    """Connects figures to the live state. Fulfils `quantdeck.alerts.figures.FigureSource`.

    Parameters
    ----------
    state : callable
        Gives the live state; another one after a replay has begun again.
    symbols : callable
        Gives the canonical symbols that are captured: a root without a venue means the first of them
        that has it.
    machine : Machine or None
        What capture and box rates are asked of; without one they are unknown.
    monotonic_ns : callable or None
        Bounds the time that windows and studies of pairs take at once, see `Turns`.
    rates : RateHistory or None
        Asked for box rates instead of the machine.
    """

    def __init__(
        self,
        state: Callable[[], LiveState],
        symbols: Callable[[], Sequence[str]],
        *,
        machine: Machine | None = None,
        monotonic_ns: Callable[[], int] | None = None,
        rates: RateHistory | None = None,
    ) -> None:
        self._state = state
        self._symbols = symbols
        self._pairs = PairFigures(state, monotonic_ns)
        self._indicators = IndicatorFigures(state, monotonic_ns)
        self._capture = CaptureFigures(machine)
        self._rates = rates or RateFigures(machine)
        self._windows = Turns(self._window_of, monotonic_ns)

    @property
    def revision(self) -> Hashable:
        """Changes with the captured symbols and with the live state."""
        return tuple(self._symbols()), id(self._state())

    def keys(self, kind: Kind, rows: Rows) -> list[Hashable]:
        """Return what a batch changes, for `Engine.take`.

        Parameters
        ----------
        kind : Kind
            Layout of the rows.
        rows : structured array of shape (n,)
            As the live state takes them in.
        """
        return [(kind, number) for number in set(rows["symbol"].tolist())]

    def refresh(self, now_ns: int) -> None:
        """Bring windows, indicators and studies of pairs up to date, the longest waiting first.

        Parameters
        ----------
        now_ns : int
            The time, UTC. [ns]
        """
        self._windows.refresh(now_ns)
        self._indicators.refresh(now_ns)
        self._pairs.refresh(now_ns)

    def bind(self, call: Call) -> Bound:
        """Connect a figure; one that cannot be had is unknown for ever, and says why."""
        match METRICS[call.metric].group:
            case Group.PRICES:
                return self._price(call)
            case Group.WINDOWS:
                return self._window(call)
            case Group.INDICATORS:
                return self._indicators.bind(call, self._number)
            case Group.PAIRS:
                return self._pairs.bind(call, self._number)
            case Group.RATES:
                return self._rates.bind(call)
            case Group.CAPTURE:
                return self._capture.bind(call)

    def symbol(self, text: str) -> str:
        """Return the canonical symbol that a rule means.

        Raises
        ------
        BadInput
            If it is no symbol.
        """
        captured = self._symbols()
        if ":" not in text:
            for each in captured:
                if root_of(each) == text:
                    return each
        venue = venue_of(captured[0]) if captured else _DEFAULT_VENUE
        return canonical(text, default_venue=venue)

    def _number(self, text: str) -> int:
        return self._state().instruments.id_of(self.symbol(text))

    def _price(self, call: Call) -> Bound:
        try:
            number = self._number(str(call.arguments[0]))
        except BadInput as error:
            return _never(str(error))
        read = self._price_of(call, number)
        keys = tuple((kind, number) for kind in METRICS[call.metric].kinds)
        return Bound(read, lambda now_ns: self._why_no_price(call, number, now_ns), keys)

    def _price_of(self, call: Call, number: int) -> Callable[[int], float]:
        match call.metric:
            case "age":
                return lambda now_ns: _or_nan(self._age(number, now_ns).seconds)
            case "last":
                return lambda now_ns: self._last(number, now_ns)
            case "bid" | "ask" | "mid" | "spread_bp" as name:
                of_top = _TOP[name]
                return lambda now_ns: self._top(number, now_ns, of_top)
            case name:
                of_mark = _MARK[name]
                interval = call.arguments[1] if len(call.arguments) > 1 else None
                if not isinstance(interval, Number):
                    return lambda now_ns: self._mark(number, now_ns, of_mark)
                seconds = interval.amount
                return lambda now_ns: funding(self._mark(number, now_ns, of_mark), seconds).annual

    def _age(self, number: int, now_ns: int) -> Age:
        return age_of(self._state().board.last_recv_ns(number), now_ns)

    def _last(self, number: int, now_ns: int) -> float:
        board = self._state().board
        trade = board.trade(number)
        if trade is None:
            return math.nan
        age = age_of_trades(board.last_recv_ns(number, TRADES), board.last_recv_ns(number), now_ns)
        return trade.price if age.freshness is Freshness.LIVE else math.nan

    def _top(self, number: int, now_ns: int, of: Callable[[Top], float | None]) -> float:
        top = self._state().board.top(number)
        if top is None or _is_old(top.ts_recv, now_ns, DEFAULT_STALE_AFTER_S):
            return math.nan
        return _or_nan(of(top))

    def _mark(self, number: int, now_ns: int, of: Callable[[Mark], float | None]) -> float:
        mark = self._state().board.mark(number)
        if mark is None or _is_old(mark.ts_recv, now_ns, MARKS_STALE_AFTER_S):
            return math.nan
        return _or_nan(of(mark))

    def _why_no_price(self, call: Call, number: int, now_ns: int) -> str:
        board = self._state().board
        kinds = METRICS[call.metric].kinds
        last_ns = board.last_recv_ns(number, kinds) if kinds else board.last_recv_ns(number)
        what = (
            {Kind.QUOTE: "quote", Kind.MARK: "mark"}.get(kinds[0], "execution")
            if kinds
            else "event"
        )
        if last_ns is None:
            return f"no {what} of {call.arguments[0]} was received yet"
        seconds = (now_ns - last_ns) / 1e9
        if seconds <= DEFAULT_STALE_AFTER_S:
            return f"the newest {what} of {call.arguments[0]} does not say it"
        return (
            f"the newest {what} of {call.arguments[0]} is {duration_text(float(int(seconds)))} old"
        )

    def _window(self, call: Call) -> Bound:
        symbol, window = call.arguments
        field = _WINDOW_FIELDS[call.metric]
        if not isinstance(window, Number):
            return _never("it has no window")
        length_ns = window.ns
        try:
            number = self._number(str(symbol))
        except BadInput as error:
            return _never(str(error))

        def read(now_ns: int) -> float:
            turn = self._windows.of((number, length_ns), now_ns)
            is_late = now_ns - turn.made_ns > LATE_NS
            if turn.answer is None or is_late or self._is_silent(number, now_ns):
                return math.nan
            return float(getattr(turn.answer, field))

        return Bound(
            read, lambda now_ns: self._why_no_window(str(symbol), (number, length_ns), now_ns)
        )

    def _why_no_window(self, symbol: str, question: tuple[int, int], now_ns: int) -> str:
        turn = self._windows.of(question, now_ns)
        if self._is_silent(question[0], now_ns):
            return f"nothing of {symbol} for 10 s"
        if turn.answer is None:
            return "not looked at yet"
        if now_ns - turn.made_ns > LATE_NS:
            return "more windows are watched than can be looked at in time"
        if math.isnan(turn.answer.volume):
            return f"what is in memory of {symbol} does not reach back so far"
        return f"nothing of {symbol} was executed in it"

    def _is_silent(self, number: int, now_ns: int) -> bool:
        return self._age(number, now_ns).freshness is not Freshness.LIVE

    def _window_of(self, question: tuple[int, int], now_ns: int) -> WindowFigures:
        number, length_ns = question
        books = self._state().books
        for book in map(books.__getitem__, books.timeframes):
            # The finest bars that reach back so far
            rows = length_ns // book.interval_ns + 3
            if rows <= book.capacity:
                bars = book.bars(number, rows)
                # Bars go by the venue's clock; where ours is behind it, the newest bar tells the time.
                end_ns = max(now_ns, int(bars.start_ns[-1]) + 1) if len(bars) else now_ns
                # A bar that begins before the window belongs to the time before it.
                start_ns = -(-(end_ns - length_ns) // book.interval_ns) * book.interval_ns
                return window_figures(bars, start_ns, seconds=length_ns / 1e9)
        return WindowFigures()


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value


def _is_old(received_ns: int, now_ns: int, stale_after_s: float) -> bool:
    return now_ns - received_ns > stale_after_s * 1e9


def _never(why: str) -> Bound:
    return Bound(lambda _: math.nan, lambda _: why)


def _spread_bp(top: Top) -> float | None:
    return top.width / top.mid * 1e4 if top.width is not None and top.mid else None


def _basis_bp(mark: Mark) -> float | None:
    price, index = mark.mark_price, mark.index_price
    return basis_bp(price, index) if price and index and min(price, index) > 0.0 else None


_TOP: dict[str, Callable[[Top], float | None]] = {
    "bid": lambda top: top.bid,
    "ask": lambda top: top.ask,
    "mid": lambda top: top.mid,
    "spread_bp": _spread_bp,
}
_MARK: dict[str, Callable[[Mark], float | None]] = {
    "mark": lambda mark: mark.mark_price,
    "index": lambda mark: mark.index_price,
    "basis_bp": _basis_bp,
    "funding": lambda mark: mark.funding_rate,
    "funding_annual": lambda mark: mark.funding_rate,
}
