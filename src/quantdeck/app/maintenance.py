"""What keeps a data folder in order: backup, compaction and retention, as jobs of deck and command line."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import msgspec

from quantdeck.app.places import tape_folder
from quantdeck.app.research_work import in_thread
from quantdeck.app.tape_parts import tape_options, tape_writer
from quantdeck.app.words import counted
from quantdeck.model.errors import NoData, StoreError
from quantdeck.model.instruments import InstrumentTable
from quantdeck.ports.jobs import JobReport
from quantdeck.records.backup import FOLDER, back_up
from quantdeck.tape.layout import NS_PER_DAY, Layout
from quantdeck.tape.manifest import ManifestReader
from quantdeck.tape.open import is_written
from quantdeck.tape.retention import expired
from quantdeck.tape.sealer import Upkeep

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.app.research_work import Progress
    from quantdeck.app.settings import Settings
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.jobs import Job, JobQuestion, JobTeller
    from quantdeck.tape.writer import Tape

RAW = "raw"
"""Below the data folder: frames as they were received."""

NO_FILES = (
    "no database lies in this folder; the state is in the server, which has backups of its own"
)
"""Said where there is nothing to copy, and need not be."""

ELSEWHERE = "another process writes the tape and puts it in order by itself every ten minutes"
"""Said where another process holds the tape."""


class Surplus(msgspec.Struct, frozen=True):
    """What the rules no longer keep.

    Parameters
    ----------
    rules : tuple of str
        The rules, in words; none removes nothing.
    tape_files, tape_bytes : int
        Files of the tape. [B]
    raw_files, raw_bytes : int
        Files of frames as received. [B]
    """

    rules: tuple[str, ...] = ()
    tape_files: int = 0
    tape_bytes: int = 0
    raw_files: int = 0
    raw_bytes: int = 0


def maintenance_jobs(
    settings: Settings, folder: Path, clock: Clock, *, writer: Tape | None = None
) -> dict[str, Job]:
    """Return what can be run, by kind.

    Parameters
    ----------
    settings : Settings
        The sections ``tape`` and ``schedule``.
    folder : Path
        Of the tape.
    clock : Clock
        Where the time comes from.
    writer : Tape or None
        The tape's writer, of a process that has it open.
    """
    return {
        "backup": BackupJob(settings, folder, clock),
        "compact": CompactJob(settings, folder, clock, writer),
        "retention": RetentionJob(settings, folder, clock, writer),
    }


class BackupJob:
    """Copies the databases of the data folder. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        How many copies stay.
    folder : Path
        Data folder.
    clock : Clock
        Where the time comes from.
    """

    def __init__(self, settings: Settings, folder: Path, clock: Clock) -> None:
        self._keep = settings.schedule.backups_kept
        self._has_state = not settings.state.url
        self._folder = folder
        self._clock = clock

    def check(self, question: JobQuestion) -> None:
        """There is nothing to choose."""

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:  # noqa: ARG002 - no choice
        """Copy and check."""

        def work(on_progress: Progress) -> JobReport:
            try:
                made = back_up(
                    self._folder, now_ns=self._clock.now_ns(), keep=self._keep, tell=on_progress
                )
            except NoData:
                if self._has_state:
                    raise
                return JobReport(said=NO_FILES)
            return JobReport(
                said=f"{counted(len(made.files), 'database')}, {megabytes(made.bytes)}, copied to "
                f"{FOLDER}/{made.name} and found whole"
            )

        return await in_thread(work, tell)


class CompactJob:
    """Makes the small files of each closed day of the tape one. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        The section ``tape``.
    folder : Path
        Of the tape.
    clock : Clock
        Where the time comes from.
    writer : Tape or None
        As of `maintenance_jobs`.
    """

    def __init__(self, settings: Settings, folder: Path, clock: Clock, writer: Tape | None) -> None:
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._writer = writer

    def check(self, question: JobQuestion) -> None:
        """There is nothing to choose."""

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:  # noqa: ARG002 - no choice
        """Merge."""
        found = await asyncio.to_thread(
            upkeep, self._settings, self._folder, self._clock, self._writer
        )
        if found is None:
            return JobReport(said=ELSEWHERE)
        return JobReport(
            said=f"{counted(found.merged, 'file')} merged; the tape has "
            f"{counted(found.files, 'file')}, {megabytes(found.file_bytes)}"
        )


class RetentionJob:
    """Removes what the rules no longer keep. Fulfils `quantdeck.ports.jobs.Job`.

    Parameters
    ----------
    settings : Settings
        The rules; none removes nothing.
    folder : Path
        Of the tape.
    clock : Clock
        Where the time comes from.
    writer : Tape or None
        As of `maintenance_jobs`.
    """

    def __init__(self, settings: Settings, folder: Path, clock: Clock, writer: Tape | None) -> None:
        self._settings = settings
        self._folder = folder
        self._clock = clock
        self._writer = writer

    def check(self, question: JobQuestion) -> None:
        """There is nothing to choose."""

    async def run(self, question: JobQuestion, tell: JobTeller) -> JobReport:  # noqa: ARG002 - no choice
        """Remove."""
        return await asyncio.to_thread(self._work)

    def _work(self) -> JobReport:
        settings, folder = self._settings, self._folder
        due = surplus(settings, folder, now_ns=self._clock.now_ns())
        if not due.rules:
            return JobReport(said="no rule is set, and nothing is removed")
        said = [remove_raw(settings, folder, now_ns=self._clock.now_ns())]
        if tape_options(settings).retention:
            found = upkeep(settings, folder, self._clock, self._writer)
            said.append(
                ELSEWHERE
                if found is None
                else f"{counted(found.expired, 'file')} of events left the tape"
            )
        return JobReport(said="; ".join(filter(None, said)))


def upkeep(
    settings: Settings, folder: Path, clock: Clock, writer: Tape | None = None
) -> Upkeep | None:
    """Put the tape in order: what expired leaves it, small files become one.

    Parameters
    ----------
    settings : Settings
        The section ``tape``.
    folder : Path
        Of the tape.
    clock : Clock
        Where the time comes from.
    writer : Tape or None
        The tape's writer, of a process that has it open.

    Returns
    -------
    Upkeep or None
        None where another process writes the tape: it does so by itself.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    if writer is not None:
        return writer.maintain()
    if is_written(folder):
        return None
    if not Layout(folder).manifest.exists():
        return Upkeep()
    demo = folder == tape_folder(settings, demo=True)
    opened = tape_writer(settings, folder, InstrumentTable(), clock, demo=demo)
    try:
        return opened.maintain()
    finally:
        opened.close()


