from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research import train
from quantdeck.research.calibration import fit_earlier
from quantdeck.research.labels import Target, labels
from quantdeck.research.schemes import Way, splits_of
from quantdeck.research.training import train_way
from tests.research.conftest import FEW_TREES
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable
    from quantdeck.research.training import Trained

_FEWER = {"num_iterations": 4}


def test_train_finds_what_was_planted(learnt: Trained) -> None:
    judged = learnt.card.judgement

    assert judged is not None
    assert judged.auc.low is not None
    assert judged.auc.low > 0.52
    assert max(learnt.card.importance, key=learnt.card.importance.__getitem__) == "return1"


def test_train_on_random_walks_finds_nothing(noise: FeatureTable) -> None:
    judged = train(noise, cv=True, folds=6, params=FEW_TREES).card.judgement

    assert judged is not None
    assert judged.auc.low is not None
    assert judged.auc.high is not None
    assert judged.auc.low < 0.5 < judged.auc.high


def test_train_twice_with_one_seed_is_the_same_to_the_last_byte(noise: FeatureTable) -> None:
    first, again = (train(noise, params=_FEWER, seed=3, created_ns=5) for _ in range(2))

    assert first.text == again.text
    assert first.card == again.card
    assert first.predictions is not None
    assert again.predictions is not None
    assert np.array_equal(first.predictions.score, again.predictions.score)


def test_train_with_another_seed_is_another_model(noise: FeatureTable) -> None:
    first, other = (train(noise, params=_FEWER, seed=seed) for seed in (3, 4))

    assert first.text != other.text


def test_train_with_other_threads_grows_the_same_trees(noise: FeatureTable) -> None:
    one, two = (train(noise, params={**_FEWER, "num_threads": n}) for n in (1, 2))

    assert one.predictions is not None
    assert two.predictions is not None
    assert np.array_equal(one.predictions.score, two.predictions.score)


def test_predictions_do_not_change_with_what_comes_later(planted: FeatureTable) -> None:
    way = Way(folds=4, params=FEW_TREES)
    cut = 220
    rng = np.random.default_rng(1)
    order = cut + rng.permutation(len(planted.sessions) - cut)
    values, total = planted.values.copy(), planted.total.copy()
    values[:, :, cut:], total[:, cut:] = values[:, :, order], total[:, order]
    shuffled = replace(planted, values=values, total=total)

    told, later = (train_way(t, way).predictions for t in (planted, shuffled))

    assert told is not None
    assert later is not None
    # What is answered at the cut or after it belongs to the later rows.
    is_before, later_before = told.session + way.horizon < cut, later.session + way.horizon < cut
    assert is_before.sum() > 500
    for name in ("score", "probability", "base", "label"):
        mine, others = getattr(told, name)[is_before], getattr(later, name)[later_before]
        assert np.array_equal(mine, others, equal_nan=True), name


def test_predictions_carry_the_labels_of_their_rows(learnt: Trained, planted: FeatureTable) -> None:
    told = learnt.predictions
    answers = labels(planted)

    assert told is not None
    assert np.array_equal(told.label, answers.values[told.symbol, told.session], equal_nan=True)
    assert np.array_equal(told.returns, answers.returns[told.symbol, told.session], equal_nan=True)


def test_predictions_of_a_fold_are_of_its_test_and_base_of_its_training(
    learnt: Trained, planted: FeatureTable
) -> None:
    told = learnt.predictions
    answers = labels(planted).values

    assert told is not None
    for fold, split in enumerate(learnt.splits):
        is_fold = told.fold == fold
        trained = answers[:, split.train][planted.is_row[:, split.train]]
        assert set(told.session[is_fold]) <= set(np.flatnonzero(split.test))
        assert told.base[is_fold] == pytest.approx(np.nanmean(trained))


def test_probabilities_are_calibrated_on_earlier_folds_alone(learnt: Trained) -> None:
    told = learnt.predictions

    assert told is not None
    first, last = told.fold == 0, told.fold == 5
    fitted = fit_earlier(
        told.score, told.label, told.session, before=int(told.session[last].min()), horizon=1
    )
    assert np.isnan(told.probability[first]).all()
    assert fitted is not None
    assert told.probability[last] == pytest.approx(fitted(told.score[last]))


def test_card_says_what_the_model_was_made_of(learnt: Trained, planted: FeatureTable) -> None:
    card = learnt.card

    assert card.features == planted.model_names
    assert card.data_hash == planted.fingerprint()
    assert card.rows == np.isfinite(labels(planted).values[planted.is_row]).sum()
    assert card.symbols == planted.symbols
    assert card.params["num_iterations"] == 12
    assert set(card.versions) == {"quantdeck", "lightgbm", "numpy", "python"}
    assert card.judgement is not None
    assert "6 test spans, purge 1 session, embargo 3 sessions" in card.judgement.scheme
    assert len(card.judgement.folds) == 6
    assert any("simulated" in each for each in card.warnings)


