"""Takes snapshots of option chains, once or again and again, and keeps them with the rates they hold."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.analytics.boxes import rates_of_snapshot
from quantdeck.analytics.boxes.curve import tenor_rate
from quantdeck.analytics.boxes.rates import DAYS_PER_YEAR
from quantdeck.analytics.boxes.types import BoxRules, ExpiryRate, Status
from quantdeck.model.errors import (
    AuthFailed,
    BadInput,
    NoData,
    NotEntitled,
    QuantdeckError,
    VenueError,
)
from quantdeck.ports.box_store import RateRow, StoredSnapshot
from quantdeck.ports.chains import ChainRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.ports.box_store import BoxStore
    from quantdeck.ports.chains import ChainSource
    from quantdeck.ports.clock import Clock

_NS = 1_000_000_000


class CollectPlan(msgspec.Struct, frozen=True, kw_only=True):
    """What is collected, and how.

    Parameters
    ----------
    requests : tuple of ChainRequest
        One for each underlying.
    rules : BoxRules
        How the rates are computed.
    tenors_days : tuple of int
        Constant tenors kept in the history. [days]
    keep : int
        Snapshots kept of each source and underlying.
    interval_s : float
        From the beginning of one round to that of the next. [s]
    """

    requests: tuple[ChainRequest, ...]
    rules: BoxRules
    tenors_days: tuple[int, ...] = ()
    keep: int = 500
    interval_s: float = 60.0


class Taken(msgspec.Struct, frozen=True):
    """What became of one underlying.

    Parameters
    ----------
    underlying : str
        Canonical symbol.
    stored : StoredSnapshot or None
        What is kept; None where it could not be taken.
    usable : int
        Expiries with a rate to rely on.
    rates : int
        Expiries.
    seconds : float
        From the request to the disk. [s]
    failure : str
        Why it could not be taken; empty otherwise.
    """

    underlying: str
    stored: StoredSnapshot | None
    usable: int = 0
    rates: int = 0
    seconds: float = 0.0
    failure: str = ""


class Round(msgspec.Struct, frozen=True):
    """One time round all underlyings.

    Parameters
    ----------
    number : int
        Counted from 1.
    began_ns : int
        When it began, UTC. [ns]
    taken : tuple of Taken
        In the order of the plan.
    dropped : int
        Old snapshots that gave way.
    """

    number: int
    began_ns: int
    taken: tuple[Taken, ...]
    dropped: int = 0

    @property
    def failures(self) -> list[str]:
        """What went wrong."""
        return [f"{each.underlying}: {each.failure}" for each in self.taken if each.failure]


async def take_round(
    source: ChainSource,
    store: BoxStore,
    plan: CollectPlan,
    *,
    clock: Clock,
    number: int = 1,
    tell: Callable[[str], None] = lambda _: None,
) -> Round:
    """Take a snapshot of every underlying of a plan and keep it with its rates.

    Parameters
    ----------
    source : ChainSource
        The vendor.
    store : BoxStore
        Where snapshots and rates go.
    plan : CollectPlan
        What is wanted.
    clock : Clock
        Where the time comes from.
    number : int
        Of the round.
    tell : callable
        Takes what is being done, in words.

    Returns
    -------
    Round
        An underlying that failed is named in it; the others are kept.

    Raises
    ------
    AuthFailed, NotEntitled
        If the vendor refuses for good.
    StoreError
        If the disk refuses.
    QuantdeckError
        What went wrong, where nothing at all could be taken.
    """
    began_ns = clock.now_ns()
    taken: list[Taken] = []
    errors: list[QuantdeckError] = []
    for request in plan.requests:
        tell(f"asking {source.source} for {request.underlying}")
        try:
            taken.append(await _take(source, store, plan, request, clock))
        except (AuthFailed, NotEntitled):
            raise
        except (VenueError, NoData, BadInput) as error:
            errors.append(error)
            taken.append(Taken(request.underlying, None, failure=str(error)))
    if errors and len(errors) == len(plan.requests):
        raise errors[0]
    dropped = await asyncio.to_thread(store.prune, plan.keep, now_ns=clock.now_ns())
    return Round(number, began_ns, tuple(taken), dropped)


async def collect(
    source: ChainSource,
    store: BoxStore,
    plan: CollectPlan,
    *,
    clock: Clock,
    report: Callable[[Round], None],
    tell: Callable[[str], None] = lambda _: None,
) -> None:
    """Take a round every interval until cancelled.

    A round that takes longer than the interval lets the moments that came meanwhile pass.
    What a vendor does for a while ends nothing: it is reported, and the next round tries again.

    Parameters
    ----------
    source : ChainSource
        The vendor.
    store : BoxStore
        Where snapshots and rates go.
    plan : CollectPlan
        What is wanted, and how often.
    clock : Clock
        Where the time comes from.
    report : callable
        Takes every round.
    tell : callable
        Takes what is being done, in words.

    Raises
    ------
    AuthFailed, NotEntitled
        If the vendor refuses for good.
    BadInput
        If the vendor knows none of the underlyings.
    StoreError
        If the disk refuses.
    """
    number = 0
    interval_ns = int(plan.interval_s * _NS)
    due_ns = clock.monotonic_ns()
    while True:
        number += 1
        began_ns = clock.now_ns()
        try:
            done = await take_round(source, store, plan, clock=clock, number=number, tell=tell)
        except (AuthFailed, NotEntitled):
            raise
        except (VenueError, NoData) as error:
            reasons = (Taken(r.underlying, None, failure=str(error)) for r in plan.requests)
            done = Round(number, began_ns, tuple(reasons))
        report(done)
        now_ns = clock.monotonic_ns()
        due_ns += interval_ns * max(1, -(-(now_ns - due_ns) // interval_ns))
        next_at = datetime.fromtimestamp((clock.now_ns() + due_ns - now_ns) / _NS, UTC)
        tell(f"next at {next_at:%H:%M:%S} UTC")
        await clock.sleep((due_ns - now_ns) / _NS)


def rate_rows(
    snapshot: ChainSnapshot, rates: Sequence[ExpiryRate], tenors_days: Sequence[int] = ()
) -> list[RateRow]:
    """Return the rates of a snapshot as rows of the history.

    Parameters
    ----------
    snapshot : ChainSnapshot
        Where they come from.
    rates : sequence of ExpiryRate
        Of its expiries.
    tenors_days : sequence of int
        Constant tenors wanted of every root. [days]

    Returns
    -------
    list of RateRow
        One for each expiry, and one for each root and tenor between two sound expiries of the root.
    """
    rows = [_expiry_row(snapshot, rate) for rate in rates]
    by_root: dict[str, list[ExpiryRate]] = {}
    for rate in rates:
        by_root.setdefault(rate.root, []).append(rate)
    for some in by_root.values():
        for days in tenors_days:
            value, error = tenor_rate(some, days)
            if math.isfinite(value):
                rows.append(_tenor_row(snapshot, some[0], days, value, error))
    return rows


def _expiry_row(snapshot: ChainSnapshot, rate: ExpiryRate) -> RateRow:
    return RateRow(
        ts_ns=snapshot.taken_ns,
        underlying=rate.underlying,
        root=rate.root,
        kind="expiry",
        expiry=rate.expiry,
        tenor_days=None,
        settlement=rate.settlement.value,
        status=rate.status.value,
        days=rate.days,
        tau=rate.tau,
        rate_mid=rate.rate_mid,
        se=rate.se,
        rate_lend=rate.rate_lend,
        rate_borrow=rate.rate_borrow,
        forward=rate.forward,
        dividend_yield=rate.dividend_yield,
        spot=rate.spot,
        quotes_used=rate.quotes_used,
        quotes_flagged=rate.quotes_flagged,
        feed=snapshot.feed,
        source=snapshot.provenance.source,
        delay=snapshot.provenance.delay,
        ingest_run_id=snapshot.provenance.run_id,
    )


# What belongs to one expiry alone has no value of a tenor.
def _tenor_row(
    snapshot: ChainSnapshot, one: ExpiryRate, days: int, rate: float, error: float
) -> RateRow:
    return msgspec.structs.replace(
        _expiry_row(snapshot, one),
        kind="tenor",
        expiry=None,
        tenor_days=days,
        status=Status.OK.value,
        days=days,
        tau=days / DAYS_PER_YEAR,
        rate_mid=rate,
        se=error,
        rate_lend=math.nan,
        rate_borrow=math.nan,
        forward=math.nan,
        dividend_yield=math.nan,
        quotes_used=0,
        quotes_flagged=0,
    )


async def _take(
    source: ChainSource, store: BoxStore, plan: CollectPlan, request: ChainRequest, clock: Clock
) -> Taken:
    began_ns = clock.monotonic_ns()
    snapshot = await source.snapshot(request)
    stored, rates = await asyncio.to_thread(keep_snapshot, store, plan, snapshot)
    return Taken(
        underlying=request.underlying,
        stored=stored,
        usable=sum(rate.status is Status.OK for rate in rates),
        rates=len(rates),
        seconds=(clock.monotonic_ns() - began_ns) / _NS,
    )


def keep_snapshot(
    store: BoxStore, plan: CollectPlan, snapshot: ChainSnapshot
) -> tuple[StoredSnapshot, list[ExpiryRate]]:
    """Keep a snapshot, and its rates in the history.

    Parameters
    ----------
    store : BoxStore
        Where to.
    plan : CollectPlan
        How the rates are computed.
    snapshot : ChainSnapshot
        Of one underlying.

    Returns
    -------
    tuple of StoredSnapshot and list of ExpiryRate
        What is kept, and the rates of its expiries.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    stored = store.keep(snapshot)
    rates = rates_of_snapshot(snapshot, plan.rules)
    store.append_rates(rate_rows(snapshot, rates, plan.tenors_days))
    return stored, rates
