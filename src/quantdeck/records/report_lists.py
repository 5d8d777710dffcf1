"""Lists of the reports folder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.records.report_files import PNL, PORTFOLIO, SCOREBOARD, append_rows, read_rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from quantdeck.ports.reports import ListName

MOST_ROWS = 200_000
"""Of a list: runs that are older go, whole."""

_HEADERS = {"scoreboard": SCOREBOARD, "portfolio": PORTFOLIO, "pnl": PNL}


class FolderLists:
    """Fulfils `quantdeck.ports.reports.ReportLists` with files such as ``scoreboard.csv``.

    Parameters
    ----------
    folder : Path
        Made with the first row.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(
        self,
        name: ListName,
        run_id: str,
        rows: Iterable[Mapping[str, str | float | int | bool | None]],
    ) -> None:
        """Add the rows of a run, in the place of those that it had."""
        told = [{**row, "run": run_id} for row in rows]
        append_rows(self.path(name), _HEADERS[name], told, key="run", most=MOST_ROWS)

    def rows(self, name: ListName) -> list[dict[str, str]]:
        """Return all rows of a list, oldest first."""
        return read_rows(self.path(name))

    def path(self, name: ListName) -> Path:
        """Return where a list is kept."""
        return self._folder / f"{name}.csv"
