"""Searches: they find what helps, go on where they stopped, and say what the choosing is worth."""

from __future__ import annotations

import pickle
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.tuning import Search, Trial, TrialState, Tuned, study_id, tune
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable

_SEARCH = Search(folds=3, trials=7, seed=3)


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return synthetic_table(symbols=6, sessions=320, signal=0.3)


@pytest.fixture(scope="module")
def made(table: FeatureTable) -> tuple[Tuned, list[Trial]]:
    trials: list[Trial] = []
    return tune(table, _SEARCH, on_trial=trials.append), trials


def test_tune_begins_with_the_defaults_and_never_ends_below_them(
    made: tuple[Tuned, list[Trial]],
) -> None:
    tuned, trials = made

    assert len(trials) == 7
    assert trials[0].params["learning_rate"] == 0.03
    assert tuned.value >= tuned.default == trials[0].value
    assert tuned.value == max(t.value for t in trials if t.state is TrialState.COMPLETE)
    assert tuned.completed + tuned.pruned == 7


def test_tune_of_a_planted_signal_does_well_where_no_trial_looked(
    made: tuple[Tuned, list[Trial]],
) -> None:
    tuned, _ = made

    assert tuned.held_out.value > 0.05
    assert tuned.gain.value == pytest.approx(tuned.held_out.value - tuned.held_out_default.value)
    assert tuned.helps == (tuned.gain.low > 0.0)
    assert tuned.first_held_out < tuned.last_held_out
    assert "which no trial saw" in tuned.text


def test_tune_interrupted_ends_as_if_it_had_not_been(
    table: FeatureTable, made: tuple[Tuned, list[Trial]]
) -> None:
    whole, trials = made

    resumed = tune(table, _SEARCH, earlier=trials[:4])

    assert resumed == whole


def test_tune_handed_out_makes_the_same_trials(table: FeatureTable) -> None:
    search = Search(folds=3, trials=10, seed=3)
    counts: list[int] = []

    def elsewhere(function: Any, items: Any, common: Any, **_: Any) -> Any:
        counts.append(len(items))
        common, items = pickle.loads(pickle.dumps((common, items)))  # noqa: S301
        return [function(common, item) for item in items]

    here: list[Trial] = []
    there: list[Trial] = []
    found = tune(table, search, on_trial=here.append)
    same = tune(table, search, on_trial=there.append, spread=elsewhere)

    assert (same, there) == (found, here)
    assert any(trial.state is TrialState.PRUNED for trial in here)
    # Eight are drawn at random, and wait for nothing.
    assert counts == [8 * 3, 3, 3]
    assert tune(table, search, earlier=here[:5], spread=elsewhere) == found


def test_tune_of_nothing_more_to_try_tells_the_same(
    table: FeatureTable, made: tuple[Tuned, list[Trial]]
) -> None:
    whole, trials = made
    said: list[object] = []

    again = tune(table, _SEARCH, earlier=trials, on_trial=said.append)

    assert again == whole
    assert said == []


def test_tune_tells_its_progress_and_is_cancelled_by_what_the_listener_raises(
    table: FeatureTable,
) -> None:
    said: list[tuple[int, int, str]] = []
    kept: list[Trial] = []

    def listen(done: int, of: int, text: str) -> None:
        said.append((done, of, text))
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune(table, _SEARCH, on_trial=kept.append, on_progress=listen)

    assert [each[:2] for each in said] == [(1, 7), (2, 7)]
    assert said[0][2].startswith("trial 0: rank IC")
    assert len(kept) == 2


def test_tune_by_area_of_one_symbol_is_possible_and_by_rank_refused() -> None:
    alone = synthetic_table(symbols=1, sessions=700)

    by_area = tune(alone, Search(folds=2, trials=1, metric="auc"))
    with pytest.raises(TooLittleData, match="20 sessions of 5 symbols"):
        tune(alone, Search(folds=2, trials=1))

    assert by_area.chance is None
    assert by_area.completed == 1


@pytest.mark.parametrize(
    ("search", "said"),
    [
        (Search(metric="sharpe"), "rank_ic or auc, was 'sharpe'"),
        (Search(trials=0), "1 to 2,000 trials, was 0"),
        (Search(held_out=0.9), "was 0.9"),
    ],
)
def test_tune_of_what_cannot_be_is_refused(table: FeatureTable, search: Search, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        tune(table, search)


def test_study_id_stays_with_more_trials_and_changes_with_the_table(table: FeatureTable) -> None:
    more = msgspec.structs.replace(_SEARCH, trials=90)
    other = synthetic_table(symbols=6, sessions=320, seed=8)

    assert study_id(table, more) == study_id(table, _SEARCH)
    assert study_id(other, _SEARCH) != study_id(table, _SEARCH)
    assert study_id(table, _SEARCH).startswith("up-1d-rank_ic-")
