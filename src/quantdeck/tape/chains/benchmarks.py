"""Files of rates to compare with, such as Treasury yields or SOFR.

CSV with the columns ``date,tenor,rate,convention``, a row a rate, any number of days:

    date,tenor,rate,convention
    2024-01-05,1d,0.0531,simple-360
    2024-01-05,6m,0.0524,bond-equivalent

`date` is ISO 8601; `tenor` a number and ``d``, ``w``, ``m`` or ``y``; `rate` a decimal per year (0.0524
is 5.24 %); `convention` one of `quantdeck.analytics.boxes.rates.Convention`.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from quantdeck.analytics.boxes.curve import BenchmarkRate
from quantdeck.analytics.boxes.rates import Convention
from quantdeck.model.errors import BadInput, NoData
from quantdeck.tape.chains.rows import figure, lines_of, require_columns

if TYPE_CHECKING:
    from pathlib import Path

_COLUMNS = ("date", "tenor", "rate", "convention")
_TENOR = re.compile(r"(\d{1,4})([dwmy])")
_DAYS = {"d": 1.0, "w": 7.0, "m": 365 / 12, "y": 365.0}
_OLDEST = timedelta(days=7)


def read_benchmarks(path: Path, *, day: date) -> list[BenchmarkRate]:
    """Return the rates that a file has for a day.

    Parameters
    ----------
    path : Path
        CSV file, compressed with gzip or not.
    day : datetime.date
        The day; rates of up to a week before stand for it, as on holidays.

    Returns
    -------
    list of BenchmarkRate
        Of the newest day that is not after it.

    Raises
    ------
    BadInput
        If it is not such a file, or a row is wrong: a curve with a hole is another curve.
    NoData
        If it has no rate of those days.
    """
    if not path.is_file():
        raise BadInput(f"{path} is not a file; name a file of rates to compare with")
    lines = lines_of(path)
    _, header = next(lines, (0, [""]))
    require_columns(path, header, _COLUMNS)
    found: dict[date, list[BenchmarkRate]] = {}
    for line, cells in lines:
        try:
            on, rate = _rate(cells)
        except ValueError as error:
            raise BadInput(f"{path}, line {line}: {error}") from error
        found.setdefault(on, []).append(rate)
    known = [on for on in found if day - _OLDEST <= on <= day]
    if not known:
        span = f"from {min(found)} to {max(found)}" if found else "of no day"
        raise NoData(f"{path} has rates {span}, none for the week before {day}")
    return found[max(known)]


def tenor_days(text: str) -> int:
    """Return the calendar days of a tenor.

    Raises
    ------
    ValueError
        If it is not one.

    Examples
    --------
    >>> tenor_days("1d"), tenor_days("3m"), tenor_days("2y")
    (1, 91, 730)
    """
    match = _TENOR.fullmatch(text.strip().lower())
    days = 0 if match is None else round(int(match[1]) * _DAYS[match[2]])
    if days < 1:
        raise ValueError(f"tenor {text!r} is not one such as 1d, 3m or 2y")
    return days


def _rate(cells: list[str]) -> tuple[date, BenchmarkRate]:
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"expected {len(_COLUMNS)} cells, was {len(cells)}")
    on, tenor, text, convention = (cell.strip() for cell in cells)
    rate = figure(text, "rate")
    if not abs(rate) < 1:
        raise ValueError(f"rate {text!r} is not a decimal per year; write 0.0524 for 5.24 %")
    try:
        how = Convention(convention)
    except ValueError as error:
        allowed = ", ".join(each.value for each in Convention)
        raise ValueError(f"convention {convention!r} is not one of {allowed}") from error
    return date.fromisoformat(on), BenchmarkRate(tenor_days(tenor), rate, how)
