from __future__ import annotations

import io
from typing import Any

import pyarrow.parquet as pq
import pytest

PATH = "/api/v1/backtests"
BODY: dict[str, Any] = {
    "y": "ethusdt", "x": "BINANCE-USDM:BTCUSDT", "timeframe": "1m", "lookback": 390,
    "hedge_window": 50, "window": 20, "entry": 1.0, "exit": 0.0, "fee_bp": 1.0, "slippage_bp": 0.0,
}  # fmt: skip
LISTS = {
    "windows": "10..30/10", "entries": "0.8, 1", "exits": "0", "stops": "none",
    "max_holds": "none", "train": 150, "test": 60,
}  # fmt: skip


@pytest.fixture
def done(ask) -> Any:
    """A request to run that waits."""

    def go(**values: Any) -> Any:
        body = {**BODY, **values} if "of" not in values else values
        return ask("POST", f"{PATH}?wait=true", json=body)

    return go


def test_run_that_is_waited_for_is_answered_with_its_figures(done) -> None:
    answer = done()

    assert answer.status_code == 200
    run = answer.json()
    assert (run["state"], run["mode"], run["simulated"]) == ("done", "demo", True)
    assert run["id"] == "20240808-000000-ETHUSDT-BTCUSDT-1m"
    assert run["question"]["y"] == "BINANCE-USDM:ETHUSDT"
    assert run["summary"]["trades"] > 3


def test_run_that_is_not_waited_for_is_accepted(ask) -> None:
    answer = ask("POST", PATH, json=BODY)

    assert answer.status_code == 202
    assert answer.json()["state"] == "running"
    assert answer.json()["message"] == "Backtest of ETHUSDT / BTCUSDT, 390 bars of 1m: computing."


def test_body_as_a_form_sends_it_is_understood(done) -> None:
    assert done(lookback="390", timeframe="1m").json()["state"] == "done"


def test_runs_are_listed_newest_first_and_by_kind(ask, done, deck) -> None:
    first = done().json()["id"]
    deck.clock.ns += 1_000_000_000
    second = done(kind="sweep", **LISTS).json()["id"]

    every = ask("GET", PATH).json()["runs"]
    sweeps = ask("GET", f"{PATH}?kind=sweep").json()["runs"]

    assert [run["id"] for run in every] == [second, first]
    assert [run["id"] for run in sweeps] == [second]


def test_run_is_given_with_figures_and_trades(ask, done) -> None:
    name = done().json()["id"]

    detail = ask("GET", f"{PATH}/{name}").json()

    assert detail["part"] == "trades"
    assert len(detail["rows"]) == detail["figures"]["trades"] + detail["figures"]["open_trades"]
    assert detail["figures"]["net"] == pytest.approx(sum(row["net"] for row in detail["rows"]))


def test_equity_of_a_run_ends_with_its_gain(ask, done) -> None:
    name = done().json()["id"]

    detail = ask("GET", f"{PATH}/{name}?part=equity").json()

    assert len(detail["rows"]) == 390
    assert detail["rows"][-1]["equity"] == pytest.approx(10_000 + detail["figures"]["net"])
    assert detail["rows"][0]["time"].endswith("Z")


def test_trades_are_downloaded_under_a_name_that_says_demo(ask, done) -> None:
    name = done().json()["id"]

    answer = ask("GET", f"{PATH}/{name}?format=csv")

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert f'filename="demo-{name}-trades.csv"' in answer.headers["content-disposition"]
    assert answer.text.splitlines()[0].startswith('"entry_time","exit_time","y"')


def test_sets_of_a_sweep_are_downloaded_as_parquet(ask, done) -> None:
    done()
    name = done(kind="sweep", of="newest", **LISTS).json()["id"]

    answer = ask("GET", f"{PATH}/{name}?format=parquet")

    table = pq.read_table(io.BytesIO(answer.content))
    assert table.num_rows == 6
    assert table.column_names[:4] == ["hedge_window", "window", "entry", "exit"]


def test_sweep_says_what_its_best_set_is_worth(ask, done) -> None:
    name = done(kind="sweep", **LISTS).json()["id"]

    figures = ask("GET", f"{PATH}/{name}").json()["figures"]

    assert figures["sets"] == 6
    assert 0.0 <= figures["overfitting"] <= 1.0
    assert 0.0 <= figures["deflated_sharpe"] <= 1.0
    assert figures["best_stop"] is None


def test_walk_forward_has_folds_and_a_curve(ask, done) -> None:
    name = done(kind="walk-forward", **LISTS).json()["id"]

    folds = ask("GET", f"{PATH}/{name}").json()
    curve = ask("GET", f"{PATH}/{name}?part=equity").json()["rows"]

    assert folds["part"] == "folds"
    assert len(folds["rows"]) == 4
    assert len(curve) == 240


def test_part_that_a_run_does_not_have_is_refused(ask, done) -> None:
    name = done().json()["id"]

    answer = ask("GET", f"{PATH}/{name}?part=sets")

    assert answer.status_code == 422
    assert "one of trades, equity" in answer.json()["error"]["message"]


def test_run_without_data_has_failed_and_says_why(ask, done) -> None:
    answer = done(y="OTHER:ETHUSDT")

    assert answer.status_code == 404
    assert answer.json()["error"]["message"] == "nothing of OTHER:ETHUSDT is recorded"
    [run] = ask("GET", PATH).json()["runs"]
    assert (run["state"], run["detail"]) == ("failed", "nothing of OTHER:ETHUSDT is recorded")
    assert ask("GET", f"{PATH}/{run['id']}").json()["rows"] == []
    assert ask("GET", f"{PATH}/{run['id']}?format=csv").status_code == 404


def test_deleted_run_is_not_found(ask, done) -> None:
    name = done().json()["id"]

    assert ask("DELETE", f"{PATH}/{name}").json()["message"] == "The run is deleted."
    assert ask("GET", f"{PATH}/{name}").status_code == 404
    assert ask("DELETE", f"{PATH}/{name}").status_code == 404


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"exit": 1.5}, "exit must be from 0 to below entry"),
        ({"lookback": 20}, "lookback"),
        ({"timeframe": "7m"}, "timeframe"),
        ({"kind": "sweep", "windows": "many"}, "windows: 'many' is no number"),
        ({"kind": "sweep", "windows": "none"}, "windows need numbers"),
        ({"colour": "red"}, "colour"),
        ({"x": "ethusdt"}, "two instruments"),
        ({"fee_bp": "NaN"}, "fee_bp"),
    ],
)
def test_body_that_cannot_be_is_refused(done, values: dict[str, Any], message: str) -> None:
    answer = done(**values)

    assert answer.status_code == 422
    assert message in answer.json()["error"]["message"]


def test_pair_must_be_named_unless_a_backtest_is(ask) -> None:
    named = ask("POST", PATH, json={"kind": "backtest"})
    both = ask("POST", PATH, json={"kind": "backtest", "of": "newest"})
    absent = ask("POST", PATH, json={"kind": "sweep", "of": "newest"})

    assert (named.status_code, both.status_code, absent.status_code) == (422, 422, 404)


def test_routes_need_a_session(stranger) -> None:
    assert stranger("GET", PATH).status_code == 401
