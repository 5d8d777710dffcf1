"""Pages of histories: by symbol first, then by time, as the vendor cuts them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.sims.alpaca.query import page_token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from quantdeck.sims.alpaca.query import Query

Values = dict[str, Any]
Rows = list[tuple[int, Values]]
"""Instants [ns] and what is written."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which rows of one symbol are wanted.

    Parameters
    ----------
    most : int
        No more than so many.
    descends : bool
        The newest first.
    seen_ns : int or None
        Only rows beyond this instant, in the order of time asked for. [ns]
    """

    most: int
    descends: bool
    seen_ns: int | None

    def window(self, after_ns: int, until_ns: int, every_ns: int) -> tuple[int, int]:
        """Return the part of ``(after, until]`` that is certain to hold enough rows.

        Parameters
        ----------
        after_ns, until_ns : int
            The whole. [ns]
        every_ns : int
            A row comes at least so often. [ns]
        """
        length = (self.most + 2) * every_ns
        if self.descends:
            until_ns = until_ns if self.seen_ns is None else min(until_ns, self.seen_ns - 1)
            return max(after_ns, until_ns - length), until_ns
        after_ns = after_ns if self.seen_ns is None else max(after_ns, self.seen_ns)
        return after_ns, min(until_ns, after_ns + length)

    def of(self, rows: Rows) -> Rows:
        """Return those of some rows that are wanted, in the order that is."""
        seen = self.seen_ns
        if seen is not None:
            rows = [row for row in rows if (row[0] < seen if self.descends else row[0] > seen)]
        return sorted(rows, key=lambda row: row[0], reverse=self.descends)[: self.most]


def series_page(
    query: Query, symbols: Iterable[str], rows_of: Callable[[str, Wanted], Rows], *, limit: int
) -> tuple[dict[str, list[Values]], str | None]:
    """Return one page of the histories of symbols, and the token of the next.

    Parameters
    ----------
    query : Query
        ``sort`` and ``page_token``.
    symbols : iterable of str
        Whose.
    rows_of : callable
        Gives the rows of a symbol that are wanted.
    limit : int
        Rows of a page, over all symbols.
    """
    descends = query.choice("sort", ("asc", "desc")) == "desc"
    cursor = query.cursor()
    page: dict[str, list[Values]] = {}
    last: tuple[str, int] | None = None
    left = limit
    for symbol in sorted(symbols):
        if cursor and symbol < cursor[0]:
            continue
        seen = int(cursor[-1]) if cursor and symbol == cursor[0] else None
        # One more than fits tells whether anything follows.
        rows = rows_of(symbol, Wanted(left + 1, descends, seen))
        for stamp, value in rows[:left]:
            page.setdefault(symbol, []).append(value)
            last = symbol, stamp
        if len(rows) > left and last is not None:
            return page, page_token(*last)
        left -= len(rows)
    return page, None
