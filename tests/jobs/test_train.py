from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from quantdeck.jobs.train import scoreboard_row, train_and_keep
from quantdeck.model.errors import Conflict, StoreError
from quantdeck.records.models import FolderModels
from quantdeck.records.report_lists import FolderLists
from quantdeck.research.schemes import Way
from tests.research.cards import JUDGED, card
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.jobs.train import TrainReport
    from quantdeck.research.features.table import FeatureTable

SECOND_NS = 1_000_000_000
_WAY = Way(params={"num_iterations": 3}, folds=2)


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return synthetic_table(5, 150)


@pytest.fixture
def store(tmp_path: Path) -> FolderModels:
    return FolderModels(tmp_path / "models")


def _train(
    table: FeatureTable, store: FolderModels, *, second: int = 0, way: Way = _WAY, **rest: Any
) -> TrainReport:
    return train_and_keep(table, store, way, created_ns=second * SECOND_NS, **rest)


def test_first_model_is_kept_with_its_predictions_and_used(
    table: FeatureTable, store: FolderModels
) -> None:
    report = _train(table, store)

    kept = store.predictions()
    assert report.is_current
    assert store.get() == (report.card, report.trained.text)
    assert kept is not None
    assert report.trained.predictions is not None
    assert len(kept.on(table)) == len(report.trained.predictions)


def test_model_that_is_objected_to_is_kept_and_not_used(
    table: FeatureTable, store: FolderModels
) -> None:
    first = _train(table, store)

    report = _train(table, store, second=1, way=Way(params=_WAY.params, horizon=5))

    assert not report.is_current
    assert "another question" in report.drift.objections[0]
    assert store.current() == first.card.id
    assert len(store.cards()) == 2


def test_model_that_is_forced_is_used(table: FeatureTable, store: FolderModels) -> None:
    _train(table, store)

    report = _train(table, store, second=1, way=Way(params=_WAY.params, horizon=5), is_forced=True)

    assert report.is_current
    assert report.drift.objections
    assert store.current() == report.card.id


def test_damaged_model_in_use_does_not_stop_a_new_one(
    table: FeatureTable, store: FolderModels, tmp_path: Path
) -> None:
    first = _train(table, store)
    (tmp_path / "models" / first.card.id / "model.txt").write_text("torn")

    report = _train(table, store, second=1)

    assert report.is_current
    assert "damaged" in report.drift.notes[0]


def test_two_models_of_one_second_are_a_conflict(table: FeatureTable, store: FolderModels) -> None:
    _train(table, store)

    with pytest.raises(Conflict):
        _train(table, store)


def test_training_that_is_ended_keeps_nothing(table: FeatureTable, store: FolderModels) -> None:
    def stop(done: int, of: int, words: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        _train(table, store, on_progress=stop)

    assert store.cards() == []


def test_model_gets_a_row_of_the_scoreboard(
    table: FeatureTable, store: FolderModels, tmp_path: Path
) -> None:
    lists = FolderLists(tmp_path / "reports")

    report = _train(table, store, lists=lists)

    (row,) = lists.rows("scoreboard")
    assert row["run"] == row["model"] == report.card.id
    assert (row["kind"], row["simulated"]) == ("model", "yes")


def test_scoreboard_that_cannot_be_written_is_said_and_the_model_stays(
    table: FeatureTable, store: FolderModels
) -> None:
    class Full:
        def put(self, *_: object) -> None:
            raise StoreError("the disk is full")

        def rows(self, _: str) -> list[dict[str, str]]:
            return []

    report = _train(table, store, lists=Full())

    assert report.is_current
    assert report.failures == ("not added to the scoreboard: the disk is full",)


def test_scoreboard_row_tells_the_newest_span_and_all_of_them() -> None:
    import msgspec

    judged = msgspec.structs.replace(JUDGED, folds=JUDGED.folds[:2])

    row = scoreboard_row(card(judgement=judged))

    assert (row["auc"], row["cv_auc"]) == (0.507, 0.512)
    assert scoreboard_row(card(judgement=None))["cv_auc"] is None
