"""What the rest of quantdeck asks of the reports folder: lists that people open in a spreadsheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

ListName = Literal["scoreboard", "portfolio", "pnl"]
"""``scoreboard``: a row for every model trained and every backtest; ``portfolio``: for every fill;
``pnl``: for every gain that was realised."""


class ReportLists(Protocol):
    """Lists with a stable header; all methods block for a moment and are called in a thread."""

    def put(
        self,
        name: ListName,
        run_id: str,
        rows: Iterable[Mapping[str, str | float | int | bool | None]],
    ) -> None:
        """Add the rows of a run, in the place of those that it had; all or none.

        Raises
        ------
        BadInput
            If a row has a column that the list has not.
        StoreError
            If the disk refuses, or the file has another header.
        """
        ...

    def rows(self, name: ListName) -> list[dict[str, str]]:
        """Return all rows of a list, oldest first; none where there is no file.

        Raises
        ------
        StoreError
            If it cannot be read.
        """
        ...
