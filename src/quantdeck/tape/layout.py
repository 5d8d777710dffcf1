"""Where everything of a tape lies below its folder, and how its files are named.

::

    data/
    ├── tape.lock                     held by the one writer; names its process
    ├── manifest.sqlite               which sealed files there are
    ├── wal/<segment>.seg             appended, not sealed yet
    ├── outbox/<segment>.seg          sealed, not published yet, where the tape is put onto a bus
    ├── parquet/<kind>/source=<source>/symbol=<VENUE.ROOT>/date=<YYYY-MM-DD>/<segment>-<delay>.parquet
    └── duckdb/market.duckdb          views for other tools, on request
"""

from __future__ import annotations

from dataclasses import dataclass
from secrets import token_hex
from typing import TYPE_CHECKING
from urllib.parse import quote

import numpy as np

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.model.events import Kind

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
    """

    root: Path

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
