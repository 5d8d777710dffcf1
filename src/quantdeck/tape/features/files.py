"""Reads and writes a table of features that a person names: CSV or Parquet."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from quantdeck.model.errors import BadInput, NoData, StoreError
from quantdeck.tape import disk
from quantdeck.tape.features.columns import features_of, table_of
from quantdeck.tape.layout import PARQUET_SUFFIX, TEMPORARY_SUFFIX

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.features.table import FeatureTable

CSV_SUFFIX = ".csv"


def read_features(path: Path) -> FeatureTable:
    """Return the table of features in a file.

    Parameters
    ----------
    path : Path
        ``.csv`` or ``.parquet``; see `quantdeck.tape.features.columns.features_of` for the columns.

    Raises
    ------
    BadInput
        If it is neither, damaged, or columns are missing or wrong.
    NoData
        If there is no such file, or no row in it.
    StoreError
        If the disk refuses.
    """
    _check(path)
    if not path.is_file():
        raise NoData(f"there is no file {path}; `quantdeck features -o {path}` writes one")
    try:
        if path.suffix == PARQUET_SUFFIX:
            table = pq.read_table(path)
        else:
            table = pa_csv.read_csv(
                path,
                convert_options=pa_csv.ConvertOptions(
                    null_values=["", "NaN", "nan", "NA", "null"], strings_can_be_null=True
                ),
            )
    except pa.ArrowException as error:
        raise BadInput(f"{path} is no {path.suffix[1:]} file of features: {error}") from error
    except OSError as error:
        what, remedy = disk.meaning(error)
        raise StoreError(f"cannot read {path}: {what}; {remedy}") from error
    if not table.num_rows:
        raise NoData(f"{path} has no row")
    return features_of(table, told=path.stem)


def write_features(found: FeatureTable, path: Path) -> None:
    """Write a table of features; the file appears whole or not at all.

    Parameters
    ----------
    found : FeatureTable
        What to write.
    path : Path
        ``.csv`` or ``.parquet``; its folder is made.

    Raises
    ------
    BadInput
        If it is neither.
    StoreError
        If the disk refuses.
    """
    _check(path)
    table = table_of(found)
    temporary = path.with_name(path.name + TEMPORARY_SUFFIX)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == PARQUET_SUFFIX:
            pq.write_table(table, temporary, compression="zstd")
        else:
            at = table.schema.get_field_index("known_at")
            seconds = table.column("known_at").cast(pa.timestamp("s", "UTC"))
            pa_csv.write_csv(table.set_column(at, "known_at", seconds), temporary)
        disk.put_in_place({temporary: path})
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        what, remedy = disk.meaning(error)
        raise StoreError(f"cannot write {path}: {what}; {remedy}") from error


def _check(path: Path) -> None:
    if path.suffix not in (CSV_SUFFIX, PARQUET_SUFFIX):
        raise BadInput(f"features are kept as .csv or .parquet, was {path.name!r}", field="path")
