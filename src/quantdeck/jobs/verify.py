"""Asks vendors for a little of everything, to see what each key may do."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import AuthFailed, NoData, NotEntitled, QuantdeckError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from quantdeck.ports.clock import Clock

_PATIENCE_S = 150.0


class Verdict(StrEnum):
    """What became of a check."""

    OK = "ok"
    NOT_INCLUDED = "not in the plan"
    NONE = "nothing"
    """The vendor answers, and has none of it."""
    FAILED = "failed"
    SKIPPED = "not tried"
    """The vendor had refused the key."""


@dataclass(frozen=True, slots=True)
class Check:
    """One question to one vendor.

    Parameters
    ----------
    vendor : str
        Short name of the service.
    what : str
        What is asked for.
    ask : callable
        Asks, and returns what came in words.
    is_needed : bool
        Whether it is a failure if the vendor has none of it.
    """

    vendor: str
    what: str
    ask: Callable[[], Awaitable[str]]
    is_needed: bool = True


class Checked(msgspec.Struct, frozen=True):
    """What became of a check.

    Parameters
    ----------
    vendor, what : str
        As in the check.
    verdict : Verdict
        How it ended.
    found : str
        What came, or why nothing did.
    seconds : float
        How long it took. [s]
    """

    vendor: str
    what: str
    verdict: Verdict
    found: str
    seconds: float = 0.0


class VerifyReport(msgspec.Struct, frozen=True):
    """What every key may do.

    Parameters
    ----------
    checks : tuple of Checked
        In order.
    without : dict of str to str
        Vendors that were not asked, and what they lack.
    """

    checks: tuple[Checked, ...]
    without: dict[str, str] = {}

    @property
    def failures(self) -> list[Checked]:
        """What failed, and all there is of a vendor whose plan includes nothing."""
        bad = [c for c in self.checks if c.verdict in (Verdict.FAILED, Verdict.SKIPPED)]
        for vendor in dict.fromkeys(check.vendor for check in self.checks):
            its = [check for check in self.checks if check.vendor == vendor]
            if all(check.verdict is Verdict.NOT_INCLUDED for check in its):
                bad += its
        return bad


async def verify(
    checks: Iterable[Check],
    *,
    clock: Clock,
    without: dict[str, str] | None = None,
    progress: Callable[[Checked], None] = lambda _: None,
    patience_s: float = _PATIENCE_S,
) -> VerifyReport:
    """Ask every question, one after the other.

    Parameters
    ----------
    checks : iterable of Check
        What is asked.
    clock : Clock
        Where the time comes from.
    without : dict or None
        Vendors that are not asked, and what they lack.
    progress : callable
        Takes every answer.
    patience_s : float
        So long an answer is waited for. [s]

    Returns
    -------
    VerifyReport
        What a vendor does raises nothing.
    """
    done: list[Checked] = []
    refused: set[str] = set()
    for check in checks:
        if check.vendor in refused:
            found = Checked(check.vendor, check.what, Verdict.SKIPPED, "the key was refused")
        else:
            found = await _checked(check, clock, refused, patience_s)
        done.append(found)
        progress(found)
    return VerifyReport(tuple(done), dict(without or {}))


async def _checked(check: Check, clock: Clock, refused: set[str], patience_s: float) -> Checked:
    began_ns = clock.monotonic_ns()
    verdict = Verdict.OK
    try:
        async with asyncio.timeout(patience_s):
            found = await check.ask()
    except TimeoutError:
        verdict, found = Verdict.FAILED, f"no answer within {patience_s:.0f} s"
    except QuantdeckError as error:
        verdict, found = _judged(error, is_needed=check.is_needed), str(error)
        if isinstance(error, AuthFailed):
            refused.add(check.vendor)
    seconds = (clock.monotonic_ns() - began_ns) / 1e9
    return Checked(check.vendor, check.what, verdict, found, seconds)


def _judged(error: QuantdeckError, *, is_needed: bool) -> Verdict:
    match error:
        case NotEntitled():
            return Verdict.NOT_INCLUDED
        case NoData() if not is_needed:
            return Verdict.NONE
        case _:
            return Verdict.FAILED
