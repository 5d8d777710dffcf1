from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.parquet as pq
import pytest

from quantdeck.model.events import DTYPES, Batch, Kind
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock
from quantdeck.tape.open import open_writer

if TYPE_CHECKING:
    from tests.cli.conftest import Run

ROWS = 700
RULES = ("--hedge-window", 100, "--window", 30, "--entry", 1.5, "--exit", 0)
GRID = ("--hedge-window", 100, "--windows", "20, 40", "--entries", "1..2/0.5", "--exits", 0)
FREE = ("--fee-bp", 0, "--slippage-bp", 0)


def prices(rows: int = ROWS) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(8)
    x = 100.0 * np.exp(np.cumsum(random.normal(scale=0.005, size=rows)))
    spread = np.zeros(rows)
    for t in range(1, rows):
        spread[t] = 0.85 * spread[t - 1] + random.normal(scale=0.004)
    return 2.0 * x**1.2 * np.exp(spread), x


def lines_of(name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(Path(name).read_text(encoding="utf-8").splitlines()))


@pytest.fixture
def pair(tmp_path: Path) -> tuple[str, ...]:
    """Options that name two files of hourly bars."""
    for name, closes in zip("yx", prices(), strict=True):
        opens = np.concatenate((closes[:1], closes[:-1]))
        lines = ["ts,open,close"]
        lines += [f"{1_700_000_400 + 3600 * t},{opens[t]},{closes[t]}" for t in range(len(closes))]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines))
    return ("--y", "y.csv", "--x", "x.csv")


@pytest.fixture
def taped(tmp_path: Path) -> str:
    """Folder of a tape with a pair of perpetuals at every second, and what they paid."""
    instruments = InstrumentTable()
    writer = open_writer(tmp_path / "tape", instruments, clock=SystemClock())
    where = Provenance("binance-usdm", Delay.REALTIME, RunId("test"))
    start = 1_763_640_000_000_000_000
    times = start + np.arange(ROWS) * 1_000_000_000
    for name, values in zip(("ETHUSDT", "BTCUSDT"), prices(), strict=True):
        symbol = instruments.id_of(f"BINANCE-USDM:{name}")
        trades = np.zeros(ROWS, DTYPES[Kind.AGG_TRADE])
        marks = np.zeros(2, DTYPES[Kind.MARK])
        for rows, at in ((trades, times), (marks, times[[0, 1]])):
            rows["ts_event"], rows["ts_recv"], rows["symbol"] = at, at, symbol
            rows["seq"] = np.arange(1, len(rows) + 1)
        trades["price"], trades["size"] = values, 1.0
        marks["funding_rate"] = [5e-3, 1e-2]
        marks["next_funding_ns"] = times[400]
        writer.append_wait(Batch(Kind.AGG_TRADE, trades, where))
        writer.append_wait(Batch(Kind.MARK, marks, where))
    writer.close()
    return "tape"


def test_pairs_estimate_prints_every_estimator_and_the_tests(run: Run, pair) -> None:
    ended = run("pairs", "estimate", *pair, "--window", 60)

    assert ended.code == 0
    assert "y on x: 700 bars of 1 h, 2023-11-14 22:20:00 to" in ended.err
    for word in ("ols", "huber", "theil-sen", "tls", "kalman", "rolling", "Engle-Granger, x on y"):
        assert word in ended.out
    assert "came back" in ended.out


def test_pairs_estimate_as_json_has_the_planted_line(run: Run, pair) -> None:
    ended = run("pairs", "estimate", *pair, "--json")

    told = json.loads(ended.out)
    found = {row["name"]: row["hedge_ratio"] for row in told["estimators"]}
    assert found["ols"] == pytest.approx(1.2, abs=0.05)
    assert told["cointegration"]["y_on_x"]["pvalue"] < 0.01
    assert told["half_life_rows"] == pytest.approx(4.3, abs=1.5)
    assert (told["rows"], told["step_s"], told["simulated"]) == (700, 3600.0, False)


