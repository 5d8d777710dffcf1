"""The journal: what changed, noticed and put into words once, for the page and the log file."""

from __future__ import annotations

import logging
from collections import deque
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.feed import FeedState, Gap, GapState
from quantdeck.model.instruments import root_of
from quantdeck.views.figures import duration_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quantdeck.model.feed import FeedStatus
    from quantdeck.ports.tape import TapeStatus

_LOG = logging.getLogger(__name__)
_KEPT = 200

_FEED_WORDS: dict[FeedState, tuple[str, str]] = {
    FeedState.CONNECTING: ("plain", "connecting"),
    FeedState.SUBSCRIBED: ("plain", "connected"),
    FeedState.LIVE: ("good", "live"),
    FeedState.DEGRADED: ("bad", "degraded"),
    FeedState.STALE: ("bad", "stale"),
    FeedState.BACKOFF: ("bad", "disconnected"),
    FeedState.STOPPED: ("plain", "stopped"),
    FeedState.FAILED: ("bad", "failed"),
}
_TAPE_TONES = {"writing": "good", "closed": "plain"}


class Line(msgspec.Struct, frozen=True):
    """One entry.

    Parameters
    ----------
    number : int
        Counts up within the run.
    ts_ns : int
        When it was noticed, UTC. [ns]
    tone : str
        ``good``, ``bad`` or ``plain``.
    text : str
        One sentence.
    """

    number: int
    ts_ns: int
    tone: str
    text: str


class Journal:
    """Compares what it is shown with what it was shown before. Owned by the machine.

    Parameters
    ----------
    now_ns : callable
        Gives the deck's time, in a replay that of the recording, UTC. [ns]
    """

    def __init__(self, now_ns: Callable[[], int]) -> None:
        self._now_ns = now_ns
        self._lines: deque[Line] = deque(maxlen=_KEPT)
        self._states: dict[str, str] = {}
        self.revision = 0
        """Count of lines ever written."""

    def write(self, text: str, *, tone: str = "plain") -> None:
        """Add a line."""
        self.revision += 1
        _LOG.info("%s", text)
        self._lines.append(Line(self.revision, self._now_ns(), tone, text))

    def observe(self, feeds: Iterable[FeedStatus], tape: TapeStatus | None) -> None:
        """Add a line for every connection, and the tape, whose state is another than before."""
        for feed in feeds:
            if self._is_news(feed.name, feed.state):
                tone, word = _FEED_WORDS[feed.state]
                self.write(_sentence(f"{feed.name}: {word}", feed.detail), tone=tone)
        if tape is not None and self._is_news("tape", tape.state):
            tone = _TAPE_TONES.get(tape.state, "bad")
            self.write(_sentence(f"tape: {tape.state}", tape.detail), tone=tone)

    def note_gap(self, gap: Gap) -> None:
        """Add a line for a gap that was found, closed or given up."""
        where = f"{root_of(gap.symbol)} {gap.kind} {gap.first_seq} to {gap.last_seq}"
        count = f"{gap.missing:,} event{'' if gap.missing == 1 else 's'}"
        match gap.state:
            case GapState.OPEN:
                self.write(f"{count} missing: {where}", tone="bad")
            case GapState.REPAIRED:
                self.write(f"{count} fetched that were missing: {where}", tone="good")
            case GapState.LOST:
                self.write(f"{count} lost, the venue no longer has them: {where}", tone="bad")

    def lines(self) -> list[Line]:
        """Return the lines, newest first."""
        return list(reversed(self._lines))

    def _is_news(self, what: str, state: str) -> bool:
        before = self._states.get(what)
        self._states[what] = state
        # Everything is stopped before it is started; that is not worth a line.
        return before != state and (before is not None or state != FeedState.STOPPED)


def interruption_text(from_ns: int, to_ns: int) -> str:
    """Return what a pause of the capture means for the data, in a sentence."""
    began, ended = (datetime.fromtimestamp(ns / 1e9, UTC) for ns in (from_ns, to_ns))
    until = f"{ended:%H:%M:%S}" if began.date() == ended.date() else f"{ended:%Y-%m-%d %H:%M:%S}"
    return (
        f"nothing was captured from {began:%Y-%m-%d %H:%M:%S} to {until} UTC "
        f"({duration_text((to_ns - from_ns) / 1e9)}): executions of the last minutes are fetched, "
        "quotes and marks are not to be had"
    )


def _sentence(text: str, detail: str) -> str:
    return f"{text}. {detail}" if detail else text
