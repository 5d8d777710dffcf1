"""The newest quote of every symbol when there are more than can be taken in.

The vendor disconnects a client that reads too slowly, and a queue only makes old quotes older. So when
what is read lies well behind its usual age, of each symbol only the newest quote of a socket read goes
on, and those overwritten are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.ports.feed import EventSink

_NS = 1_000_000_000
# What is usual follows what is seen slowly upwards: clocks drift apart.
_DRIFT_SHIFT = 12


class Conflator:
    """Stands between a decoder and the sink. Owned by a connection's decoder.

    Parameters
    ----------
    sink : EventSink
        Where quotes go.
    behind_s : float
        Later than usual by so much is too late. [s]

    Attributes
    ----------
    put : callable
        Takes a quote, arguments in the order of the row: at once to the sink, or kept until `flush`.
    usual_lag_ns : int or None
        Least receipt minus event of late; None without quotes. [ns]
    overwritten : int
        Quotes that were replaced by a newer one of their symbol before they were handed on.

    Examples
    --------
    >>> class Show:
    ...     def quote(self, *row):
    ...         print(row)
    >>> conflator = Conflator(Show())
    >>> conflator.insist(60.0)
    >>> conflator.flush(now_ns=50)
    >>> for bid in (1.0, 2.0):
    ...     conflator.put(7, 8, 7, bid, 3.0, 1.0, 1.0, 0, 0)
    >>> conflator.flush(now_ns=60)
    (7, 8, 7, 2.0, 3.0, 1.0, 1.0, 0, 0)
    >>> conflator.overwritten
    1
    """

    def __init__(self, sink: EventSink, *, behind_s: float = 0.5) -> None:
        self._direct: Callable[..., None] = sink.quote
        self._behind_ns = int(behind_s * _NS)
        self._lag_ns = 0
        self._insist_s = 0.0
        self._insist_until_ns = 0
        self._newest: dict[int, tuple[int, int, int, float, float, float, float, int, int]] = {}
        self.put: Callable[..., None] = self._direct
        self.overwritten = 0
        self.usual_lag_ns: int | None = None

    @property
    def is_conflating(self) -> bool:
        """Whether quotes are kept until the end of the read."""
        return self.put is not self._direct

    def saw(self, lag_ns: int) -> None:
        """Note receipt minus event of a quote, in ns; once a frame is enough."""
        self._lag_ns = lag_ns
        usual_ns = self.usual_lag_ns
        if usual_ns is None or lag_ns < usual_ns:
            self.usual_lag_ns = lag_ns
        else:
            self.usual_lag_ns = usual_ns + ((lag_ns - usual_ns) >> _DRIFT_SHIFT)

    def insist(self, seconds: float) -> None:
        """Conflate for so long whatever the lag is: the vendor found us too slow."""
        self._insist_s = seconds

    def forget(self) -> None:
        """Learn the usual lag anew: there is another socket."""
        self._lag_ns, self.usual_lag_ns = 0, None

    def flush(self, now_ns: int) -> None:
        """Hand on what was kept, at the end of a socket read, and look how the next is to be taken."""
        if self._newest:
            direct = self._direct
            for row in self._newest.values():
                direct(*row)
            self._newest.clear()
        if self._insist_s:
            self._insist_until_ns = now_ns + int(self._insist_s * _NS)
            self._insist_s = 0.0
        late = self._lag_ns > (self.usual_lag_ns or 0) + self._behind_ns
        self.put = self._keep if late or now_ns < self._insist_until_ns else self._direct

    def _keep(  # noqa: PLR0913, PLR0917 - the fields of a row
        self,
        ts_event: int,
        ts_recv: int,
        seq: int,
        bid: float,
        ask: float,
        bid_size: float,
        ask_size: float,
        symbol: int,
        flags: int,
        /,
    ) -> None:
        row = (ts_event, ts_recv, seq, bid, ask, bid_size, ask_size, symbol, flags)
        kept = self._newest.get(symbol)
        if kept is None:
            self._newest[symbol] = row
            return
        self.overwritten += 1
        if seq >= kept[2]:
            self._newest[symbol] = row
