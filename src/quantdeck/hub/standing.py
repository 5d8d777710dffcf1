"""How far the figures of some symbols can be trusted: mode, delay, market hours and age."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from quantdeck.live.board import TRADES
from quantdeck.live.staleness import Age, age_of_trades
from quantdeck.model.feed import Delay
from quantdeck.model.uploads import UPLOAD_SOURCE
from quantdeck.views.state import Standing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.hub.machine import Machine


def standing(machine: Machine) -> Standing:
    """Return what is known of the deck as a whole."""
    lanes = machine.capture.lanes
    delay = lanes[0].provenance.delay if lanes else Delay.REALTIME
    return Standing(machine.mode, machine.capture.is_on, delay)


def standing_of(machine: Machine, symbols: Sequence[str]) -> Standing:
    """Return what is known of the feeds of some symbols.

    Figures of several feeds are called after the one that is furthest from the market; those of uploads
    alone are as new as the files are.
    """
    capture = machine.capture
    if is_uploaded(machine, symbols):
        told = replace(standing(machine), capturing=True, delay=Delay.IMPORTED)
        return replace(told, closed="uploaded: nothing newer comes by itself")
    delays = [lane.provenance.delay for lane in capture.lanes_of(symbols)]
    delay = next((each for each in delays if each is not Delay.REALTIME), Delay.REALTIME)
    return replace(standing(machine), delay=delay, closed=capture.closed(symbols))


def sources_of(machine: Machine, symbols: Sequence[str]) -> str:
    """Return where the events of some symbols come from, in words."""
    if is_uploaded(machine, symbols):
        return UPLOAD_SOURCE
    return ", ".join(lane.provenance.source for lane in machine.capture.lanes_of(symbols))


def is_uploaded(machine: Machine, symbols: Sequence[str]) -> bool:
    """Return whether all of these symbols were uploaded, and none of them is captured."""
    known = uploaded_symbols(machine)
    return bool(symbols) and all(symbol in known for symbol in symbols)


def uploaded_symbols(machine: Machine) -> list[str]:
    """Return the canonical symbols that were uploaded and are not captured."""
    if machine.uploads is None:
        return []
    captured = machine.capture.symbols()
    return [symbol for symbol in machine.uploads.symbols() if symbol not in captured]


def trade_age(machine: Machine, symbol: str) -> Age:
    """Return the age of the newest execution of a symbol."""
    board, number = machine.state.board, machine.state.instruments.id_of(symbol)
    return age_of_trades(
        board.last_recv_ns(number, TRADES), board.last_recv_ns(number), machine.now_ns()
    )
