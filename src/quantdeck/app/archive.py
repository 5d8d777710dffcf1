"""A whole data folder as one file: made while it is in use, and proven whole before it is put in place.

::

    quantdeck-20261121T033000Z.tar
    ├── data/...          the data folder: databases as copies of one moment each, files as they are
    ├── reports/...       the reports, where they lie beside it
    ├── config.yaml       the settings, where there are some
    └── contents.json     what there is, with sizes and SHA-256; last, so that a file cut short lacks it

Keys are in none of them.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.records.backup import DATABASES, FOLDER, copy_database
from quantdeck.tape.layout import is_local

if TYPE_CHECKING:
    from collections.abc import Iterator

FORMAT = 1
"""Of archives that are made."""
CONTENTS = "contents.json"
DATA, REPORTS, SETTINGS = "data", "reports", "config.yaml"

_LEFT_OUT = frozenset({FOLDER, "logs", "run", "cache", "duckdb", "uploads"})
_LEFT_OUT_ENDS = (
    *(".lock", ".tmp", ".part", "-wal", "-shm", "-journal"),
    *(".seg", ".damaged"),
)
_STAGING = ".archive-"
_LEFT_AFTER_NS = 86_400_000_000_000
_LEFT_OUT_BEGINS = (_STAGING, ".restoring-", "before-", "demo-")
_SEGMENTS = "wal"
_NAMED = {
    "manifest.sqlite": ("files",),
    "history/catalog.sqlite": ("histories",),
    "chains/catalog.sqlite": ("snapshots", "rate_files"),
}
_TRIES = 5
_PIECE = 1 << 20
_PRIVATE = 0o600


class Entry(msgspec.Struct, frozen=True):
    """A file of an archive.

    Parameters
    ----------
    path : str
        Below the archive, with forward slashes.
    bytes : int
        Size. [B]
    sha256 : str
        Of its content.
    """

    path: str
    bytes: int
    sha256: str


class Contents(msgspec.Struct, frozen=True):
    """What an archive holds.

    Parameters
    ----------
    format : int
        `FORMAT` of the release that made it.
    version : str
        Of quantdeck.
    made_ns : int
        When, UTC. [ns]
    files : list of Entry
        All of them but this one.
    """

    format: int
    version: str
    made_ns: int
    files: list[Entry]

    @property
    def size(self) -> int:
        """All files together. [B]."""
        return sum(each.bytes for each in self.files)


class Sources(msgspec.Struct, frozen=True):
    """What goes into an archive.

    Parameters
    ----------
    data : Path
        Data folder.
    reports : Path or None
        Folder of reports, where it lies elsewhere.
    settings : Path or None
        Settings file.
    """

    data: Path
    reports: Path | None = None
    settings: Path | None = None


def make_archive(sources: Sources, target: Path, *, version: str, now_ns: int) -> Contents:
    """Write a data folder into one file; others may write to the folder meanwhile.

    Parameters
    ----------
    sources : Sources
        What goes into it.
    target : Path
        The file, ``.tar`` or ``.tar.gz``; it must not be there yet.
    version : str
        Of quantdeck.
    now_ns : int
        UTC. [ns]

    Returns
    -------
    Contents
        What it holds.

    Raises
    ------
    BadInput
        If the file is there already, or lies within the data folder.
    NoData
        If there is nothing to keep.
    StoreError
        If something cannot be read or written, or changes too fast.
    """
    data = sources.data.resolve()
    if not data.is_dir() or not any(data.iterdir()):
        raise NoData(f"there is nothing in {sources.data} to be kept")
    if target.exists() or target.is_symlink():
        raise BadInput(f"{target} is there already; name another file, or remove it")
    if data in target.resolve().parents and (data / FOLDER) not in target.resolve().parents:
        raise BadInput(f"{target} lies within the data folder; name a file elsewhere")
    aside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(data, _STAGING, now_ns=now_ns)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=data) as staging:
            _stage(data, Path(staging))
            made = _write(sources, Path(staging), aside, version=version, now_ns=now_ns)
        reveal(aside, target)
    except FileExistsError as error:
        raise BadInput(f"{target} is there already; name another file") from error
    except OSError as error:
        raise StoreError(
            f"cannot write {target}: {error.strerror}; free room, or name a file elsewhere"
        ) from error
    finally:
        aside.unlink(missing_ok=True)
    return made


def digest(path: Path) -> tuple[int, str]:
    """Return size and SHA-256 of a file.

    Parameters
    ----------
    path : Path
        Read as a whole.
    """
    size, found = 0, hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_PIECE):
            size += len(piece)
            found.update(piece)
    return size, found.hexdigest()


def remove_leftovers(folder: Path, prefix: str, *, now_ns: int) -> None:
    """Remove what earlier attempts that were killed have left in a folder, a day later.

    Parameters
    ----------
    folder : Path
        Where they are.
    prefix : str
        What their names begin with; one of an attempt that still runs is younger.
    now_ns : int
        UTC. [ns]
    """
    for each in folder.glob(f"{prefix}*"):
        if each.is_dir() and each.stat().st_mtime_ns < now_ns - _LEFT_AFTER_NS:
            shutil.rmtree(each, ignore_errors=True)


def reveal(aside: Path, target: Path) -> None:
    """Have a file appear under another name, as a whole and never over another file.

    Parameters
    ----------
    aside : Path
        The file, beside `target`; its name may stay.
    target : Path
        Its new name.

    Raises
    ------
    FileExistsError
        If there is one of that name.
    OSError
        If the disk refuses.
    """
    try:
        os.link(aside, target)
    except FileExistsError:
        raise
    except OSError:
        # Many drives that copies are kept on know no links.
        if target.exists():
            raise FileExistsError(str(target)) from None
        aside.rename(target)


# The moment of the archive: files that never change are linked, which takes no room and keeps them when the
# deck removes them; the others are copied. A folder that is moved on beneath is taken again.
def _stage(data: Path, staging: Path) -> None:
    for _ in range(_TRIES):
        for each in staging.iterdir():
            shutil.rmtree(each) if each.is_dir() else each.unlink()
        if _staged(data, staging):
            return
    raise StoreError(
        f"{data} changes too fast for an archive of one moment; try again, or stop the deck meanwhile"
    )


def _staged(data: Path, staging: Path) -> bool:
    # In this order: events not sealed yet, then what names the sealed files, then those. A segment that is
    # gone by the time its tape is copied has been sealed between, and would count twice or not at all.
    segments = sorted((data / _SEGMENTS).glob("*.seg"))
    try:
        for segment in segments:
            _copy(segment, staging / _SEGMENTS / segment.name)
    except FileNotFoundError:
        return False
    for name in DATABASES:
        if (data / name).is_file():
            (staging / name).parent.mkdir(parents=True, exist_ok=True)
            copy_database(data / name, staging / name)
    if not all(segment.exists() for segment in segments):
        return False
    for path in _others(data):
        try:
            _take(path, staging / path.relative_to(data))
        except FileNotFoundError:
            # What is named is looked for below; a file that nobody names may go.
            continue
    return all((staging / each).is_file() for each in _named(staging))


def _others(data: Path) -> Iterator[Path]:
    for folder, folders, names in os.walk(data):
        at_top = Path(folder) == data
        folders[:] = sorted(
            name
            for name in folders
            if not (at_top and (name in _LEFT_OUT or name.startswith(_LEFT_OUT_BEGINS)))
        )
        for name in sorted(names):
            path = Path(folder, name)
            is_database = path.relative_to(data).as_posix() in DATABASES
            if not (is_database or name.endswith(_LEFT_OUT_ENDS) or path.is_symlink()):
                yield path


def _take(path: Path, to: Path) -> None:
    if path.suffix != ".parquet":
        _copy(path, to)
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(path, to)
    except FileNotFoundError:
        raise
    except OSError:
        # A file system without links.
        shutil.copyfile(path, to)


def _copy(path: Path, to: Path) -> None:
    to.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, to)


def _named(staging: Path) -> Iterator[Path]:
    for database, tables in _NAMED.items():
        path = staging / database
        if not path.is_file():
            continue
        with closing(sqlite3.connect(path)) as connection:
            for table in tables:
                for (name,) in connection.execute(f"SELECT path FROM {table}"):  # noqa: S608
                    if database == "manifest.sqlite" and not is_local(name):
                        continue  # In a store that machines share.
                    # Of the tape relative to the folder, of others to that of their catalog.
                    beside = Path(database).parent / name
                    yield beside if (staging / beside).is_file() else Path(name)


def _write(sources: Sources, staging: Path, target: Path, *, version: str, now_ns: int) -> Contents:
    entries: list[Entry] = []
    mode = "w:gz" if target.name.removesuffix(".part").endswith(".gz") else "w"
    descriptor = os.open(target, os.O_RDWR | os.O_CREAT | os.O_TRUNC, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file, tarfile.open(fileobj=file, mode=mode) as archive:
        for path, name in _members(sources, staging):
            size, sha256 = digest(path)
            entries.append(Entry(name, size, sha256))
            member = tarfile.TarInfo(name)
            member.size, member.mtime, member.mode = size, now_ns // 1_000_000_000, _PRIVATE
            with path.open("rb") as content:
                archive.addfile(member, content)
        made = Contents(FORMAT, version, now_ns, entries)
        _add_contents(archive, msgspec.json.encode(made), staging)
        archive.close()
        file.flush()
        os.fsync(file.fileno())
    return made


def _members(sources: Sources, staging: Path) -> Iterator[tuple[Path, str]]:
    for path in sorted(each for each in staging.rglob("*") if each.is_file()):
        yield path, f"{DATA}/{path.relative_to(staging).as_posix()}"
    reports = sources.reports
    if reports is not None and reports.is_dir():
        for path in sorted(each for each in reports.rglob("*") if each.is_file()):
            if not path.name.endswith(_LEFT_OUT_ENDS) and not path.is_symlink():
                # It may be written anew between its digest and its content.
                kept = staging / ".one"
                shutil.copyfile(path, kept)
                yield kept, f"{REPORTS}/{path.relative_to(reports).as_posix()}"
                kept.unlink()
    if sources.settings is not None and sources.settings.is_file():
        yield sources.settings, SETTINGS


def _add_contents(archive: tarfile.TarFile, text: bytes, staging: Path) -> None:
    path = staging / CONTENTS
    path.write_bytes(text)
    member = tarfile.TarInfo(CONTENTS)
    member.size, member.mode = len(text), _PRIVATE
    with path.open("rb") as content:
        archive.addfile(member, content)
