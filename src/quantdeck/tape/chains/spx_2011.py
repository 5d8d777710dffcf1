"""The chain file of the exchange as it was until about 2013, and the option names of those years.

Two header lines (underlying and last price; date and time of the quotes in New York), the columns, then
one line a strike. A name such as ``SPX1119B820-E`` is root, year, day, a letter that is month and right
(A to L are calls, M to X puts), and strike. Contracts then expired on Saturdays; they are dated at the
session before, whose prices settle them. ``SPXPM`` are quarterly contracts that settle at the close.
"""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import TYPE_CHECKING, NamedTuple
from zoneinfo import ZoneInfo

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import BadInput
from quantdeck.model.options import (
    UNDERLYING_VENUE,
    ExerciseStyle,
    Right,
    Settlement,
    terms_of,
)
from quantdeck.tape.chains.assemble import Assembly, Quoted, Terms
from quantdeck.tape.chains.rows import (
    BrokenRow,
    ChainFile,
    count,
    lines_of,
    price,
    require_columns,
)

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.model.feed import Provenance

_SIDE = ("Last Sale", "Net", "Bid", "Ask", "Vol", "Open Int")
# Every line ends in a comma.
_COLUMNS = ("Calls", *_SIDE, "Puts", *_SIDE, "")
_PUT = len(_SIDE) + 1
_NEW_YORK = ZoneInfo("America/New_York")
_NAME = re.compile(r"\((SPX|SPXW|SPXPM|SPXQ)(\d\d)(\d\d)([A-X])(\d+(?:\.\d+)?)-E\)\Z")
_QUARTERLY = ("SPXPM", "SPXQ")


class _Name(NamedTuple):
    root: str
    expiry: date
    right: Right
    strike: float


def read(path: Path, provenance: Provenance) -> ChainFile:
    """Return what a file holds.

    Parameters
    ----------
    path : Path
        CSV, compressed with gzip or not.
    provenance : Provenance
        Of the reading.

    Returns
    -------
    ChainFile
        The chains and the lines that could not be used.

    Raises
    ------
    BadInput
        If it is not such a file.
    """
    lines = lines_of(path)
    head = [next(lines, (0, [""])) for _ in range(3)]
    require_columns(path, head[2][1], _COLUMNS)
    try:
        spot = price(head[0][1][1] if len(head[0][1]) > 1 else "", "last price")
        taken = datetime.strptime(head[1][1][0].strip(), "%b %d %Y @ %H:%M ET").replace(
            tzinfo=_NEW_YORK
        )
    except ValueError as error:
        raise BadInput(
            f"{path}: expected header lines such as 'SPX (S&P 500 INDEX),1290.59,+7.24,' and "
            f"'Jan 24 2011 @ 14:03 ET,', found {head[0][1]} and {head[1][1]}; is --format right?"
        ) from error
    taken_ns = int(taken.timestamp()) * 1_000_000_000
    assembly = Assembly()
    broken: list[BrokenRow] = []
    for line, cells in lines:
        try:
            _take(assembly, cells)
        except ValueError as error:
            broken.append(BrokenRow(line, str(error)))
    chains = assembly.chains(spot=spot)
    return ChainFile(ChainSnapshot(taken_ns, "file", provenance, chains), tuple(broken))


def _take(assembly: Assembly, cells: list[str]) -> None:
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"expected {len(_COLUMNS)} cells, was {len(cells)}")
    call, put = _name(cells[0], Right.CALL), _name(cells[_PUT], Right.PUT)
    if call._replace(right=put.right) != put:
        raise ValueError(f"{cells[0]} and {cells[_PUT]} are not call and put of one strike")
    quoted = [_quoted(cells[:_PUT]), _quoted(cells[_PUT:])]
    terms = _terms(call)
    assembly.add(terms, Right.CALL, call.strike, quoted[0])
    assembly.add(terms, Right.PUT, put.strike, quoted[1])


def _name(text: str, right: Right) -> _Name:
    found = _NAME.search(text)
    if found is None:
        raise ValueError(f"{text!r} does not end in a name such as (SPX1119B820-E)")
    root, year, day, letter, strike = found.groups()
    number = ord(letter) - ord("A")
    if (number >= 12) is not (right is Right.PUT):
        raise ValueError(f"{text!r} is not a {right.value}")
    expiry = date(2000 + int(year), number % 12 + 1, int(day))
    return _Name(root, us_sessions().on_or_before(expiry), right, float(strike))


def _quoted(cells: list[str]) -> Quoted:
    return Quoted(
        bid=price(cells[3], "bid"),
        ask=price(cells[4], "ask"),
        volume=count(cells[5], "volume"),
        open_interest=count(cells[6], "open interest"),
    )


def _terms(name: _Name) -> Terms:
    if name.root in _QUARTERLY:
        style, settlement, underlying = ExerciseStyle.EUROPEAN, Settlement.PM, "SPX"
    else:
        known = terms_of(name.root)
        style, settlement, underlying = known.style, known.settlement, known.underlying
    where = f"{UNDERLYING_VENUE}:{underlying}"
    return Terms(name.root, name.expiry, where, settlement, style, 100.0)
