"""How somebody arranged the panels of a page."""

from __future__ import annotations

import msgspec


class PlacedPanel(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The place of one panel; its place in the list is its place on the page.

    Parameters
    ----------
    id : str
        Of the panel.
    width : int or None
        Columns of 12; the page's own where None.
    height : int or None
        Rows of the grid; the page's own where None.
    hidden : bool
        It is not shown.
    """

    id: str
    width: int | None = None
    height: int | None = None
    hidden: bool = False
