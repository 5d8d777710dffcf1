"""The daily run on the command line: what it says while it works, what came of it, and its history."""

from __future__ import annotations

import asyncio
import json
from contextlib import closing, suppress
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.table import Table
from rich.text import Text

from quantdeck.app.daily_inputs import DailyPlace, clock_text
from quantdeck.app.daily_market import plan_of
from quantdeck.app.daily_steps import daily_of
from quantdeck.app.places import tape_folder
from quantdeck.app.signals import until_told_to_stop
from quantdeck.app.state import open_state
from quantdeck.hub.daily_record import daily_runs
from quantdeck.jobs.daily_steps import DailyQuestion
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.daily import Daily
    from quantdeck.jobs.daily_steps import DailyReport
    from quantdeck.views.daily import DailyRun

_STYLES = {
    "done": "green",
    "unchanged": "dim",
    "failed": "red",
    "stopped": "yellow",
    "left out": "dim",
    "would run": "cyan",
    "ended": "red",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class DailyOrder:
    """What ``quantdeck daily`` is told.

    Parameters
    ----------
    symbols : tuple of str
        As typed; those of the settings where empty.
    first_step : str
        Step to begin with; the first where empty.
    db_file : Path or None
        The copy as SQLite; that of the data folder where None.
    is_dry : bool
        Say what would be done, and do nothing.
    has_notice : bool
        Tell the channels that are set up.
    demo : bool
        Ask the simulators.
    """

    symbols: tuple[str, ...] = ()
    first_step: str = ""
    db_file: Path | None = None
    is_dry: bool = False
    has_notice: bool = True
    demo: bool = False


def run_daily(settings: Settings, order: DailyOrder, *, as_json: bool) -> DailyReport | None:
    """Run what is to be done today, print what came of it, and return it.

    Parameters
    ----------
    settings : Settings
        Everything that was configured.
    order : DailyOrder
        What is wanted.
    as_json : bool
        Print the report as one JSON object.

    Returns
    -------
    DailyReport or None
        Its `error` says why the first step that failed did; None where it was told to stop.

    Raises
    ------
    BadInput
        If a symbol or a step is none.
    Conflict
        If another daily run of the folder is under way.
    StoreError
        If the records cannot be read or written.
    """
    folder = tape_folder(settings, demo=order.demo)
    with closing(open_state(settings, demo=order.demo)) as records:
        place = DailyPlace(settings, folder, records, SystemClock(), order.demo)
        plan_of(place, order.symbols)
        daily = daily_of(place, db_file=order.db_file)
        report = asyncio.run(_worked(daily, order, as_json=as_json))
    if report is None:
        return None
    if as_json:
        print(msgspec.json.encode(_plain(report)).decode(), flush=True)  # noqa: T201
    else:
        _show(report, str(report.results.get("notify", {}).get("details", "")))
    return report


def run_history(settings: Settings, *, demo: bool, limit: int, as_json: bool) -> None:
    """Print the last daily runs with their steps, newest first.

    Raises
    ------
    StoreError
        If the records cannot be read.
    """
    with closing(open_state(settings, demo=demo)) as records:
        runs = daily_runs(records.due, limit=limit)
    now_ns = SystemClock().now_ns()
    if as_json:
        told = [_run_plain(run, now_ns) for run in runs]
        print(json.dumps(told, indent=2))  # noqa: T201
        return
    console = Console(soft_wrap=True, highlight=False)
    if not runs:
        console.print("No daily run yet; quantdeck daily makes one.")
    for run in runs:
        _show_run(console, run, now_ns)


async def _worked(daily: Daily, order: DailyOrder, *, as_json: bool) -> DailyReport | None:
    question = DailyQuestion(
        symbols=order.symbols, first_step=order.first_step, has_notice=order.has_notice
    )
    if order.is_dry:
        return await daily.plan(question, _Teller(is_quiet=True))
    work = asyncio.ensure_future(daily.run(question, _Teller(is_quiet=as_json)))
    told = asyncio.ensure_future(until_told_to_stop())
    await asyncio.wait({work, told}, return_when=asyncio.FIRST_COMPLETED)
    told.cancel()
    if work.done():
        return work.result()
    # What is being written is finished, and the record says that it was interrupted.
    work.cancel()
    with suppress(asyncio.CancelledError):
        await work
    return None


# Lines of what takes long go to stderr, so that what is printed at the end can be read by a program.
class _Teller:
    def __init__(self, *, is_quiet: bool) -> None:
        self._console = Console(stderr=True, quiet=is_quiet, soft_wrap=True, highlight=False)

    def line(self, text: str, *, tone: str = "plain") -> None:
        style = {"good": "green", "bad": "red"}.get(tone, "")
        self._console.print(Text(text, style=style))

    def progress(self, done: int, of: int) -> None:
        pass


def _show(report: DailyReport, details: str) -> None:
    # Wider than a screen where it must be: a cut sentence is none.
    console = Console(soft_wrap=True, highlight=False)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("step", "state", "took", "what came of it"):
        table.add_column(title, justify="right" if title == "took" else "left")
    for step in report.steps:
        took = "" if step.seconds is None else f"{step.seconds:,.1f} s"
        state = Text(step.state, style=_STYLES.get(step.state, ""))
        table.add_row(step.name, state, took, Text(step.said))
        for note in step.notes:
            table.add_row("", Text("note", style="yellow"), "", Text(note))
    Console(width=10_000, highlight=False).print(table)
    if details:
        console.print()
        console.print(details, markup=False)
    seconds = (report.ended_ns - report.began_ns) / 1e9
    took = "" if not report.run_id else f", in {seconds:,.1f} s"
    console.print(f"\n{report.said}{took}", markup=False)


def _show_run(console: Console, run: DailyRun, now_ns: int) -> None:
    state = run.state_at(now_ns)
    line = Text(f"{clock_text(run.began_ns)}  ")
    line.append(state, style=_STYLES.get(state, ""))
    line.append(f"  {_took(run.began_ns, run.ended_ns)}  {run.said}  ({run.holder})")
    console.print(line)
    for step in run.steps:
        row = Text(f"  {step.name:<10}")
        row.append(f"{step.state:<9}", style=_STYLES.get(step.state, ""))
        row.append(f"{_took(step.began_ns, step.ended_ns):>9}  {step.said}")
        console.print(row)
        for note in step.notes:
            console.print(f"  {'':<28} {note}", markup=False)


def _took(began_ns: int, ended_ns: int | None) -> str:
    return "" if ended_ns is None else f"{(ended_ns - began_ns) / 1e9:,.1f} s"


def _plain(report: DailyReport) -> dict[str, Any]:
    told = report.results.get("notify", {})
    return {
        "run": report.run_id or None,
        "said": report.said,
        "error": None if report.error is None else str(report.error),
        "began_ns": report.began_ns,
        "ended_ns": report.ended_ns,
        "steps": [msgspec.to_builtins(step) for step in report.steps],
        "headline": told.get("headline"),
        "details": told.get("details"),
    }


def _run_plain(run: DailyRun, now_ns: int) -> dict[str, Any]:
    plain = asdict(run)
    del plain["lease_ns"]
    return {**plain, "state": run.state_at(now_ns)}
