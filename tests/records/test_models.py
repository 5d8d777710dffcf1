from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING

import msgspec
import numpy as np
import pytest

from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.records.models import FolderModels
from quantdeck.research.model import text_hash
from quantdeck.research.predictions import KeptPredictions, Predictions
from tests.research.cards import card

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.card import Card

_TEXT = "tree\nversion=v4\nend of trees\n"


def _card(model_id: str = "20261121-214500-up-1d", created_ns: int = 5) -> Card:
    return card(model_id, created_ns=created_ns, text_hash=text_hash(_TEXT))


def _told(count: int = 4) -> KeptPredictions:
    at = np.arange(count)
    score = np.linspace(0.4, 0.6, count)
    nan = np.full(count, np.nan)
    rows = Predictions(at, at % 2, score, nan, score, nan, score, np.zeros(count, np.int64))
    return KeptPredictions(("US:A", "US:B"), np.arange(count) * 10, rows)


@pytest.fixture
def store(tmp_path: Path) -> FolderModels:
    return FolderModels(tmp_path / "models")


def test_model_that_is_kept_comes_back_whole(store: FolderModels, tmp_path: Path) -> None:
    store.put(_card(), _TEXT)

    assert store.get(_card().id) == (_card(), _TEXT)
    folder = tmp_path / "models" / _card().id
    assert sorted(path.name for path in folder.iterdir()) == ["card.json", "model.txt"]


def test_predictions_that_are_kept_come_back_whole(store: FolderModels) -> None:
    store.put(_card(), _TEXT, _told())
    store.make_current(_card().id)

    found = store.predictions()

    assert found is not None
    assert found.symbols == ("US:A", "US:B")
    assert np.array_equal(found.sessions, _told().sessions)
    for name in Predictions.__dataclass_fields__:
        mine, kept = getattr(_told().rows, name), getattr(found.rows, name)
        assert np.array_equal(mine, kept, equal_nan=True), name
        assert mine.dtype == kept.dtype, name


def test_predictions_of_a_model_kept_without_are_none(store: FolderModels) -> None:
    store.put(_card(), _TEXT)

    assert store.predictions(_card().id) is None


def test_no_model_is_current_until_one_is_made_so(store: FolderModels) -> None:
    store.put(_card(), _TEXT)

    assert store.current() is None
    with pytest.raises(NoData, match="quantdeck train makes one"):
        store.get()

    store.make_current(_card().id)

    assert store.current() == _card().id
    assert store.get()[0].id == _card().id


def test_current_model_whose_folder_was_removed_is_none(
    store: FolderModels, tmp_path: Path
) -> None:
    store.put(_card(), _TEXT)
    store.make_current(_card().id)
    (tmp_path / "models" / _card().id / "card.json").unlink()

    assert store.current() is None


@pytest.mark.parametrize("given", ["", "../elsewhere", "\x00", ".hidden"])
def test_current_that_names_no_model_is_none(
    store: FolderModels, tmp_path: Path, given: str
) -> None:
    store.put(_card(), _TEXT)
    (tmp_path / "models" / "current").write_text(given)

    assert store.current() is None


def test_cards_are_listed_newest_first_and_a_damaged_one_is_left_out(
    store: FolderModels, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for at, name in enumerate(("a", "b", "c")):
        store.put(_card(name, created_ns=at), _TEXT)
    (tmp_path / "models" / "b" / "card.json").write_text('{"id": ')

    found = store.cards()

    assert [each.id for each in found] == ["c", "a"]
    assert "folder=b" in caplog.text


def test_cards_of_an_empty_store_are_none(store: FolderModels) -> None:
    assert store.cards() == []
    assert store.current() is None


def test_model_of_an_id_that_is_taken_is_a_conflict(store: FolderModels) -> None:
    store.put(_card(), _TEXT)

    with pytest.raises(Conflict, match="already"):
        store.put(_card(created_ns=9), _TEXT)

    assert store.get(_card().id)[0].created_ns == 5


def test_model_of_an_id_that_is_taken_meanwhile_is_a_conflict(store: FolderModels) -> None:
    ended: list[str] = []
    gate = threading.Barrier(6)

    def put(at: int) -> None:
        gate.wait()
        try:
            store.put(_card(created_ns=at), _TEXT, _told())
            ended.append("kept")
        except Conflict:
            ended.append("conflict")

    threads = [threading.Thread(target=put, args=(at,)) for at in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(ended) == ["conflict"] * 5 + ["kept"]
    assert len(store.cards()) == 1


@pytest.mark.parametrize("name", ["../up", "", "a/b", ".new-x"])
def test_model_whose_id_is_no_name_of_a_folder_is_refused(store: FolderModels, name: str) -> None:
    with pytest.raises(BadInput, match="id of a model"):
        store.put(_card(name), _TEXT)


def test_model_that_is_not_there_is_no_data(store: FolderModels) -> None:
    store.put(_card("a"), _TEXT)

    with pytest.raises(NoData, match="there is a"):
        store.get("b")
    with pytest.raises(NoData):
        store.make_current("b")


def test_text_that_was_damaged_is_noticed(store: FolderModels, tmp_path: Path) -> None:
    store.put(_card(), _TEXT)
    file = tmp_path / "models" / _card().id / "model.txt"
    file.write_text(_TEXT.replace("v4", "v5"))

    with pytest.raises(StoreError, match="damaged"):
        store.get(_card().id)


@pytest.mark.parametrize("cut", [0, 40, 0.5, 0.95])
def test_predictions_that_were_damaged_are_noticed(
    store: FolderModels, tmp_path: Path, cut: float
) -> None:
    store.put(_card(), _TEXT, _told())
    file = tmp_path / "models" / _card().id / "predictions.npz"
    content = file.read_bytes()
    file.write_bytes(content[: int(cut if cut > 1 else cut * len(content))])

    with pytest.raises(StoreError, match="damaged"):
        store.predictions(_card().id)


def test_folders_left_by_a_killed_process_are_removed_once_they_are_old(
    store: FolderModels, tmp_path: Path
) -> None:
    old, young = (tmp_path / "models" / f".new-{name}" for name in ("old", "young"))
    for folder in (old, young):
        folder.mkdir(parents=True)
    os.utime(old, (0, 0))

    store.put(_card(), _TEXT)

    assert (old.exists(), young.exists()) == (False, True)
    assert len(store.cards()) == 1


def test_store_whose_folder_cannot_be_made_refuses(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("a file")

    with pytest.raises(StoreError, match="cannot keep model"):
        FolderModels(tmp_path / "models").put(_card(), _TEXT)


def test_card_of_a_newer_version_with_more_in_it_is_read(
    store: FolderModels, tmp_path: Path
) -> None:
    store.put(_card(), _TEXT)
    file = tmp_path / "models" / _card().id / "card.json"
    tree = msgspec.json.decode(file.read_bytes()) | {"colour": "blue"}
    file.write_bytes(msgspec.json.encode(tree))

    assert store.get(_card().id)[0] == _card()
