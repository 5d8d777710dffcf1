"""A backtest as it is kept, for tests of what shows it."""

from __future__ import annotations

import msgspec

from quantdeck.ports.records import Run
from quantdeck.research.equities.question import EquityQuestion
from quantdeck.research.equities.reports import KIND, EquityReport, encode_report, summary_of
from quantdeck.research.equities.runs import run_question
from tests.research.tables import synthetic_table

RUN_ID = "20261121-214500-momentum"


def momentum_report(symbols: int = 5, sessions: int = 200) -> EquityReport:
    asked = EquityQuestion(strategy="momentum", top=2, every=5, window=40, trials=3)
    return run_question(asked, synthetic_table(symbols, sessions), warnings=["mind the gap"]).report


def kept_run(report: EquityReport, run_id: str = RUN_ID) -> tuple[Run, bytes]:
    summary = msgspec.json.encode(summary_of(report))
    question = msgspec.json.encode(report.question)
    run = Run(run_id, KIND, "momentum of 5", 1_795_000_000_000_000_000, "demo", question, summary)
    return run, encode_report(report)
