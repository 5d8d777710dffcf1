"""The half of a deck that keeps features, models and backtests of them."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace
from typing import Any

from quantdeck.hub.memory_runs import MemoryRuns
from quantdeck.hub.research_desk import ResearchDesk
from quantdeck.research.audit.report import AuditCheck, AuditReport, Outcome
from quantdeck.research.card import Estimate
from tests.hub.research_rig import research_parts
from tests.research.cards import card
from tests.research.equities.kept import kept_run, momentum_report
from tests.research.tables import synthetic_table

SCORES = (
    {"date": "2026-11-19", "auc": "0.51", "pnl": "", "run": "a", "kind": "train"},
    {"date": "2026-11-20", "auc": "", "pnl": "-12.5", "run": "b", "kind": "backtest"},
)
GAINS = (
    {"date": "2026-11-19", "symbol": "US:KO", "pnl": "-1.5", "reason": "stop"},
    {"date": "2026-11-20", "symbol": "US:KO", "pnl": "3.5", "reason": ""},
)
CHECK = AuditCheck(
    "too_good", "Too good?", Outcome.WARNING, "look", Estimate(0.56, 0.55, 0.57, 900)
)


@cache
def _kept() -> Any:
    return synthetic_table(4, 120), kept_run(momentum_report())


class ResearchSide:
    clock: Any
    mode: Any
    jobs: Any

    def _open_research(self) -> None:
        table, (run, data) = _kept()
        runs = MemoryRuns()
        runs.put_run(run, data)
        parts = research_parts(
            cards=(card("b"), card("a", judgement=None)),
            current="b",
            tables=(table,),
            audit=AuditReport(created_ns=1, checks=(CHECK,)),
            scoreboard=SCORES,
            lists={"scoreboard": SCORES, "pnl": GAINS},
        )
        machine: Any = SimpleNamespace(
            clock=self.clock, version="0.1.0", parts=SimpleNamespace(research=parts, runs=runs)
        )
        self.research = ResearchDesk(machine, self.jobs)
