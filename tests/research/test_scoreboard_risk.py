from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import NoData
from quantdeck.research.scoreboard_risk import COLUMNS, scoreboard_risk

BOARD = [
    {"date": "2026-01-02", "auc": "0.52", "pnl": "100", "capital": "1000", "strategy": "model"},
    {"date": "2026-01-03", "auc": "0.50", "pnl": "-50", "capital": "1000", "strategy": "model"},
    {"date": "2026-01-04", "auc": "", "pnl": "20", "capital": "1000", "strategy": "buy_hold"},
    {"date": "2026-01-05", "auc": "0.54", "pnl": "", "strategy": ""},
]


def test_scoreboard_risk_is_of_all_rows_then_of_each_strategy() -> None:
    rows = scoreboard_risk(BOARD)

    assert [(row["strategy"], row["rows"], row["pnl"]) for row in rows] == [
        ("all", 3, 70.0),
        ("model", 2, 50.0),
        ("buy_hold", 1, 20.0),
    ]
    assert set(rows[0]) == set(COLUMNS)


def test_scoreboard_risk_measures_gains_by_capital_and_falls_in_currency() -> None:
    told = scoreboard_risk(BOARD)[0]

    returns = np.array([0.1, -0.05, 0.02])
    assert told["sharpe"] == pytest.approx(returns.mean() / returns.std(ddof=1))
    assert told["max_drawdown"] == 50
    assert told["deviation"] == pytest.approx(np.std([100, -50, 20], ddof=1))
    assert (told["first"], told["last"]) == ("2026-01-02", "2026-01-04")


def test_scoreboard_risk_counts_a_fall_from_the_start() -> None:
    assert scoreboard_risk([{"pnl": "-5"}, {"pnl": "-5"}])[0]["max_drawdown"] == 10


def test_scoreboard_risk_takes_aucs_of_rows_without_a_gain() -> None:
    assert scoreboard_risk(BOARD)[0]["auc"] == pytest.approx(0.52)


def test_scoreboard_risk_without_capital_has_no_ratio() -> None:
    told = scoreboard_risk([{"pnl": "1"}, {"pnl": "2"}])[0]

    assert (told["sharpe"], told["mean"]) == (None, 1.5)


def test_scoreboard_risk_without_a_gain_is_refused() -> None:
    with pytest.raises(NoData, match="no row of the scoreboard has a gain"):
        scoreboard_risk([{"date": "d", "pnl": "nan"}])
