"""Breaks of a stream whose events are not numbered, as gaps that are lost."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.events import Kind
from quantdeck.model.feed import Gap, GapState

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Breaks:
    """Notes breaks of one feed.

    Nothing is numbered, so a gap is one break, counted from 1, and its times tell how long it was.

    Parameters
    ----------
    source : str
        Short name of the service.
    on_gap : callable or None
        Takes every gap.
    """

    def __init__(self, source: str, on_gap: Callable[[Gap], None] | None) -> None:
        self._source, self._on_gap = source, on_gap
        self._count = 0

    def note(self, symbols: Iterable[str], since_ns: int, until_ns: int) -> None:
        """Note that quotes of these symbols are missing between two times.

        Parameters
        ----------
        symbols : iterable of str
            Canonical.
        since_ns, until_ns : int
            The last receipt before the break and the first after it, UTC. [ns]
        """
        self._count += 1
        if self._on_gap is None:
            return
        for symbol in symbols:
            self._on_gap(
                Gap(
                    source=self._source,
                    symbol=symbol,
                    kind=Kind.QUOTE.value,
                    first_seq=self._count,
                    last_seq=self._count,
                    found_ns=until_ns,
                    after_ts_ns=since_ns,
                    before_ts_ns=until_ns,
                    state=GapState.LOST,
                )
            )
