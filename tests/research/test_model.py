from __future__ import annotations

import warnings
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.research.calibration import log_odds
from quantdeck.research.model import MissingFeatures, features_hash, load
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.training import Trained


def _without(table: FeatureTable, name: str) -> FeatureTable:
    keep = [at for at, each in enumerate(table.names) if each != name]
    names = tuple(table.names[at] for at in keep)
    return replace(table, names=names, values=table.values[keep])


def _unknown(table: FeatureTable, name: str) -> FeatureTable:
    values = table.values.copy()
    values[table.names.index(name)] = np.nan
    return replace(table, values=values)


def test_predict_gives_a_probability_to_every_row_and_nan_elsewhere(
    learnt: Trained, planted: FeatureTable
) -> None:
    told = learnt.model.predict(planted)

    assert told.shape == planted.is_row.shape
    assert np.array_equal(np.isfinite(told), planted.is_row)
    assert 0.0 < np.nanmin(told) < np.nanmax(told) < 1.0


def test_predict_of_some_sessions_is_part_of_all(learnt: Trained, planted: FeatureTable) -> None:
    some = slice(100, 110)

    told = learnt.model.predict(planted, some)

    assert told.shape == (8, 10)
    assert np.array_equal(told, learnt.model.predict(planted)[:, some], equal_nan=True)


def test_predict_is_the_calibrated_score(learnt: Trained, planted: FeatureTable) -> None:
    assert learnt.card.calibrator is not None
    slope, intercept = learnt.card.calibrator

    told, scores = learnt.model.predict(planted), learnt.model.scores(planted)

    assert log_odds(told) == pytest.approx(slope * log_odds(scores) + intercept, nan_ok=True)


def test_predict_does_not_mind_the_order_of_features(
    learnt: Trained, planted: FeatureTable
) -> None:
    turned = replace(planted, names=planted.names[::-1], values=planted.values[::-1])

    assert np.array_equal(
        learnt.model.predict(turned), learnt.model.predict(planted), equal_nan=True
    )


def test_predict_of_a_table_without_a_feature_is_refused(
    learnt: Trained, planted: FeatureTable
) -> None:
    with pytest.raises(BadInput, match="the table has no gap"):
        learnt.model.predict(_without(planted, "gap"))


def test_predict_of_a_feature_that_vanished_warns_and_is_not_that_of_zeros(
    learnt: Trained, planted: FeatureTable
) -> None:
    gone = _unknown(planted, "return1")
    zeros = gone.values.copy()
    zeros[planted.names.index("return1")] = 0.0

    with pytest.warns(MissingFeatures, match="return1 was known in training"):
        told = learnt.model.predict(gone)

    as_zeros = learnt.model.predict(replace(gone, values=zeros))
    assert not np.array_equal(told, as_zeros, equal_nan=True)


def test_predict_of_a_feature_that_was_never_known_is_silent(
    learnt: Trained, planted: FeatureTable
) -> None:
    missing = {**learnt.card.missing, "return1": 0.9}
    model = load(msgspec.structs.replace(learnt.card, missing=missing), learnt.text)

    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        model.predict(_unknown(planted, "return1"))

    assert said == []


def test_contributions_add_up_to_the_score(learnt: Trained, planted: FeatureTable) -> None:
    session = 200

    added = learnt.model.contributions(planted, session)
    odds = log_odds(learnt.model.scores(planted, slice(session, session + 1))[:, 0])

    level = odds - added.sum(axis=1)
    assert added.shape == (8, len(learnt.card.features))
    assert np.nanmax(level) - np.nanmin(level) < 1e-9


def test_contributions_of_the_last_session_count_from_the_end(
    learnt: Trained, planted: FeatureTable
) -> None:
    last = learnt.model.contributions(planted, -1)

    assert np.array_equal(last, learnt.model.contributions(planted, 299), equal_nan=True)


def test_importance_is_of_rows_that_were_not_trained_on(learnt: Trained) -> None:
    importance = learnt.card.importance

    assert set(importance) == set(learnt.card.features)
    assert min(importance.values()) >= 0.0


def test_load_of_a_text_that_is_not_the_cards_is_refused(learnt: Trained) -> None:
    with pytest.raises(BadInput, match="not the one its card was written for"):
        load(learnt.card, learnt.text.replace("num_leaves=", "num_leaves=1", 1))


def test_load_of_a_torn_text_is_refused(learnt: Trained) -> None:
    card = msgspec.structs.replace(learnt.card, text_hash="")

    with pytest.raises(BadInput, match="damaged"):
        load(card, learnt.text[: len(learnt.text) // 2])


@pytest.mark.parametrize("order", [(1, 0, 2, 3, 4), (0, 1, 2, 3)])
def test_load_of_other_features_than_the_cards_is_refused(
    learnt: Trained, order: tuple[int, ...]
) -> None:
    features = tuple(learnt.card.features[at] for at in order)
    card = msgspec.structs.replace(
        learnt.card, features=features, features_hash=features_hash(features)
    )

    with pytest.raises(BadInput, match="differ in features"):
        load(card, learnt.text)


def test_predict_of_other_symbols_works(learnt: Trained) -> None:
    other = synthetic_table(3, 120, seed=9)

    assert np.isfinite(learnt.model.predict(other)).sum() == len(other)
