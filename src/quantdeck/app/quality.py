"""Checks of the bars that are kept, and what a person reads of them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table

from quantdeck.analytics.quality import QualityReport, Severity, check_history
from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.places import tape_folder
from quantdeck.app.words import counted
from quantdeck.model.errors import NoData
from quantdeck.model.feed import Delay
from quantdeck.model.instruments import canonical
from quantdeck.net.clock import SystemClock
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.quality import Finding
    from quantdeck.app.settings import Settings
    from quantdeck.ports.history import KeptHistory

EXIT_WARNING, EXIT_ERROR = 5, 6
"""Exit codes where the worst finding is a warning, and where it is an error."""

_VENUE = "US"
_ROUND_THE_CLOCK = "24/7"
_PLACES = 5
_STYLES = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "dim"}


@dataclass(frozen=True, slots=True)
class QualityQuestion:
    """Which bars are checked.

    Parameters
    ----------
    symbols : tuple of str
        As typed; everything kept where empty.
    interval : str or None
        One interval only.
    source : str or None
        One source only.
    demo : bool
        What the simulators brought.
    """

    symbols: tuple[str, ...] = ()
    interval: str | None = None
    source: str | None = None
    demo: bool = False


def run_quality(settings: Settings, question: QualityQuestion, *, as_json: bool) -> int:
    """Check bars, print what was found, and return the exit code.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    question : QualityQuestion
        Which bars.
    as_json : bool
        Print JSON instead of a table.

    Returns
    -------
    int
        0, `EXIT_WARNING` or `EXIT_ERROR`, by the worst finding.

    Raises
    ------
    NoData
        If nothing of what is asked for is kept.
    StoreError
        If what is kept cannot be read.
    """
    store = BarStore(tape_folder(settings, demo=question.demo))
    now_ns = SystemClock().now_ns()
    reports = [checked(store, kept, now_ns) for kept in _chosen(store, question)]
    if as_json:
        print(json.dumps([_plain(report) for report in reports], indent=2))  # noqa: T201
    else:
        _show(reports)
    worst = max((report.severity or 0 for report in reports), default=0)
    return {Severity.WARNING: EXIT_WARNING, Severity.ERROR: EXIT_ERROR}.get(Severity(worst), 0)


def _chosen(store: BarStore, question: QualityQuestion) -> list[KeptHistory]:
    every = store.kept()
    symbols = {canonical(text, default_venue=_VENUE) for text in question.symbols}
    chosen = [
        kept
        for kept in every
        if (not symbols or kept.symbol in symbols)
        and question.interval in {None, kept.interval}
        and question.source in {None, kept.source}
    ]
    absent = sorted(symbols - {kept.symbol for kept in chosen})
    if absent or not chosen:
        wanted = ", ".join(absent) or "what was asked for"
        there = ", ".join(sorted({kept.symbol for kept in every})) or "nothing"
        raise NoData(
            f"no bars of {wanted} are kept; there is {there}. Bring some in with "
            "quantdeck history fetch, or quantdeck history import"
        )
    return chosen


def checked(store: BarStore, kept: KeptHistory, now_ns: int) -> QualityReport:
    """Return what is wrong or unusual with some bars that are kept.

    Parameters
    ----------
    store : BarStore
        Where they are.
    kept : KeptHistory
        Which.
    now_ns : int
        The time, UTC. [ns]

    Raises
    ------
    StoreError
        If they cannot be read.
    """
    history = store.read(kept.symbol, kept.interval, source=kept.source)
    # A file ends where it ends.
    is_followed = history.provenance.delay is not Delay.IMPORTED
    return check_history(
        history.rows,
        history.interval,
        symbol=history.symbol,
        source=kept.source,
        actions=history.actions,
        sessions=None if history.calendar == _ROUND_THE_CLOCK else us_sessions(),
        now_ns=now_ns if is_followed else None,
    )


def _show(reports: Sequence[QualityReport]) -> None:
    console = Console(soft_wrap=True)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("symbol", "bars", "source", "from", "to", "verdict"):
        table.add_column(title, justify="right" if title == "bars" else "left")
    for report in reports:
        table.add_row(
            report.symbol,
            f"{report.rows:,} {report.interval}",
            report.source,
            _day(report.first_ns),
            _day(report.last_ns),
            _verdict(report),
        )
    console.print(table)
    for report in (each for each in reports if each.findings):
        console.print(f"\n{report.symbol} {report.interval} {report.source}", style="bold")
        for finding in report.findings:
            word = finding.severity.name.lower()
            console.print(
                f"  [{_STYLES[finding.severity]}]{word:<8}[/] {finding.check.value}: "
                f"{finding.count:,}; {finding.detail}{_where(finding)}",
                highlight=False,
            )


def _verdict(report: QualityReport) -> str:
    if report.severity is None:
        return "nothing found"
    counts = {
        severity: sum(finding.severity is severity for finding in report.findings)
        for severity in sorted(Severity, reverse=True)
    }
    return ", ".join(
        counted(count, severity.name.lower()) for severity, count in counts.items() if count
    )


def _where(finding: Finding) -> str:
    if not len(finding.start_ns):
        return ""
    places = list(dict.fromkeys(_day(int(ns)) for ns in finding.start_ns[: 4 * _PLACES]))
    more = ", ..." if len(places) > _PLACES or len(finding.start_ns) > 4 * _PLACES else ""
    return f" ({', '.join(places[:_PLACES])}{more})"


def _day(ns: int | None) -> str:
    return "" if ns is None else f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d}"


def _plain(report: QualityReport) -> dict[str, object]:
    return {
        "symbol": report.symbol,
        "interval": report.interval,
        "source": report.source,
        "rows": report.rows,
        "expected": report.expected,
        "first_ns": report.first_ns,
        "last_ns": report.last_ns,
        "severity": None if report.severity is None else report.severity.name.lower(),
        "findings": [
            {
                "check": finding.check.value,
                "severity": finding.severity.name.lower(),
                "count": finding.count,
                "start_ns": finding.start_ns.tolist(),
                "detail": finding.detail,
            }
            for finding in report.findings
        ],
    }
