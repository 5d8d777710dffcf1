"""What the Research page of a deck in tests is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.hub.research_parts import ResearchParts
from quantdeck.model.errors import NoData

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.ports.jobs import JobQuestion
    from quantdeck.research.audit.report import AuditReport
    from quantdeck.research.card import Card
    from quantdeck.research.features.table import FeatureTable


class MemoryModels:
    """Fulfils `ModelStore`."""

    def __init__(self, *cards: Card, current: str | None = None) -> None:
        self._cards = list(cards)
        self._current = current
        self.reads = 0

    def put(self, card: Card, model_text: str) -> None:
        self._cards.insert(0, card)

    def get(self, model_id: str | None = None) -> tuple[Card, str]:
        wanted = model_id or self._current
        return next(card for card in self._cards if card.id == wanted), ""

    def cards(self) -> list[Card]:
        self.reads += 1
        return list(self._cards)

    def current(self) -> str | None:
        return self._current

    def make_current(self, model_id: str) -> None:
        self._current = model_id


class MemoryTables:
    """Fulfils `FeatureStore`."""

    def __init__(self, *tables: FeatureTable) -> None:
        self._tables = list(tables)
        self.reads = 0

    def put(self, table: FeatureTable) -> str:
        self._tables.insert(0, table)
        return self.names()[0]

    def get(self, name: str | None = None) -> FeatureTable:
        self.reads += 1
        if not self._tables:
            raise NoData("no table is kept")
        return self._tables[0 if name is None else self.names().index(name)]

    def names(self) -> list[str]:
        return [f"t{len(self._tables) - at}" for at in range(len(self._tables))]


def research_parts(
    *,
    cards: Sequence[Card] = (),
    current: str | None = None,
    tables: Sequence[FeatureTable] = (),
    audit: AuditReport | None = None,
    scoreboard: Sequence[Mapping[str, str]] = (),
    begin: Sequence[JobQuestion] = (),
    lists: Mapping[str, Sequence[Mapping[str, str]]] | None = None,
) -> ResearchParts:
    return ResearchParts(
        models=MemoryModels(*cards, current=current),
        features=MemoryTables(*tables),
        audit=lambda: audit,
        scoreboard=lambda: list(scoreboard),
        rows=lambda name: list((lists or {"scoreboard": scoreboard}).get(name, ())),
        begin=tuple(begin),
    )
