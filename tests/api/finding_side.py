"""The half of a deck that lists findings."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

from quantdeck.hub.finding_answers import FindingAnswers
from quantdeck.model.findings import Finding
from quantdeck.ports.findings import DetectionRun, KeptFinding

FOUND_NS = 1_723_000_000_000_000_000


class FindingSide:
    clock: Any
    mode: Any

    def _open_findings(self) -> None:
        found = [
            Finding(
                key=f"{kind}|{symbol}",
                kind=kind,
                symbol=symbol,
                ts_ns=FOUND_NS,
                score=2.0,
                text=f"about {symbol}",
                source="polygon",
            )
            for kind, symbol in (("news", "US:SPY"), ("trade", "US:KO"))
        ]
        run = DetectionRun(until_ns=FOUND_NS, notes=("SPY: not enough data",))
        store: Any = SimpleNamespace(
            recent=lambda *, limit, kind, symbol, since_ns: [
                KeptFinding(each, FOUND_NS)
                for each in found
                if kind in (None, each.kind)
                and symbol in (None, each.symbol)
                and each.ts_ns >= (since_ns or 0)
            ][:limit],
            last_run=lambda: run,
        )
        parts = SimpleNamespace(findings=store)
        machine: Any = SimpleNamespace(clock=self.clock, mode=self.mode, parts=parts)
        self.findings = FindingAnswers(machine)
