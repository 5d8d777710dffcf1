"""Bars of years from files into what is kept."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from rich.console import Console

from quantdeck.app.runs import new_run_id
from quantdeck.app.words import counted
from quantdeck.feeds.bar_files import is_lean, read_csv_bars, read_lean
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance
from quantdeck.model.history import History
from quantdeck.model.instruments import venue_of
from quantdeck.model.options import UNDERLYING_VENUE
from quantdeck.net.clock import SystemClock
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.model.history import CorporateAction, HistoryRows
    from quantdeck.ports.history import KeptHistory


@dataclass(frozen=True, slots=True)
class BarImport:
    """What is known of the files beside what they say.

    Parameters
    ----------
    interval : str
        Of the bars.
    symbol : str or None
        What they are of, where no column says it.
    venue : str
        Of symbols that name none.
    source : str
        Name under which they are kept.
    factors : Path or None
        LEAN's factor file of the one file.
    """

    interval: str = "1d"
    symbol: str | None = None
    venue: str = UNDERLYING_VENUE
    source: str = "file"
    factors: Path | None = None


def run_history_import(
    settings: Settings, files: Sequence[Path], question: BarImport, *, as_json: bool
) -> None:
    """Keep the bars of files, one file after the other, and say what came of it.

    Parameters
    ----------
    settings : Settings
        Names the data folder.
    files : sequence of Path
        CSV, or LEAN's daily zips.
    question : BarImport
        What the files do not say.
    as_json : bool
        Print the results as JSON.

    Raises
    ------
    BadInput
        If a file cannot be used; nothing of it is kept then, and those before it are.
    StoreError
        If the disk refuses.
    """
    if question.factors is not None and len(files) != 1:
        raise BadInput("--factors is of one file; import the files one by one")
    store = BarStore(Path(settings.data_dir))
    clock = SystemClock()
    told = Provenance(question.source, Delay.IMPORTED, new_run_id(clock))
    kept: list[KeptHistory] = []
    console = Console(stderr=True, soft_wrap=True)
    for file in files:
        for symbol, rows, actions, equal in _read(file, question):
            is_us = venue_of(symbol) == UNDERLYING_VENUE
            history = History(
                symbol,
                question.interval,
                rows,
                told,
                fetched_ns=clock.now_ns(),
                currency="USD" if is_us else "",
                calendar="XNYS" if is_us else "24/7",
                actions=actions,
            )
            kept.append(store.keep(history))
            if not as_json:
                doubled = f", {counted(equal, 'equal line')} left out" if equal else ""
                console.print(
                    f"{file.name}: {counted(len(rows), 'bar')} of {symbol}{doubled}; "
                    f"{kept[-1].rows:,} are kept now",
                    highlight=False,
                )
    if as_json:
        print(json.dumps(msgspec.to_builtins(kept), indent=2))  # noqa: T201


def _read(
    file: Path, question: BarImport
) -> list[tuple[str, HistoryRows, tuple[CorporateAction, ...], int]]:
    if is_lean(file):
        if question.interval != "1d":
            raise BadInput(
                f"{file.name}: of LEAN's files the daily ones are read, with --interval 1d"
            )
        bars, actions = read_lean(file, question.factors, venue=question.venue)
        return [(bars.symbol, bars.rows, actions, bars.equal)]
    if question.factors is not None:
        raise BadInput(f"--factors belongs to a zip of LEAN's; {file.name} is none")
    found = read_csv_bars(
        file, interval=question.interval, venue=question.venue, symbol=question.symbol
    )
    return [(each.symbol, each.rows, (), each.equal) for each in found]
