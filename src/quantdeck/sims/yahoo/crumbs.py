"""Who may ask: the cookie that everybody gets, and the crumb that goes with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.sims.noise import generator
from quantdeck.sims.yahoo.fault_table import YahooFault

if TYPE_CHECKING:
    from quantdeck.sims.faultboard import FaultBoard

COOKIE = "A3"
_NS = 1_000_000_000


class Crumbs:
    """Gives out cookies and crumbs.

    Parameters
    ----------
    seed : int
        Of both.
    faults : FaultBoard
        What is switched on.
    """

    def __init__(self, seed: int, faults: FaultBoard) -> None:
        self._seed, self._faults = seed, faults
        self._cookies = 0
        self._crumbs: dict[str, tuple[str, int]] = {}

    def cookie(self) -> str:
        """Return a new cookie."""
        self._cookies += 1
        number = generator(self._seed, "cookie", self._cookies).integers(2**40)
        return f"d=AQABB{number:x}&S=AQAAA"

    def crumb(self, cookie: str, now_ns: int) -> str:
        """Return the crumb of a cookie, a new one where the old one has gone stale."""
        known = self._crumbs.get(cookie)
        if known is None or not self._is_fresh(known[1], now_ns):
            number = generator(self._seed, "crumb", cookie, now_ns).integers(2**40)
            known = self._crumbs[cookie] = (f"{number:x}.sim", now_ns)
        return known[0]

    def are_good(self, cookie: str, crumb: str, now_ns: int) -> bool:
        """Whether a cookie and a crumb belong together."""
        if self._faults.has(YahooFault.INVALID_CRUMB):
            return False
        known = self._crumbs.get(cookie)
        return known is not None and known[0] == crumb and self._is_fresh(known[1], now_ns)

    def _is_fresh(self, made_ns: int, now_ns: int) -> bool:
        fault = self._faults.get(YahooFault.CRUMB_ROTATION)
        return fault is None or now_ns - made_ns < (fault.value or 0.0) * _NS
