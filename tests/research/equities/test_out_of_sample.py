from __future__ import annotations

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.card import Card
from quantdeck.research.equities.out_of_sample import tradable
from quantdeck.research.predictions import KeptPredictions, Predictions
from tests.research.equities.markets import predictions_of, table_of

NAN = np.nan
TABLE = table_of(np.ones((2, 8)))
DATES = [str(day.astype("datetime64[D]")) for day in TABLE.sessions.astype("datetime64[ns]")]


def card_of(last: int, *, horizon: int = 1, tuning: str = "") -> Card:
    return Card(
        id="m",
        created_ns=0,
        target="up",
        horizon=horizon,
        features=(),
        features_hash="",
        data_hash=TABLE.fingerprint(),
        symbols=TABLE.symbols,
        first_session=DATES[0],
        last_session=DATES[last],
        rows=1,
        params={},
        seed=7,
        tuning=tuning,
    )


class Asked:
    """A model that says the number of the session."""

    def scores(self, table, sessions):
        return np.tile(np.arange(len(table.sessions), dtype=float), (2, 1))[:, sessions]


def kept(scores, **chosen) -> KeptPredictions:
    return KeptPredictions.of(predictions_of(scores, **chosen), TABLE)


def test_tradable_of_kept_predictions_takes_them_all() -> None:
    scores = np.full((2, 8), NAN)
    scores[:, 3:6] = 0.5

    found = tradable(card_of(6), kept(scores), TABLE)

    assert np.unique(found.predictions.session).tolist() == [3, 4, 5]
    assert found.scheme.startswith(f"{DATES[3]} to {DATES[5]} by walk-forward")
    assert found.warnings == ()


@pytest.mark.parametrize(("horizon", "first"), [(1, 5), (3, 7)])
def test_tradable_asks_the_model_only_after_its_last_label(horizon, first) -> None:
    found = tradable(card_of(4, horizon=horizon), None, TABLE, Asked())

    assert np.unique(found.predictions.session).tolist() == list(range(first, 8))
    assert found.predictions.score.min() == first


def test_tradable_of_both_takes_the_walk_forward_where_both_tell() -> None:
    scores = np.full((2, 8), NAN)
    scores[:, 2:6] = -1.0

    found = tradable(card_of(4), kept(scores), TABLE, Asked())

    assert found.predictions.score[found.predictions.symbol == 0].tolist() == [-1] * 4 + [6, 7]


def test_tradable_of_a_table_that_was_trained_on_is_refused() -> None:
    with pytest.raises(TooLittleData, match="has no session that it had not seen"):
        tradable(card_of(7), None, TABLE, Asked())


def test_tradable_of_combinatorial_splits_is_refused() -> None:
    rows = predictions_of(np.full((2, 8), 0.5))
    twice = Predictions(
        **{name: np.tile(getattr(rows, name), 2) for name in Predictions.__dataclass_fields__}
    )

    with pytest.raises(BadInput, match="combinatorial"):
        tradable(card_of(4), KeptPredictions.of(twice, TABLE), TABLE)


def test_tradable_of_folds_that_are_not_in_order_of_time_is_refused() -> None:
    scores = kept(np.full((2, 8), 0.5), fold=[1, 1, 0, 0, 2, 2, 3, 3])

    with pytest.raises(BadInput, match="combinatorial"):
        tradable(card_of(4), scores, TABLE)


def test_tradable_of_a_tuned_model_and_another_table_warns() -> None:
    card, scores = card_of(4, tuning="30 trials"), kept(np.full((2, 8), 0.5))

    found = tradable(card, scores, table_of(np.ones((2, 7))))

    assert [words.split(":")[0] for words in found.warnings] == [
        "the table is not the one that the model was trained on",
        "parameters were searched for on sessions that are traded here",
    ]
