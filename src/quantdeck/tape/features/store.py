"""Keeps tables of features below a data folder, and the figures of chains that they are made of.

::

    data/features/
    ├── 2026-11-20.parquet              the table that ends with that session
    └── chains.json                     figures of option chains, by the snapshot they were taken from
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.research.features.chain_figures import ChainFigures
from quantdeck.tape import disk
from quantdeck.tape.features.files import read_features, write_features
from quantdeck.tape.layout import PARQUET_SUFFIX, TEMPORARY_SUFFIX

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.research.features.table import FeatureTable

FOLDER = "features"
_CHAINS = "chains.json"


class TableStore:
    """Fulfils `quantdeck.ports.models.FeatureStore` and `quantdeck.ports.models.ChainFigureStore`.

    Parameters
    ----------
    root : Path
        Data folder; what is needed below it is made by the first write.
    """

    def __init__(self, root: Path) -> None:
        self._folder = root / FOLDER

    def put(self, table: FeatureTable) -> str:
        """Keep a table in the place of one that ends with the same session; return its name.

        Raises
        ------
        BadInput
            If it has no session.
        StoreError
            If the disk refuses.
        """
        if not len(table.sessions):
            raise BadInput("a table of features without a session is not kept")
        name = str(np.datetime64(int(table.sessions[-1]), "ns").astype("datetime64[D]"))
        write_features(table, self._path(name))
        return name

    def get(self, name: str | None = None) -> FeatureTable:
        """Return a table: by name, or the newest.

        Raises
        ------
        NoData
            If there is none; the message says how to make one.
        StoreError
            If it is damaged.
        """
        known = self.names()
        chosen = name if name is not None else next(iter(known), None)
        if chosen is None or chosen not in known:
            there = f"there are {', '.join(known[:5])}" if known else "none is kept"
            what = "a table of features" if name is None else f"a table of features {name!r}"
            raise NoData(f"{what} was asked for, and {there}; `quantdeck features` makes one")
        try:
            return read_features(self._path(chosen))
        except BadInput as error:
            raise StoreError(
                f"the table of features {chosen} is damaged ({error}); `quantdeck features` makes it anew"
            ) from error

    def names(self) -> list[str]:
        """Return the names of all tables, newest first."""
        found = (path.stem for path in self._folder.glob(f"*{PARQUET_SUFFIX}"))
        return sorted(found, reverse=True)

    def chain_figures(self) -> dict[str, ChainFigures]:
        """Return the figures of chains by the snapshot they were taken from; a damaged file is none."""
        try:
            content = (self._folder / _CHAINS).read_bytes()
        except OSError:
            return {}
        try:
            return msgspec.json.decode(content, type=dict[str, ChainFigures])
        except msgspec.MsgspecError:
            return {}

    def keep_chain_figures(self, figures: Mapping[str, ChainFigures]) -> None:
        """Keep figures of chains in the place of all that were kept.

        Raises
        ------
        StoreError
            If the disk refuses.
        """
        path = self._folder / _CHAINS
        temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(msgspec.json.encode(dict(figures)))
            disk.put_in_place({temporary: path})
        except OSError as error:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
            what, remedy = disk.meaning(error)
            raise StoreError(f"cannot write {path}: {what}; {remedy}") from error

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{PARQUET_SUFFIX}"
