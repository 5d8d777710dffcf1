"""What the hub asks of whoever reads the files that people upload."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.model.events import Rows
    from quantdeck.model.uploads import LineProblem


@dataclass(frozen=True, slots=True)
class ParsedUpload:
    """The trades of a file.

    Parameters
    ----------
    rows : structured array of shape (n,)
        Rows of `TRADE_DTYPE` in the order of the file. `symbol` is an index into `symbols`, `seq` is 0,
        and both times are those of the file.
    symbols : list of str
        Canonical symbols.
    lines : tuple of LineProblem
        The first lines that cannot be used.
    reasons : dict of str to int
        All of these, by what is wrong.
    ignored_columns : tuple of str
        Columns of the file that nothing is made of.
    """

    rows: Rows
    symbols: list[str]
    lines: tuple[LineProblem, ...] = ()
    reasons: dict[str, int] | None = None
    ignored_columns: tuple[str, ...] = ()

    @property
    def bad(self) -> int:
        """Count of lines that cannot be used."""
        return sum((self.reasons or {}).values())


class UploadParser(Protocol):
    """Reads uploaded files. Called in a thread."""

    def __call__(self, path: Path, *, venue: str) -> ParsedUpload:
        """Read a file; symbols that name no venue are of `venue`.

        Raises
        ------
        BadUpload
            If the file as a whole is none that can be read, or is too large when unpacked.
        """
        ...
