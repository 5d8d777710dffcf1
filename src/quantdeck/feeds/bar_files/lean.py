"""Daily files of LEAN, QuantConnect's engine: prices as traded in 1/10000, factors in a file beside.

A row of a factor file names the last day before something changed, the factors of prices up to it, and
the close of that day: ``date,price factor,split factor,reference price``. From one row to the next the
split factor grows by the new shares for an old one, and the price factor by what the dividend took from
the reference price.
"""

from __future__ import annotations

import csv
import io
import itertools
import zipfile
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.feeds.bar_files.csv_bars import MOST_BYTES, BarFile
from quantdeck.model.errors import BadInput
from quantdeck.model.history import HISTORY_DTYPE, ActionKind, CorporateAction
from quantdeck.model.instruments import canonical

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from quantdeck.analytics.types import IntArray

_ZIP_MAGIC = b"PK\x03\x04"
_SCALE = 10_000.0
_SAME = 1e-6
_ROW = 6
_ROUNDING = 1e-5
_MOST_OLD_SHARES = 20


def is_lean(path: Path) -> bool:
    """Return whether a file is packed as LEAN's are.

    Raises
    ------
    BadInput
        If it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return file.read(len(_ZIP_MAGIC)) == _ZIP_MAGIC
    except OSError as error:
        raise BadInput(f"{path.name} cannot be read: {error.strerror}") from error


def read_lean(
    path: Path, factors: Path | None = None, *, venue: str = "US"
) -> tuple[BarFile, tuple[CorporateAction, ...]]:
    """Return daily bars and the actions that the factors tell.

    Parameters
    ----------
    path : Path
        Zip of one CSV without header, named by its ticker: ``20240102 00:00,open,high,low,close,volume``.
    factors : Path or None
        The factor file.
    venue : str
        Of the symbol.

    Returns
    -------
    BarFile
        Prices as traded.
    tuple of CorporateAction
        Splits and dividends within the span, oldest first; dividends per share as of the day.

    Raises
    ------
    BadInput
        If a file is not as LEAN writes it.
    """
    text = _unpacked(path)
    rows = np.empty(text.count("\n") + 1, HISTORY_DTYPE)
    count = 0
    for line, cells in enumerate(csv.reader(io.StringIO(text)), start=1):
        try:
            if len(cells) != _ROW:
                raise ValueError(f"{len(cells)} cells instead of {_ROW}")  # noqa: TRY301
            prices = [float(cell) / _SCALE for cell in cells[1:5]]
            rows[count] = (_day_ns(cells[0][:8]), *prices, float(cells[5]))
        except ValueError as error:
            raise BadInput(
                f"{path.name}, line {line}: {error}; daily bars of LEAN are needed"
            ) from error
        count += 1
    rows = rows[:count]
    if bool((np.diff(rows["start_ns"]) <= 0).any()):
        raise BadInput(f"{path.name}: its days are not in order, or some are there twice")
    symbol = canonical(path.stem, default_venue=venue)
    actions = () if factors is None else _actions(factors, rows["start_ns"])
    return BarFile(symbol, rows), actions


def _unpacked(path: Path) -> str:
    try:
        with zipfile.ZipFile(path) as packed:
            names = packed.namelist()
            if len(names) != 1:
                raise BadInput(f"{path.name} holds {len(names)} files; one CSV is needed")
            if packed.getinfo(names[0]).file_size > MOST_BYTES:
                raise BadInput(f"{path.name} is larger than {MOST_BYTES >> 20} MiB unpacked")
            return packed.read(names[0]).decode("ascii")
    except (OSError, zipfile.BadZipFile, UnicodeDecodeError) as error:
        raise BadInput(f"{path.name} is not a zip of LEAN's: {error}") from error


def _actions(file: Path, days: IntArray) -> tuple[CorporateAction, ...]:
    try:
        read = [
            (_day_ns(cells[0]), float(cells[1]), float(cells[2]), float(cells[3]))
            for cells in csv.reader(file.read_text(encoding="ascii").splitlines())
            # Some files begin with a line of one figure, the least price.
            if len(cells) == 4
        ]
    except (OSError, ValueError) as error:
        raise BadInput(f"{file.name} is not a factor file of LEAN: {error}") from error
    return tuple(sorted(_changes(read, days)))


def _changes(
    read: Sequence[tuple[int, float, float, float]], days: IntArray
) -> list[CorporateAction]:
    found: list[CorporateAction] = []
    for (last_ns, price, split, close), (_, later, later_split, _) in itertools.pairwise(read):
        after = int(np.searchsorted(days, last_ns, side="right"))
        if after in {0, len(days)}:
            continue
        ex_ns, ratio = int(days[after]), _whole(later_split / split)
        if abs(ratio - 1.0) > _SAME:
            found.append(CorporateAction(ex_ns, ActionKind.SPLIT, ratio))
        if abs(price / later - 1.0) > _SAME:
            cash = close / ratio * (1.0 - price / later)
            found.append(CorporateAction(ex_ns, ActionKind.DIVIDEND, cash))
    return found


def _whole(ratio: float) -> float:
    # Factors are rounded to seven digits or so, shares are split by small whole numbers.
    near = float(Fraction(ratio).limit_denominator(_MOST_OLD_SHARES))
    return near if abs(near / ratio - 1.0) < _ROUNDING else ratio


def _day_ns(text: str) -> int:
    if not (len(text) == 8 and text.isascii() and text.isdigit()):
        raise ValueError(f"{text!r} is not a day such as 20240102")
    day = np.datetime64(f"{text[:4]}-{text[4:6]}-{text[6:]}", "ns")
    return int(day.astype(np.int64))
