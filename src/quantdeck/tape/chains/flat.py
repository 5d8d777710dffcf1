"""Chain files of our own, as CSV or Parquet: the columns of `quantdeck.tape.chains.table.SCHEMA`.

A file made by other hands needs `symbol`, `bid`, `ask` and `taken_ns` (or `time`, ISO 8601); what else
is left out is taken from the terms of the root, or not known. Other columns are passed over.
"""

from __future__ import annotations

import math
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from quantdeck.model.chains import NO_TIME, ChainSnapshot
from quantdeck.model.errors import BadInput
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import (
    OPTION_VENUE,
    UNDERLYING_VENUE,
    ExerciseStyle,
    Settlement,
    parse_osi,
    terms_of,
)
from quantdeck.tape.chains.assemble import Assembly, Quoted, Terms
from quantdeck.tape.chains.rows import (
    BrokenRow,
    ChainFile,
    content_of,
    count,
    figure,
    lines_of,
    price,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from enum import StrEnum
    from pathlib import Path

    Word = TypeVar("Word", bound=StrEnum)

_LATEST_NS = 2**63
_NEEDED = ("symbol", "bid", "ask")
_FORMULA = ("'=", "'+", "'-", "'@", "'\t", "'\r")


def read_csv(path: Path, provenance: Provenance) -> ChainFile:
    """Return what a CSV file holds.

    Parameters
    ----------
    path : Path
        Compressed with gzip or not.
    provenance : Provenance
        Taken where the file does not say its own.

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
    _, header = next(lines, (0, [""]))
    names = [name.strip() for name in header]
    _require(path, names)

    def rows() -> Iterable[tuple[int, Mapping[str, Any] | str]]:
        for line, cells in lines:
            if len(cells) == len(names):
                yield line, dict(zip(names, cells, strict=True))
            else:
                yield line, f"expected {len(names)} cells, was {len(cells)}"

    return _read(path, rows(), provenance)


def read_parquet(path: Path, provenance: Provenance) -> ChainFile:
    """Return what a Parquet file holds; see `read_csv`.

    Parameters
    ----------
    path : Path
        Any file.
    provenance : Provenance
        Taken where the file does not say its own.

    Returns
    -------
    ChainFile
        The chains and the rows that could not be used.

    Raises
    ------
    BadInput
        If it is not such a file.
    """
    try:
        table = pq.read_table(pa.BufferReader(content_of(path)))
    except pa.ArrowException as error:
        raise BadInput(f"{path} is not a Parquet file: {error}; is --format right?") from error
    _require(path, table.column_names)
    return _read(path, enumerate(table.to_pylist(), 1), provenance)


def _require(path: Path, names: list[str]) -> None:
    absent = [name for name in _NEEDED if name not in names]
    if "taken_ns" not in names and "time" not in names:
        absent.append("taken_ns")
    if absent:
        raise BadInput(
            f"{path} lacks the columns {', '.join(absent)} of a chain file; is --format right?"
        )


def _read(
    path: Path, rows: Iterable[tuple[int, Mapping[str, Any] | str]], provenance: Provenance
) -> ChainFile:
    assembly = Assembly()
    broken: list[BrokenRow] = []
    first: Mapping[str, Any] | None = None
    taken_ns, spot = 0, float("nan")
    for line, row in rows:
        if isinstance(row, str):
            broken.append(BrokenRow(line, row))
            continue
        try:
            taken = _taken_ns(row)
            if first is None:
                first, taken_ns, spot = row, taken, price(row.get("spot"), "spot")
            if taken == taken_ns:
                _take(assembly, row)
                continue
            reason = "was not taken at the moment of the first row: another snapshot"
        except ValueError as error:
            reason = str(error)
        broken.append(BrokenRow(line, reason))
    if first is None:
        why = f": {broken[0]}" if broken else ""
        raise BadInput(f"{path} holds no contract{why}")
    own = _provenance(first, provenance)
    feed = _text(first.get("feed")) or "file"
    chains = assembly.chains(spot=spot)
    return ChainFile(ChainSnapshot(taken_ns, feed, own, chains), tuple(broken))


def _take(assembly: Assembly, row: Mapping[str, Any]) -> None:
    name = _text(row["symbol"])
    root, expiry, right, strike = parse_osi(name.removeprefix(f"{OPTION_VENUE}:"))
    known = terms_of(root)
    _agree(row, {"root": root, "right": right.value, "expiry": expiry.isoformat()})
    given = figure(row.get("strike"), "strike")
    if not math.isnan(given) and given != strike:
        raise ValueError(f"{name} does not have the strike {row['strike']}")
    terms = Terms(
        root=root,
        expiry=expiry,
        underlying=_text(row.get("underlying")) or f"{UNDERLYING_VENUE}:{known.underlying}",
        settlement=_word(Settlement, row.get("settlement"), known.settlement),
        style=_word(ExerciseStyle, row.get("style"), known.style),
        multiplier=price(row.get("multiplier") or 100.0, "multiplier"),
    )
    quoted = Quoted(
        bid=price(row["bid"], "bid"),
        ask=price(row["ask"], "ask"),
        bid_size=count(row.get("bid_size"), "bid_size"),
        ask_size=count(row.get("ask_size"), "ask_size"),
        ts_ns=_moment(row.get("quote_ns"), "quote_ns"),
        volume=count(row.get("volume"), "volume"),
        open_interest=count(row.get("open_interest"), "open_interest"),
    )
    assembly.add(terms, right, strike, quoted)


def _agree(row: Mapping[str, Any], said: Mapping[str, str]) -> None:
    for column, expected in said.items():
        found = row.get(column)
        text = found.isoformat() if isinstance(found, date) else _text(found)
        if text and text != expected:
            raise ValueError(f"{_text(row['symbol'])} does not have the {column} {text!r}")


def _taken_ns(row: Mapping[str, Any]) -> int:
    taken = _moment(row.get("taken_ns"), "taken_ns")
    if taken != NO_TIME:
        return taken
    moment = row.get("time")
    if isinstance(moment, str):
        # Nanoseconds are more than Python's own times hold.
        moment = datetime.fromisoformat(moment)
    if not isinstance(moment, datetime):
        raise ValueError("has neither taken_ns nor time")  # noqa: TRY004 - a row is broken
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    whole = int(aware.replace(microsecond=0).timestamp())
    return whole * 1_000_000_000 + aware.microsecond * 1000


def _moment(cell: object, name: str) -> int:
    if cell in (None, ""):
        return NO_TIME
    value = int(str(cell))
    if not 0 <= value < _LATEST_NS:
        raise ValueError(f"{name} {value} is not a time in nanoseconds since 1970")
    return value


def _provenance(row: Mapping[str, Any], otherwise: Provenance) -> Provenance:
    source = _text(row.get("source"))
    if not source:
        return otherwise
    delay = _word(Delay, row.get("delay"), otherwise.delay)
    return Provenance(source, delay, RunId(_text(row.get("ingest_run_id")) or otherwise.run_id))


def _word(kind: type[Word], cell: object, otherwise: Word) -> Word:
    text = _text(cell)
    try:
        return kind(text) if text else otherwise
    except ValueError as error:
        allowed = ", ".join(each.value for each in kind)
        raise ValueError(f"{text!r} is not one of {allowed}") from error


# The apostrophe that keeps a spreadsheet from running a text is none of the text's.
def _text(cell: object) -> str:
    text = "" if cell is None else str(cell)
    return text[1:] if text.startswith(_FORMULA) else text