def test_pairs_backtest_prints_figures_and_the_last_trades(run: Run, pair) -> None:
    ended = run("pairs", "backtest", *pair, *RULES)

    assert ended.code == 0
    for word in ("Sharpe ± s.e.", "deepest drawdown", "fees, slippage", "last 10 of", "exit"):
        assert word in ended.out


def test_pairs_backtest_of_a_spread_that_returns_gains_before_costs(run: Run, pair) -> None:
    free = json.loads(run("pairs", "backtest", *pair, *RULES, *FREE, "--json").out)
    paid = json.loads(run("pairs", "backtest", *pair, *RULES, "--json").out)

    assert free["figures"]["net"] > 0.0
    assert free["figures"]["net"] == pytest.approx(free["figures"]["gross"])
    assert paid["figures"]["gross"] == pytest.approx(free["figures"]["gross"])
    assert paid["figures"]["net"] < free["figures"]["net"]
    assert paid["rules"]["stop"] == 4.0
    assert sum(trade["net"] for trade in paid["trades"]) == pytest.approx(paid["figures"]["net"])


def test_pairs_backtest_writes_trades_rows_and_ledger(run: Run, pair) -> None:
    files = ("--csv", "trades.csv", "--equity", "rows.parquet", "--ledger", "ledger.csv")

    ended = run("pairs", "backtest", *pair, *RULES, *files, "--json")

    told = json.loads(ended.out)
    trades = lines_of("trades.csv")
    ledger = lines_of("ledger.csv")
    rows = pq.read_table("rows.parquet")
    assert len(trades) == len(told["trades"])
    assert rows.num_rows == 700
    assert rows.column("equity")[-1].as_py() == pytest.approx(10_000.0 + told["figures"]["net"])
    fees = [-float(line["cash"]) for line in ledger if line["kind"] == "fee"]
    assert sum(fees) == pytest.approx(told["figures"]["fees"])
    assert f"{len(trades)} rows written to trades.csv" in ended.err


def test_pairs_backtest_without_trades_leaves_no_old_ones_in_the_file(run: Run, pair) -> None:
    Path("trades.csv").write_text("old")

    ended = run(
        "pairs", "backtest", *pair, *RULES, "--entry", 50, "--stop", 0, "--csv", "trades.csv"
    )

    assert ended.code == 0
    assert Path("trades.csv").read_text().startswith('"entry_time"')
    assert len(Path("trades.csv").read_text().splitlines()) == 1


def test_pairs_backtest_may_keep_the_line_of_a_trade(run: Run, pair) -> None:
    frozen = json.loads(run("pairs", "backtest", *pair, *RULES, "--freeze", "--json").out)

    plain = json.loads(run("pairs", "backtest", *pair, *RULES, "--json").out)
    assert frozen["rules"]["freeze"]
    assert frozen["trades"] != plain["trades"]


def test_pairs_backtest_pays_constant_funding(run: Run, pair) -> None:
    funded = run("pairs", "backtest", *pair, *RULES, "--funding-bp", 1, "--json")

    assert json.loads(funded.out)["figures"]["funding"] != 0.0


def test_pairs_backtest_of_the_tape_pays_the_funding_that_was_told(run: Run, taped: str) -> None:
    asked = ("--y", "ethusdt", "--x", "btcusdt", "--timeframe", "1s", "--data-dir", taped, *RULES)

    plain = json.loads(run("pairs", "backtest", *asked, "--json").out)
    ended = run(
        "pairs", "backtest", *asked, "--recorded-funding", "--csv", "t.csv", "--equity", "e.csv",
        "--json",
    )  # fmt: skip

    told = json.loads(ended.out)
    rows = lines_of("e.csv")
    held = rows[399]
    value = float(held["quantity_y"]) * prices()[0][400]
    value += float(held["quantity_x"]) * prices()[1][400]
    assert (plain["y"], plain["rows"]) == ("BINANCE-USDM:ETHUSDT", 700)
    assert plain["figures"]["funding"] == 0.0
    assert float(held["position"]) != 0.0
    assert told["figures"]["funding"] == pytest.approx(1e-2 * value)


