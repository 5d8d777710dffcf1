"""Copies of the SQLite files of a data folder, made while they are in use, and proven to be whole.

A copy is a folder named after its time, such as ``backups/20261121T033000Z``. It is made aside and gets
its name when every file in it has passed SQLite's check of integrity and is on the disk, so that a folder
with such a name is a copy that can be used.
"""

from __future__ import annotations

import errno
import os
import re
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec

from quantdeck.model.errors import NoData, StoreError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FOLDER = "backups"
"""Below the data folder."""

DATABASES = (
    "records.sqlite",
    "users.sqlite",
    "collected.sqlite",
    "manifest.sqlite",
    "history/catalog.sqlite",
    "chains/catalog.sqlite",
)
"""What is copied, of what there is: everything that is changed in place."""

_FORM = "%Y%m%dT%H%M%SZ"
_NAME = re.compile(r"(\d{8}T\d{6}Z)(?:-(\d+))?")
_ASIDE = ".part"
_ABANDONED_S = 86_400.0
_BUSY_S = 10.0
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700


class Backup(msgspec.Struct, frozen=True):
    """A copy.

    Parameters
    ----------
    name : str
        Its folder, named after its time.
    files : tuple of str
        What was copied, relative to the data folder.
    bytes : int
        Size. [B]
    """

    name: str
    files: tuple[str, ...]
    bytes: int


def back_up(
    folder: Path,
    *,
    now_ns: int,
    keep: int,
    tell: Callable[[int, int, str], None] | None = None,
) -> Backup:
    """Copy the databases of a data folder, check the copies, and remove the oldest beyond `keep`.

    Parameters
    ----------
    folder : Path
        Data folder; others may write to it meanwhile.
    now_ns : int
        UTC; names the copy. [ns]
    keep : int
        Copies that stay, this one included.
    tell : callable
        Takes files done, files in all, and a word; what it raises ends the copying.

    Returns
    -------
    Backup
        The copy.

    Raises
    ------
    NoData
        If there is nothing to copy.
    StoreError
        If a file cannot be read, the copy is not whole, or the disk refuses; copies of before stay.
    """
    names = [name for name in DATABASES if (folder / name).is_file()]
    if not names:
        raise NoData(f"there is nothing to back up in {folder}: no database is there yet")
    root = folder / FOLDER
    name = f"{datetime.fromtimestamp(now_ns / 1e9, UTC):{_FORM}}"
    # Another process may make a copy of the same second.
    aside = root / f"{name}-{os.getpid()}{_ASIDE}"
    try:
        root.mkdir(mode=_PRIVATE_FOLDER, parents=True, exist_ok=True)
        aside.mkdir(mode=_PRIVATE_FOLDER)
        try:
            for done, each in enumerate(names):
                if tell is not None:
                    tell(done, len(names), each)
                copy_database(folder / each, aside / _flat(each))
            _flush(aside)
            made = _named_as(aside, root / name)
            _flush(root)
        finally:
            shutil.rmtree(aside, ignore_errors=True)
        _remove_old(root, keep)
        _sweep(root, now_ns)
    except OSError as error:
        raise StoreError(
            f"cannot write to {root}: {error.strerror}; free room or look at its rights"
        ) from error
    return _described(made)


def backups(folder: Path) -> list[Backup]:
    """Return the copies of a data folder, newest first.

    Parameters
    ----------
    folder : Path
        Data folder.
    """
    return [_described(each) for each in _named(folder / FOLDER)]


def copy_database(source: Path, target: Path) -> None:
    """Copy a SQLite file that may be in use, as of one moment, and check the copy.

    Parameters
    ----------
    source : Path
        The file.
    target : Path
        For the owner alone; it must not be there.

    Raises
    ------
    StoreError
        If the file cannot be read, or the copy is not whole.
    """
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL, _PRIVATE))
    try:
        with (
            closing(sqlite3.connect(f"{_uri(source)}?mode=ro", uri=True, timeout=_BUSY_S)) as read,
            closing(sqlite3.connect(target, timeout=_BUSY_S)) as written,
        ):
            # In one go: copying in parts begins anew with every write of another process, and with a
            # write-ahead log a long read is in nobody's way.
            read.backup(written)
            # Without a log beside it: the copy is one file.
            written.execute("PRAGMA journal_mode = DELETE")
            said = [row[0] for row in written.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        raise StoreError(f"{source.name} cannot be copied: {error}") from error
    if said != ["ok"]:
        raise StoreError(
            f"the copy of {source.name} is not whole ({'; '.join(map(str, said))}): the file itself may "
            "be damaged; keep the copies of before and look at the disk"
        )
    descriptor = os.open(target, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _uri(path: Path) -> str:
    return f"file:{quote(str(path.absolute()))}"


def _flat(name: str) -> str:
    return name.replace("/", "-")


def _flush(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _named_as(aside: Path, wanted: Path) -> Path:
    number = 1
    while True:
        name = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        number += 1
        try:
            return aside.replace(name)
        except OSError as error:
            # There is one of the same second.
            if error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise


def _remove_old(root: Path, keep: int) -> None:
    for old in _named(root)[max(1, keep) :]:
        # Under a name that is none of a copy: one that is half removed must not be taken for one.
        going = old.with_name(old.name + _ASIDE)
        old.replace(going)
        shutil.rmtree(going, ignore_errors=True)


def _sweep(root: Path, now_ns: int) -> None:
    # What a process that was killed has left.
    for each in root.glob(f"*{_ASIDE}"):
        if now_ns / 1e9 - each.stat().st_mtime > _ABANDONED_S:
            shutil.rmtree(each, ignore_errors=True)


def _named(root: Path) -> list[Path]:
    if not root.is_dir():
        return []
    found = [(_when(each.name), each) for each in root.iterdir()]
    return [each for when, each in sorted(found, reverse=True) if when]


def _when(name: str) -> tuple[str, int] | tuple[()]:
    # Nothing where it is the name of no copy.
    found = _NAME.fullmatch(name)
    return () if found is None else (found[1], int(found[2] or 1))


def _described(copy: Path) -> Backup:
    flat = {_flat(name): name for name in DATABASES}
    files = sorted(each for each in copy.iterdir() if each.name in flat)
    return Backup(
        copy.name,
        tuple(flat[each.name] for each in files),
        sum(each.stat().st_size for each in files),
    )
