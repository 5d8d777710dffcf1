from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.research.predictions import KeptPredictions

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.training import Trained


def _cut(table: FeatureTable, symbols: slice, sessions: slice) -> FeatureTable:
    cells = {name: getattr(table, name)[symbols, sessions] for name in ("is_row", "close", "total")}
    return replace(
        table,
        symbols=table.symbols[symbols],
        sessions=table.sessions[sessions],
        known_ns=table.known_ns[sessions],
        values=table.values[:, symbols, sessions],
        open=table.open[symbols, sessions],
        **cells,
    )


def test_kept_predictions_on_their_own_table_are_themselves(
    learnt: Trained, planted: FeatureTable
) -> None:
    told = learnt.predictions
    assert told is not None

    placed = KeptPredictions.of(told, planted).on(planted)

    assert np.array_equal(placed.session, told.session)
    assert np.array_equal(placed.symbol, told.symbol)


def test_kept_predictions_on_another_table_keep_their_names(
    learnt: Trained, planted: FeatureTable
) -> None:
    told = learnt.predictions
    assert told is not None
    other = _cut(planted, slice(2, 6), slice(150, 250))

    placed = KeptPredictions.of(told, planted).on(other)

    is_there = (told.symbol >= 2) & (told.symbol < 6) & (told.session >= 150) & (told.session < 250)
    assert np.array_equal(placed.score, told.score[is_there])
    assert np.array_equal(placed.symbol, told.symbol[is_there] - 2)
    assert np.array_equal(placed.session, told.session[is_there] - 150)


def test_kept_predictions_on_a_table_of_other_days_are_none(
    learnt: Trained, planted: FeatureTable
) -> None:
    told = learnt.predictions
    assert told is not None
    later = replace(planted, sessions=planted.sessions + 1)

    assert len(KeptPredictions.of(told, planted).on(later)) == 0


def test_kept_predictions_of_nothing_named_are_refused(
    learnt: Trained, planted: FeatureTable
) -> None:
    told = learnt.predictions
    assert told is not None

    with pytest.raises(BadInput):
        KeptPredictions(planted.symbols[:2], planted.sessions, told)
