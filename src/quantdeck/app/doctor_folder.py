"""What `quantdeck doctor` finds in a data folder: files whole, databases sound, room, copies."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Literal
from urllib.parse import quote

import msgspec

from quantdeck.app.words import counted
from quantdeck.model.errors import QuantdeckError
from quantdeck.records.backup import DATABASES, backups
from quantdeck.tape.layout import DAMAGED_SUFFIX, NS_PER_DAY, Layout, is_local
from quantdeck.tape.manifest import ManifestReader

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from quantdeck.ports.catalog import SealedFile

_MAGIC = b"PAR1"
_SCARCE_BYTES = 2_000_000_000
_SCARCE_DAYS = 7.0
_GROWTH_DAYS = 7
_OLD_DAYS = 8.0
_NAMED = 3


class Finding(msgspec.Struct, frozen=True):
    """What one check found.

    Parameters
    ----------
    check : str
        What was looked at.
    verdict : str
        ``ok``, ``warn`` or ``fail``.
    found : str
        What was found.
    remedy : str
        What to do about it; empty where all is well.
    """

    check: str
    verdict: Literal["ok", "warn", "fail"]
    found: str
    remedy: str = ""


def room(folder: Path, *, now_ns: int) -> Finding:
    """Find whether there is room, and for how many days at the pace of the last week.

    Parameters
    ----------
    folder : Path
        Data folder; it need not be there.
    now_ns : int
        UTC. [ns]
    """
    where = folder.resolve()
    there = next(p for p in (where, *where.parents) if p.exists())
    if not there.is_dir():
        return Finding("data", "fail", f"{there} is a file", "choose a folder with --data-dir")
    if not os.access(there, os.W_OK):
        return Finding(
            "data", "fail", f"{there} cannot be written", "choose another folder with --data-dir"
        )
    free = shutil.disk_usage(there).free
    text = f"{where}, {free / 1e9:.1f} GB free"
    a_day = _bytes_a_day(folder, now_ns)
    days = free / a_day if a_day else float("inf")
    if a_day:
        text += f", the tape grew {a_day / 1e6:,.1f} MB a day this week: room for {days:,.0f} days"
    if free < _SCARCE_BYTES or days < _SCARCE_DAYS:
        remedy = "free room, or set tape.retention: capture stops when the disk is full"
        return Finding("data", "warn", text, remedy)
    return Finding("data", "ok", text)


def integrity(check: str, folder: Path, *, deep: bool) -> Finding:
    """Find whether every file of a tape is there and whole.

    Parameters
    ----------
    check : str
        What it is called.
    folder : Path
        Of the tape.
    deep : bool
        Read every file to its end, in the place of sizes and both ends.
    """
    layout = Layout(folder)
    try:
        files = ManifestReader(layout.manifest).snapshot().files
    except QuantdeckError as error:
        return Finding(check, "fail", str(error), "see docs: troubleshooting, the tape")
    away = sum(not is_local(file.path) for file in files)
    files = [file for file in files if is_local(file.path)]
    absent = [file.path for file in files if not (folder / file.path).is_file()]
    broken = [
        file.path
        for file in files
        if file.path not in set(absent) and not _is_whole(folder, file, deep=deep)
    ]
    damaged = sorted(each.name for each in layout.wal.glob(f"*{DAMAGED_SUFFIX}"))
    if absent or broken:
        said = [f"missing: {_some(absent)}"] if absent else []
        said += [f"damaged: {_some(broken)}"] if broken else []
        remedy = "put them back from an archive (quantdeck restore), and look at the disk"
        return Finding(check, "fail", "; ".join(said), remedy)
    if damaged:
        remedy = f"what could be read is on the tape; look at the disk, then remove {layout.wal}/*.damaged"
        return Finding(check, "warn", f"segments were damaged: {_some(damaged)}", remedy)
    how = "read to the end" if deep else "there, of the right size"
    text = f"{counted(len(files), 'file')}, all {how}"
    if away:
        text += f"; {counted(away, 'file')} in the store, not looked at"
    return Finding(check, "ok", text)


def databases(folder: Path) -> Finding:
    """Find whether the databases of a data folder are sound.

    Parameters
    ----------
    folder : Path
        Data folder.
    """
    names = [name for name in DATABASES if (folder / name).is_file()]
    bad = [f"{name}: {said}" for name in names if (said := _unsound(folder / name))]
    if bad:
        remedy = "put them back from backups/ or an archive; see docs: upgrade and restore"
        return Finding("databases", "fail", "; ".join(bad), remedy)
    return Finding("databases", "ok", f"{', '.join(names)}: sound" if names else "none yet")


def newest_backup(folder: Path, *, now_ns: int) -> Finding:
    """Find how old the newest copy of the databases is.

    Parameters
    ----------
    folder : Path
        Data folder.
    now_ns : int
        UTC. [ns]
    """
    remedy = "quantdeck backup, or let the schedule do it: quantdeck scheduler"
    found = backups(folder)
    if not found:
        has_records = (folder / DATABASES[0]).is_file()
        return Finding("backup", "ok", "none", remedy if has_records else "")
    made = datetime.strptime(found[0].name[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    days = (now_ns / 1e9 - made.timestamp()) / 86_400
    text = f"{found[0].name}, {days:.1f} days old"
    return (
        Finding("backup", "warn", text, remedy)
        if days > _OLD_DAYS
        else Finding("backup", "ok", text)
    )


def key_file(path: Path) -> Finding:
    """Find whether the file of keys is readable by its owner alone.

    Parameters
    ----------
    path : Path
        ``.env``.
    """
    try:
        found = path.stat()
    except OSError:
        return Finding("key file", "ok", f"no {path}")
    mode = stat.S_IMODE(found.st_mode)
    if mode & 0o077:
        remedy = f"chmod 600 {path}"
        return Finding("key file", "warn", f"{path} can be read by others ({mode:o})", remedy)
    return Finding("key file", "ok", f"{path} is for its owner alone")


def _bytes_a_day(folder: Path, now_ns: int) -> float:
    try:
        files = ManifestReader(Layout(folder).manifest).snapshot().files
    except QuantdeckError:
        return 0.0
    since_ns = now_ns - _GROWTH_DAYS * NS_PER_DAY
    recent = [file for file in files if is_local(file.path) and since_ns <= file.recv_max <= now_ns]
    if not recent:
        return 0.0
    # A tape of two days has grown for two days.
    first_ns = max(since_ns, min(file.recv_min for file in recent))
    return sum(file.bytes for file in recent) / max(1.0, (now_ns - first_ns) / NS_PER_DAY)


def _is_whole(folder: Path, file: SealedFile, *, deep: bool) -> bool:
    path = folder / file.path
    try:
        with path.open("rb") as content:
            begins = content.read(4)
            content.seek(-4, os.SEEK_END)
            if path.stat().st_size != file.bytes or (begins, content.read()) != (_MAGIC, _MAGIC):
                return False
    except OSError:
        return False
    return not deep or _rows(path) == file.rows


def _rows(path: Path) -> int | None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        # Pages carry checksums; reading them is what finds a bit that was lost.
        return pq.ParquetFile(path, page_checksum_verification=True).read().num_rows
    except (pa.ArrowException, OSError):
        return None


def _unsound(path: Path) -> str:
    uri = f"file:{quote(str(path.absolute()))}?mode=ro"
    try:
        with closing(sqlite3.connect(uri, uri=True, timeout=5)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA quick_check(3)")]
    except sqlite3.Error as error:
        return str(error)
    return "" if said == ["ok"] else "; ".join(said)


def _some(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return ", ".join(found[:_NAMED]) + more
