"""Whether bars can be relied on: what is missing, impossible, doubtful or old.

Nothing is repaired here. Every finding says where, how many and what was expected.
"""

from __future__ import annotations

from quantdeck.analytics.quality.expected import ExpectedBars, expected_bars
from quantdeck.analytics.quality.finding import Check, Finding, Severity
from quantdeck.analytics.quality.jumps import Jump, JumpKind, find_jumps
from quantdeck.analytics.quality.report import QualityReport, QualityRules, check_history

__all__ = [
    "Check",
    "ExpectedBars",
    "Finding",
    "Jump",
    "JumpKind",
    "QualityReport",
    "QualityRules",
    "Severity",
    "check_history",
    "expected_bars",
    "find_jumps",
]
