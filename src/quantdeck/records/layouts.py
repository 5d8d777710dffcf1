"""Arranged pages, in SQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.layouts import PlacedPanel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.ports.database import Database

_DECODER = msgspec.json.Decoder(list[PlacedPanel])


class SqlLayouts:
    """Fulfils `quantdeck.ports.layouts.LayoutStore`.

    Parameters
    ----------
    database : Database
        Where they are kept.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def layouts(self, owner: str) -> dict[str, list[PlacedPanel]]:
        """Return what a user arranged, by the ids of pages."""
        with self._database.reading() as connection:
            rows = connection.execute(
                "SELECT page, panels FROM layouts WHERE owner = ? ORDER BY page", (owner,)
            ).fetchall()
        return {page: _DECODER.decode(panels) for page, panels in rows}

    def keep(self, owner: str, page: str, panels: Sequence[PlacedPanel], *, now_ns: int) -> None:
        """Keep how a user arranged a page, in place of what was kept of it before."""
        body = msgspec.json.encode(list(panels)).decode()
        with self._database.writing() as connection:
            connection.execute(
                "INSERT INTO layouts VALUES (?, ?, ?, ?) ON CONFLICT (owner, page) "
                "DO UPDATE SET changed_ns = excluded.changed_ns, panels = excluded.panels",
                (owner, page, now_ns, body),
            )

    def forget(self, owner: str, page: str) -> bool:
        """Go back to the page as delivered; False where it was so already."""
        with self._database.writing() as connection:
            gone = connection.execute(
                "DELETE FROM layouts WHERE owner = ? AND page = ?", (owner, page)
            )
            return gone.rowcount > 0
