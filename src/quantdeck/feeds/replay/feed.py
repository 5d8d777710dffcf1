"""Plays a recording as if it were live, at a chosen speed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.feed import Delay, FeedState, FeedStatus
from quantdeck.model.instruments import Instrument, InstrumentKind, root_of, venue_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.feeds.replay.recording import Recording
    from quantdeck.model.feed import Gap
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.feed import EventSink, OnData

_NS = 1_000_000_000
_TICK_S = 0.02
# Decoding so many takes a few milliseconds; then the page and the tape get their turn.
_AT_ONCE = 2000
_QUOTES = ("USDT", "USDC", "FDUSD", "BUSD", "TUSD", "USD", "EUR", "BTC", "ETH", "BNB")


class ChosenSymbols:
    """A sink in front of another that lets only some symbols through.

    Parameters
    ----------
    sink : EventSink
        Where what is let through goes.

    Attributes
    ----------
    only : set of int or None
        Ids let through; all where None.
    """

    def __init__(self, sink: EventSink) -> None:
        self.only: set[int] | None = None
        self.seen: set[int] = set()
        self.trade = self._gate(sink.trade, -3)
        self.agg_trade = self._gate(sink.agg_trade, -3)
        self.quote = self._gate(sink.quote, -2)
        self.mark = self._gate(sink.mark, -2)
        self.bar = self._gate(sink.bar, -2)

    def _gate(self, put: Callable[..., None], place: int) -> Callable[..., None]:
        seen = self.seen

        def gate(*event: Any) -> None:
            symbol = event[place]
            seen.add(symbol)
            if self.only is None or symbol in self.only:
                put(*event)

        return gate


def parse_speed(text: str) -> float | None:
    """Return the speed a person wrote: times real time, or None for as fast as possible.

    Raises
    ------
    BadInput
        If it is neither a positive number nor ``max``.

    Examples
    --------
    >>> parse_speed("10"), parse_speed("max")
    (10.0, None)
    """
    word = text.strip().lower()
    if word == "max":
        return None
    try:
        speed = float(word.removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 0 < speed <= 1e6:
        raise BadInput(f"{text!r} is not a speed; write a number such as 1 or 10, or max")
    return speed


class ReplayFeed:
    """A recording in the place of a vendor; fulfils `quantdeck.ports.feed.Feed`.

    Events keep the time at which they were received. Where nothing was received for longer than
    `longest_pause_s`, the wait is cut short. Owned by the hub, which runs `run` as one task.

    Parameters
    ----------
    source : str
        Service whose data are played.
    make : callable
        Builds the recording around the sink that it is to put events into.
    sink : EventSink
        Where the events go.
    on_data : callable
        Called after every portion of events.
    instruments : InstrumentTable
        Ids of canonical symbols.
    clock : Clock
        Paces.
    speed : float or None
        Times real time; None for as fast as there is room.
    has_room : callable or None
        Asked before every portion; while it says no, nothing is played.
    delay : Delay
        What the data are.
    longest_pause_s : float
        Longest wait for the next event, in real time. [s]
    """

    def __init__(  # noqa: PLR0913 - the seams it is built from
        self,
        source: str,
        *,
        make: Callable[[EventSink], Recording],
        sink: EventSink,
        on_data: OnData,
        instruments: InstrumentTable,
        clock: Clock,
        speed: float | None = 1.0,
        has_room: Callable[[], bool] | None = None,
        delay: Delay = Delay.IMPORTED,
        longest_pause_s: float = 5.0,
    ) -> None:
        self._source = source
        self._gate = ChosenSymbols(sink)
        self._recording = make(self._gate)
        self._on_data = on_data
        self._instruments = instruments
        self._clock = clock
        self._speed = speed
        self._has_room = has_room or (lambda: True)
        self._delay = delay
        self._longest_pause_s = longest_pause_s
        self._chosen: list[str] | None = None
        self._detail = "not started"
        self._played = 0
        self._position_ns = self._recording.next_ns
        self._state, self._since_ns = FeedState.CONNECTING, self._position_ns or clock.now_ns()
        self._is_paused = self._is_stopped = False
        self._anchor: tuple[int, int] | None = None

    @property
    def source(self) -> str:
        """Service whose data are played."""
        return self._source

    @property
    def position_ns(self) -> int | None:
        """Receipt of the last event played (at first, of the first one) in ns UTC."""
        return self._position_ns

    @property
    def speed(self) -> float | None:
        """Times real time; None for as fast as possible."""
        return self._speed

    @property
    def is_done(self) -> bool:
        """Whether everything has been played, or `stop` was called."""
        return self._is_stopped or self._recording.is_done

    def pause(self) -> None:
        """Play nothing until `resume`."""
        self._is_paused = True

    def resume(self) -> None:
        """Go on from where it was paused."""
        self._is_paused = False
        self._anchor = None

    def stop(self) -> None:
        """Play nothing more; `run` returns."""
        self._is_stopped = True

    async def run(self) -> None:
        """Play until the end, until stopped or until cancelled."""
        try:
            while not self.is_done:
                if self._holds():
                    self._anchor = None
                    await self._clock.sleep(_TICK_S)
                elif self._speed is None:
                    self._portion(None)
                    await asyncio.sleep(0)
                else:
                    await self._paced(self._speed)
                await self._recording.prepare()
            self._enter(FeedState.STOPPED, "the recording has ended")
        finally:
            if self._state is not FeedState.STOPPED:
                self._enter(FeedState.STOPPED, "stopped")

    async def set_symbols(self, symbols: Sequence[str]) -> None:
        """Play the events of these canonical symbols and no others; of none, it is held.

        Events of other symbols that have been passed meanwhile are not played again.
        """
        await asyncio.sleep(0)
        self._chosen = list(dict.fromkeys(symbols))
        self._gate.only = {self._instruments.id_of(symbol) for symbol in self._chosen}

    def symbols(self) -> list[str]:
        """Return the canonical symbols being played: those chosen, else all met so far."""
        if self._chosen is not None:
            return list(self._chosen)
        return [self._instruments.symbol(number) for number in sorted(self._gate.seen)]

    def statuses(self) -> list[FeedStatus]:
        """Return how the replay is doing."""
        return [
            FeedStatus(
                name=f"{self._source}/replay",
                state=self._state,
                since_ns=self._since_ns,
                delay=self._delay,
                detail=self._detail,
                last_data_ns=self._position_ns if self._played else None,
                messages=self._played,
                bad_messages=self._recording.broken,
            )
        ]

    async def instruments(self) -> list[Instrument]:
        """Return the instruments met so far; a recording does not describe them further."""
        await asyncio.sleep(0)
        return [met_instrument(self._instruments.symbol(n)) for n in sorted(self._gate.seen)]

    async def repair(self, gap: Gap) -> int:
        """Refuse: a recording has nothing more than it has.

        Raises
        ------
        NoData
            Always.
        """
        await asyncio.sleep(0)
        raise NoData(f"the recording of {gap.symbol} does not hold {gap.kind} {gap.first_seq}")

    def _holds(self) -> bool:
        if self._is_paused or self._chosen == []:
            self._enter(FeedState.SUBSCRIBED, "paused")
            return True
        return not self._has_room()

    async def _paced(self, speed: float) -> None:
        next_ns = self._recording.next_ns
        if next_ns is None:
            return
        now_ns = self._clock.monotonic_ns()
        if self._anchor is None:
            self._anchor = (now_ns, next_ns)
        due_ns = self._anchor[1] + int((now_ns - self._anchor[0]) * speed)
        if next_ns > due_ns + self._longest_pause_s * speed * _NS:
            self._anchor = (now_ns, next_ns - int(_TICK_S * speed * _NS))
            due_ns = self._anchor[1]
        if self._portion(due_ns) == _AT_ONCE:
            await asyncio.sleep(0)
        else:
            await self._clock.sleep(_TICK_S)

    def _portion(self, until_ns: int | None) -> int:
        count = self._recording.play(until_ns, _AT_ONCE)
        if count:
            self._played += count
            reached = until_ns if until_ns is not None else self._recording.next_ns
            self._position_ns = reached or self._position_ns
            self._enter(FeedState.LIVE, "")
            self._on_data()
        return count

    def _enter(self, state: FeedState, detail: str) -> None:
        if state is not self._state:
            # In the time of the recording, as everything that is shown of it.
            self._since_ns = self._position_ns or self._clock.now_ns()
        self._state, self._detail = state, detail


def met_instrument(symbol: str) -> Instrument:
    """Return what a symbol alone says of an instrument: a recording describes it no further.

    Examples
    --------
    >>> met_instrument("BINANCE-USDM:BTCUSDT").quote
    'USDT'
    """
    root, spot = root_of(symbol), venue_of(symbol) == "BINANCE"
    quote = next((q for q in _QUOTES if root.endswith(q) and root != q), "")
    kind = InstrumentKind.SPOT if spot else InstrumentKind.PERPETUAL
    return Instrument(symbol=symbol, kind=kind, base=root.removesuffix(quote), quote=quote)
