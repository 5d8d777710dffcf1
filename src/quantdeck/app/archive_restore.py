"""Puts a data folder back from an archive: checked whole first, then put in place at once."""

from __future__ import annotations

import shutil
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

import msgspec

from quantdeck.app.archive import (
    CONTENTS,
    DATA,
    FORMAT,
    REPORTS,
    SETTINGS,
    Contents,
    digest,
    remove_leftovers,
)
from quantdeck.model.errors import BadInput, Conflict, StoreError
from quantdeck.records.backup import DATABASES
from quantdeck.tape.open import is_written

_STAGING = ".restoring-"
_PRIVATE = 0o600
_PRIVATE_FOLDER = 0o700
_MOST_CONTENTS = 1 << 28


class Restored(msgspec.Struct, frozen=True):
    """What came of putting an archive back.

    Parameters
    ----------
    contents : Contents
        What the archive holds.
    data : str
        Where the data folder is now; empty where it was looked at only.
    former : tuple of str
        Where that of before, and the reports of before, were moved to.
    settings : str
        Where the settings of the archive lie, for a person to compare; empty where it has none.
    """

    contents: Contents
    data: str = ""
    former: tuple[str, ...] = ()
    settings: str = ""


def check_archive(archive: Path) -> Contents:
    """Read an archive to its end, and return what it holds once all of it was found whole.

    Raises
    ------
    BadInput
        If it is none, or was made by a newer release.
    StoreError
        If it is damaged, cut short or cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="quantdeck-") as folder:
        return _unpacked(archive, Path(folder), keeps=False)


def restore_archive(
    archive: Path, data: Path, reports: Path, *, replace: bool, now_ns: int
) -> Restored:
    """Put the data folder and the reports of an archive in their places.

    Parameters
    ----------
    archive : Path
        Made by `quantdeck.app.archive.make_archive`.
    data, reports : Path
        The places.
    replace : bool
        Move away what is there.
    now_ns : int
        UTC; names what is moved away. [ns]

    Returns
    -------
    Restored
        Where everything is.

    Raises
    ------
    BadInput
        If it is no archive, or was made by a newer release.
    Conflict
        If a deck writes there, or something is there and `replace` is False.
    StoreError
        If the archive is damaged, and nothing has changed then, or the disk refuses.
    """
    if not archive.is_file():
        raise BadInput(f"there is no archive {archive}; quantdeck backup makes one")
    if is_written(data):
        raise Conflict(f"a deck writes to {data}; stop it first")
    taken = [each for each in (data, reports) if _has_something(each)]
    if data in taken and not replace:
        raise Conflict(f"{data} is not empty; --replace moves it away and puts the archive there")
    stamp = f"{datetime.fromtimestamp(now_ns / 1e9, UTC):%Y%m%dT%H%M%SZ}"
    try:
        data.parent.mkdir(parents=True, exist_ok=True)
        remove_leftovers(_within(data), _STAGING, now_ns=now_ns)
        with tempfile.TemporaryDirectory(prefix=_STAGING, dir=_within(data)) as folder:
            contents = _unpacked(archive, Path(folder), keeps=True)
            moved = [_put(Path(folder, DATA), data, stamp)]
            if Path(folder, REPORTS).is_dir():
                moved.append(_put(Path(folder, REPORTS), reports, stamp))
            settings = ""
            if Path(folder, SETTINGS).is_file():
                settings = str(data / f"restored-{SETTINGS}")
                shutil.move(Path(folder, SETTINGS), settings)
    except OSError as error:
        raise StoreError(
            f"cannot put {archive} back: {error.strerror or error}; free room, or look at the rights of "
            f"{data.parent}"
        ) from error
    return Restored(contents, str(data), tuple(filter(None, moved)), settings)


def _has_something(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


# On the same file system as the place, so that all of it appears at once.
def _within(data: Path) -> Path:
    return data if data.is_mount() else data.parent


def _put(new: Path, place: Path, stamp: str) -> str:
    if place.is_mount():
        return _put_into(new, place, stamp)
    former = ""
    if _has_something(place):
        former = str(place.with_name(f"{place.name}.before-{stamp}"))
        if Path(former).exists():
            raise Conflict(f"{former} is there already; wait a second and try again")
        place.rename(former)
    elif place.is_dir():
        place.rmdir()
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(new, place)
    return former


# A volume cannot be renamed: what is in it moves into a folder of it.
def _put_into(new: Path, place: Path, stamp: str) -> str:
    former = place / f"before-{stamp}"
    there = [each for each in place.iterdir() if not each.name.startswith(_STAGING)]
    if there:
        former.mkdir(mode=_PRIVATE_FOLDER)
    for each in there:
        each.rename(former / each.name)
    for each in new.iterdir():
        shutil.move(each, place / each.name)
    return str(former) if there else ""


def _unpacked(archive: Path, folder: Path, *, keeps: bool) -> Contents:
    try:
        with tarfile.open(archive, "r:*") as opened:
            contents, found = _taken(opened, folder, keeps=keeps)
    except FileNotFoundError as error:
        raise BadInput(
            f"there is no file {archive}; name one that quantdeck backup --to made"
        ) from error
    except (tarfile.TarError, EOFError) as error:
        raise StoreError(
            f"{archive} is no whole archive ({error}); take another copy of it"
        ) from error
    if contents is None:
        raise StoreError(f"{archive} ends too early, or is no archive of quantdeck")
    if found != {each.path: (each.bytes, each.sha256) for each in contents.files}:
        raise StoreError(f"{archive} is damaged: it holds not what it says; take another copy")
    return contents


def _taken(
    opened: tarfile.TarFile, folder: Path, *, keeps: bool
) -> tuple[Contents | None, dict[str, tuple[int, str]]]:
    contents: Contents | None = None
    found: dict[str, tuple[int, str]] = {}
    for member in opened:
        name = _safe(member)
        if name == CONTENTS:
            contents = _contents(opened, member)
            continue
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)
        _extract(opened, member, path)
        found[name] = digest(path)
        if name.removeprefix(f"{DATA}/") in DATABASES:
            _check_database(path)
        if not keeps:
            path.unlink()
    return contents, found


def _safe(member: tarfile.TarInfo) -> str:
    path = PurePosixPath(member.name)
    ours = path.parts and (path.parts[0] in {DATA, REPORTS} or member.name in {SETTINGS, CONTENTS})
    if not member.isfile() or not ours or path.is_absolute() or ".." in path.parts:
        raise BadInput(
            f"{member.name!r} has no place in an archive of quantdeck; nothing was taken"
        )
    return str(path)


def _contents(opened: tarfile.TarFile, member: tarfile.TarInfo) -> Contents:
    file = opened.extractfile(member)
    if file is None or member.size > _MOST_CONTENTS:
        raise StoreError(f"{CONTENTS} of the archive cannot be read; take another copy")
    try:
        contents = msgspec.json.decode(file.read(), type=Contents)
    except msgspec.MsgspecError as error:
        raise StoreError(f"{CONTENTS} of the archive is damaged: {error}") from error
    if contents.format > FORMAT:
        raise BadInput(
            f"the archive was made by quantdeck {contents.version} in a newer form; update quantdeck"
        )
    return contents


def _extract(opened: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    source = opened.extractfile(member)
    if source is None:
        raise StoreError(f"{member.name} of the archive cannot be read; take another copy")
    with source, path.open("xb") as target:
        path.chmod(_PRIVATE)
        shutil.copyfileobj(source, target, 1 << 20)


def _check_database(path: Path) -> None:
    try:
        with closing(sqlite3.connect(path)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check(3)")]
    except sqlite3.Error as error:
        raise StoreError(f"{path.name} of the archive is damaged: {error}") from error
    if said != ["ok"]:
        raise StoreError(f"{path.name} of the archive is damaged: {'; '.join(map(str, said))}")
