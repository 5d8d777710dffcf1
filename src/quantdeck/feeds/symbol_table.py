"""Ids of a vendor's symbols as an array, for code that is compiled and cannot look into a dict.

A table of rows with open addressing: three words of eight bytes that hold the symbol, the first byte
lowest, and one more than the id, which is 0 where a row is free. A reader begins at the row of the symbol's
hash and goes on until it meets the symbol or a free row; half of the rows are always free.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from quantdeck.analytics.types import IntArray

WORDS = 3
"""Words of a symbol."""

MIXER = 0x9E3779B97F4A7C15 - (1 << 64)
"""Odd number near the golden ratio of 2**64, by which words are spread over the table.

The row of words a, b and c begins at bits 32 and up of ((a * MIXER ^ b) * MIXER ^ c) * MIXER."""

_AT_FIRST = 1024
_MASK = (1 << 64) - 1
_LARGEST_ID = (1 << 31) - 1


class SymbolTable:
    """A table of symbols. Owned by a decoder.

    Attributes
    ----------
    rows : array of shape (power of two, 4)
        What the compiled reader is handed; another array after the table has grown.

    Examples
    --------
    >>> table = SymbolTable()
    >>> table.put({".SPXW261218C5000": 7})
    >>> table.rows[table.rows[:, 3] > 0].tolist()
    [[3546077107326047022, 3472328318021808434, 0, 8]]
    """

    def __init__(self) -> None:
        self._ids: dict[bytes, int] = {}
        self.rows: IntArray = np.zeros((_AT_FIRST, WORDS + 1), np.int64)

    def put(self, ids: Mapping[str, int]) -> None:
        """Add symbols, or change their ids.

        Those of more than 24 bytes are left out: a reader knows that it cannot find them here.
        """
        for symbol, number in ids.items():
            text = symbol.encode(errors="surrogatepass")
            if len(text) > 8 * WORDS or not 0 <= number <= _LARGEST_ID:
                continue
            is_new = text not in self._ids
            self._ids[text] = number
            if is_new and 2 * len(self._ids) <= len(self.rows):
                self._enter(text, number)
            else:
                self._build()

    def clear(self) -> None:
        """Forget all symbols."""
        self._ids.clear()
        self._build()

    def _build(self) -> None:
        size = len(self.rows)
        while 2 * len(self._ids) > size:
            size *= 2
        self.rows = np.zeros((size, WORDS + 1), np.int64)
        for text, number in self._ids.items():
            self._enter(text, number)

    def _enter(self, text: bytes, number: int) -> None:
        words = np.frombuffer(text.ljust(8 * WORDS, b"\0"), "<i8")
        mixed = 0
        for word in words.tolist():
            mixed = (mixed * MIXER ^ word) & _MASK
        last = len(self.rows) - 1
        place = ((mixed * MIXER & _MASK) >> 32) & last
        while self.rows[place, WORDS]:
            place = (place + 1) & last
        self.rows[place, :WORDS] = words
        self.rows[place, WORDS] = number + 1
