"""Arranged pages in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.layouts import PlacedPanel


class MemoryLayouts:
    """Fulfils `quantdeck.ports.layouts.LayoutStore`."""

    def __init__(self) -> None:
        self._kept: dict[str, dict[str, list[PlacedPanel]]] = {}

    def layouts(self, owner: str) -> dict[str, list[PlacedPanel]]:
        return dict(sorted(self._kept.get(owner, {}).items()))

    def keep(self, owner: str, page: str, panels: Sequence[PlacedPanel], *, now_ns: int) -> None:
        assert now_ns > 0
        self._kept.setdefault(owner, {})[page] = list(panels)

    def forget(self, owner: str, page: str) -> bool:
        return self._kept.get(owner, {}).pop(page, None) is not None
