"""Files of the reports folder: whole at any moment, whoever reads them and whenever power fails.

Lists such as ``scoreboard.csv`` keep the header that they began with, so that a spreadsheet, a chart or
a script that reads them goes on working. A row that says the same again replaces the earlier one.
"""

from __future__ import annotations

import contextlib
import csv
import fcntl
import io
import math
import os
import secrets
from collections import Counter
from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.model.errors import BadInput, StoreError
from quantdeck.views.encode import neutral_text

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping, Sequence
    from pathlib import Path

    Cell = str | float | int | bool | Decimal | None

SCOREBOARD = (
    "date", "auc", "cv_auc", "pnl", "run", "kind", "model", "strategy", "capital", "return", "sharpe",
    "max_drawdown", "turnover", "costs", "simulated",
)  # fmt: skip
"""Columns of ``scoreboard.csv``: a row for every model trained and every backtest; `run` is the key."""

PORTFOLIO = (
    "date", "symbol", "quantity", "price", "fee", "reason", "strategy", "run", "simulated",
)  # fmt: skip
"""Columns of ``portfolio.csv``: a row for every fill; quantities of a symbol add up to what is held."""

PNL = (
    "date", "symbol", "quantity", "price", "pnl", "reason", "strategy", "run", "simulated",
)  # fmt: skip
"""Columns of ``pnl.csv``: a row for every gain that was realised; `pnl` adds up to the gain so far."""


def write_text(path: Path, text: str) -> None:
    """Write a file, whole or not at all; its folder is made where it is absent.

    Parameters
    ----------
    path : Path
        The file; one that is there is replaced.
    text : str
        What it shall hold, written as UTF-8.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with temporary.open("w", encoding="utf-8", newline="") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error


def read_rows(path: Path) -> list[dict[str, str]]:
    """Return the rows of a list, each by the names of its columns.

    Parameters
    ----------
    path : Path
        A file of comma-separated values with a header.

    Returns
    -------
    list of dict
        Oldest first; empty where there is no file.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    return [dict(zip(header, row, strict=False)) for header, rows in [_read(path)] for row in rows]


def write_rows(path: Path, header: Sequence[str], rows: Iterable[Mapping[str, Cell]]) -> None:
    """Write a list anew, whole or not at all.

    Parameters
    ----------
    path : Path
        The list.
    header : sequence of str
        Its columns, in order.
    rows : iterable of mapping of str to cell
        As of `append_rows`.

    Raises
    ------
    StoreError
        If the disk refuses.
    """
    write_text(path, _text([header, *([_cell(row.get(name)) for name in header] for row in rows)]))


def append_row(
    path: Path, header: Sequence[str], row: Mapping[str, Cell], *, key: str | None = None
) -> None:
    """Add a row to a list; see `append_rows`.

    Parameters
    ----------
    path : Path
        The list.
    header : sequence of str
        Its columns.
    row : mapping of str to cell
        What is known of them.
    key : str or None
        Column whose value may stand in the list once.

    Raises
    ------
    BadInput
        If the row has a column that the list has not.
    StoreError
        If the disk refuses, or the file has another header.
    """
    append_rows(path, header, [row], key=key)


def append_rows(
    path: Path,
    header: Sequence[str],
    rows: Iterable[Mapping[str, Cell]],
    *,
    key: str | None = None,
    most: int | None = None,
) -> None:
    """Add rows to a list, all or none; two processes that do so wait for each other.

    Parameters
    ----------
    path : Path
        The list, made with its folder where it is absent.
    header : sequence of str
        Its columns, in order.
    rows : iterable of mapping of str to cell
        What is known of them: absent, None and what is not finite are left empty, and text that a
        spreadsheet would take for a formula gets an apostrophe in front.
    key : str or None
        Column by which rows replace earlier ones: those whose value is among the new ones go.
    most : int or None
        Rows that the list shall have at most: the oldest go first, with all of their value of `key`;
        those without a value stay.

    Raises
    ------
    BadInput
        If a row has a column that the list has not.
    StoreError
        If the disk refuses, or the file has another header: it may have columns more, anywhere, and
        then keeps them, but none less.
    """
    added = [dict(row) for row in rows]
    for row in added:
        if unknown := row.keys() - set(header):
            raise BadInput(f"{path.name} has no column {', '.join(sorted(unknown))}")
    with _alone(path):
        known, kept = _read(path)
        columns = known or list(header)
        if missing := [name for name in header if name not in columns]:
            raise StoreError(
                f"{path} has no column {', '.join(missing)}; move it away, and a new one is begun"
            )
        if key is not None:
            at, new = columns.index(key), {_cell(row.get(key)) for row in added}
            kept = [row for row in kept if len(row) <= at or row[at] not in new]
            if most is not None:
                kept = _newest(kept, at, most - len(added))
        told = [[_cell(row.get(name)) for name in columns] for row in added]
        write_text(path, _text([columns, *kept, *told]))


def _newest(rows: list[list[str]], at: int, most: int) -> list[list[str]]:
    values = [row[at] if len(row) > at else "" for row in rows]
    counts = Counter(values)
    left, gone = len(rows), set[str]()
    for value in dict.fromkeys(values):
        if left <= most:
            break
        if value:
            gone.add(value)
            left -= counts[value]
    return [row for row, value in zip(rows, values, strict=True) if value not in gone]


@contextlib.contextmanager
def _alone(path: Path) -> Generator[None]:
    # The list itself is replaced, so that the lock is held on a file beside it.
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path.with_name(f".{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as error:
        raise StoreError(f"cannot write {path}: {error.strerror}") from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> tuple[list[str], list[list[str]]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = [row for row in csv.reader(file) if row]
    except FileNotFoundError:
        return [], []
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise StoreError(f"cannot read {path}: {error}") from error
    return (rows[0], rows[1:]) if rows else ([], [])


def _text(rows: Iterable[Sequence[str]]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def plain(value: Decimal) -> str:
    """Return a number without exponent and without zeros at its end.

    Examples
    --------
    >>> plain(Decimal("1E+2")), plain(Decimal("1.50"))
    ('100', '1.5')
    """
    return f"{value.normalize():f}"


def _cell(value: Cell) -> str:
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return ""
    if isinstance(value, str):
        return neutral_text(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Decimal):
        return plain(value)
    # a float of numpy would name its type
    return repr(float(value)) if isinstance(value, float) else str(value)
