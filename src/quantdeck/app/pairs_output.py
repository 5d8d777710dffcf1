"""Where results of the pairs commands go: the terminal, JSON, files."""

from __future__ import annotations

import json
import math
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.console import Console

from quantdeck.app.pairs_text import say
from quantdeck.model.errors import BadInput, StoreError
from quantdeck.tape import export
from quantdeck.views.tables import csv_of, parquet_of

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from pathlib import Path

    import pyarrow as pa

    from quantdeck.app.pairs_prices import LoadedPair, PairSource

_NS_PER_S = 1_000_000_000


@dataclass(frozen=True, slots=True)
class Outputs:
    """Where results go besides the terminal.

    Parameters
    ----------
    as_json : bool
        Print one JSON document instead of tables.
    csv : Path or None
        File of the trades, or of the parameter sets of a sweep: .csv, .parquet or .ndjson.
    rows : Path or None
        File of every row: line, spread, score, position and equity.
    ledger : Path or None
        File of every fill, fee and payment.

    Raises
    ------
    BadInput
        If a name does not say what to write, or its folder is not there.
    """

    as_json: bool = False
    csv: Path | None = None
    rows: Path | None = None
    ledger: Path | None = None

    def __post_init__(self) -> None:
        for path in (self.csv, self.rows, self.ledger):
            if path is not None:
                export.form_of(path)
                if not path.parent.is_dir():
                    raise BadInput(f"the folder {path.parent} is not there; create it first")


def write_table(table: pa.Table, path: Path | None) -> None:
    """Write a table into a file, if one is named, and say so.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    if path is None:
        return
    form = export.form_of(path)
    if table.num_rows:
        export.write_file([table], path, form=form)
    else:
        # Without rows, a file with the names of the columns, so that none of an earlier run is left.
        writers = {"csv": csv_of, "parquet": parquet_of}
        empty = writers[form](table) if form in writers else b""
        try:
            path.write_bytes(empty)
        except OSError as error:
            raise StoreError(f"cannot write {path}: {error.strerror}") from error
    say(f"{table.num_rows:,} rows written to {path}")


def print_json(told: dict[str, Any]) -> None:
    """Print one JSON document; what is not finite is null."""
    print(json.dumps(_plain(told), allow_nan=False))  # noqa: T201


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in value.items()}  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
    if isinstance(value, np.generic):
        return _plain(value.item())
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def named(pair: LoadedPair, source: PairSource) -> dict[str, Any]:
    """Return what a document begins with: which pair, how many rows, real or simulated."""
    return {
        "y": pair.y,
        "x": pair.x,
        "rows": len(pair.prices),
        "first_ns": int(pair.prices.ts_ns[0]),
        "last_ns": int(pair.prices.ts_ns[-1]),
        "step_s": pair.step_ns / _NS_PER_S,
        "periods_per_year": pair.per_year,
        "simulated": source.demo,
    }


@contextmanager
def progress(words: str) -> Generator[Callable[[float], None]]:
    """Show on a terminal how much of a long piece of work is done."""
    err = Console(stderr=True)
    with err.status(f"{words} ...") as status:
        yield lambda share: status.update(f"{words} ... {share:.0%}")
