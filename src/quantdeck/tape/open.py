"""The two ways into a tape: as its one writer, or as a reader."""

from __future__ import annotations

import fcntl
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from quantdeck.model.errors import StoreError
from quantdeck.tape import disk
from quantdeck.tape.catalogs import attach, open_catalog
from quantdeck.tape.layout import Layout
from quantdeck.tape.manifest import Manifest
from quantdeck.tape.options import TapeOptions
from quantdeck.tape.reader import Reader
from quantdeck.tape.recover import recover
from quantdeck.tape.sealer import Sealer
from quantdeck.tape.writer import Tape

if TYPE_CHECKING:
    from quantdeck.model.instruments import InstrumentTable
    from quantdeck.ports.catalog import SharedPlace
    from quantdeck.ports.clock import Clock


def open_writer(
    path: Path | str,
    instruments: InstrumentTable,
    *,
    clock: Clock,
    options: TapeOptions | None = None,
    shared: SharedPlace | None = None,
) -> Tape:
    """Open a tape for writing; one process at a time can.

    What a killed process has left is put in order first: torn ends of segments are cut, and what
    was not sealed is sealed in the background.

    Parameters
    ----------
    path : Path or str
        Folder of the tape; created where absent.
    instruments : InstrumentTable
        What the symbol ids of batches stand for.
    clock : Clock
        Where the time comes from.
    options : TapeOptions, optional
        Settings.
    shared : SharedPlace, optional
        Store for the sealed files, that other machines read.

    Returns
    -------
    Tape
        The writer; `close` it.

    Raises
    ------
    StoreError
        If another process writes this tape, the folder cannot be written, or the sealed files of this
        tape lie in another store. The store need not answer yet.
    """
    layout = Layout(Path(path), shared)
    try:
        layout.root.mkdir(parents=True, exist_ok=True)
        lock = _lock(layout)
    except OSError as error:
        raise _cannot_open(layout, error) from error
    try:
        return _open(layout, instruments, clock=clock, options=options or TapeOptions(), lock=lock)
    except OSError as error:
        os.close(lock)
        raise _cannot_open(layout, error) from error
    except BaseException:
        # Ctrl-C during recovery too: the lock would outlive a writer that never was.
        os.close(lock)
        raise


def open_reader(path: Path | str, shared: SharedPlace | None = None) -> Reader:
    """Open a tape for reading, from any process, also while it is written.

    Parameters
    ----------
    path : Path or str
        Folder of the tape; where there is none yet, the reader finds nothing until there is.
    shared : SharedPlace, optional
        Store that machines share; a folder without a tape then reads what is in the store.

    Returns
    -------
    Reader
        May be used by several threads.
    """
    return Reader(Path(path), shared)


def is_written(path: Path | str) -> bool:
    """Return whether another process writes a tape now.

    Parameters
    ----------
    path : Path or str
        Folder of the tape; it need not be there.
    """
    lock = Layout(Path(path)).lock
    try:
        holder, _, machine = lock.read_text(encoding="utf-8").strip().partition("\n")
        # A number says nothing in another container: there the lock alone does.
        if machine in {"", _machine()} and not _is_another(int(holder or 0)):
            return False
    except PermissionError:
        return True
    except (OSError, ValueError, OverflowError):
        return False
    # Another process may have the number by now: who holds the lock is not to be had otherwise.
    descriptor = os.open(lock, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _is_another(process: int) -> bool:
    if process in {0, os.getpid()}:
        return False
    os.kill(process, 0)
    return True


def _machine() -> str:
    return os.uname().nodename


def _open(
    layout: Layout,
    instruments: InstrumentTable,
    *,
    clock: Clock,
    options: TapeOptions,
    lock: int,
) -> Tape:
    disk.make_folder(layout.wal, layout.root)
    disk.make_folder(layout.parquet, layout.root)
    if layout.shared is not None:
        disk.make_folder(layout.outgoing, layout.root)
        layout = replace(layout, name=attach(layout, layout.shared, machine=_machine()))
    manifest = open_catalog(layout, clock)
    # Also where a rebuild was begun and killed: an empty manifest is no reason to remove files.
    is_empty = not manifest.snapshot().files and not manifest.retired()
    waiting = recover(layout, manifest, rebuild=is_empty)
    sealer = Sealer(layout, manifest, clock, options)
    sealer.submit(waiting)
    return Tape(
        layout=layout,
        instruments=instruments,
        manifest=Manifest(layout.manifest),
        sealer=sealer,
        clock=clock,
        options=options,
        on_closed=lambda: os.close(lock),
    )


def _lock(layout: Layout) -> int:
    descriptor = os.open(layout.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        named = os.read(descriptor, 300).decode(errors="replace").split()
        holder = named[0] if named else "unknown"
        holder += f" of {named[1]}" if named[1:] and named[1] != _machine() else ""
        os.close(descriptor)
        raise StoreError(
            f"the tape {layout.root} is being written by process {holder}; stop that one first, or "
            "choose another data_dir"
        ) from None
    os.ftruncate(descriptor, 0)
    os.write(descriptor, f"{os.getpid()}\n{_machine()}\n".encode())
    return descriptor


def _cannot_open(layout: Layout, error: OSError) -> StoreError:
    what, remedy = disk.meaning(error)
    return StoreError(f"cannot open the tape {layout.root} for writing: {what}; {remedy}")
