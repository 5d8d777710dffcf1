"""The daily model on recorded stocks: hardly better than a coin, and a leak looks far better.

With every feature and the defaults the walk forward scores .519 [.505, .534] (`benchmarks/train.py
--recorded`); here a few features and trees say the same in seconds.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from quantdeck.research.audit import Outcome
from quantdeck.research.audit.examine import alarm_check, contrast_check
from quantdeck.research.audit.shuffled import judge_shuffled_folds, with_shuffled_returns
from quantdeck.research.features.build import build
from quantdeck.research.schemes import Way
from quantdeck.research.training import train_way
from tests.research.recorded_stocks import recorded_panel

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.training import Trained

_FEATURES = ("dispersion", "market_return1", "market_return21", "return1", "reversal", "gap")
_WAY = Way(params={"num_iterations": 25, "learning_rate": 0.05}, folds=4)


@pytest.fixture(scope="module")
def table(shared_data: Path) -> FeatureTable:
    return build(recorded_panel(shared_data), _FEATURES)


@pytest.fixture(scope="module")
def trained(table: FeatureTable) -> Trained:
    return train_way(table, _WAY)


def test_recorded_stocks_are_whole(table: FeatureTable) -> None:
    assert len(table.symbols) == 31
    assert len(table) == 93_612


def test_recorded_stocks_are_foretold_hardly_better_than_by_a_coin(trained: Trained) -> None:
    judged = trained.card.judgement

    assert judged is not None
    assert 0.49 < judged.auc.value < 0.54
    assert judged.auc.low < 0.52
    assert alarm_check(judged.auc, 1).outcome is Outcome.OK
    assert judged.brier == pytest.approx(judged.brier_base, abs=0.001)
    assert all(abs(each.foretold - each.happened) < 0.04 for each in judged.calibration)


def test_recorded_stocks_with_returns_dealt_anew_are_not_foretold(table: FeatureTable) -> None:
    dealt = with_shuffled_returns(table, 11)

    judged = train_way(dealt, replace(_WAY, folds=3)).card.judgement

    assert judged is not None
    assert judged.auc.value == pytest.approx(0.5, abs=0.025)


def test_recorded_stocks_in_shuffled_folds_look_far_better_than_they_are(
    table: FeatureTable, trained: Trained
) -> None:
    leaky = judge_shuffled_folds(table, _WAY)

    judged = trained.card.judgement
    assert judged is not None
    assert leaky.auc.value > judged.auc.value + 0.02
    assert contrast_check(leaky.auc, judged.auc).outcome is Outcome.OK
