"""Files of chains in and out, whatever their format."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput
from quantdeck.tape import export
from quantdeck.tape.chains import flat, spx_2011, vendor_csv
from quantdeck.tape.chains.table import table_of
from quantdeck.views.tables import with_time

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.model.chains import ChainSnapshot
    from quantdeck.model.feed import Provenance
    from quantdeck.tape.chains.rows import ChainFile

_READERS = {
    "vendor-csv": vendor_csv.read,
    "spx-2011": spx_2011.read,
    "csv": flat.read_csv,
    "parquet": flat.read_parquet,
}
FORMATS = tuple(_READERS)
"""Formats that can be read; the last two can be written as well."""
_SUFFIXES = {".parquet": "parquet", ".csv": "csv"}
_NAMED = 5


def format_of(path: Path) -> str:
    """Return the format that a file's name stands for: ours, as CSV or Parquet.

    Raises
    ------
    BadInput
        If the name does not say.

    Examples
    --------
    >>> from pathlib import Path
    >>> format_of(Path("chain.csv.gz"))
    'csv'
    """
    name = path.name.lower().removesuffix(".gz")
    for suffix, form in _SUFFIXES.items():
        if name.endswith(suffix):
            return form
    raise BadInput(
        f"the name {path.name} does not say what is in it; name one of {', '.join(FORMATS)} "
        "with --format"
    )


def read_chain(
    path: Path, *, form: str | None, provenance: Provenance, strict: bool = False
) -> ChainFile:
    """Return the chains in a file.

    Parameters
    ----------
    path : Path
        The file; compressed with gzip or not.
    form : str or None
        One of `FORMATS`; None takes it from the name.
    provenance : Provenance
        Taken where the file does not say its own.
    strict : bool
        Whether a row that cannot be used is an error.

    Returns
    -------
    ChainFile
        The chains, and what could not be read.

    Raises
    ------
    BadInput
        If the format is unknown, the file is not of it or holds no chain, or with `strict`, if a
        row cannot be used.
    """
    form = form or format_of(path)
    if form not in _READERS:
        raise BadInput(f"--format {form!r} is not known; there are {', '.join(FORMATS)}")
    if not path.is_file():
        raise BadInput(f"{path} is not a file; name a file of option chains")
    found = _READERS[form](path, provenance)
    if strict and found.broken:
        some = "; ".join(map(str, found.broken[:_NAMED]))
        more = f"; and {len(found.broken) - _NAMED} more" if len(found.broken) > _NAMED else ""
        raise BadInput(f"{path} has rows that cannot be used: {some}{more}")
    if not found.snapshot.chains:
        why = f": {found.broken[0]}" if found.broken else ""
        raise BadInput(f"{path} holds no contract{why}")
    return found


def write_chain(snapshot: ChainSnapshot, path: Path, *, form: str | None = None) -> int:
    """Write a snapshot into a file, which appears whole or not at all.

    Parameters
    ----------
    snapshot : ChainSnapshot
        Any.
    path : Path
        File to write; one that is there is replaced.
    form : str or None
        ``csv`` or ``parquet``; None takes it from the name.

    Returns
    -------
    int
        Rows written.

    Raises
    ------
    BadInput
        If it cannot be told in which form.
    NoData
        If the snapshot is empty.
    StoreError
        If the file cannot be written.
    """
    form = form or format_of(path)
    if form not in _SUFFIXES.values():
        raise BadInput(f"chains are written as csv or parquet, not as {form!r}")
    return export.write_file([with_time(table_of(snapshot), "taken_ns")], path, form=form)
