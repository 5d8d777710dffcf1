from __future__ import annotations

import json
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.cli.conftest import trade

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

ROWS = 120


@pytest.fixture
def three(run: Run, tmp_path: Path) -> str:
    """Folder of a tape with three symbols, the second tied to the first."""
    random = np.random.default_rng(4)
    walks = np.cumsum(random.normal(scale=1e-3, size=(2, ROWS)), axis=1)
    tied = 1.2 * walks[0] + random.normal(scale=1e-4, size=ROWS)
    lines: list[str] = []
    for row in range(ROWS):
        for symbol, walk in (("AAAUSDT", walks[0]), ("BBBUSDT", tied), ("CCCUSDT", walks[1])):
            price = f"{100.0 * np.exp(walk[row]):.6f}"
            # The helper's numbers are quarters of a second.
            lines.append(trade(4 * row, symbol=symbol, price=price))
    file = tmp_path / "three.txt"
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    assert run("import", file, "--data-dir", "three").code == 0
    return "three"


def scan(run: Run, folder: str, *arguments: object) -> list[dict[str, object]]:
    ended = run(
        *("pairs", "scan", "--timeframe", "1s", "--lookback", "100", "--window", "20", "--json"),
        *("--data-dir", folder, *arguments),
    )
    assert ended.code == 0, ended.err
    return json.loads(ended.out)["pairs"]


def test_scan_of_the_tape_finds_the_tied_pair(run: Run, three: str) -> None:
    pairs = scan(run, three)

    assert {pairs[0]["y"], pairs[0]["x"]} == {"BINANCE-USDM:AAAUSDT", "BINANCE-USDM:BBBUSDT"}
    assert [pair["q"] < 0.05 for pair in pairs] == [True, False, False]
    assert pairs[0]["rows"] == 100


def test_scan_shows_no_pair_beyond_a_largest_q(run: Run, three: str) -> None:
    assert len(scan(run, three, "--max-q", "0.05")) == 1


def test_scan_as_json_is_one_document_with_what_was_left_out(run: Run, three: str) -> None:
    ended = run(
        *("pairs", "scan", "--timeframe", "1s", "--lookback", "100", "--window", "20", "--json"),
        *("--max-q", "0", "--data-dir", three),
    )

    assert json.loads(ended.out) == {"pairs": [], "left_out": []}
    assert ended.out.count("\n") == 1


def test_scan_of_named_symbols_is_of_these(run: Run, three: str) -> None:
    assert len(scan(run, three, "--symbols", "aaausdt,cccusdt")) == 1


def test_scan_of_a_span_takes_its_bars(run: Run, three: str) -> None:
    pairs = scan(
        *(run, three, "--since", "2025-11-20T12:00:10", "--until", "2025-11-20T12:01:20"),
    )

    assert {pair["rows"] for pair in pairs} == {69}


def test_scan_prints_a_table_with_what_was_left_out_beside_it(run: Run, three: str) -> None:
    ended = run(
        *("pairs", "scan", "--timeframe", "1s", "--lookback", "100", "--window", "20"),
        *("--min-turnover", "0", "--data-dir", three),
    )

    assert ended.out.splitlines()[0].split()[:4] == ["y", "x", "q", "p"]
    assert len(ended.out.splitlines()) == 4
    assert "3 pairs tested on 1s bars, q by Benjamini-Hochberg" in ended.err


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("--timeframe", "7x"), 2, ("'7x'",)),
        (("--timeframe", "1s", "--control", "bonferroni"), 2, ("bh or by",)),
        (("--timeframe", "1s", "--lookback", "5"), 2, ("lookback must be at least 20",)),
        (("--timeframe", "1s", "--window", "600"), 2, ("window must have 3 rows",)),
        (("--timeframe", "1s", "--since", "noon"), 2, ("'noon'", "ISO 8601")),
        (("--timeframe", "1s", "--symbols", "nopeusdt"), 4, ("nopeusdt",)),
        (("--timeframe", "1s", "--lookback", "1000"), 4, ("no pair could be tested", "500 needed")),
        (("--timeframe", "1s", "--since", "2030-01-01"), 4, ("no pair could be tested",)),
    ],
)
def test_scan_that_cannot_be_made_says_why(
    run: Run, three: str, arguments: tuple[str, ...], code: int, words: tuple[str, ...]
) -> None:
    run("pairs", "scan", "--data-dir", three, *arguments).refused(code, *words)


def test_scan_of_a_tape_with_one_symbol_says_that_a_pair_takes_two(run: Run, taped: str) -> None:
    run("pairs", "scan", "--data-dir", taped).refused(4, "1 symbol", "a pair takes two")
