"""The chain file that the exchange's delayed-quote page offers for download.

Three header lines (name and last price; time of the download; columns), then one line a strike with the
call and the put side by side. The download's time is not that of the quotes: outside trading hours they
are those of the last close. So quotes are dated at the download where the market was open then, and at
the last close before it otherwise; no quote has a time of its own.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.errors import BadInput
from quantdeck.model.options import UNDERLYING_VENUE, Right, parse_osi, terms_of
from quantdeck.tape.chains.assemble import Assembly, Quoted, Terms
from quantdeck.tape.chains.rows import (
    BrokenRow,
    ChainFile,
    count,
    lines_of,
    price,
    require_columns,
)
from quantdeck.tape.chains.trading_days import quoted_at_ns

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from quantdeck.model.feed import Provenance

_SIDE = ("Last Sale", "Net", "Bid", "Ask", "Volume", "IV", "Delta", "Gamma", "Open Interest")
_COLUMNS = ("Expiration Date", "Calls", *_SIDE, "Strike", "Puts", *_SIDE)
_STRIKE = _COLUMNS.index("Strike")
_NEW_YORK = ZoneInfo("America/New_York")
_TIME = re.compile(
    r"Date: ([A-Z][a-z]+ \d{1,2}),? (\d{4})(?:,| at) (\d{1,2}:\d\d [AP]M)(?: E[SD]T)?"
)


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
    spot = _spot(path, head[0][1])
    taken_ns = quoted_at_ns(_download_ns(path, head[1][1]))
    require_columns(path, head[2][1], _COLUMNS)
    assembly = Assembly()
    broken: list[BrokenRow] = []
    for line, cells in lines:
        try:
            _take(assembly, cells)
        except ValueError as error:
            broken.append(BrokenRow(line, str(error)))
    chains = assembly.chains(spot=spot)
    return ChainFile(ChainSnapshot(taken_ns, "file", provenance, chains), tuple(broken))


def _spot(path: Path, cells: list[str]) -> float:
    last = next((c for c in cells if c.strip().startswith("Last:")), None)
    try:
        return price("" if last is None else last.partition(":")[2], "last price")
    except ValueError as error:
        raise BadInput(f"{path}, first line: {error}; is --format right?") from error


def _download_ns(path: Path, cells: list[str]) -> int:
    found = _TIME.search(cells[0])
    words = "" if found is None else " ".join(found.groups())
    try:
        written = datetime.strptime(words, "%B %d %Y %I:%M %p").replace(tzinfo=_NEW_YORK)
    except ValueError as error:
        raise BadInput(
            f"{path}: expected a line such as 'Date: January 7, 2024 at 10:52 AM EST', found "
            f"{cells[0][:80]!r}; is --format right?"
        ) from error
    return int(written.timestamp()) * 1_000_000_000


def _take(assembly: Assembly, cells: list[str]) -> None:
    if len(cells) != len(_COLUMNS):
        raise ValueError(f"expected {len(_COLUMNS)} cells, was {len(cells)}")
    expiry = datetime.strptime(cells[0], "%a %b %d %Y").date()  # noqa: DTZ007 - a day, no moment
    strike = price(cells[_STRIKE], "strike")
    # Both are read before one is taken: a broken line leaves nothing behind.
    call = _side(cells[1:], Right.CALL, expiry, strike)
    put = _side(cells[_STRIKE + 1 :], Right.PUT, expiry, strike)
    if call[0] != put[0]:
        raise ValueError(f"{cells[1]} and {cells[_STRIKE + 1]} have different roots")
    assembly.add(call[0], Right.CALL, strike, call[1])
    assembly.add(put[0], Right.PUT, strike, put[1])


def _side(cells: list[str], right: Right, expiry: date, strike: float) -> tuple[Terms, Quoted]:
    name = cells[0]
    root, *rest = parse_osi(name)
    if rest != [expiry, right, strike]:
        raise ValueError(f"{name} is not the {right.value} {strike:g} of {expiry}")
    known = terms_of(root)
    quoted = Quoted(
        bid=price(cells[3], f"bid of {name}"),
        ask=price(cells[4], f"ask of {name}"),
        volume=count(cells[5], f"volume of {name}"),
        open_interest=count(cells[9], f"open interest of {name}"),
    )
    underlying = f"{UNDERLYING_VENUE}:{known.underlying}"
    return Terms(root, expiry, underlying, known.settlement, known.style, 100.0), quoted
