"""Routes of features, models, audits, backtests of them, and the scoreboard."""

from __future__ import annotations

import csv
import io

import pyarrow.parquet as pq
import pytest

from tests.research.equities.kept import RUN_ID

_API = "/api/v1"


def test_features_are_told_with_what_the_newest_table_holds(ask) -> None:
    reply = ask("GET", f"{_API}/research/features").json()

    rows = {row["feature"]: row for row in reply["features"]}
    assert reply["table"]["is_simulated"] is True
    assert len(reply["table"]["symbols"]) == 4
    assert 0.0 < rows["momentum"]["missing"] <= 1.0
    assert rows["sma20"]["use"] == "no"


def test_features_without_a_table_are_told_all_the_same(ask, deck) -> None:
    deck.research.parts.features._tables.clear()

    reply = ask("GET", f"{_API}/research/features").json()

    assert reply["table"] is None
    assert "momentum" in {row["feature"] for row in reply["features"]}


def test_models_are_listed_with_intervals(ask) -> None:
    reply = ask("GET", f"{_API}/research/models").json()

    first, second = reply["models"]
    assert reply["current"] == "b"
    assert (first["auc"], first["auc_low"], first["auc_high"]) == (0.512, 0.505, 0.519)
    assert second["auc"] is None


def test_card_of_the_current_model_is_whole(ask) -> None:
    reply = ask("GET", f"{_API}/research/models/current").json()

    assert reply["is_current"] is True
    assert reply["card"]["id"] == "b"
    assert reply["card"]["judgement"]["folds"][0]["auc"] == 0.515


def test_unknown_model_is_no_data(ask) -> None:
    assert ask("GET", f"{_API}/research/models/none").status_code == 404
    assert ask("POST", f"{_API}/research/models/none/current").status_code == 404


def test_model_that_is_used_is_the_current_one(ask) -> None:
    said = ask("POST", f"{_API}/research/models/a/current").json()

    assert said == {"id": "a", "message": "a is the current model now."}
    assert ask("GET", f"{_API}/research/models").json()["current"] == "a"


def test_audit_tells_its_worst_outcome(ask) -> None:
    reply = ask("GET", f"{_API}/research/audit").json()

    assert reply["outcome"] == "warning"
    assert reply["audit"]["checks"][0]["auc"]["value"] == 0.56


def test_audit_that_was_never_made_is_no_data(ask, deck) -> None:
    object.__setattr__(deck.research.parts, "audit", lambda: None)

    assert ask("GET", f"{_API}/research/audit").status_code == 404


def test_dashboard_is_a_page_that_may_run_its_own_script_alone(ask) -> None:
    answer = ask("GET", f"{_API}/research/dashboard")

    assert answer.headers["content-type"].startswith("text/html")
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["content-disposition"] == 'inline; filename="dashboard.html"'


def test_backtests_are_listed_with_their_headline(ask) -> None:
    [line] = ask("GET", f"{_API}/research/backtests").json()["backtests"]

    assert line["id"] == RUN_ID
    assert line["trades"] > 0


def test_backtest_tells_question_figures_and_warnings(ask) -> None:
    reply = ask("GET", f"{_API}/research/backtests/newest").json()

    assert reply["question"]["strategy"] == "momentum"
    assert reply["warnings"][0] == "mind the gap"
    assert reply["figures"]["sharpe_error"] > 0.0


@pytest.mark.parametrize("part", ["equity", "trades", "fills"])
def test_parts_of_a_backtest_are_the_same_in_every_format(ask, part) -> None:
    path = f"{_API}/research/backtests/{RUN_ID}?part={part}"

    rows = ask("GET", path).json()["rows"]
    lines = list(csv.DictReader(io.StringIO(ask("GET", f"{path}&format=csv").text)))
    table = pq.read_table(io.BytesIO(ask("GET", f"{path}&format=parquet").content))

    assert len(rows) == len(lines) == table.num_rows > 0
    assert list(rows[0]) == list(lines[0]) == table.column_names


def test_unknown_backtest_is_no_data(ask) -> None:
    assert ask("GET", f"{_API}/research/backtests/none").status_code == 404


def test_scoreboard_has_figures_as_numbers_newest_first(ask) -> None:
    rows = ask("GET", f"{_API}/scoreboard").json()["rows"]

    assert [row["run"] for row in rows] == ["b", "a"]
    assert (rows[0]["pnl"], rows[0]["auc"]) == (-12.5, None)


def test_scoreboard_as_csv_is_a_file(ask) -> None:
    answer = ask("GET", f"{_API}/scoreboard?format=csv")

    assert answer.headers["content-disposition"] == 'attachment; filename="demo-scoreboard.csv"'
    assert [row["run"] for row in csv.DictReader(io.StringIO(answer.text))] == ["b", "a"]


def test_deck_that_keeps_nothing_says_so(ask, deck) -> None:
    deck.research.parts = None

    answer = ask("GET", f"{_API}/research/models")

    assert answer.status_code == 404
    assert "keeps no models" in answer.json()["error"]["message"]
