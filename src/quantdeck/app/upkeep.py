"""Backup, compaction and retention on the command line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import quantdeck
from quantdeck.app.archive import Sources, make_archive
from quantdeck.app.archive_restore import Restored, check_archive, restore_archive
from quantdeck.app.maintenance import ELSEWHERE, megabytes, remove_raw, surplus, upkeep
from quantdeck.app.places import reports_folder, tape_folder
from quantdeck.app.settings import DEFAULT_FILE
from quantdeck.app.words import counted
from quantdeck.model.errors import NoData, StoreError
from quantdeck.net.clock import SystemClock
from quantdeck.records.backup import FOLDER, back_up, backups

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.tape.sealer import Upkeep


def run_backup(settings: Settings, *, demo: bool, as_json: bool) -> None:
    """Copy the databases of the data folder, check the copies, and say what was copied.

    Raises
    ------
    NoData
        If there is nothing to copy.
    StoreError
        If a copy is not whole, or the disk refuses.
    """
    folder = tape_folder(settings, demo=demo)
    made = back_up(folder, now_ns=SystemClock().now_ns(), keep=settings.schedule.backups_kept)
    _say(
        f"{', '.join(made.files)}: {megabytes(made.bytes)}, copied to {folder / FOLDER / made.name} and "
        "found whole",
        made,
        as_json=as_json,
    )


def run_backups(settings: Settings, *, demo: bool, as_json: bool) -> None:
    """Print the copies that there are, newest first.

    Raises
    ------
    NoData
        If there are none.
    """
    folder = tape_folder(settings, demo=demo)
    found = backups(folder)
    if not found:
        raise NoData(f"no copy is in {folder / FOLDER}; quantdeck backup makes one")
    lines = [f"{each.name}  {megabytes(each.bytes):>10}  {', '.join(each.files)}" for each in found]
    _say("\n".join(lines), found, as_json=as_json)


def run_archive(
    settings: Settings, file: Path, config: Path | None, *, demo: bool, as_json: bool
) -> None:
    """Write the whole data folder into one file, and say what it holds.

    Raises
    ------
    BadInput
        If the file is there already.
    NoData
        If there is nothing to keep.
    StoreError
        If something cannot be read or written.
    """
    data, reports = tape_folder(settings, demo=demo), reports_folder(settings, demo=demo)
    sources = Sources(
        data,
        None if data.resolve() in reports.resolve().parents else reports,
        config or Path(DEFAULT_FILE),
    )
    made = make_archive(sources, file, version=quantdeck.__version__, now_ns=SystemClock().now_ns())
    said = f"{counted(len(made.files), 'file')}, {megabytes(made.size)}, kept in {file}"
    _say(said, {"file": str(file), "files": len(made.files), "bytes": made.size}, as_json=as_json)


def run_restore(
    settings: Settings, file: Path, *, check: bool, replace: bool, demo: bool, as_json: bool
) -> None:
    """Put a data folder back from an archive, or only look whether that could be done.

    Raises
    ------
    BadInput
        If the file is no archive, or of a newer release.
    Conflict
        If a deck writes there, or something is there and it is not to be replaced.
    StoreError
        If the archive is damaged, or the disk refuses.
    """
    if check:
        done = Restored(check_archive(file))
    else:
        done = restore_archive(
            file,
            tape_folder(settings, demo=demo).absolute(),
            reports_folder(settings, demo=demo).absolute(),
            replace=replace,
            now_ns=SystemClock().now_ns(),
        )
    found = done.contents
    told: dict[str, Any] = {
        "version": found.version,
        "files": len(found.files),
        "bytes": found.size,
        "data": done.data,
        "former": done.former,
        "settings": done.settings,
    }
    lines = [
        f"{counted(len(found.files), 'file')}, {megabytes(found.size)}, of quantdeck {found.version}: whole"
    ]
    lines += [f"put back to {done.data}"] if done.data else []
    lines += [f"what was there before: {each}" for each in done.former]
    lines += [f"the settings of then: {done.settings}"] if done.settings else []
    _say("\n".join(lines), told, as_json=as_json)


def run_compact(settings: Settings, *, demo: bool, as_json: bool) -> None:
    """Put the tape in order, and say what came of it.

    Raises
    ------
    StoreError
        If the disk refuses, or another process writes the tape.
    """
    found = _upkeep(settings, demo=demo)
    said = (
        f"{counted(found.merged, 'file')} merged; the tape has {counted(found.files, 'file')}, "
        f"{megabytes(found.file_bytes)}"
    )
    _say(said, found, as_json=as_json)


def run_retention(settings: Settings, *, apply: bool, demo: bool, as_json: bool) -> None:
    """Print what the rules no longer keep, and remove it if asked to.

    Raises
    ------
    StoreError
        If the disk refuses, or another process writes the tape.
    """
    folder, now_ns = tape_folder(settings, demo=demo), SystemClock().now_ns()
    found = surplus(settings, folder, now_ns=now_ns)
    told: dict[str, Any] = {**msgspec.to_builtins(found), "removed": apply and bool(found.rules)}
    if not found.rules:
        said = "no rule is set, and nothing is removed; see tape.retention and schedule.raw_days"
        _say(said, told, as_json=as_json)
        return
    parts = [
        f"{counted(found.tape_files, 'file')} of events, {megabytes(found.tape_bytes)}",
        f"{counted(found.raw_files, 'file')} of frames as received, {megabytes(found.raw_bytes)}",
    ]
    if apply:
        remove_raw(settings, folder, now_ns=now_ns)
        if found.tape_files:
            _upkeep(settings, demo=demo)
    verb = "removed" if apply else "would go; --apply removes them"
    _say("\n".join([*found.rules, f"{' and '.join(parts)} {verb}"]), told, as_json=as_json)


def _upkeep(settings: Settings, *, demo: bool) -> Upkeep:
    found = upkeep(settings, tape_folder(settings, demo=demo), SystemClock())
    if found is None:
        raise StoreError(ELSEWHERE)
    return found


def _say(text: str, told: Any, *, as_json: bool) -> None:
    print(json.dumps(msgspec.to_builtins(told), indent=2) if as_json else text)  # noqa: T201
