"""What a person reads of a collector's run."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from quantdeck.app.words import counted
from quantdeck.jobs.collect_report import Outcome, Part

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.jobs.collect_report import Collected, CollectReport
    from quantdeck.tape.sqlite_copy import CopyReport

_MOST_ROWS = 60
_WIDE = 200
_MOST_LINES = 40
_STYLES = {Outcome.FAILED: "red", Outcome.SKIPPED: "red", Outcome.NEW: "green"}
_WORDS = {
    Outcome.SAME: "=",
    Outcome.NONE: "none",
    Outcome.NOT_INCLUDED: "no plan",
    Outcome.FAILED: "failed",
    Outcome.SKIPPED: "skipped",
}


def show_report(report: CollectReport, copied: CopyReport | None, path: Path) -> None:
    """Print a run: a table of symbols and parts, then what went wrong and what it cost.

    Parameters
    ----------
    report : CollectReport
        The run.
    copied : CopyReport or None
        What became of the SQLite copy; None where it was left as it is.
    path : Path
        The copy.
    """
    console = Console(soft_wrap=True, highlight=False)
    if not console.is_terminal:
        # A file or a pipe has no width.
        console.width = _WIDE
    console.print(_table(report))
    for part, said in report.not_included.items():
        console.print(f"not in the plan: {part}: {said}", markup=False)
    for item in _told(report):
        console.print(
            f"{item.symbol or 'headlines'} {item.part.value}: {item.detail}", markup=False
        )
    failures = [each for each in report.failures if each.outcome is Outcome.FAILED]
    for item in failures[:_MOST_LINES]:
        text = f"{item.symbol or 'headlines'} {item.part.value} failed: {item.detail}"
        console.print(Text(text, style="red"))
    if len(failures) > _MOST_LINES:
        console.print(f"... and {len(failures) - _MOST_LINES:,} more failures; --json names all")
    for line in _warnings(report):
        console.print(line)
    console.print(_sum(report))
    if copied is None:
        console.print(f"interrupted: what came is kept; {path} is as it was", markup=False)
        return
    written = sum(copied.written.values())
    console.print(f"{path}: {counted(written, 'row')} written", markup=False)


def _warnings(report: CollectReport) -> list[Text]:
    found: list[Text] = []
    if report.gave_up:
        found.append(Text(f"the rest was not tried after {report.gave_up}", style="red"))
    if report.unknown:
        names = ", ".join(report.unknown[:_MOST_LINES])
        words = f"{report.source} has nothing at all of {names}: is it written right?"
        found.append(Text(words, style="yellow"))
    return found


def _table(report: CollectReport) -> Table:
    parts = [part for part in Part if any(each.part is part for each in report.items)]
    table = Table(box=None, pad_edge=False, header_style="bold")
    symbols = sorted({each.symbol for each in report.items if each.symbol})
    is_short = len(symbols) <= _MOST_ROWS
    table.add_column("symbol" if is_short else "outcome")
    for part in parts:
        table.add_column(part.value, justify="right")
    if is_short:
        cells = {(each.symbol, each.part): _cell(each) for each in report.items}
        for symbol in symbols:
            table.add_row(symbol, *(cells.get((symbol, part), Text("")) for part in parts))
        return table
    # Of many symbols it is told how many.
    counts = Counter((each.outcome, each.part) for each in report.items if each.symbol)
    for outcome in Outcome:
        numbers = [counts[outcome, part] for part in parts]
        if any(numbers):
            table.add_row(outcome.value, *(f"{number:,}" if number else "" for number in numbers))
    return table


def _cell(item: Collected) -> Text:
    if item.outcome is Outcome.NEW:
        changed = f" ~{item.changed:,}" if item.changed else ""
        words = f"+{item.new:,}{changed}" if item.new or not changed else changed.strip()
    else:
        words = _WORDS[item.outcome]
    return Text(words, style=_STYLES.get(item.outcome, "dim"))


# What is worth a line though nothing failed: averages that were compared, and headlines.
def _told(report: CollectReport) -> list[Collected]:
    fine = (Outcome.NEW, Outcome.SAME)
    told = [
        each
        for each in report.items
        if each.detail and each.outcome in fine and (each.part is Part.AVERAGE or not each.symbol)
    ]
    return sorted(told, key=lambda each: (not each.symbol, each.symbol))[:_MOST_LINES]


def _sum(report: CollectReport) -> str:
    seconds = (report.ended_ns - report.began_ns) / 1e9
    new = sum(each.new for each in report.items)
    changed = sum(each.changed for each in report.items)
    return (
        f"{counted(new, 'new row')}, {changed:,} changed, from {report.source} in {seconds:.1f} s: "
        f"{counted(report.requests, 'request')}, {report.cache_hits:,} answered by the cache "
        f"(run {report.ingest_run_id})"
    )
