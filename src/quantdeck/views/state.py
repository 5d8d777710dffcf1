"""How far a panel's figures can be trusted, decided in one place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.live.staleness import Freshness
from quantdeck.model.feed import Delay
from quantdeck.views.payloads import Mode, PanelState

if TYPE_CHECKING:
    from quantdeck.live.staleness import Age


_STOPPED = "Capture is stopped; press Start"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the deck as a whole when a panel is made.

    Parameters
    ----------
    mode : Mode
        Live, demo or replay.
    capturing : bool
        False where the capture was stopped by hand.
    delay : Delay
        What the feeds' data are.
    closed : str
        That the market is closed, and when it opens; empty where it is open.
    """

    mode: Mode = Mode.LIVE
    capturing: bool = True
    delay: Delay = Delay.REALTIME
    closed: str = ""


def panel_state(
    standing: Standing,
    age: Age,
    *,
    source: str = "",
    what: str = "event",
    missing: str = "",
    partial: str = "",
) -> PanelState:
    """Return the state of a panel.

    Parameters
    ----------
    standing : Standing
        What is known of the deck.
    age : Age
        Of the newest event behind the panel.
    source : str
        Where it comes from.
    what : str
        What the panel is made of, in the singular.
    missing : str
        Why there is nothing to show; empty when there is.
    partial : str
        What is left out of what is shown; empty when nothing is.

    Returns
    -------
    PanelState
        The gravest word: ``empty``, then ``stale``, then ``partial``, then ``demo``, ``replay``,
        ``delayed`` or ``live``. While nothing was received and the capture runs it is ``loading``.

    Examples
    --------
    >>> from quantdeck.live.staleness import age_of
    >>> fresh = age_of(0, 400_000_000)
    >>> panel_state(Standing(), fresh, source="binance-usdm").word
    'live'
    >>> panel_state(Standing(Mode.DEMO), fresh).word
    'demo'
    >>> panel_state(Standing(), age_of(0, 42_000_000_000), source="binance-usdm").detail
    'Stale 42 s: no event from binance-usdm since'
    >>> panel_state(Standing(closed="market closed"), age_of(0, 42_000_000_000)).word
    'live'
    """
    word, detail = _gravest(standing, age, missing, partial)
    if word == "loading":
        detail = f"Waiting for the first {what}"
    elif word == "stale" and standing.capturing:
        seconds = age.seconds or 0.0
        detail = f"Stale {seconds:.0f} s: no {what}{f' from {source}' if source else ''} since"
    return PanelState(word, age.seconds, source, detail)


def _gravest(standing: Standing, age: Age, missing: str, partial: str) -> tuple[str, str]:
    if missing:
        return "empty", missing
    if age.freshness is Freshness.EMPTY:
        return ("loading", "") if standing.capturing else ("empty", _STOPPED)
    if not standing.capturing:
        return "stale", _STOPPED
    # Old figures of a closed market are its newest.
    is_old = age.freshness is Freshness.STALE
    if is_old and not standing.closed:
        return "stale", ""
    if partial:
        return "partial", partial
    closed = f"{standing.closed[:1].upper()}{standing.closed[1:]}" if is_old else ""
    return _plain_word(standing), closed


def _plain_word(standing: Standing) -> str:
    if standing.mode is not Mode.LIVE:
        return standing.mode.value
    words = {
        Delay.REALTIME: "live",
        Delay.DELAYED: "delayed",
        Delay.INDICATIVE: "delayed",
        Delay.SIMULATED: "demo",
        Delay.IMPORTED: "replay",
    }
    return words[standing.delay]


def steady_state(standing: Standing, *, source: str = "quantdeck") -> PanelState:
    """Return the state of a panel about the deck itself, which is never stale.

    Parameters
    ----------
    standing : Standing
        What is known of the deck.
    source : str
        Where it comes from.

    Returns
    -------
    PanelState
        Age 0 and the deck's plain word.

    Examples
    --------
    >>> steady_state(Standing(Mode.REPLAY)).word
    'replay'
    """
    return PanelState(_plain_word(standing), 0.0, source)


def failed_state(detail: str, *, source: str = "") -> PanelState:
    """Return the state of a panel that could not be made.

    Parameters
    ----------
    detail : str
        Cause, consequence and way out, in a sentence or two.
    source : str
        Where it would have come from.

    Returns
    -------
    PanelState
        With the word ``error``.

    Examples
    --------
    >>> failed_state("The tape cannot be read: permission denied").word
    'error'
    """
    return PanelState("error", None, source, detail)


def empty_state(state: PanelState, reason: str) -> PanelState:
    """Return the state of a panel that has an answer to show for nothing: why there is none.

    Parameters
    ----------
    state : PanelState
        What the panel's state would be otherwise.
    reason : str
        Why there is nothing to show.

    Returns
    -------
    PanelState
        With the word ``empty`` and the reason, unless there is a graver word already.

    Examples
    --------
    >>> empty_state(PanelState("live", 0.1), "not enough data: 5 rows").word
    'empty'
    """
    if state.word in {"error", "loading"}:
        return state
    return PanelState("empty", state.age_s, state.source, reason)
