"""Tells channels what has changed since the last look."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.sims.tastytrade.chains import DESCRIPTIONS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from quantdeck.sims.options.market import OptionMarket
    from quantdeck.sims.tastytrade.board import Board
    from quantdeck.sims.tastytrade.channel import FeedChannel

_UNDERLYING_NS = 100_000_000
_SLOW_NS = 1_000_000_000
# Longer stretches are not caught up with: only the newest value is sent anyway.
_LONGEST_NS = 5_000_000_000


class Pump:
    """Marks what is due in every channel. Owned by the server.

    Parameters
    ----------
    market : OptionMarket
        Where events come from.
    board : Board
        Names in the stream.
    now_ns : int
        Start. [ns]
    """

    def __init__(self, market: OptionMarket, board: Board, *, now_ns: int) -> None:
        self._market, self._board = market, board
        self._at_ns = now_ns
        self._quoted: dict[str, None] = {}

    def run_to(self, now_ns: int, channels: Sequence[FeedChannel]) -> None:
        """Tell channels what has changed by a time; does nothing where there are none."""
        after_ns, self._at_ns = max(self._at_ns, now_ns - _LONGEST_NS), max(now_ns, self._at_ns)
        if not channels or now_ns <= after_ns:
            return
        kinds = {k for channel in channels for k, symbols in channel.subscribed.items() if symbols}
        names = self._board.streamers()
        if kinds & {"Quote", "Greeks"}:
            schedule = self._market.schedule(self._board.listed)
            rows: list[int] = schedule.updates(after_ns, now_ns)[0].tolist()
            quoted = [names[row] for row in rows]
            self._quoted.update(dict.fromkeys(quoted))
            _tell(channels, "Quote", quoted)
        if "Trade" in kinds:
            found = self._board.listed
            traded: list[int] = self._market.trades(
                found, found.all, after_ns, now_ns
            ).rows.tolist()
            _tell(channels, "Trade", [names[row] for row in traded])
        if after_ns // _UNDERLYING_NS != now_ns // _UNDERLYING_NS:
            _tell(channels, "Quote", DESCRIPTIONS)
            _tell(channels, "Trade", DESCRIPTIONS)
        if after_ns // _SLOW_NS != now_ns // _SLOW_NS:
            _tell(channels, "Greeks", list(self._quoted))
            self._quoted = {}
            for channel in channels:
                channel.changed("Candle", list(channel.subscribed.get("Candle", ())))


def _tell(channels: Sequence[FeedChannel], kind: str, symbols: Iterable[str]) -> None:
    for channel in channels:
        channel.changed(kind, symbols)
