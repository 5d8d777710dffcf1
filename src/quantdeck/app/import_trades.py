"""Files of trades from the command line: through the deck that runs, or straight onto the tape."""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx2
import msgspec
from rich.console import Console

from quantdeck.app.links import running_deck
from quantdeck.app.tape_parts import tape_options, tape_reader, tape_writer
from quantdeck.app.uploads import upload_parts
from quantdeck.app.words import counted
from quantdeck.hub.uploads import UploadDesk
from quantdeck.model.errors import BadInput, Conflict, StoreError
from quantdeck.model.instruments import InstrumentTable
from quantdeck.model.uploads import BadUpload, LineProblem, UploadReport
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from quantdeck.app.settings import Settings

_NAMED_LINES = 10
_PIECE = 1 << 20
_PATIENCE_S = 600.0


class _Refusal(msgspec.Struct):
    code: str
    message: str
    lines: tuple[LineProblem, ...] = ()
    reasons: dict[str, int] = {}


class _Refused(msgspec.Struct):
    error: _Refusal


def run_trades(
    settings: Settings, files: Sequence[Path], *, venue: str, partial: bool, as_json: bool
) -> None:
    """Bring files of trades onto the tape and say what came of it; see `quantdeck.cli.import_`.

    Parameters
    ----------
    settings : Settings
        Name the data folder. Where a deck runs on it, the files go through the deck, which then has them
        in memory too.
    files : sequence of Path
        CSV or NDJSON, packed or not, taken one after the other.
    venue : str
        Of symbols that name none.
    partial : bool
        Take the good lines where some are bad.
    as_json : bool
        Print the results as JSON.

    Raises
    ------
    BadInput
        If a file cannot be used; those before it were taken.
    StoreError
        If the tape cannot be written.
    """
    folder = Path(settings.data_dir)
    link = running_deck(folder, records=True)
    err = Console(stderr=True)
    for file in files:
        with err.status(f"importing {file.name} ..."):
            try:
                if link is None:
                    report = _onto_tape(settings, folder, file, venue=venue, partial=partial)
                else:
                    report = _through_deck(link, file, venue=venue, partial=partial)
            except BadUpload as error:
                bad = sum(error.reasons.values())
                _tell_lines(file, error.lines, bad)
                raise BadInput(f"{file.name}: {_refusal(error, bad)}") from error
        _print(file, report, as_json=as_json)


def _refusal(error: BadUpload, bad: int) -> str:
    if not bad:
        return str(error)
    return f"nothing was taken, since {counted(bad, 'line')} cannot be used; --lenient takes the others"


def _onto_tape(
    settings: Settings, folder: Path, file: Path, *, venue: str, partial: bool
) -> UploadReport:
    clock, instruments = SystemClock(), InstrumentTable()
    options = msgspec.structs.replace(tape_options(settings), seal_on_close=True)
    writer = tape_writer(settings, folder, instruments, clock, demo=False, options=options)
    try:
        desk = UploadDesk(
            upload_parts(settings, folder, clock),
            reader=tape_reader(settings, folder, demo=False),
            writer=writer,
            instruments=instruments,
            clock=clock,
        )
        return asyncio.run(desk.take(file, venue=venue, partial=partial))
    finally:
        writer.close()


def _through_deck(link: str, file: Path, *, venue: str, partial: bool) -> UploadReport:
    origin, _, token = link.partition("/?token=")
    headers = {"Origin": origin}
    try:
        with httpx2.Client(base_url=origin, headers=headers, timeout=_PATIENCE_S) as client:
            client.post("/api/v1/session", json={"token": token}).raise_for_status()
            try:
                reply = client.post(
                    "/api/v1/uploads",
                    params={"venue": venue, "partial": str(partial).lower()},
                    headers={"Content-Type": "application/octet-stream"},
                    content=_pieces(file),
                )
            finally:
                client.delete("/api/v1/session")
    except httpx2.HTTPError as error:
        raise StoreError(f"the deck at {origin} did not take the file: {error}") from error
    if reply.is_success:
        return msgspec.json.decode(reply.content, type=UploadReport)
    told = msgspec.json.decode(reply.content, type=_Refused).error
    match reply.status_code:
        case 413 | 422:
            raise BadUpload(told.message, told.lines, told.reasons)
        case 409:
            raise Conflict(told.message)
        case _:
            raise StoreError(f"the deck at {origin} did not take the file: {told.message}")


def _pieces(file: Path) -> Iterator[bytes]:
    with file.open("rb") as source:
        while piece := source.read(_PIECE):
            yield piece


def _print(file: Path, report: UploadReport, *, as_json: bool) -> None:
    _tell_lines(file, report.lines, report.bad)
    if as_json:
        told = {"file": str(file), **msgspec.to_builtins(report)}
        print(json.dumps(told))  # noqa: T201
        return
    print(f"{file.name}: {report.message} ({report.seconds:.1f} s)")  # noqa: T201
    for symbol, trades in report.symbols.items():
        print(f"  {symbol}: {counted(trades, 'trade')}")  # noqa: T201
    if report.first_ns is not None and report.last_ns is not None:
        print(f"  from {_time(report.first_ns)} to {_time(report.last_ns)} UTC")  # noqa: T201
    if report.ignored_columns:
        print(f"  ignored: {', '.join(report.ignored_columns)}")  # noqa: T201


def _time(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns // 1_000_000_000, UTC):%Y-%m-%d %H:%M:%S}"


def _tell_lines(file: Path, lines: Sequence[LineProblem], bad: int) -> None:
    for line in lines[:_NAMED_LINES]:
        print(f"quantdeck: {file.name}, {line}", file=sys.stderr)  # noqa: T201
    more = bad - min(len(lines), _NAMED_LINES)
    if more > 0:
        print(f"quantdeck: and {counted(more, 'more bad line')}", file=sys.stderr)  # noqa: T201
