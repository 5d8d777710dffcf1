"""Playbooks on the disk: whole, one of each session, the same where nothing changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pyarrow.parquet as pq
import pytest

from quantdeck.model.errors import NoData, StoreError
from quantdeck.records.playbooks import FOLDER, PlaybookFiles
from quantdeck.research.playbook.inputs import Chain, PlaybookRules
from quantdeck.research.playbook.make import make_playbook
from tests.analytics.options.planted_chains import AT_NS
from tests.research.playbook.samples import foretold, study, table

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.playbook.entry import Playbook


@pytest.fixture(scope="module")
def playbook() -> Playbook:
    return make_playbook(
        table(),
        PlaybookRules(),
        now_ns=AT_NS,
        foretold=foretold(0.56, 0.44, 0.5, 0.55),
        chains={"US:SPX": Chain(study(), "demo")},
    )


def test_playbook_that_was_put_is_read_again(tmp_path: Path, playbook: Playbook) -> None:
    store = PlaybookFiles(tmp_path)

    store.put(playbook)

    assert store.get() == playbook
    assert store.get("2026-06-12") == playbook
    assert store.sessions() == ["2026-06-12"]


def test_playbook_made_again_of_the_same_changes_no_file(
    tmp_path: Path, playbook: Playbook
) -> None:
    store = PlaybookFiles(tmp_path)
    store.put(playbook)
    before = {path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()}

    kept = store.put(msgspec.structs.replace(playbook, made_ns=AT_NS + 1))

    assert kept == playbook
    assert {path.name: path.read_bytes() for path in (tmp_path / FOLDER).iterdir()} == before


def test_playbook_made_of_something_else_replaces_the_one_of_its_session(
    tmp_path: Path, playbook: Playbook
) -> None:
    store = PlaybookFiles(tmp_path)
    store.put(playbook)

    store.put(msgspec.structs.replace(playbook, inputs="other", made_ns=AT_NS + 1))

    assert store.get().made_ns == AT_NS + 1
    assert len(store.sessions()) == 1


def test_playbook_in_parquet_has_a_row_of_each_symbol(tmp_path: Path, playbook: Playbook) -> None:
    PlaybookFiles(tmp_path).put(playbook)

    rows = pq.read_table(tmp_path / FOLDER / "2026-06-12.parquet").to_pylist()

    assert [row["symbol"] for row in rows] == [each.symbol for each in playbook.entries]
    assert {row["model"] for row in rows} == {"20260612-200000-up-1d"}
    assert {row["symbol"]: row["news_sent_z"] for row in rows}["US:BBB"] is None
    assert {row["symbol"]: row["legs"] for row in rows}["US:SPX"].startswith("-1 put ")


def test_playbook_that_is_damaged_is_told_and_then_replaced(
    tmp_path: Path, playbook: Playbook
) -> None:
    store = PlaybookFiles(tmp_path)
    store.put(playbook)
    (tmp_path / FOLDER / "2026-06-12.json").write_bytes(b"{")

    with pytest.raises(StoreError, match="is damaged"):
        store.get()

    store.put(playbook)
    assert store.get() == playbook


def test_playbook_that_is_not_kept_is_told_with_a_way_to_make_one(
    tmp_path: Path, playbook: Playbook
) -> None:
    store = PlaybookFiles(tmp_path)

    with pytest.raises(NoData, match="quantdeck playbook"):
        store.get()

    store.put(playbook)
    with pytest.raises(NoData, match="the newest is of 2026-06-12"):
        store.get("2020-01-01")


def test_playbook_where_the_disk_refuses_is_an_error(tmp_path: Path, playbook: Playbook) -> None:
    (tmp_path / "research").write_text("a file where a folder is needed")

    with pytest.raises(StoreError, match="cannot write"):
        PlaybookFiles(tmp_path).put(playbook)
