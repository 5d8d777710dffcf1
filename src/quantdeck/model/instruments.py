"""Instruments and their canonical symbols.

A canonical symbol is ``VENUE:ROOT`` in capitals, such as ``BINANCE-USDM:BTCUSDT`` (perpetual) or
``BINANCE:BTCUSDT`` (spot). No vendor's own spelling passes above `quantdeck.feeds`.
"""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from quantdeck.model.errors import BadInput

_SYMBOL = re.compile(r"[A-Z0-9][A-Z0-9-]*:[A-Z0-9][A-Z0-9._-]*")


class InstrumentKind(StrEnum):
    """What an instrument is."""

    SPOT = "spot"
    PERPETUAL = "perpetual"
    FUTURE = "future"
    EQUITY = "equity"
    OPTION = "option"
    INDEX = "index"


class Instrument(msgspec.Struct, frozen=True):
    """One tradable thing, as its venue describes it.

    Parameters
    ----------
    symbol : str
        Canonical symbol, ``VENUE:ROOT``.
    kind : InstrumentKind
        What it is.
    base, quote : str
        Currency bought and currency paid, such as ``BTC`` and ``USDT``.
    tick_size, lot_size : float or None
        Smallest steps of price and quantity; None where the venue does not say.
    annual_periods : int
        Days a year it trades: 365 for 24x7 markets, 252 for exchange sessions.
    expiry_ns : int or None
        When a dated future is delivered, UTC; None where it never is. [ns]
    """

    symbol: str
    kind: InstrumentKind
    base: str
    quote: str
    tick_size: float | None = None
    lot_size: float | None = None
    annual_periods: int = 365
    expiry_ns: int | None = None


def canonical(text: str, *, default_venue: str) -> str:
    """Return the canonical symbol for what a person typed.

    Parameters
    ----------
    text : str
        ``btcusdt``, ``BINANCE:BTCUSDT`` or ``binance-usdm:btcusdt``.
    default_venue : str
        Venue taken when the text names none.

    Returns
    -------
    str
        ``VENUE:ROOT`` in capitals.

    Raises
    ------
    BadInput
        If the text is not a symbol.

    Examples
    --------
    >>> canonical("btcusdt", default_venue="BINANCE-USDM")
    'BINANCE-USDM:BTCUSDT'
    """
    word = text.strip().upper()
    symbol = word if ":" in word else f"{default_venue.upper()}:{word}"
    if not _SYMBOL.fullmatch(symbol):
        raise BadInput(
            f"{text!r} is not a symbol; write VENUE:ROOT or ROOT, such as BINANCE-USDM:BTCUSDT"
        )
    return symbol


def venue_of(symbol: str) -> str:
    """Return the venue part of a canonical symbol.

    Examples
    --------
    >>> venue_of("BINANCE-USDM:BTCUSDT")
    'BINANCE-USDM'
    """
    return symbol.partition(":")[0]


def root_of(symbol: str) -> str:
    """Return the part of a canonical symbol after the venue.

    Examples
    --------
    >>> root_of("BINANCE-USDM:BTCUSDT")
    'BTCUSDT'
    """
    return symbol.partition(":")[2]


class InstrumentTable:
    """Small integers for canonical symbols, so that a packed row can name its instrument.

    One table a process, filled by whoever opens a feed, a replay or an import; ids are never
    reused. Files never store an id without the symbol it stood for.

    Examples
    --------
    >>> table = InstrumentTable()
    >>> table.id_of("BINANCE:BTCUSDT"), table.id_of("BINANCE:ETHUSDT"), table.id_of("BINANCE:BTCUSDT")
    (0, 1, 0)
    >>> table.symbol(1)
    'BINANCE:ETHUSDT'
    """

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._symbols: list[str] = []

    def id_of(self, symbol: str) -> int:
        """Return the id of `symbol`, giving it the next free one when it is new."""
        known = self._ids.get(symbol)
        if known is not None:
            return known
        self._symbols.append(symbol)
        return self._ids.setdefault(symbol, len(self._symbols) - 1)

    def symbol(self, symbol_id: int) -> str:
        """Return the canonical symbol of an id given out by `id_of`."""
        return self._symbols[symbol_id]

    def symbols(self) -> list[str]:
        """Return all symbols, ordered by id."""
        return list(self._symbols)

    def __len__(self) -> int:
        return len(self._symbols)
