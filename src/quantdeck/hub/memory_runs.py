"""Runs that are kept as long as the process lives: of a deck that records nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from quantdeck.ports.records import Run


class MemoryRuns:
    """Fulfils `quantdeck.ports.records.RunStore`; safe from several threads."""

    def __init__(self) -> None:
        self._kept: dict[str, tuple[Run, bytes]] = {}

    def put_run(self, run: Run, result: bytes) -> None:
        """Keep a run and its result, replacing one of its id."""
        self._kept[run.id] = run, result

    def runs(self, *, kind: str | None = None, limit: int = 100) -> list[Run]:
        """Return runs, newest first."""
        found = [run for run, _ in list(self._kept.values()) if kind in (None, run.kind)]
        found.sort(key=lambda run: (run.created_ns, run.id), reverse=True)
        return found[:limit]

    def result(self, run_id: str) -> bytes | None:
        """Return what was kept as the result of a run, or None where there is none."""
        kept = self._kept.get(run_id)
        return None if kept is None else kept[1]

    def delete_run(self, run_id: str) -> bool:
        """Remove a run; False where there was none."""
        return self._kept.pop(run_id, None) is not None
