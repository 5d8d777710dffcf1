"""How often each perpetual exchanges funding, seen from the marks themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.model.events import Rows

# Marks come every one or three seconds: over a longer silence an exchange may have been missed.
_LONGEST_SILENCE_NS = 300_000_000_000


class FundingIntervals:
    """Spacing of the funding times of every symbol.

    Owned by the hub and fed on its event loop, one call per batch of marks.

    Examples
    --------
    >>> import numpy as np
    >>> from quantdeck.model.events import MARK_DTYPE
    >>> hour = 3_600_000_000_000
    >>> rows = np.zeros(2, MARK_DTYPE)
    >>> rows["ts_event"], rows["next_funding_ns"] = [8 * hour - 1, 8 * hour], [8 * hour, 12 * hour]
    >>> intervals = FundingIntervals()
    >>> for row in rows:
    ...     intervals.update(np.array([row]))
    >>> intervals.seconds(0), intervals.seconds(1)
    (14400.0, None)
    """

    def __init__(self) -> None:
        self._last: dict[int, tuple[int, int]] = {}
        self._spacing: dict[int, float] = {}

    def update(self, rows: Rows) -> None:
        """Take in marks.

        Parameters
        ----------
        rows : structured array of shape (n,)
            Rows of `MARK_DTYPE` in order of arrival.
        """
        times = zip(rows["next_funding_ns"].tolist(), rows["ts_event"].tolist(), strict=True)
        newest = dict(zip(rows["symbol"].tolist(), times, strict=True))
        for symbol_id, (next_ns, ts_ns) in newest.items():
            if next_ns <= 0:
                continue
            known_ns, heard_ns = self._last.get(symbol_id, (next_ns, ts_ns))
            if next_ns < known_ns:
                continue
            if next_ns > known_ns and ts_ns - heard_ns <= _LONGEST_SILENCE_NS:
                self._spacing[symbol_id] = (next_ns - known_ns) / 1e9
            self._last[symbol_id] = next_ns, ts_ns

    def seconds(self, symbol_id: int) -> float | None:
        """Return the time between the last two exchanges seen, or None where none was. [s].

        Parameters
        ----------
        symbol_id : int
            Id of the instrument.
        """
        return self._spacing.get(symbol_id)
