"""Ids of the vendor's symbols, for the interpreter and for the compiled scan alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.feeds.alpaca.scan_kernels import MIXER, TABLE_COLUMNS, WORDS
from quantdeck.model.errors import BadInput
from quantdeck.model.options import OPTION_VENUE, parse_osi

if TYPE_CHECKING:
    from quantdeck.analytics.types import IntArray
    from quantdeck.feeds.alpaca.numbers import Numbers
    from quantdeck.model.instruments import InstrumentTable

_TICKER = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")
_AT_FIRST = 1024
_MASK = (1 << 64) - 1


class Roots:
    """Symbols met on a stream. Owned by its decoder.

    Parameters
    ----------
    venue : str
        Venue part of the canonical symbols.
    instruments : InstrumentTable
        Where ids come from.
    numbers : Numbers
        Gets room for every id.

    Attributes
    ----------
    known : dict of str to int
        Ids by the vendor's symbol.
    table : array of shape (power of two, 4)
        The same as a table for `scan_quotes`.
    """

    def __init__(self, venue: str, instruments: InstrumentTable, numbers: Numbers) -> None:
        self.known: dict[str, int] = {}
        self.table: IntArray = np.zeros((_AT_FIRST, TABLE_COLUMNS), np.int64)
        self._venue = venue
        self._instruments = instruments
        self._numbers = numbers

    def id_of(self, root: str) -> int:
        """Return the id of a symbol.

        Raises
        ------
        msgspec.ValidationError
            If it is none: then the item is a bad one, as with a wrong number.
        """
        known = self.known.get(root)
        return self._learn(root) if known is None else known

    def _learn(self, root: str) -> int:
        if self._venue == OPTION_VENUE:
            try:
                parse_osi(root)
            except BadInput as error:
                raise msgspec.ValidationError(str(error)) from None
        elif not _TICKER.fullmatch(root):
            raise msgspec.ValidationError(f"{root!r} is not a symbol")
        symbol = self._instruments.id_of(f"{self._venue}:{root.replace(' ', '')}")
        self._numbers.make_room(symbol)
        self.known[root] = symbol
        # Half of the table stays free, so that a search in it is short.
        if 2 * len(self.known) > len(self.table):
            self.table = np.zeros((2 * len(self.table), TABLE_COLUMNS), np.int64)
            for each, number in self.known.items():
                self._enter(each, number)
        else:
            self._enter(root, symbol)
        return symbol

    def _enter(self, root: str, symbol: int) -> None:
        text = root.encode()
        if len(text) > 8 * WORDS:
            return
        words = np.frombuffer(text.ljust(8 * WORDS, b"\0"), "<i8")
        mixed = 0
        for word in words.tolist():
            mixed = (mixed * MIXER ^ word) & _MASK
        slots = len(self.table) - 1
        place = ((mixed * MIXER & _MASK) >> 32) & slots
        while self.table[place, WORDS]:
            place = (place + 1) & slots
        self.table[place, :WORDS] = words
        self.table[place, WORDS] = symbol + 1
