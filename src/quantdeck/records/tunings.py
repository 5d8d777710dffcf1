"""Trials of searches for parameters, and the best that the newest search found.

::

    research/
    ├── tuned.json                          the best parameters of the newest search
    └── trials/
        └── up-1d-rank_ic-3f2a91c0.json     every trial of one search
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import re
from typing import TYPE_CHECKING, TypeVar

import msgspec

from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.records.report_files import write_text
from quantdeck.research.tuning.trials import Trial, Tuned

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence
    from pathlib import Path

TUNED = "tuned.json"
"""Below the folder of what research leaves beside models and tables."""
TRIALS = "trials"

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")

T = TypeVar("T")


class TuningFolder:
    """Fulfils `quantdeck.ports.models.TuningStore`; one search goes on at a time.

    Parameters
    ----------
    folder : Path
        Made with the first trial.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def trials(self, study: str) -> list[Trial]:
        """Return the trials of a search, in order; none where it has not begun.

        Raises
        ------
        StoreError
            If they cannot be read.
        """
        return _read(self._file(study), list[Trial]) or []

    def keep(self, study: str, trials: Sequence[Trial]) -> None:
        """Keep the trials of a search in the place of those before, whole or not at all.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        write_text(self._file(study), f"{msgspec.json.encode(list(trials)).decode()}\n")

    def put(self, tuned: Tuned) -> None:
        """Keep what a search found, as the newest.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        text = msgspec.json.format(msgspec.json.encode(tuned), indent=2).decode()
        write_text(self._folder / TUNED, f"{text}\n")

    def get(self) -> Tuned:
        """Return what the newest search found.

        Raises
        ------
        NoData
            If nothing was searched for yet.
        StoreError
            If it cannot be read.
        """
        found = _read(self._folder / TUNED, Tuned)
        if found is None:
            raise NoData("no parameters were searched for yet; quantdeck tune does it")
        return found

    @contextlib.contextmanager
    def alone(self, study: str) -> Generator[None]:
        """Hold the search, so that no other process makes trials of it.

        Raises
        ------
        Conflict
            If another does already.
        StoreError
            If the disk refuses.
        """
        file = self._file(study).with_suffix(".lock")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StoreError(f"cannot write {file}: {error.strerror}") from error
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError as error:
            raise Conflict(
                f"the search {study} is going on already; wait for it, or search with another seed"
            ) from error
        finally:
            os.close(descriptor)

    def _file(self, study: str) -> Path:
        if not _ID.fullmatch(study):
            raise BadInput(f"{study!r} cannot be the name of a search")
        return self._folder / TRIALS / f"{study}.json"


def _read(file: Path, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(file.read_bytes(), type=kind)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"cannot read {file}: {error.strerror}") from error
    except msgspec.MsgspecError as error:
        raise StoreError(f"{file} is damaged: {error}; remove it, and search anew") from error