def test_card_leaves_out_prices_and_counts_what_is_missing() -> None:
    table = synthetic_table(3, 200, names=("sma20", "return1", "momentum"))

    table.values[table.names.index("momentum")] = np.nan

    card = train(table, params=_FEWER).card

    assert card.features == ("return1", "momentum")
    assert card.missing["momentum"] == 1.0
    assert card.missing["return1"] < 0.1
    assert len(card.deciles["return1"]) == 9
    assert "known in no row of the training: momentum" in card.warnings


def test_train_without_cv_judges_by_the_last_sessions(noise: FeatureTable) -> None:
    told = train(noise, params=_FEWER).predictions

    assert told is not None
    assert set(told.fold.tolist()) == {0, 1}
    assert told.session.min() == pytest.approx(0.7 * len(noise.sessions), abs=2)


def test_train_combinatorial_tests_every_session_by_models_that_never_saw_it(
    noise: FeatureTable,
) -> None:
    trained = train(noise, cv=True, folds=5, scheme="combinatorial", params=_FEWER)

    assert trained.predictions is not None
    assert len(trained.splits) == 10
    assert len(trained.predictions) == 4 * len(noise)


@pytest.mark.parametrize("target", list(Target))
def test_train_answers_the_question_asked(noise: FeatureTable, target: Target) -> None:
    trained = train(noise, target=target, horizon=5, params=_FEWER)

    assert (trained.card.target, trained.card.horizon) == (target.value, 5)
    assert trained.card.id == f"19700101-000000-{target.value.replace('_', '-')}-5d"


def test_train_tells_its_progress_to_the_end(noise: FeatureTable) -> None:
    told: list[tuple[int, int, str]] = []

    train(noise, params=_FEWER, on_progress=lambda *each: told.append(each))

    done = [each[0] for each in told]
    assert done == sorted(done)
    assert told[-1][:2] == (12, 12)


def test_train_is_ended_by_what_its_progress_raises(noise: FeatureTable) -> None:
    class Enough(Exception):  # noqa: N818
        pass

    def stop(done: int, of: int, words: str) -> None:
        if done == 2:
            raise Enough

    with pytest.raises(Enough):
        train(noise, params=_FEWER, on_progress=stop)


def test_train_of_too_few_sessions_names_the_count(noise: FeatureTable) -> None:
    few = replace(noise, is_row=noise.is_row & (np.arange(300) < 50))

    with pytest.raises(TooLittleData, match=r"US:S000, .* has \d+\. Bring in more") as refused:
        train(few)

    assert refused.value.needed == 60


def test_train_of_the_fewest_sessions_warns_rather_than_boasts(noise: FeatureTable) -> None:
    short = replace(
        noise, is_row=noise.is_row & (np.arange(300) < 66) & (np.arange(8) < 2)[:, None]
    )

    card = train(short, cv=True, params=_FEWER).card

    assert card.calibrator is None
    assert any(each.startswith("not judged") for each in card.warnings)


def test_train_of_answers_that_are_all_the_same_is_refused(noise: FeatureTable) -> None:
    rising = np.exp(0.01 * np.arange(noise.total.shape[1]))[None, :] * np.ones((8, 1))

    with pytest.raises(TooLittleData, match="nothing to tell apart"):
        train(replace(noise, total=rising))


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"scheme": "shuffled"}, "no scheme 'shuffled'"),
        ({"folds": 0}, "at least one fold"),
        ({"horizon": 0}, "at least one session ahead"),
        ({"params": {"num_leave": 3}}, "num_leaves is near"),
        ({"params": {"num_leaves": 2.5}}, "of kind int"),
    ],
)
def test_train_of_an_argument_that_cannot_be_is_refused(
    noise: FeatureTable, wrong: dict[str, object], words: str
) -> None:
    with pytest.raises(BadInput, match=words):
        train(noise, **wrong)


def test_splits_begin_with_the_first_row(noise: FeatureTable) -> None:
    late = replace(noise, is_row=noise.is_row & (np.arange(300) >= 100))

    splits = splits_of(late, Way(folds=3))

    assert not any(split.train[:100].any() or split.test[:100].any() for split in splits)
    assert splits[0].test[100 + 80]
    assert splits[0].text.startswith("trained on 2014-05-21 to ")


def test_splits_of_short_tables_are_fewer(noise: FeatureTable) -> None:
    short = replace(noise, is_row=noise.is_row & (np.arange(300) >= 220))

    assert len(splits_of(short, Way(folds=8))) == 4
    assert splits_of(short, Way(folds=8, horizon=60)) == ()
