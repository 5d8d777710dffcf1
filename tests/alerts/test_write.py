from __future__ import annotations

import pytest

from quantdeck.alerts.parse import parse
from quantdeck.alerts.write import rule_text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("last( btcusdt )>65000", "last(BTCUSDT) > 65000"),
        ("(last(A) + 1) * 2 > 3", "(last(A) + 1) * 2 > 3"),
        ("last(A) + (1 * 2) > 3", "last(A) + 1 * 2 > 3"),
        ("last(A) - (1 - 2) > 3", "last(A) - (1 - 2) > 3"),
        ("last(A) / (2 * 3) > -(1 + 2)", "last(A) / (2 * 3) > -(1 + 2)"),
        ("(last(A) > 1 or last(B) > 1) and last(C) > 1",) * 2,
        ("(last(A) > 1 and last(B) > 1) or last(C) > 1",
         "last(A) > 1 and last(B) > 1 or last(C) > 1"),
        ("(last(A) > 1 and last(B) > 1) and last(C) > 1",) * 2,
        ("not not last(A) > 1", "not (not (last(A) > 1))"),
        ("corr(E, B, 1m, 60) > 0.60", "corr(E, B, 1m) > 0.6"),
        ("corr(E, B, 1m, 60, levels) > .6", "corr(E, B, 1m, prices=levels) > 0.6"),
        ("last(A) crosses 3 cooldown 300s", "last(A) crosses 3 cooldown 300s"),
        ("last(A) > 3 quiet 7:00-9:30 UTC expires 2026-12-31 12:00",
         "last(A) > 3 expires 2026-12-31T12:00 quiet 07:00-09:30"),
        ("funding_annual(A, 8h) > 10%", "funding_annual(A) > 10%"),
        ("funding_annual(A, 4h) > 10%", "funding_annual(A, 4h) > 10%"),
    ],
)  # fmt: skip
def test_rule_text_writes_a_rule_in_one_way(typed: str, written: str) -> None:
    text = rule_text(parse(typed))

    assert text == written
    assert parse(text) == parse(typed)
