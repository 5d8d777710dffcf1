"""A tape in a store: written by one machine, read by another that has none. Machines are folders here."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("deltalake", reason="deltalake is not installed; it is of the extra scale")

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

COUNT = "SELECT count(*) AS n FROM trades"
ELSEWHERE = ("--data-dir", "elsewhere")


@pytest.fixture
def stored(run: Run, frames: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Twenty trades, brought in by a machine whose sealed files go into a store."""
    store = tmp_path / "store"
    monkeypatch.setenv("QUANTDECK_TAPE__STORE__URL", f"file://{store}")
    ended = run("import", frames, "--data-dir", "here")
    assert ended.code == 0, ended.err
    return store


def test_rows_are_read_where_there_is_no_tape(run: Run, stored: Path, tmp_path: Path) -> None:
    assert run("sql", COUNT, "--json", *ELSEWHERE).out == '{"n":20}\n'
    assert run("sql", COUNT, "--json", "--data-dir", "here").out == '{"n":20}\n'
    assert not (tmp_path / "elsewhere").exists()
    assert not list((tmp_path / "here" / "parquet").rglob("*.parquet"))
    assert len(list((stored / "trade").rglob("*.parquet"))) == 1


def test_export_is_the_same_from_both(run: Run, stored: Path, tmp_path: Path) -> None:
    for folder in ("here", "elsewhere"):
        output = tmp_path / f"{folder}.csv"
        ended = run("export", "trades", "--output", output, "--data-dir", folder)
        assert ended.code == 0, ended.err

    lines = (tmp_path / "elsewhere.csv").read_text().splitlines()
    assert lines == (tmp_path / "here.csv").read_text().splitlines()
    assert len(lines) == 21


def test_doctor_tells_of_the_store(run: Run, stored: Path) -> None:
    found = {each["check"]: each for each in json.loads(run("doctor", "--json", *ELSEWHERE).out)}

    assert found["tape"]["verdict"] == "ok"
    assert "20 events in 1 stream" in found["tape"]["found"]
    assert f"file://{stored}" in found["tape"]["found"]


def test_store_that_is_taken_away_is_told(run: Run, stored: Path, monkeypatch) -> None:
    monkeypatch.setenv("QUANTDECK_TAPE__STORE__URL", "")

    ended = run("sql", COUNT, "--data-dir", "here")

    ended.refused(ended.code, "tape.store.url")
    assert ended.code != 0


def test_other_store_for_a_tape_is_refused(run: Run, frames, stored, monkeypatch) -> None:
    monkeypatch.setenv("QUANTDECK_TAPE__STORE__URL", f"file://{stored}-2")

    ended = run("import", frames, "--data-dir", "here")

    ended.refused(ended.code, f"file://{stored},", "set it back")
    assert ended.code != 0


def test_bucket_without_a_key_is_refused_by_name(run: Run, monkeypatch) -> None:
    monkeypatch.setenv("QUANTDECK_TAPE__STORE__URL", "s3://bucket/tape")
    monkeypatch.delenv("AWS_ACCESS_KEY_ID", raising=False)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hidden")

    ended = run("sql", COUNT)

    ended.refused(ended.code, "AWS_ACCESS_KEY_ID is not set")
    assert "hidden" not in ended.err


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("URL", "s3://key:secret@bucket/tape"),
        ("URL", "s3://bucket/tape?secret=1"),
        ("ENDPOINT", "https://key:secret@host"),
    ],
)
def test_key_in_an_address_is_refused_and_not_repeated(run: Run, monkeypatch, name, value) -> None:
    monkeypatch.setenv("QUANTDECK_TAPE__STORE__URL", "s3://bucket/tape")
    monkeypatch.setenv(f"QUANTDECK_TAPE__STORE__{name}", value)

    ended = run("sql", COUNT)

    ended.refused(ended.code, "AWS_ACCESS_KEY_ID")
    assert "secret" not in ended.err


def test_compact_and_retention_work_in_the_store(run: Run, stored: Path, monkeypatch) -> None:
    compacted = run("compact", "--data-dir", "here")
    assert compacted.code == 0, compacted.err
    monkeypatch.setenv("QUANTDECK_TAPE__RETENTION__TRADE__MAX_AGE_DAYS", "1")

    ended = run("retention", "--apply", "--data-dir", "here")

    assert ended.code == 0, ended.err
    assert run("sql", COUNT, "--json", *ELSEWHERE).out == '{"n":0}\n'


def test_archive_holds_what_is_on_the_machine_and_finds_the_store_again(
    run: Run, stored: Path
) -> None:
    written = run("backup", "--to", "all.tar", "--data-dir", "here")
    assert written.code == 0, written.err

    restored = run("restore", "all.tar", "--data-dir", "anew")

    assert restored.code == 0, restored.err
    assert run("sql", COUNT, "--json", "--data-dir", "anew").out == '{"n":20}\n'
