"""Files that users write, and that pages are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class PageFiles:
    """Where they are; each is read whenever it was saved.

    Parameters
    ----------
    panels : Path or None
        Python of the page Panels, run by the deck with the rights it has itself; None where there is
        no such page.
    timeout_s : float
        So long one of its functions may take. [s]
    cv : Path or None
        YAML of the page Visual CV; None where there is no such page.
    """

    panels: Path | None = None
    timeout_s: float = 5.0
    cv: Path | None = None
