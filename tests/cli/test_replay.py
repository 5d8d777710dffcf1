from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

MAX = ("replay", "--headless", "--speed", "max")


def test_replay_of_files_counts_what_it_played(run: Run, frames: Path) -> None:
    told = json.loads(run(*MAX, frames, "--json").out)

    assert told["events"] == 20
    assert told["symbols"] == {"BINANCE-USDM:BTCUSDT": {"bars_1s": 6, "trades": 20}}


def test_replay_of_the_tape_plays_what_was_chosen(run: Run, taped: str) -> None:
    chosen = ("--start", "2025-11-20T12:00:02", "--end", "2025-11-20T12:00:04")

    ended = run(*MAX, *chosen, "--symbols", "btcusdt", "--data-dir", taped)

    assert ended.code == 0
    assert ended.out.startswith("8 events in ")
    assert "BINANCE-USDM:BTCUSDT: 8 trades, 2 bars of 1 s" in ended.out


def test_replay_of_frames_from_spot_is_of_the_spot_venue(run: Run, frames: Path) -> None:
    ended = run(*MAX, frames, "--source", "binance-spot")

    assert "BINANCE:BTCUSDT: 20 trades" in ended.out


def test_replay_names_broken_lines_and_plays_the_rest(run: Run, broken: Path) -> None:
    ended = run(*MAX, broken)

    assert ended.code == 0
    assert "quantdeck: broken.txt, line 5: " in ended.err
    assert "quantdeck: broken.txt, line 9: " in ended.err
    assert "2 lines that could not be used" in ended.out
    assert "18 trades" in ended.out


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--speed", "0"), 2, ("'0' is not a speed", "max")),
        (("--speed", "fast"), 2, ("'fast' is not a speed",)),
        (("--speed", "nan"), 2, ("'nan' is not a speed",)),
        (("--start", "noon"), 2, ("'noon' is not a time", "ISO 8601")),
        (("--symbols", "doge"), 4, ("DOGE", "BINANCE-USDM:BTCUSDT")),
        (("--symbols", "doge", "--symbols", "btcusdt"), 4, ("DOGE",)),
        (("--start", "2030-01-01"), 4, ("between --start and --end",)),
        (("absent.gz",), 2, ("absent.gz cannot be read",)),
        (("frames.txt", "--symbols", "btcusdt"), 2, ("choose from the tape", "quantdeck import")),
        (("frames.txt", "--start", "2025-01-01"), 2, ("choose from the tape",)),
        (("frames.txt", "--source", "kraken"), 2, ("'kraken'", "binance-spot")),
        (("empty.txt",), 4, ("empty.txt is empty",)),
    ],
)
def test_replay_that_cannot_be_says_why(
    run: Run,
    taped: str,
    tmp_path: Path,
    arguments: tuple[str, ...],
    code: int,
    words: tuple[str, ...],
) -> None:
    (tmp_path / "empty.txt").touch()

    run("replay", "--headless", *arguments, "--data-dir", taped).refused(code, *words)


def test_replay_with_the_page_of_nothing_ends_before_it_serves(run: Run) -> None:
    run("replay", "--no-open", "--port", "0").refused(4, "nothing is on the tape in data")


def test_replay_of_lines_that_are_all_broken_says_so(run: Run, tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_text("1 {\n", encoding="utf-8")

    ended = run(*MAX, "bad.txt")

    assert ended.code == 4
    assert "bad.txt, line 1: " in ended.err
    assert "(1 broken line)" in ended.err
