from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from quantdeck.research.card import Card, Estimate
from quantdeck.research.drift import drift, importance_likeness, stability, vanished
from tests.research.cards import JUDGED

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.training import Trained


@pytest.fixture(scope="module")
def fair(learnt: Trained) -> Card:
    # What was planted would be too good to be believed.
    return msgspec.structs.replace(learnt.card, id="old", judgement=JUDGED)


def _changed(fair: Card, **changes: Any) -> Card:
    return msgspec.structs.replace(fair, id="new", **changes)


def _judged(*auc: float) -> dict[str, Any]:
    return {"judgement": msgspec.structs.replace(JUDGED, auc=Estimate(*auc))}


def _with(table: FeatureTable, name: str, change: Any) -> FeatureTable:
    values = table.values.copy()
    at = table.names.index(name)
    values[at, :, -63:] = change(values[at, :, -63:])
    return replace(table, values=values)


def test_drift_of_the_same_model_lets_it(fair: Card, planted: FeatureTable) -> None:
    found = drift(_changed(fair), fair, planted)

    assert found.is_let
    assert found.against == "old"


def test_drift_of_the_first_model_lets_it(fair: Card, planted: FeatureTable) -> None:
    assert drift(fair, None, planted).is_let


@pytest.mark.parametrize("has_old", [True, False])
def test_drift_of_an_auc_too_good_to_be_believed_objects(
    fair: Card, planted: FeatureTable, has_old: bool
) -> None:
    found = drift(_changed(fair, **_judged(0.6, 0.58, 0.62)), fair if has_old else None, planted)

    assert "too good to be believed" in found.objections[0]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"horizon": 5}, "another question: up after 5"),
        ({"target": "beats_median"}, "another question: beats_median"),
        ({"last_session": "2013-12-31"}, "its data end on 2013-12-31"),
        (_judged(0.49, 0.485, 0.495), "AUC .490 [.485, .495] lies below"),
    ],
)
def test_drift_of_a_model_that_should_not_be_used_objects(
    fair: Card, planted: FeatureTable, changes: dict[str, Any], words: str
) -> None:
    found = drift(_changed(fair, **changes), fair, planted)

    assert len(found.objections) == 1
    assert words in found.objections[0]


def test_drift_of_an_auc_whose_interval_reaches_the_old_one_lets_it(
    fair: Card, planted: FeatureTable
) -> None:
    assert drift(_changed(fair, **_judged(0.5, 0.49, 0.51)), fair, planted).is_let


def test_drift_of_simulated_prices_after_real_ones_objects(
    fair: Card, planted: FeatureTable
) -> None:
    real = msgspec.structs.replace(fair, is_simulated=False)

    assert "simulated" in drift(_changed(fair), real, planted).objections[0]
    assert drift(msgspec.structs.replace(real, id="new"), fair, planted).is_let


def test_drift_of_a_feature_that_vanished_objects_and_names_it(
    fair: Card, planted: FeatureTable
) -> None:
    broken = _with(planted, "gap", lambda values: np.full_like(values, np.nan))

    found = drift(_changed(fair), fair, broken)

    assert vanished(fair, broken) == ("gap",)
    assert "gap" in found.objections[0]


def test_vanished_names_a_feature_that_the_table_has_not(fair: Card, planted: FeatureTable) -> None:
    renamed = replace(planted, names=("other", *planted.names[1:]))

    assert vanished(fair, renamed) == (planted.names[0],)


def test_drift_notes_features_that_shifted(fair: Card, planted: FeatureTable) -> None:
    shifted = _with(planted, "gap", lambda values: values + 0.05)

    found = drift(_changed(fair), fair, shifted)

    assert found.is_let
    assert any("gap" in note and "shifted" in note for note in found.notes)


def test_drift_notes_other_features_and_fewer_rows(fair: Card, planted: FeatureTable) -> None:
    fewer = _changed(fair, features=(*fair.features[:-1], "uoa"), rows=fair.rows // 3)

    notes = " | ".join(drift(fewer, fair, planted).notes)

    assert "new features: uoa" in notes
    assert f"without: {fair.features[-1]}" in notes
    assert f"trained on {fewer.rows:,} rows" in notes


def test_stability_of_the_same_distribution_is_nothing(fair: Card, planted: FeatureTable) -> None:
    rng = np.random.default_rng(3)
    deciles = {"gap": tuple(np.quantile(rng.normal(size=100_000), np.arange(1, 10) / 10).tolist())}
    drawn = _with(planted, "gap", lambda values: rng.normal(size=values.shape))

    found = stability(msgspec.structs.replace(fair, deciles=deciles), drawn)

    assert 0.0 <= found["gap"] < 0.06


def test_stability_leaves_out_what_is_the_same_for_all_symbols(
    fair: Card, planted: FeatureTable
) -> None:
    flat = _with(planted, "gap", lambda values: values * 0.0 + np.arange(63.0))

    assert "gap" not in stability(fair, flat)


def test_stability_is_the_sum_over_bins() -> None:
    # Half of what fell evenly into ten bins has gone into the first.
    shares = np.full(10, 0.05)
    shares[0] = 0.55
    expected = ((shares - 0.1) * np.log(shares / 0.1)).sum()
    card, table = _one_feature(
        deciles=tuple(range(1, 10)),
        recent=np.repeat(np.arange(10) + 0.5, [55, *[5] * 9]),
    )

    assert stability(card, table)["gap"] == pytest.approx(expected)


def test_stability_of_a_count_takes_equal_deciles_as_one_bin() -> None:
    card, table = _one_feature(
        deciles=(0.0,) * 6 + (1.0,) * 3, recent=np.repeat([0.0, 1.0, 2.0], [60, 30, 10])
    )

    assert stability(card, table)["gap"] == pytest.approx(0.0, abs=1e-12)


def _one_feature(*, deciles: tuple[float, ...], recent: np.ndarray) -> tuple[Card, FeatureTable]:
    from quantdeck.research.features.table import FeatureTable
    from tests.research.cards import card

    values = recent.astype(np.float32)[None, :, None]
    cells = np.ones(values.shape[1:])
    table = FeatureTable(
        names=("gap",),
        symbols=tuple(f"US:S{at}" for at in range(len(recent))),
        sessions=np.zeros(1, np.int64),
        known_ns=np.zeros(1, np.int64),
        values=values,
        is_row=np.ones(cells.shape, np.bool_),
        close=cells,
        total=cells,
        open=cells,
    )
    return card(deciles={"gap": deciles}), table


def test_importance_likeness_of_turned_ranks_is_minus_one(fair: Card) -> None:
    ranked = {name: float(at) for at, name in enumerate(fair.features)}
    turned = {name: -value for name, value in ranked.items()}
    one, other = (_changed(fair, importance=given) for given in (ranked, turned))

    assert importance_likeness(one, one) == pytest.approx(1.0)
    assert importance_likeness(one, other) == pytest.approx(-1.0)


def test_importance_likeness_of_models_that_lean_on_nothing_is_none(fair: Card) -> None:
    flat = _changed(fair, importance=dict.fromkeys(fair.features, 0.0))

    assert importance_likeness(flat, fair) is None
