"""What each vendor's key may do, shown on the command line."""

from __future__ import annotations

import asyncio
import json
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace
from rich.console import Console
from rich.table import Table
from rich.text import Text

from quantdeck.app.places import tape_folder
from quantdeck.app.plans import Surroundings
from quantdeck.app.runs import new_run_id
from quantdeck.app.vendor_checks import VENDORS, Gathering, KeysGiven, gather_checks
from quantdeck.feeds.polygon.symbols import checked_stock
from quantdeck.jobs.verify import Verdict, VerifyReport, verify
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.verify import Checked

EXIT_REFUSED = 3
_WIDE = 200
_STYLES = {
    Verdict.OK: "green",
    Verdict.NOT_INCLUDED: "yellow",
    Verdict.NONE: "yellow",
    Verdict.FAILED: "red",
    Verdict.SKIPPED: "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifyQuestion:
    """What ``quantdeck verify`` is told.

    Parameters
    ----------
    symbols : tuple of str
        Stocks as typed; one that is listed everywhere where empty.
    vendors : tuple of str
        Who is asked; those that are set up where empty.
    keys : KeysGiven
        Credentials of the command line.
    demo : bool
        Ask the simulators.
    """

    symbols: tuple[str, ...] = ()
    vendors: tuple[str, ...] = ()
    keys: KeysGiven = field(default_factory=KeysGiven)
    demo: bool = False


def run_verify(settings: Settings, question: VerifyQuestion, *, as_json: bool) -> int:
    """Ask every vendor for a little, print what came, and return the exit code.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    question : VerifyQuestion
        Who is asked, and what for.
    as_json : bool
        Print the report as one JSON object.

    Returns
    -------
    int
        0, or `EXIT_REFUSED` where something failed.

    Raises
    ------
    AuthFailed
        If no vendor is set up at all.
    BadInput
        If a symbol or a vendor is none.
    ConfigError
        If Yahoo is to be asked and yfinance is not installed.
    """
    vendors = tuple(name.lower() for name in question.vendors)
    for name in vendors:
        if name not in VENDORS:
            raise BadInput(f"--source {name!r} is not known; there are {', '.join(VENDORS)}")
    typed = question.symbols or (("SPY",) if question.demo else ("AAPL",))
    symbols = tuple(dict.fromkeys(map(checked_stock, typed)))
    report = asyncio.run(verify_vendors(settings, question, symbols, vendors))
    if not report.checks:
        hints = "; ".join(f"{name}: {said}" for name, said in report.without.items())
        raise AuthFailed("verify", f"no vendor is set up: {hints}")
    if as_json:
        print(json.dumps(msgspec.to_builtins(report), indent=2))  # noqa: T201
    else:
        _show(report)
    return EXIT_REFUSED if report.failures else 0


async def verify_vendors(
    settings: Settings,
    question: VerifyQuestion,
    symbols: tuple[str, ...],
    vendors: tuple[str, ...] = (),
    *,
    progress: Callable[[Checked], None] | None = None,
) -> VerifyReport:
    """Ask every vendor for a little.

    Parameters
    ----------
    settings : Settings
        Addresses and plans.
    question : VerifyQuestion
        Keys, and whether simulators are asked.
    symbols : tuple of str
        Canonical symbols.
    vendors : tuple of str
        Who is asked; those that are set up where empty.
    progress : callable or None
        Takes every answer; where None a line says on a terminal whose turn it was.

    Returns
    -------
    VerifyReport
        What came.
    """
    clock = SystemClock()
    around = Surroundings(
        clock,
        InstrumentTable(),
        new_run_id(clock),
        tape_folder(settings, demo=question.demo),
    )
    async with AsyncExitStack() as stack:
        found = Gathering(
            uncached(settings),
            around,
            stack,
            symbols,
            demo=question.demo,
            keys=question.keys,
            named=vendors,
        )
        await gather_checks(found)
        if progress is not None:
            return await verify(found.checks, clock=clock, without=found.without, progress=progress)
        console = Console(stderr=True)
        with console.status("asking ...") as status:
            return await verify(
                found.checks,
                clock=clock,
                without=found.without,
                progress=lambda done: status.update(f"{done.vendor} {done.what}"),
            )


def uncached(settings: Settings) -> Settings:
    """Return settings under which no kept answer is used: it says nothing of the key."""
    feeds = settings.feeds
    fresh = replace(
        feeds,
        polygon=replace(feeds.polygon, cache_ttl_s=0),
        newsapi=replace(feeds.newsapi, cache_ttl_s=0),
        yahoo=replace(feeds.yahoo, cache_mb=0),
    )
    return replace(settings, feeds=fresh)


def _show(report: VerifyReport) -> None:
    # A file or a pipe has no width.
    console = Console(soft_wrap=True, highlight=False)
    if not console.is_terminal:
        console.width = _WIDE
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("vendor", "asked for", "verdict", "found"):
        table.add_column(title, no_wrap=title != "found", overflow="fold")
    for check in report.checks:
        verdict = Text(check.verdict.value, style=_STYLES[check.verdict])
        table.add_row(check.vendor, check.what, verdict, Text(check.found))
    console.print(table)
    for vendor, said in report.without.items():
        console.print(f"{vendor} was not asked: {said}", markup=False)
