"""What the steps of a daily run are made of: told by what is kept, so that a change of it is seen."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np

import quantdeck
from quantdeck.analytics.sessions import us_sessions
from quantdeck.app.places import reports_folder
from quantdeck.app.playbook_parts import playbook_stores
from quantdeck.app.typed_symbols import typed_symbol
from quantdeck.feeds.polygon.history import AFTER_CLOSE_NS
from quantdeck.jobs.collect_bars import ended_sessions
from quantdeck.model.collected import Story
from quantdeck.model.errors import NoData
from quantdeck.ports.history import preferred
from quantdeck.records.report_lists import FolderLists
from quantdeck.tape.chains.store import ChainStore
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.history.store import BarStore

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.jobs.daily_steps import StepContext
    from quantdeck.jobs.playbook import PlaybookStores
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.history import KeptHistory
    from quantdeck.records.open import Records
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.playbook.entry import Playbook

_CALENDAR = "XNYS"


@dataclass(frozen=True, slots=True)
class DailyPlace:
    """Where a daily run works.

    Parameters
    ----------
    settings : Settings
        Everything that was configured.
    folder : Path
        Of the tape.
    records : Records
        Of the same folder.
    clock : Clock
        Where the time comes from.
    demo : bool
        Whether the vendors are simulated.
    """

    settings: Settings
    folder: Path
    records: Records
    clock: Clock
    demo: bool

    @property
    def bars(self) -> BarStore:
        """Daily bars."""
        return BarStore(self.folder)

    @property
    def chains(self) -> ChainStore:
        """Option chains."""
        return ChainStore(self.folder)

    @property
    def playbooks(self) -> PlaybookStores:
        """Features, models, chains and playbooks."""
        return playbook_stores(self.folder)

    @property
    def reports(self) -> Path:
        """The folder of reports."""
        return reports_folder(self.settings, demo=self.demo)

    @property
    def lists(self) -> FolderLists:
        """Lists of the reports folder."""
        return FolderLists(self.reports)


def newest_session(now_ns: int, settles_ns: int = AFTER_CLOSE_NS) -> date:
    """Return the newest session whose daily bars are whole.

    Parameters
    ----------
    now_ns : int
        The time, UTC. [ns]
    settles_ns : int
        So long after the close they are. [ns]

    Examples
    --------
    >>> at_ns = int(np.datetime64("2026-11-27T23:00", "ns").astype(np.int64))
    >>> newest_session(at_ns).isoformat()  # the day after Thanksgiving, which closes at 13:00
    '2026-11-27'
    """
    midnight_ns = int(ended_sessions(us_sessions(), now_ns, settles_ns=settles_ns)[-1])
    return day_of(midnight_ns)


def day_of(midnight_ns: int) -> date:
    """Return the date of a midnight, UTC.

    Examples
    --------
    >>> day_of(0).isoformat()
    '1970-01-01'
    """
    return date(1970, 1, 1) + timedelta(days=midnight_ns // 86_400_000_000_000)


def daily_bars(place: DailyPlace, at: StepContext) -> dict[str, KeptHistory]:
    """Return the daily bars that a run is about, by symbol.

    Parameters
    ----------
    place : DailyPlace
        Where they are kept.
    at : StepContext
        Names symbols; else those of the settings, and all that are kept where those name none.
    """
    kept = {e.symbol: e for e in preferred(place.bars.kept()) if e.interval == "1d"}
    named = wanted(place, at)
    if named:
        return {symbol: kept[symbol] for symbol in named if symbol in kept}
    return kept


def wanted(place: DailyPlace, at: StepContext) -> tuple[str, ...]:
    """Return the canonical symbols that were named, on the command line or in the settings."""
    typed = at.symbols or place.settings.research.symbols
    return tuple(dict.fromkeys(map(typed_symbol, typed)))


def settles_ns(at: StepContext) -> int:
    """Return how long after the close a daily bar is whole, as the vendor of this run has it. [ns]."""
    told = at.results.get("collect", {}).get("settles_ns")
    return AFTER_CLOSE_NS if told is None else int(told)


def bars_told(kept: Mapping[str, KeptHistory]) -> dict[str, Any]:
    """Return what tells bars from other bars."""
    return {symbol: msgspec.to_builtins(each) for symbol, each in sorted(kept.items())}


def chains_told(place: DailyPlace, symbols: Sequence[str]) -> dict[str, list[str]]:
    """Return the names of the snapshots of option chains, by underlying."""
    found: dict[str, list[str]] = {}
    names = set(symbols)
    for each in place.chains.snapshots():
        if each.underlying in names:
            found.setdefault(each.underlying, []).append(each.path)
    return found


def news_told(place: DailyPlace) -> Any:
    """Return what tells the stories that are kept from others."""
    return msgspec.to_builtins(RecordStore(place.folder).held(Story))


def code_told(settings: Settings) -> dict[str, str]:
    """Return what tells the code of features from another: version, and files of a person's own."""
    told = {"quantdeck": quantdeck.__version__}
    for name in settings.research.features_files:
        told[name] = file_told(Path(name).expanduser())
    return told


def file_told(path: Path) -> str:
    """Return a digest of a file; empty where it cannot be read."""
    with suppress(OSError):
        return hashlib.sha256(path.read_bytes()).hexdigest()
    return ""


def table_of(place: DailyPlace) -> FeatureTable | None:
    """Return the newest table of features, or None."""
    with suppress(NoData):
        return place.playbooks.tables.get()
    return None


def table_told(place: DailyPlace) -> str:
    """Return a digest of the newest table of features; empty where there is none."""
    table = table_of(place)
    return "" if table is None else table.fingerprint()


def playbook_of(place: DailyPlace, *, before: str | None = None) -> Playbook | None:
    """Return the newest playbook, or the newest one of an earlier session than `before`."""
    store = place.playbooks.playbooks
    sessions = [each for each in store.sessions() if before is None or each < before]
    if not sessions:
        return None
    with suppress(NoData):
        return store.get(sessions[0])
    return None


def session_in(midnight_ns: int) -> str:
    """Return the date of the session of a table, as playbooks are named."""
    return str(np.datetime64(midnight_ns, "ns").astype("datetime64[D]"))


def clock_text(ns: int) -> str:
    """Return a moment for a person, UTC to the minute."""
    return f"{np.datetime64(ns, 'ns').astype('datetime64[m]')}".replace("T", " ") + " UTC"
