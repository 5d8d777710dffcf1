"""Where everything of a tape lies below its folder, and how its files are named.

::

    data/
    ├── tape.lock                     held by the one writer; names its process
    ├── manifest.sqlite               which sealed files there are
    ├── wal/<segment>.seg             appended, not sealed yet
    ├── outbox/<segment>.seg          sealed, not published yet, where the tape is put onto a bus
    ├── parquet/<kind>/source=<source>/symbol=<VENUE.ROOT>/date=<YYYY-MM-DD>/<segment>-<delay>.parquet
    └── duckdb/market.duckdb          views for other tools, on request

Where machines share a store, sealed files lie there and not below `parquet`::

    data/
    ├── store.json                    the name of this tape in the store
    └── outgoing/                     files being made, until they are in the store
    <store>/<kind>/tape=<name>/date=<YYYY-MM-DD>/<hash of the content>.parquet
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

from quantdeck.model.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    import pyarrow as pa

    from quantdeck.model.events import Kind
    from quantdeck.ports.catalog import SharedPlace

SEGMENT_SUFFIX = ".seg"
DAMAGED_SUFFIX = ".damaged"
PARQUET_SUFFIX = ".parquet"
TEMPORARY_SUFFIX = ".tmp"
NS_PER_DAY = 86_400_000_000_000


@dataclass(frozen=True, slots=True)
class Layout:
    """The paths of one tape.

    Parameters
    ----------
    root : Path
        Folder of the tape.
    shared : SharedPlace, optional
        Where its sealed files lie that are not below `parquet`.
    name : str
        Of the tape in that store, for its writer.
    """

    root: Path
    shared: SharedPlace | None = None
    name: str = ""

    @property
    def lock(self) -> Path:
        """File locked by the writer."""
        return self.root / "tape.lock"

    @property
    def manifest(self) -> Path:
        """SQLite file naming all sealed files."""
        return self.root / "manifest.sqlite"

    @property
    def wal(self) -> Path:
        """Folder of the write-ahead segments."""
        return self.root / "wal"

    @property
    def outbox(self) -> Path:
        """Folder of the segments that wait to be published; only there where the tape is."""
        return self.root / "outbox"

    @property
    def parquet(self) -> Path:
        """Folder of the sealed files; everything in it belongs to the tape."""
        return self.root / "parquet"

    @property
    def views_file(self) -> Path:
        """DuckDB file of views for other tools."""
        return self.root / "duckdb" / "market.duckdb"

    @property
    def named(self) -> Path:
        """File that holds the tape's name in a store."""
        return self.root / "store.json"

    @property
    def outgoing(self) -> Path:
        """Folder of files on their way to a store."""
        return self.root / "outgoing"

    def opened(self, path: str) -> Path | pa.NativeFile:
        """Return a sealed file as Arrow reads it.

        Parameters
        ----------
        path : str
            As the catalog has it.

        Raises
        ------
        FileNotFoundError
            If it lies in the store, and is not there.
        StoreError
            If the store does not answer, or is not known here.
        """
        if is_local(path):
            return self.root / path
        return self._shared(path).store.open(path)

    def address(self, path: str) -> str:
        """Return a sealed file as DuckDB reads it."""
        if is_local(path):
            return str((self.root / path).absolute())
        return self._shared(path).store.address(path)

    def remove(self, paths: Sequence[str]) -> None:
        """Remove sealed files that are no longer part of the tape.

        Raises
        ------
        OSError, StoreError
            If the disk or the store refuses.
        """
        away = [path for path in paths if not is_local(path)]
        for path in paths:
            if is_local(path):
                (self.root / path).unlink(missing_ok=True)
        if away:
            self._shared(away[0]).store.remove(away)

    def _shared(self, path: str) -> SharedPlace:
        if self.shared is None:
            raise StoreError(
                f"sealed files of the tape {self.root} lie in a store ({path}), and none is set; set "
                "tape.store.url to it again"
            )
        return self.shared

    def segments(self) -> list[Path]:
        """Return the segments on disk, oldest first; none where there is no tape."""
        return _segments_in(self.wal)

    def unpublished(self) -> list[Path]:
        """Return the sealed segments that wait to be published, oldest first."""
        return _segments_in(self.outbox)


def _segments_in(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    return sorted(p for p in folder.iterdir() if p.suffix == SEGMENT_SUFFIX)


def is_local(path: str) -> bool:
    """Return whether a sealed file lies in the tape's folder, and not in a store.

    Examples
    --------
    >>> is_local("parquet/trade/a.parquet"), is_local("trade/tape=deck/date=2024-08-08/a.parquet")
    (True, False)
    """
    return path.startswith("parquet/")


def segment_name(created_ns: int) -> str:
    """Return a name for a segment that no other has; names sort by creation.

    Parameters
    ----------
    created_ns : int
        When it is created, UTC. [ns]

    Returns
    -------
    str
        Name without suffix.

    Examples
    --------
    >>> segment_name(1723161256298000000).startswith("1723161256298000000-")
    True
    """
    # Clocks are set back, and sealed files are named after segments: time alone is not enough.
    return f"{created_ns:019d}-{token_hex(4)}"


def date_of(day: int) -> str:
    """Return the date of a day counted from 1970-01-01.

    Examples
    --------
    >>> date_of(19943)
    '2024-08-08'
    """
    return str(np.datetime64(day, "D"))


def partition(kind: Kind, source: str, symbol: str, date: str) -> str:
    """Return the folder of a stream's day, relative to the tape's folder.

    Examples
    --------
    >>> from quantdeck.model.events import Kind
    >>> partition(Kind.TRADE, "binance-usdm", "BINANCE-USDM:BTCUSDT", "2024-08-08")
    'parquet/trade/source=binance-usdm/symbol=BINANCE-USDM.BTCUSDT/date=2024-08-08'
    """
    name = quote(symbol.replace(":", ".", 1), safe="")
    return f"parquet/{kind.value}/source={quote(source, safe='')}/symbol={name}/date={date}"
