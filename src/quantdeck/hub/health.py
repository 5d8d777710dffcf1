"""Whether the deck is alive and ready, as ``/health`` answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.feed import FeedState, FeedStatus
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.tape import TapeStatus


class FeedHealth(msgspec.Struct, frozen=True):
    """One connection, as far as a stranger may know it."""

    name: str
    state: FeedState


class Health(msgspec.Struct, frozen=True):
    """The deck at one moment, without anything secret.

    Parameters
    ----------
    live : bool
        The process answers; false is never sent.
    ready : bool
        What was asked for is being captured and written.
    mode : Mode
        Live, demo or replay.
    version : str
        Version of quantdeck.
    detail : str
        Why it is not ready; empty when it is.
    feeds : list of FeedHealth
        Every connection.
    tape : str
        State of the tape, as `TapeStatus.state` has it.
    """

    live: bool
    ready: bool
    mode: Mode
    version: str
    detail: str
    feeds: list[FeedHealth]
    tape: str


def health_of(
    mode: Mode,
    version: str,
    *,
    capturing: bool,
    feeds: Sequence[FeedStatus],
    tape: TapeStatus,
    troubles: Sequence[str] = (),
) -> Health:
    """Return the health of a deck from the state of its parts.

    It is ready when the tape writes (or, in a replay, is read), nothing inside has failed lately and,
    while capturing, no connection is stale, failed or between two attempts.

    Parameters
    ----------
    mode : Mode
        Live, demo or replay.
    version : str
        Version of quantdeck.
    capturing : bool
        Whether events are meant to arrive.
    feeds : sequence of FeedStatus
        Every connection.
    tape : TapeStatus
        The tape.
    troubles : sequence of str
        What failed inside within the last minute.

    Returns
    -------
    Health
        With `detail` naming the first thing that is wrong.
    """
    problems: list[str] = []
    if tape.state not in {"writing", "reading"}:
        problems.append(f"tape is {tape.state}" + (f": {tape.detail}" if tape.detail else ""))
    if capturing:
        problems += [f"{feed.name} is {feed.state}" for feed in feeds if feed.state not in _WELL]
    problems += troubles
    return Health(
        live=True,
        ready=not problems,
        mode=mode,
        version=version,
        detail=problems[0] if problems else "",
        feeds=[FeedHealth(feed.name, feed.state) for feed in feeds],
        tape=tape.state,
    )


_WELL = (FeedState.LIVE, FeedState.SUBSCRIBED, FeedState.DEGRADED, FeedState.STOPPED)
