"""Executions whose numbers do not rise by one: each once, by its name alone."""

from __future__ import annotations

_KEPT = 50_000


class Recent:
    """The newest executions of one instrument. Owned by `quantdeck.live.continuity.Continuity`.

    Parameters
    ----------
    kept : int
        So many names are remembered, those that came last.

    Attributes
    ----------
    newest_ns : int
        Latest event time seen; -1 before the first. [ns]

    Examples
    --------
    >>> recent = Recent()
    >>> [recent.is_new(ts_ns, seq) for ts_ns, seq in [(10, 71), (10, 5), (10, 71)]]
    [True, True, False]
    >>> recent.newest_ns
    10
    """

    __slots__ = ("_kept", "_names", "newest_ns")

    def __init__(self, kept: int = _KEPT) -> None:
        self.newest_ns = -1
        self._kept = kept
        self._names: dict[tuple[int, int], None] = {}

    def is_new(self, ts_ns: int, seq: int) -> bool:
        """Return whether an execution was not seen before, and remember it.

        Parameters
        ----------
        ts_ns : int
            Event time. [ns]
        seq : int
            The venue's number.
        """
        name = (ts_ns, seq)
        if name in self._names:
            return False
        self._names[name] = None
        if len(self._names) > self._kept:
            del self._names[next(iter(self._names))]
        self.newest_ns = max(self.newest_ns, ts_ns)
        return True
