"""What the research desk of a machine is put together from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from quantdeck.ports.jobs import JobQuestion
    from quantdeck.ports.models import FeatureStore, ModelStore
    from quantdeck.ports.reports import ListName
    from quantdeck.research.audit.report import AuditReport


@dataclass(frozen=True, slots=True)
class ResearchParts:
    """What a research desk is put together from.

    Parameters
    ----------
    models : ModelStore
        Trained models.
    features : FeatureStore
        Tables of features.
    audit : callable
        Reads the newest audit; None where nothing was audited. Blocks.
    scoreboard : callable
        Reads the rows of the scoreboard, oldest first. Blocks.
    rows : callable or None
        Reads the rows of any list of the reports folder by its name, oldest first. Blocks.
    begin : tuple of JobQuestion
        What is run by itself, one after the other, when somebody first looks and none of its kind ever
        was.
    """

    models: ModelStore
    features: FeatureStore
    audit: Callable[[], AuditReport | None]
    scoreboard: Callable[[], Sequence[Mapping[str, str]]]
    rows: Callable[[ListName], Sequence[Mapping[str, str]]] | None = None
    begin: tuple[JobQuestion, ...] = ()
