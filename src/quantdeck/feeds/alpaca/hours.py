"""When the market is open, as the vendor's clock tells it."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from msgspec.structs import replace

from quantdeck.feeds.alpaca.requests import rfc3339_ns
from quantdeck.feeds.alpaca.session import NO_DATA_CLOSED
from quantdeck.model.errors import BadInput, VenueError
from quantdeck.model.feed import MARKET_CLOSED, FeedState

if TYPE_CHECKING:
    from quantdeck.feeds.alpaca.requests import ClockAnswer
    from quantdeck.feeds.alpaca.rest import AlpacaRest
    from quantdeck.model.feed import FeedStatus
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_WEEK_NS = 6 * 86_400 * _NS
_ASK_AGAIN_S = 900.0
_AFTER_CHANGE_S = 5.0
_AFTER_FAILURE_S = 60.0
_QUIET_NS = 60 * _NS
_CONNECTED = (FeedState.SUBSCRIBED, FeedState.LIVE, FeedState.DEGRADED)


class MarketHours:
    """Knows since when the market has been open; `run` is one task of the feed.

    Parameters
    ----------
    rest : AlpacaRest
        Asked every quarter of an hour, and after every opening and close.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, rest: AlpacaRest, clock: Clock) -> None:
        self._rest = rest
        self._clock = clock
        self._span: tuple[int, int] | None = None

    def open_since(self, now_ns: int) -> int | None:
        """Return since when the market has been open [ns]; None while it is closed, or not known."""
        if self._span is None:
            return None
        opens_ns, closes_ns = self._span
        return opens_ns if opens_ns <= now_ns < closes_ns else None

    def closed(self, now_ns: int) -> str:
        """Return that the market is closed and when it opens; empty where it is open, or not known."""
        if self._span is None or self._span[0] <= now_ns:
            return ""
        opens = datetime.fromtimestamp(self._span[0] // _NS, UTC)
        is_soon = self._span[0] - now_ns < _WEEK_NS
        when = f"{opens:%a %H:%M}" if is_soon else f"{opens:%a %d %b %H:%M}"
        return f"{MARKET_CLOSED}, opens {when} UTC"

    def explained(self, status: FeedStatus, now_ns: int) -> FeedStatus:
        """Return the state of a stream, saying when the market opens where that is why it is quiet."""
        said = self.closed(now_ns)
        quiet_ns = now_ns - (status.last_data_ns or 0)
        if not said or status.state not in _CONNECTED or quiet_ns < _QUIET_NS:
            return status
        others = status.detail.replace(NO_DATA_CLOSED, "").strip("; ")
        return replace(status, detail=f"{said}; {others}" if others else said)

    async def run(self) -> None:
        """Ask again and again until cancelled."""
        while True:
            await self._clock.sleep(await self._look())

    async def _look(self) -> float:
        try:
            answer = await self._rest.market_clock()
            return self._note(answer)
        except (VenueError, BadInput, ValueError) as error:
            _LOG.warning("feed alpaca: market hours not known: %s", error)
            return _AFTER_FAILURE_S

    def _note(self, answer: ClockAnswer) -> float:
        now_ns = self._clock.now_ns()
        opens_ns, closes_ns = rfc3339_ns(answer.next_open), rfc3339_ns(answer.next_close)
        if answer.is_open:
            self._span = (self.open_since(now_ns) or now_ns, closes_ns)
            change_ns = closes_ns
        else:
            self._span = (opens_ns, closes_ns)
            change_ns = opens_ns
        return min(max((change_ns - now_ns) / _NS, 0.0) + _AFTER_CHANGE_S, _ASK_AGAIN_S)
