"""``quantdeck tearsheet``."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.tape.history.store import BarStore
from tests.hub.price_books import walk
from tests.tape.history.histories import history_of

if TYPE_CHECKING:
    from tests.cli.conftest import Run


@pytest.fixture(autouse=True)
def built() -> None:
    web = Path(__file__).resolve().parents[2] / "src" / "quantdeck" / "web"
    if not (web / "report.js").is_file():
        pytest.skip("the page is not built; run scripts/build-page")


def bars_csv(count: int = 300, *, weekdays: bool = True, step: int = 1) -> str:
    lines, day = ["date,open,high,low,close"], date(2020, 1, 6)
    for close in walk(count):
        lines.append(f"{day},{close:.4f},{close * 1.01:.4f},{close * 0.99:.4f},{close:.4f}")
        day += timedelta(days=step)
        while weekdays and day.weekday() > 4:
            day += timedelta(days=1)
    return "\n".join(lines) + "\n"


def test_tear_sheet_of_a_file_is_written_where_asked(run: Run, tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text(bars_csv())

    ended = run("tearsheet", "acme.csv", "-o", "out.html", "--risk-free", "0.03")

    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert ended.out.strip() == "out.html"
    assert "<h1>ACME</h1>" in page
    assert "252 bars a year, riskless rate 3 % a year" in page
    assert "acme.csv" in page


def test_file_with_weekends_is_of_a_market_that_never_closes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "coin.csv").write_text(bars_csv(weekdays=False))

    run("tearsheet", "coin.csv", "-o", "out.html", "--confidence", "0.9")

    page = (tmp_path / "out.html").read_text(encoding="utf-8")
    assert "365 bars a year" in page
    assert "confidence 90 %" in page


def test_tear_sheet_of_a_kept_symbol_stands_beside_its_benchmark(run: Run, tmp_path: Path) -> None:
    store = BarStore(tmp_path / "tape")
    store.keep(history_of(list(walk(300)), symbol="US:ACME"))
    store.keep(history_of(list(walk(300, seed=2)), symbol="US:SPY"))

    ended = run("tearsheet", "acme", "--benchmark", "spy", "--data-dir", "tape")

    file = tmp_path / "us-acme-1d-tear-sheet.html"
    assert ended.out.strip() == file.name
    assert "against US:SPY" in file.read_text(encoding="utf-8")


def test_symbol_that_is_not_kept_says_what_is_and_how_to_fetch(run: Run, tmp_path: Path) -> None:
    BarStore(tmp_path / "tape").keep(history_of(list(walk(30)), symbol="US:ACME"))

    ended = run("tearsheet", "NOPE", "--data-dir", "tape")

    ended.refused(4, "there is US:ACME", "quantdeck history fetch US:NOPE")


@pytest.mark.parametrize(
    ("text", "said", "code"),
    [
        (bars_csv(2), "2 bars; three are the fewest", 4),
        (bars_csv(30, weekdays=False, step=7), "7 days apart", 2),
        ("date,price\n2020-01-01,1\n", "bars need a time", 2),
    ],
)
def test_file_that_cannot_be_studied_says_why(
    run: Run, tmp_path: Path, text: str, said: str, code: int
) -> None:
    (tmp_path / "bars.csv").write_text(text)

    ended = run("tearsheet", "bars.csv")

    ended.refused(code, said)


def test_level_that_makes_no_sense_is_refused(run: Run, tmp_path: Path) -> None:
    (tmp_path / "acme.csv").write_text(bars_csv())

    ended = run("tearsheet", "acme.csv", "--confidence", "95")

    ended.refused(2, "level must lie between 0.5 and 1")
