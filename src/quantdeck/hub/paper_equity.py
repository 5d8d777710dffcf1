"""The curve of a paper account: a point a minute, kept over restarts, thinner the older it is."""

from __future__ import annotations

import asyncio
from bisect import bisect_right
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from quantdeck.trading.ledger import EntryKind
from quantdeck.trading.money import exact
from quantdeck.trading.paper_now import EquityPoints

if TYPE_CHECKING:
    from quantdeck.ports.equity import EquityStore
    from quantdeck.trading.account import Account

ZONE = ZoneInfo("America/New_York")
"""Whose midnight begins the day of the loss stop: no US session is cut in two by it."""

_EVERY_NS = 60_000_000_000
_SOON_NS = 2_000_000_000
_THIN_NS = 3_600_000_000_000
_MOST = 20_000
_ZERO = Decimal(0)


def day_begin_ns(now_ns: int) -> int:
    """Return the last midnight of New York, UTC. [ns].

    Examples
    --------
    >>> day_begin_ns(18 * 3_600_000_000_000) // 3_600_000_000_000
    5
    """
    local = datetime.fromtimestamp(now_ns // 10**9, UTC).astimezone(ZONE)
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
    return int(midnight.timestamp()) * 10**9


class EquityCurve:
    """Owned by a `quantdeck.hub.paper_desk.PaperDesk`.

    Parameters
    ----------
    store : EquityStore
        Where points are kept.
    name : str
        Of the account.

    Attributes
    ----------
    is_due : bool
        Set where something happened, so that the next point comes at once.
    revision : int
        Changes with every point.
    """

    def __init__(self, store: EquityStore, name: str) -> None:
        self._store = store
        self._name = name
        self.is_due = False
        self.revision = 0
        self._times: list[int] = []
        self._equity: list[float] = []
        self._cash: list[float] = []
        self._thinned_ns = 0
        self._day: tuple[tuple[int, int], Decimal] = ((-1, -1), _ZERO)
        self.load()

    def load(self) -> None:
        """Read what is kept. Blocks."""
        times, equity, cash = self._store.points(self._name)
        self._times, self._equity, self._cash = times.tolist(), equity.tolist(), cash.tolist()
        self.revision += 1

    async def note(self, now_ns: int, equity: Decimal | None, cash: Decimal) -> None:
        """Keep a point where one is due: each minute, and soon after something happened.

        Parameters
        ----------
        now_ns : int
            The time, UTC. [ns]
        equity : Decimal or None
            Cash with positions at mark; None where there is no telling, and then there is no point.
            [currency]
        cash : Decimal
            Cash alone. [currency]
        """
        last_ns = self._times[-1] if self._times else 0
        wait_ns = _SOON_NS if self.is_due else _EVERY_NS
        if equity is None or now_ns - last_ns < wait_ns:
            return
        self.is_due = False
        value, rest = float(equity), float(cash)
        await asyncio.to_thread(self._store.add, self._name, ts_ns=now_ns, equity=value, cash=rest)
        self._times.append(now_ns)
        self._equity.append(value)
        self._cash.append(rest)
        self.revision += 1
        if now_ns - self._thinned_ns >= _THIN_NS or len(self._times) > _MOST:
            self._thinned_ns = now_ns
            await asyncio.to_thread(self._store.thin, self._name, now_ns=now_ns)
            await asyncio.to_thread(self.load)

    def points(self, since_ns: int = 0) -> EquityPoints:
        """Return the points that are not before a moment [ns]."""
        times = np.array(self._times, np.int64)
        first = int(np.searchsorted(times, since_ns))
        return EquityPoints(
            times[first:], np.array(self._equity[first:]), np.array(self._cash[first:])
        )

    def day_start(self, account: Account, now_ns: int) -> Decimal:
        """Return what the account was worth when the day began, with what was paid in since.

        Parameters
        ----------
        account : Account
            As it stands.
        now_ns : int
            The time, UTC. [ns]

        Returns
        -------
        Decimal
            Where nothing is known of the days before, all that was ever paid in. [currency]
        """
        begin_ns = day_begin_ns(now_ns)
        at = bisect_right(self._times, begin_ns) - 1
        known_ns, base = (begin_ns, self._equity[at]) if at >= 0 else (0, 0.0)
        key = begin_ns, account.count
        if self._day[0] != key:
            paid_in = sum(
                (
                    entry.cash
                    for entry in account.ledger.entries
                    if entry.kind is EntryKind.DEPOSIT and entry.ts_ns >= known_ns
                ),
                _ZERO,
            )
            self._day = key, paid_in
        return exact(base, "equity") + self._day[1]