def surplus(settings: Settings, folder: Path, *, now_ns: int) -> Surplus:
    """Return what the rules no longer keep; removes nothing.

    Parameters
    ----------
    settings : Settings
        The rules.
    folder : Path
        Of the tape.
    now_ns : int
        UTC. [ns]

    Raises
    ------
    StoreError
        If the manifest cannot be read.
    """
    rules = tape_options(settings).retention
    files = ManifestReader(Layout(folder).manifest).snapshot().files if rules else []
    leaving = {
        path
        for kind, rule in rules.items()
        for path in expired([f for f in files if f.kind == kind.value], rule, now_ns=now_ns)
    }
    words = [
        f"{kind.value}: "
        + " and ".join(filter(None, (_days(rule.max_age_days), _size(rule.max_bytes))))
        for kind, rule in rules.items()
    ]
    raw = _old_raw(settings, folder, now_ns)
    if settings.schedule.raw_days is not None:
        words.append(f"frames as received: {_days(settings.schedule.raw_days)}")
    return Surplus(
        rules=tuple(words),
        tape_files=len(leaving),
        tape_bytes=sum(file.bytes for file in files if file.path in leaving),
        raw_files=len(raw),
        raw_bytes=sum(path.stat().st_size for path in raw),
    )


def remove_raw(settings: Settings, folder: Path, *, now_ns: int) -> str:
    """Remove frames as received that are older than the rule says, and return what came of it.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    found = _old_raw(settings, folder, now_ns)
    try:
        for path in found:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot remove from {folder / RAW}: {error.strerror}") from error
    if settings.schedule.raw_days is None:
        return ""
    return f"{counted(len(found), 'file')} of frames as received removed"


def megabytes(count: int) -> str:
    """Return a size in words.

    Examples
    --------
    >>> megabytes(2_500_000)
    '2.5 MB'
    """
    return f"{count / 1e6:,.1f} MB"


def _old_raw(settings: Settings, folder: Path, now_ns: int) -> list[Path]:
    days = settings.schedule.raw_days
    if days is None or not (folder / RAW).is_dir():
        return []
    before_ns = now_ns - days * NS_PER_DAY
    return sorted(
        path for path in (folder / RAW).glob("*.gz") if path.stat().st_mtime_ns < before_ns
    )


def _days(days: int | None) -> str:
    return "" if days is None else f"kept {counted(days, 'day')}"


def _size(size: int | None) -> str:
    return "" if size is None else f"kept up to {megabytes(size)}"
