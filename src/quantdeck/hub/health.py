"""Whether the deck is alive and ready, as ``/health`` answers it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import msgspec

from quantdeck.model.feed import FeedState, FeedStatus
from quantdeck.views.payloads import Mode

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.bus import BusStatus
    from quantdeck.ports.tape import TapeStatus
    from quantdeck.views.price_choices import PriceChoices


class FeedHealth(msgspec.Struct, frozen=True):
    """One connection, as far as a stranger may know it."""

    name: str
    state: FeedState


class ComponentHealth(msgspec.Struct, frozen=True):
    """One part of the deck.

    Parameters
    ----------
    name : str
        ``feeds``, ``tape``, ``histories``, ``options``, ``schedule`` or ``bus``.
    state : str
        ``ok``, ``waiting`` (nothing has come yet), ``failing``, or ``off`` (not part of this deck).
    detail : str
        In words.
    """

    name: str
    state: Literal["ok", "waiting", "failing", "off"]
    detail: str


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
        State of the tape, as `TapeStatus.state` has it; ``off`` where the process has none.
    components : tuple of ComponentHealth
        The parts, in words.
    """

    live: bool
    ready: bool
    mode: Mode
    version: str
    detail: str
    feeds: list[FeedHealth]
    tape: str
    components: tuple[ComponentHealth, ...] = ()


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
    if tape.state not in _TAPE_WELL:
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


def components_of(
    *,
    capturing: bool,
    feeds: Sequence[FeedStatus],
    tape: TapeStatus,
    prices: PriceChoices | None,
    underlyings: Sequence[str],
    bus: BusStatus | None = None,
) -> tuple[ComponentHealth, ...]:
    """Return how the parts of a deck are doing, in words.

    Parameters
    ----------
    capturing, feeds, tape
        As `health_of` takes them.
    prices : PriceChoices or None
        What there are prices of years of; None where the deck keeps none.
    underlyings : sequence of str
        Whose option chains are studied.
    bus : BusStatus or None
        How publishing goes; None where nothing is published.

    Returns
    -------
    tuple of ComponentHealth
        Feeds, tape, histories and options, and the bus where there is one.
    """
    found = (
        _feeds(feeds, capturing=capturing),
        tape_component(tape),
        _histories(prices),
        _options(underlyings),
    )
    return found if bus is None else (*found, publishing(bus))


def publishing(bus: BusStatus) -> ComponentHealth:
    """Return how publishing goes, in words; capture goes on whatever becomes of the bus."""
    waiting = f"{bus.waiting_bytes / 1e6:,.1f} MB of events wait"
    given_up = f"; {bus.let_go} segments were given up unpublished" if bus.let_go else ""
    if bus.trouble:
        return ComponentHealth("bus", "failing", f"{waiting}: {bus.trouble}{given_up}")
    if not bus.rows:
        return ComponentHealth("bus", "waiting", f"nothing is published yet{given_up}")
    detail = f"{bus.rows:,} events published, {bus.lag_s:,.2f} s after their receipt"
    return ComponentHealth("bus", "ok", detail + given_up)


def _feeds(feeds: Sequence[FeedStatus], *, capturing: bool) -> ComponentHealth:
    if not capturing or not feeds:
        return ComponentHealth("feeds", "off", "nothing is captured here now")
    well = sum(feed.state in _WELL for feed in feeds)
    state = "ok" if well == len(feeds) else "failing"
    return ComponentHealth("feeds", state, f"{well} of {len(feeds)} connections are well")


def tape_component(tape: TapeStatus) -> ComponentHealth:
    """Return how the tape is doing, in words."""
    # What is captured is safe while sealing waits, but it does not reach other machines.
    state = "ok" if tape.state in _TAPE_WELL and not tape.detail else "failing"
    detail = f": {tape.detail}" if tape.detail else ""
    return ComponentHealth("tape", state, f"it is {tape.state}{detail}")


def _histories(prices: PriceChoices | None) -> ComponentHealth:
    if prices is None:
        return ComponentHealth("histories", "off", "no prices of years are kept here")
    count = len(prices.symbols)
    if not count:
        return ComponentHealth("histories", "waiting", "no symbol has prices of years yet")
    return ComponentHealth("histories", "ok", f"symbols with daily bars, kept or followed: {count}")


def _options(underlyings: Sequence[str]) -> ComponentHealth:
    if not underlyings:
        return ComponentHealth("options", "off", "no option chains are watched here")
    return ComponentHealth("options", "ok", f"chains of {', '.join(underlyings)}")


_TAPE_WELL = frozenset({"writing", "reading"})
_WELL = (FeedState.LIVE, FeedState.SUBSCRIBED, FeedState.DEGRADED, FeedState.STOPPED)
