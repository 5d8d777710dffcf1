"""Where arranged pages are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.layouts import PlacedPanel


class LayoutStore(Protocol):
    """Pages as their users arranged them.

    The owner is the name of a user, or empty where the deck has no users. A page is named by its id, or
    by its id, a slash and the name of one of several arrangements of it.

    Raises
    ------
    StoreError
        By every method, if the records cannot be read or written.
    """

    def layouts(self, owner: str) -> dict[str, list[PlacedPanel]]:
        """Return what a user arranged, by the ids of pages."""
        ...

    def keep(self, owner: str, page: str, panels: Sequence[PlacedPanel], *, now_ns: int) -> None:
        """Keep how a user arranged a page, in place of what was kept of it before."""
        ...

    def forget(self, owner: str, page: str) -> bool:
        """Go back to the page as delivered; False where it was so already."""
        ...
