"""Playbooks below the data folder: ``research/playbooks/<session>.json`` with a Parquet file beside it.

The JSON is the playbook; the Parquet file has its rows, for SQL and data frames.
"""

from __future__ import annotations

import os
import re
import secrets
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import NoData, StoreError
from quantdeck.research.playbook.entry import Playbook
from quantdeck.views.study_rows.playbook import playbook_table
from quantdeck.views.tables import parquet_of

if TYPE_CHECKING:
    from pathlib import Path

FOLDER = "research/playbooks"
HOW = "make one with quantdeck playbook"

_SESSION = re.compile(r"\d{4}-\d{2}-\d{2}")


class PlaybookFiles:
    """Fulfils `quantdeck.ports.playbooks.PlaybookStore`.

    Parameters
    ----------
    root : Path
        Data folder; what is needed below it is made by the first write.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def put(self, playbook: Playbook) -> Playbook:
        """Keep a playbook; see `quantdeck.ports.playbooks.PlaybookStore.put`."""
        path = self._path(playbook.session)
        try:
            kept = self.get(playbook.session)
        except (NoData, StoreError):
            # One that is damaged is replaced.
            kept = None
        if kept is not None and kept.inputs == playbook.inputs:
            return kept
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            # The file that counts comes last.
            _write(path.with_suffix(".parquet"), parquet_of(playbook_table(playbook)))
            _write(path, msgspec.json.format(msgspec.json.encode(playbook), indent=2))
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error
        return playbook

    def get(self, session: str | None = None) -> Playbook:
        """Return a playbook; see `quantdeck.ports.playbooks.PlaybookStore.get`."""
        known = self.sessions()
        if not known:
            raise NoData(f"no playbook is kept in {self._folder}; {HOW}")
        wanted = known[0] if session is None else session
        if wanted not in known:
            raise NoData(f"no playbook of {wanted} is kept; the newest is of {known[0]}")
        path = self._path(wanted)
        try:
            return msgspec.json.decode(path.read_bytes(), type=Playbook)
        except OSError as error:
            raise StoreError(f"cannot read {path}: {error.strerror}") from error
        except msgspec.DecodeError as error:
            raise StoreError(
                f"{path} is damaged ({error}); remove it, and {HOW.replace('one', 'it anew')}"
            ) from error

    def sessions(self) -> list[str]:
        """Return the dates of the sessions that there are playbooks of, newest first."""
        try:
            names = [path.stem for path in self._folder.glob("*.json")]
        except OSError as error:
            raise StoreError(f"cannot read {self._folder}: {error.strerror}") from error
        return sorted(filter(_SESSION.fullmatch, names), reverse=True)

    def _path(self, session: str) -> Path:
        return self._folder / f"{session}.json"


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