def test_pairs_sweep_ranks_sets_and_judges_the_best(run: Run, pair) -> None:
    ended = run("pairs", "sweep", *pair, *GRID, "--csv", "sets.csv")

    rows = lines_of("sets.csv")
    ratios = [float(row["sharpe"]) for row in rows if row["sharpe"]]
    assert ended.code == 0
    assert len(rows) == 6
    assert ratios == sorted(ratios, reverse=True)
    assert "6 sets tried, 6 traded" in ended.out
    assert "deflated Sharpe ratio" in ended.out
    assert "probability of backtest overfitting" in ended.out


def test_pairs_sweep_as_json_has_the_figures_of_its_backtests(run: Run, pair) -> None:
    told = json.loads(run("pairs", "sweep", *pair, *GRID, "--json").out)

    best = told["sets"][0]
    single = run(
        *("pairs", "backtest", *pair, "--json", "--hedge-window", 100, "--exit", 0, "--stop", 0),
        *("--window", best["window"], "--entry", best["entry"]),
    )
    figures = json.loads(single.out)["figures"]
    assert best["net"] == pytest.approx(figures["net"])
    assert best["sharpe"] == pytest.approx(figures["sheet"]["sharpe"]["value"])
    assert 0.0 <= told["verdict"]["probability_of_overfitting"] <= 1.0


def test_pairs_walk_forward_prints_folds_and_figures(run: Run, pair) -> None:
    ended = run(
        "pairs", "walk-forward", *pair, *GRID, "--train", 300, "--test", 100, "--min-trades", 2
    )

    assert ended.code == 0
    assert ended.out.count("line 100, window") == 4
    assert "efficiency, mean return in the tests / in training" in ended.out


def test_pairs_walk_forward_as_json_adds_up(run: Run, pair) -> None:
    asked = ("--train", 300, "--test", 100, "--min-trades", 2, "--csv", "trades.csv", "--json")

    told = json.loads(run("pairs", "walk-forward", *pair, *GRID, *asked).out)

    trades = lines_of("trades.csv")
    assert sum(fold["net"] for fold in told["folds"]) == pytest.approx(told["figures"]["net"])
    assert len(trades) == len(told["trades"]) == sum(f["test_trades"] for f in told["folds"])
    assert told["folds"][0]["chosen"]["window"] in (20, 40)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--entry", 2, "--exit", 3), "exit must be"),
        (("--direction", "up"), "both, long, short"),
        (("--estimator", "guess"), "theil-sen"),
        (("--since", "soon"), "not a time"),
        (("--csv", "trades.docx"), "does not say what to write"),
        (("--csv", "nowhere/trades.csv"), "folder nowhere"),
        (("--recorded-funding",), "y is a file"),
        (("--rows", 1), "--rows must be"),
    ],
)
def test_pairs_backtest_refuses_what_cannot_be(run: Run, pair, words, said: str) -> None:
    run("pairs", "backtest", *pair, *words).refused(2, said)


def test_pairs_refuses_one_instrument_on_both_sides(run: Run, pair) -> None:
    run("pairs", "backtest", "--y", "y.csv", "--x", "y.csv").refused(2, "two instruments")


def test_pairs_of_too_few_rows_are_no_data(run: Run, pair) -> None:
    run("pairs", "backtest", *pair, "--rows", 400).refused(4, "400 of 400 rows", "599")


def test_pairs_that_never_meet_are_no_data(run: Run, pair) -> None:
    Path("z.csv").write_text("ts,close\n1600000000,1\n1600003600,2\n")

    run("pairs", "estimate", "--y", "y.csv", "--x", "z.csv").refused(4, "0 begin at the same time")


def test_pairs_of_symbols_that_are_not_on_the_tape_are_no_data(run: Run, taped: str) -> None:
    asked = ("--y", "SOLUSDT", "--x", "BTCUSDT", "--data-dir", taped)

    run("pairs", "estimate", *asked).refused(4, "BINANCE-USDM:ETHUSDT")


def test_pairs_without_a_tape_are_no_data(run: Run) -> None:
    run("pairs", "estimate", "--y", "ETHUSDT", "--x", "BTCUSDT").refused(
        4, "nothing is on the tape"
    )
