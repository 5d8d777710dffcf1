"""Takes what is kept beside the tape from the files of a machine to the server, or back."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Literal

from quantdeck.app.state import served, state_parts
from quantdeck.model.errors import ConfigError, NoData
from quantdeck.records.copy import copy_tables
from quantdeck.records.database import SqliteDatabase

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings

Target = Literal["server", "files"]


def run_state_copy(settings: Settings, to: Target) -> list[tuple[str, int]]:
    """Copy accounts, records and the records of the demo; see `quantdeck.cli.state`.

    Parameters
    ----------
    settings : Settings
        The data folder, and the server as ``state.url``.
    to : {'server', 'files'}
        Where to.

    Returns
    -------
    list of (str, int)
        What was copied, and how many rows there are of it now in both.

    Raises
    ------
    ConfigError
        If no server is named.
    NoData
        If there are no files to copy.
    Conflict
        If there are other records already where they are to be copied to.
    StoreError
        If one side cannot be read or written; what is named before in the answer has been copied.
    """
    if not settings.state.url:
        raise ConfigError(
            "state.url is empty: name the server there (config.yaml or QUANTDECK_STATE__URL), such as "
            "postgresql://quantdeck@db.example/quantdeck"
        )
    parts = state_parts(settings)
    if to == "server":
        parts = [part for part in parts if part.file.is_file()]
        if not parts:
            raise NoData(f"no records lie in {settings.data_dir}; name the folder with --data-dir")
    copied: list[tuple[str, int]] = []
    for part in parts:
        with (
            closing(served(settings, part)) as server,
            closing(SqliteDatabase(part.file, part.steps)) as file,
        ):
            source, target = (file, server) if to == "server" else (server, file)
            copied.append((part.title, copy_tables(source, target, part.steps)))
    return copied
