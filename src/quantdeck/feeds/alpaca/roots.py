"""Ids of the vendor's symbols, for the interpreter and for the compiled scan alike."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.symbol_table import SymbolTable
from quantdeck.model.errors import BadInput
from quantdeck.model.options import OPTION_VENUE, parse_osi

if TYPE_CHECKING:
    from quantdeck.analytics.types import IntArray
    from quantdeck.feeds.alpaca.numbers import Numbers
    from quantdeck.model.instruments import InstrumentTable

_TICKER = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,31}")


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
    """

    def __init__(self, venue: str, instruments: InstrumentTable, numbers: Numbers) -> None:
        self.known: dict[str, int] = {}
        self._table = SymbolTable()
        self._venue = venue
        self._instruments = instruments
        self._numbers = numbers

    @property
    def table(self) -> IntArray:
        """The same as a table of shape (power of two, 4) for `scan_quotes`."""
        return self._table.rows

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
        self._table.put({root: symbol})
        return symbol
