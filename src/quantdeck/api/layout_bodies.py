"""Bodies of requests and answers about arranged pages."""

from __future__ import annotations

from typing import Annotated

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from quantdeck.model.layouts import PlacedPanel

COLUMNS = 12
"""Of the grid."""
MOST_ROWS = 40
"""Rows that a panel takes at most."""
MOST_PANELS = 80
"""Panels of a page at most."""
MOST_NAMED = 20
"""Arrangements of a page that are kept under names at most."""

_Id = Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9_.-]+$")]


class PlacedBody(BaseModel):
    """The place of one panel."""

    model_config = ConfigDict(extra="forbid")

    id: _Id
    width: int | None = Field(default=None, ge=2, le=COLUMNS, description="Columns of 12.")
    height: int | None = Field(default=None, ge=2, le=MOST_ROWS, description="Rows of 40 px.")
    hidden: bool = False


class LayoutRequest(BaseModel):
    """All panels of a page, in their order."""

    model_config = ConfigDict(extra="forbid")

    panels: list[PlacedBody] = Field(min_length=1, max_length=MOST_PANELS)

    @field_validator("panels")
    @classmethod
    def _each_once(cls, given: list[PlacedBody]) -> list[PlacedBody]:
        if len({panel.id for panel in given}) < len(given):
            raise ValueError("a panel is placed twice")
        if all(panel.hidden for panel in given):
            raise ValueError("at least one panel must be shown")
        return given

    def placed(self) -> list[PlacedPanel]:
        """Return the places as they are kept."""
        return [
            PlacedPanel(panel.id, panel.width, panel.height, panel.hidden) for panel in self.panels
        ]


class LayoutsReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """What somebody arranged.

    Parameters
    ----------
    layouts : dict
        Panels in their order, by the ids of pages.
    named : dict
        The same of arrangements kept under names, by the ids of pages and by their names.
    """

    layouts: dict[str, list[PlacedPanel]]
    named: dict[str, dict[str, list[PlacedPanel]]] = {}


class LayoutReply(msgspec.Struct, frozen=True):
    """What came of it.

    Parameters
    ----------
    page : str
        Id of the page.
    message : str
        In words.
    """

    page: str
    message: str
