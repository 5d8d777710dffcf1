"""Bars, splits and dividends of one symbol: what is missing of them is fetched and kept."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.jobs.collect_report import Collected, Outcome, Part
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Provenance
from quantdeck.model.history import INTERVALS_NS, ActionKind, History
from quantdeck.ports.history import HistoryRequest

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.sessions import Sessions
    from quantdeck.analytics.types import IntArray
    from quantdeck.model.feed import RunId
    from quantdeck.model.history import CorporateAction, HistoryRows
    from quantdeck.ports.collecting import CollectVendor
    from quantdeck.ports.history import HistoryStore

_DAY_NS = INTERVALS_NS["1d"]
_MINUTE_NS = INTERVALS_NS["1m"]
# Stocks trade from four in the morning in New York.
_BEFORE_OPEN_NS = 19_800 * 1_000_000_000
_KINDS = {Part.SPLITS: ActionKind.SPLIT, Part.DIVIDENDS: ActionKind.DIVIDEND}


def ended_sessions(sessions: Sessions, now_ns: int, *, settles_ns: int) -> IntArray:
    """Return the starts of days whose bars are whole, oldest first.

    Parameters
    ----------
    sessions : Sessions
        Of the exchange.
    now_ns : int
        The time, UTC. [ns]
    settles_ns : int
        So long after the close a bar is whole. [ns]

    Returns
    -------
    array of int64
        Midnight UTC of each session. [ns]
    """
    ended = sessions.days[sessions.close_ns + settles_ns <= now_ns]
    return ended.astype("datetime64[ns]").astype(np.int64)


def united(known: HistoryRows, new: HistoryRows) -> HistoryRows:
    """Return the bars of both, those that are known as they are.

    Parameters
    ----------
    known, new : structured array of dtype `quantdeck.model.history.HISTORY_DTYPE`
        Each in order of time.

    Returns
    -------
    structured array
        In order of time.
    """
    others = new[~np.isin(new["start_ns"], known["start_ns"])]
    both = np.concatenate((known, others))
    return both[np.argsort(both["start_ns"], kind="stable")]


class DayBars:
    """Daily bars of one symbol as they are kept, and what comes to them. Owned by one task.

    Parameters
    ----------
    store : HistoryStore
        Keeps; called in threads.
    vendor : CollectVendor
        Is asked.
    symbol : str
        Canonical symbol.
    run_id : RunId
        Of this run.

    Attributes
    ----------
    is_empty : bool
        Whether `actions` found no bars to keep anything with, and did not ask.
    """

    def __init__(
        self, store: HistoryStore, vendor: CollectVendor, symbol: str, run_id: RunId
    ) -> None:
        self._store = store
        self._vendor = vendor
        self._symbol = symbol
        self._run_id = run_id
        self.is_empty = False

    async def bars(self, sessions: Sessions, now_ns: int, *, count: int) -> Collected:
        """Fetch the sessions that are missing among the newest, and since the last kept.

        Parameters
        ----------
        sessions : Sessions
            Of the exchange.
        now_ns : int
            The time, UTC. [ns]
        count : int
            How many of the newest.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        known = await self._kept("1d")
        ended = ended_sessions(sessions, now_ns, settles_ns=self._vendor.day_settles_ns)
        starts = ended[-count:]
        if known is not None:
            starts = np.union1d(starts, ended[ended > known.rows["start_ns"][-1]])
            starts = np.setdiff1d(starts, known.rows["start_ns"])
        if not len(starts):
            return self._item(Part.DAYS, Outcome.SAME, detail="every session was there")
        request = HistoryRequest(self._symbol, "1d", int(starts[0]), int(starts[-1]) + _DAY_NS)
        try:
            found = await self._vendor.bars(request)
        except NoData:
            if known is None:
                raise
            return self._item(Part.DAYS, Outcome.SAME, detail=_absent(starts))
        rows = found.rows
        actions: tuple[CorporateAction, ...] = ()
        if known is not None:
            rows, actions = united(known.rows, rows), known.actions
        new = len(rows) - (0 if known is None else len(known.rows))
        missing = np.setdiff1d(starts, rows["start_ns"])
        said = _absent(missing) if len(missing) else ""
        if not new:
            return self._item(Part.DAYS, Outcome.SAME, detail=said)
        await self._keep(found, rows, actions, at_ns=found.fetched_ns)
        return self._item(Part.DAYS, Outcome.NEW, new=new, detail=said)

    async def actions(self, part: Part, now_ns: int) -> Collected:
        """Fetch the splits, or the dividends, of the whole span that is kept.

        Bars are kept as traded, so a split that is new changes none of them: what they are worth in
        today's shares follows from the actions.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        known = await self._kept("1d")
        if known is None:
            self.is_empty = True
            return self._item(
                part, Outcome.NONE, detail="there are no daily bars to keep them with"
            )
        span_ns = int(known.rows["start_ns"][0]), int(known.rows["start_ns"][-1])
        is_split = part is Part.SPLITS
        ask = self._vendor.splits if is_split else self._vendor.dividends
        found = sorted(set(await ask(self._symbol, span_ns)))
        kind = _KINDS[part]
        before = [each for each in known.actions if each.kind is kind]
        if found == before:
            return self._item(part, Outcome.SAME if found else Outcome.NONE)
        others = [each for each in known.actions if each.kind is not kind]
        await self._keep(known, known.rows, tuple(sorted((*others, *found))), at_ns=now_ns)
        new = len(set(found) - set(before))
        gone = len(set(before) - set(found))
        return self._item(part, Outcome.NEW, new=new, changed=gone)

    async def minutes(self, sessions: Sessions, now_ns: int) -> Collected:
        """Fetch the minutes since the newest that is kept, at most those of the last two sessions.

        Raises
        ------
        QuantdeckError
            If the vendor does not answer, or the disk refuses.
        """
        known = await self._kept("1m")
        last = int(np.searchsorted(sessions.open_ns, now_ns, side="right")) - 1
        start_ns = int(sessions.open_ns[max(0, last - 1)]) - _BEFORE_OPEN_NS
        if known is not None:
            start_ns = max(start_ns, int(known.rows["start_ns"][-1]) + _MINUTE_NS)
        if start_ns + _MINUTE_NS > now_ns:
            return self._item(Part.MINUTES, Outcome.SAME)
        try:
            found = await self._vendor.bars(HistoryRequest(self._symbol, "1m", start_ns, now_ns))
        except NoData:
            if known is None:
                raise
            return self._item(Part.MINUTES, Outcome.SAME)
        await asyncio.to_thread(self._store.keep, found)
        return self._item(Part.MINUTES, Outcome.NEW, new=len(found))

    async def _kept(self, interval: str) -> History | None:
        def read() -> History | None:
            try:
                return self._store.read(self._symbol, interval, source=self._vendor.source)
            except NoData:
                return None

        return await asyncio.to_thread(read)

    async def _keep(
        self, told: History, rows: HistoryRows, actions: Sequence[CorporateAction], *, at_ns: int
    ) -> None:
        where = Provenance(told.provenance.source, told.provenance.delay, self._run_id)
        whole = History(
            symbol=told.symbol,
            interval=told.interval,
            rows=rows,
            provenance=where,
            feed=told.feed,
            fetched_ns=at_ns,
            currency=told.currency,
            calendar=told.calendar,
            actions=tuple(actions),
        )
        await asyncio.to_thread(self._store.keep, whole)

    def _item(
        self, part: Part, outcome: Outcome, *, new: int = 0, changed: int = 0, detail: str = ""
    ) -> Collected:
        return Collected(
            symbol=self._symbol,
            part=part,
            outcome=outcome,
            new=new,
            changed=changed,
            detail=detail,
        )


def _absent(starts: IntArray) -> str:
    days = starts.astype("datetime64[ns]").astype("datetime64[D]")
    count = len(days)
    named = str(days[0]) if count == 1 else f"{days[0]} to {days[-1]}"
    return f"the vendor has no bar of {count} session{'' if count == 1 else 's'}, {named}"
