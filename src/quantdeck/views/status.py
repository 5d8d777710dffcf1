"""The payload that the page's shell shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.feed import FeedState
from quantdeck.views.payloads import Mode, PanelState, ReplayPosition, StatusPayload

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.feed import FeedStatus
    from quantdeck.views.dashboard import CaptureFigures
    from quantdeck.views.state import Standing


def status_payload(  # noqa: PLR0913 - one for each part of the shell
    standing: Standing,
    *,
    state: PanelState,
    feeds: Sequence[FeedStatus],
    figures: CaptureFigures,
    symbols: Sequence[str],
    now_ns: int,
    replay: ReplayPosition | None = None,
    pages: int = 0,
    uploaded: Sequence[str] = (),
    unread: int = 0,
) -> StatusPayload:
    """Return the status of the deck.

    Parameters
    ----------
    standing : Standing
        Mode, and whether it captures.
    state : PanelState
        Of the newest event of all.
    feeds : sequence of FeedStatus
        Every connection.
    figures : CaptureFigures
        Rate, lag, gaps and tape.
    symbols : sequence of str
        Canonical symbols being captured.
    now_ns : int
        The deck's time, UTC. [ns]
    replay : ReplayPosition or None
        Only while recorded data are played.
    pages : int
        Changes when the pages have other choices to offer.
    uploaded : sequence of str
        Canonical symbols that are not captured but were uploaded.
    unread : int
        Fired alerts that nobody has seen.

    Returns
    -------
    StatusPayload
        As ``docs/reference/stream.md`` has it.
    """
    lag = figures.lag
    return StatusPayload(
        state=state,
        mode=standing.mode,
        capturing=standing.capturing,
        feeds_live=sum(feed.state is FeedState.LIVE for feed in feeds),
        feeds_total=sum(feed.state is not FeedState.STOPPED for feed in feeds),
        messages_per_s=figures.per_second or 0.0,
        lag_ms=None if lag is None else lag.p50_ns / 1e6,
        skew_ms=None if lag is None else lag.skew_ns / 1e6,
        gaps_open=figures.gaps_open,
        dropped=figures.dropped,
        tape_state=figures.tape.state,
        tape_bytes=figures.tape.bytes_on_disk,
        symbols=list(symbols),
        clock_ms=now_ns // 1_000_000,
        replay=replay if standing.mode is Mode.REPLAY else None,
        pages=pages,
        uploaded=list(uploaded),
        alerts_unread=unread,
    )
