"""What is known of trades that a person brings in from a file."""

from __future__ import annotations

import msgspec

from quantdeck.model.errors import BadInput

UPLOAD_SOURCE = "upload"
"""Source of uploaded events on the tape, whatever venue their symbols name."""

UPLOAD_VENUE = "UPLOAD"
"""Venue of uploaded symbols that name none."""

UPLOAD_FIELDS = ("ts", "symbol", "price", "size")
"""What every line of a file must tell."""

NAMED_LINES = 100
"""Broken lines that are named; of all others only the reasons are counted."""


class LineProblem(msgspec.Struct, frozen=True):
    """A line that cannot be used.

    Parameters
    ----------
    line : int
        Its number in the file, the first being 1.
    column : str
        The field that is wrong; empty where the line as a whole is.
    value : str
        What stands there, cut where it is long.
    reason : str
        What is wrong with it.
    """

    line: int
    column: str
    value: str
    reason: str

    def __str__(self) -> str:
        where = f"line {self.line}" + (f", {self.column}" if self.column else "")
        return f"{where}: {self.reason}" + (f" ({self.value!r})" if self.value else "")


class UploadReport(msgspec.Struct, frozen=True):
    """What has become of an uploaded file.

    Parameters
    ----------
    message : str
        The same in one sentence.
    rows : int
        Trades that could be read.
    new : int
        Those that were not known before and are now on the tape and in memory.
    already_there : int
        Those that were known before; nothing was added for them.
    bad : int
        Lines that could not be used and were left out.
    symbols : dict of str to int
        Trades that could be read, by canonical symbol.
    first_ns, last_ns : int or None
        Earliest and latest of them, UTC; None where there is none. [ns]
    lines : tuple of LineProblem
        The first of the bad lines.
    reasons : dict of str to int
        Bad lines by what is wrong.
    ignored_columns : tuple of str
        Columns (or fields) of the file that nothing was made of.
    run_id : str
        The ``ingest_run_id`` of the new rows on the tape.
    seconds : float
        How long it took. [s]
    """

    message: str
    rows: int
    new: int
    already_there: int
    bad: int
    symbols: dict[str, int]
    first_ns: int | None
    last_ns: int | None
    lines: tuple[LineProblem, ...]
    reasons: dict[str, int]
    ignored_columns: tuple[str, ...]
    run_id: str
    seconds: float


class BadUpload(BadInput):
    """A file with lines that cannot be used; nothing of it was taken.

    Parameters
    ----------
    message : str
        What was asked, what was found, what to do.
    lines : tuple of LineProblem
        The first of the lines.
    reasons : dict of str to int
        Lines by what is wrong; all of them counted.
    """

    def __init__(
        self,
        message: str,
        lines: tuple[LineProblem, ...] = (),
        reasons: dict[str, int] | None = None,
    ) -> None:
        super().__init__(message)
        self.lines = lines
        self.reasons = reasons or {}


class UploadTooLarge(BadUpload):
    """A file that is larger than is taken."""
