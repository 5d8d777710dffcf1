"""What a user's function may ask of the deck; fulfils `quantdeck.views.user_panels.Desk`.

The functions run in threads of their own, while what is known live changes on the event loop: every
question goes there and comes back with a copy.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from quantdeck.live.bars import TIMEFRAMES
from quantdeck.model.errors import BadInput
from quantdeck.model.instruments import canonical, venue_of
from quantdeck.views.payloads import RowsPayload

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from quantdeck.analytics.resample import Bars
    from quantdeck.hub.machine import Machine
    from quantdeck.live.board import LastTrade, Top
    from quantdeck.live.ticks import TickColumns
    from quantdeck.views.payloads import Payload, Row

    Ask = Callable[[str, dict[str, str]], Coroutine[Any, Any, Payload]]

T = TypeVar("T")
_OWN_PAGES = ("panels", "cv")


class UserPanelDesk:
    """Made anew for every call of a function, on the event loop.

    Parameters
    ----------
    machine : Machine
        What is asked.
    ask : callable
        Gives what a panel shows.
    timeout_s : float
        So long an answer is waited for. [s]
    """

    def __init__(self, machine: Machine, ask: Ask, *, timeout_s: float) -> None:
        self._machine = machine
        self._ask = ask
        self._timeout_s = timeout_s
        self._loop = asyncio.get_running_loop()
        self.now_ns = machine.now_ns()
        """The deck's time when the call began, UTC. [ns]"""

    def symbols(self) -> list[str]:
        """Return the canonical symbols being captured."""
        return self._on_loop(self._machine.capture.symbols)

    def bars(self, symbol: str, timeframe: str = "1m", count: int = 500) -> Bars:
        """Return the newest bars in memory, oldest first."""
        state = self._machine.state
        if timeframe not in TIMEFRAMES:
            raise BadInput(f"no bars of {timeframe!r}; there are {', '.join(TIMEFRAMES)}")
        return self._of(symbol, lambda number: state.books[timeframe].bars(number, count))

    def ticks(self, symbol: str, count: int = 1000) -> TickColumns:
        """Return the newest executions in memory, oldest first."""
        return self._of(symbol, lambda number: self._machine.state.ticks.ticks(number, count))

    def top(self, symbol: str) -> Top | None:
        """Return best bid and ask, or None where no quote was received."""
        return self._of(symbol, self._machine.state.board.top)

    def last(self, symbol: str) -> LastTrade | None:
        """Return the newest execution, or None where none was received."""
        return self._of(symbol, self._machine.state.board.trade)

    def shown(self, panel_id: str, **params: str) -> Payload:
        """Return what another panel shows."""
        if panel_id.partition(".")[0] in _OWN_PAGES:
            raise BadInput(f"{panel_id} may itself ask others; ask for what it is made of")
        return self._wait(self._ask(panel_id, params))

    def rows(self, panel_id: str, **params: str) -> list[Row]:
        """Return the rows of another panel of cards, lists or tables."""
        payload = self.shown(panel_id, **params)
        if not isinstance(payload, RowsPayload):
            raise BadInput(f"{panel_id} has no rows; desk.shown({panel_id!r}) gives what it has")
        return [dict(row) for row in payload.rows]

    def sql(self, query: str, *, max_rows: int = 10_000) -> list[Row]:
        """Return the rows of read-only SQL over the tape."""
        reader = self._machine.reader
        table = reader.sql(query, timeout_s=self._timeout_s, max_rows=max_rows)
        return table.to_pylist()

    def _of(self, symbol: str, read: Callable[[int], T]) -> T:
        machine = self._machine

        def answer() -> T:
            captured = machine.capture.symbols()
            venue = venue_of(captured[0]) if captured else "BINANCE-USDM"
            return read(machine.state.id_of(canonical(symbol, default_venue=venue)))

        return self._on_loop(answer)

    def _on_loop(self, read: Callable[[], T]) -> T:
        async def answer() -> T:
            return read()

        return self._wait(answer())

    def _wait(self, answer: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(answer, self._loop).result(self._timeout_s)
