"""Builds the table of features anew, audits it with what it was made of, and keeps what was found."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.jobs.features import build_table
from quantdeck.model.errors import NoData
from quantdeck.research.audit import audit

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.jobs.features import FeatureRequest, FeatureSources
    from quantdeck.ports.models import AuditStore
    from quantdeck.research.audit import AuditReport, Rules
    from quantdeck.research.features.panel import Panel
    from quantdeck.research.features.table import FeatureTable

    Progress = Callable[[int, int, str], None]

_STEPS = 1_000
_BUILD_SHARE = 0.1
_THREADS = 2


@dataclass(frozen=True, slots=True, eq=False)
class Audited:
    """What is audited.

    Parameters
    ----------
    table : FeatureTable
        Whose features are learnt from.
    panel : Panel or None
        What it was made of; None of a file.
    """

    table: FeatureTable
    panel: Panel | None = None


def audit_kept(
    request: FeatureRequest,
    sources: FeatureSources,
    store: AuditStore,
    rules: Rules,
    *,
    created_ns: int,
    on_progress: Progress = lambda _done, _of, _text: None,
) -> AuditReport:
    """Audit features of what is kept; takes a minute and more, so call it in a thread.

    Parameters
    ----------
    request : FeatureRequest
        Which features, of which symbols.
    sources : FeatureSources
        What is kept.
    store : AuditStore
        Keeps the report.
    rules : Rules
        How much is looked at.
    created_ns : int
        The time, UTC. [ns]
    on_progress : callable
        Takes steps done, steps in all, and what is being done; what it raises ends the audit, and nothing
        is kept then.

    Returns
    -------
    AuditReport
        As it is kept.

    Raises
    ------
    BadInput, NoData, TooLittleData, StoreError
        As `quantdeck.jobs.features.build_table` and `quantdeck.research.audit.audit`.
    ConfigError
        If LightGBM is not installed.
    """

    def building(what: str, done: int, of: int) -> None:
        share = done / max(of, 1)
        on_progress(round(_STEPS * _BUILD_SHARE * share), _STEPS, what)

    built = build_table(request, sources, tell=building)
    if built is None:
        raise NoData("no table was built")

    def auditing(done: int, of: int, text: str) -> None:
        share = _BUILD_SHARE + (1.0 - _BUILD_SHARE) * done / of
        on_progress(round(_STEPS * share), _STEPS, text)

    what = Audited(built.table, built.panel)
    return audit_table(what, store, rules, created_ns=created_ns, on_progress=auditing)


def audit_table(
    what: Audited,
    store: AuditStore,
    rules: Rules,
    *,
    created_ns: int,
    on_progress: Progress = lambda _done, _of, _text: None,
) -> AuditReport:
    """Audit a table; takes a minute and more, so call it in a thread.

    Parameters
    ----------
    what : Audited
        The table, with its panel where there is one.
    store : AuditStore
        Keeps the report.
    rules : Rules
        How much is looked at.
    created_ns : int
        The time, UTC. [ns]
    on_progress : callable
        As of `audit_kept`.

    Returns
    -------
    AuditReport
        As it is kept.

    Raises
    ------
    BadInput, TooLittleData, ConfigError
        As `quantdeck.research.audit.audit`.
    StoreError
        If the disk refuses.
    """
    with ThreadPoolExecutor(_THREADS, "audit") as pool:
        report = audit(
            what.table,
            panel=what.panel,
            rules=rules,
            spread=pool.map,
            on_progress=on_progress,
            created_ns=created_ns,
        )
    store.put(report)
    return report
