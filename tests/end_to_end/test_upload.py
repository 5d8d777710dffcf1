"""Files of trades in a real browser, taken in by a real deck that has no feed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.end_to_end.browsing import Visit, wait_until
from tests.end_to_end.real_deck import RealDeck

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

_FORM = "exports.upload"
_ROWS = 900
_ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("deck") / "data"


@pytest.fixture(scope="module")
def tab(browser: Browser, folder: Path) -> Iterator[Visit]:
    deck = RealDeck(folder, mode="--offline")
    visit = Visit(browser)
    try:
        visit.page.goto(f"{deck.url}/dashboard?token={deck.token}")
        visit.page.wait_for_selector("[data-panel]")
        yield visit.go(f"{deck.url}/exports", panel=_FORM)
    finally:
        visit.close()
        deck.stop()


def _pair(folder: Path, *, bad: str = "") -> Path:
    random = np.random.default_rng(7)
    x = 100 * np.exp(np.cumsum(random.normal(scale=1e-3, size=_ROWS)))
    y = x**1.5 * np.exp(random.normal(scale=1e-3, size=_ROWS))
    file = folder / "pair.csv"
    lines = [
        f"{1_723_118_400 + n},{symbol},{prices[n]:.6f},1"
        for n in range(_ROWS)
        for symbol, prices in (("aaa", x), ("bbb", y))
    ]
    file.write_text("\n".join(["ts,symbol,price,size", *lines, bad]))
    return file


def _send(tab: Visit, file: Path) -> None:
    form = tab.panel(_FORM)
    form.locator("input[type=file]").set_input_files(file)
    form.get_by_role("button", name="Upload", exact=True).click()


def test_uploads_are_refused_with_their_lines_then_taken_then_studied(
    tab: Visit, tmp_path: Path
) -> None:
    form = tab.go(f"{_origin(tab)}/exports", panel=_FORM).panel(_FORM)

    _send(tab, _pair(tmp_path, bad="08/09/2024,aaa,1,1"))
    form.get_by_text("does not say which is the day").first.wait_for()
    assert form.get_by_text("1802").count() >= 1

    _send(tab, _pair(tmp_path))
    form.get_by_text("1,800 new of 1,800 trades of 2 symbols").wait_for()

    _send(tab, _pair(tmp_path))
    form.get_by_text("1,800 known already").wait_for()

    tab.go(f"{_origin(tab)}/pairs?y=UPLOAD:BBB&x=UPLOAD:AAA", panel="pairs.zscore")
    stats = tab.panel("pairs.stats")
    stats.get_by_text("cointegrated at 5 %: yes").first.wait_for()
    wait_until(lambda: "pairs.zscore" not in tab.blank_charts(), tab.page)
    # The browser itself notes that an answer was a refusal
    assert [said for said in tab.complaints() if "422" not in said] == []


def test_import_on_the_command_line_goes_through_the_deck_that_runs(
    tab: Visit, folder: Path, tmp_path: Path
) -> None:
    file = tmp_path / "more.csv"
    file.write_text("ts,symbol,price,size\n1723118400,ccc,5,1\n08/09/2024,ccc,5,1\n")
    command = [sys.executable, "-m", "quantdeck.cli.main", "import", str(file)]
    command += ["--data-dir", str(folder)]
    environment = {**os.environ, "PYTHONPATH": str(_ROOT / "src")}

    def run(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*command, *options], env=environment, capture_output=True, text=True, check=False
        )

    refused, taken = run(), run("--lenient")

    assert refused.returncode == 2
    assert "more.csv, line 3, ts: does not say which is the day" in refused.stderr
    assert "1 new of 1 trade of 1 symbol, 1 line left out" in taken.stdout
    memory = tab.go(f"{_origin(tab)}/exports", panel="exports.buffer").panel("exports.buffer")
    memory.get_by_text("CCC").first.wait_for()


def _origin(tab: Visit) -> str:
    return "/".join(tab.page.url.split("/")[:3])
