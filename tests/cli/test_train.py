from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from quantdeck.tape.features.files import write_features
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from tests.cli.conftest import Run

_QUICK = ("--params", "num_iterations=3")


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("features") / "features.csv"
    write_features(synthetic_table(4, 150), path)
    return path


def test_train_of_a_file_tells_the_card_and_uses_the_model(run: Run, features: Path) -> None:
    ended = run("train", features, "--cv", "--folds", 3, *_QUICK)

    assert ended.code == 0, ended.err
    assert "expanding walk-forward, 3 test spans, purge 1 session" in ended.out
    assert "AUC ." in ended.out
    assert "coin" in ended.out
    assert "prices are simulated" in ended.out
    assert "It is the model in use now." in ended.out
    assert Path("data/models/current").read_text().strip() in ended.out


def test_train_as_json_is_the_card_and_whether_it_is_used(run: Run, features: Path) -> None:
    ended = run(
        *("train", features, "--json", "--target", "beats_median", "--horizon", 2, "--seed", 3),
        *_QUICK,
    )

    told = json.loads(ended.out)
    card = told["card"]
    assert told["is_current"] is True
    assert (card["target"], card["horizon"], card["seed"]) == ("beats_median", 2, 3)
    assert card["params"]["num_iterations"] == 3


def test_train_of_another_question_keeps_it_and_ends_with_five(run: Run, features: Path) -> None:
    run("train", features, *_QUICK)

    ended = run("train", features, "--horizon", 5, *_QUICK)

    assert ended.code == 5
    assert "against  it answers another question" in ended.out
    assert "stays in use; --force uses it nevertheless." in ended.out


def test_train_takes_what_is_not_asked_from_the_settings(run: Run, features: Path) -> None:
    Path("config.yaml").write_text(
        "research: {horizon: 3, seed: 11, folds: 2, params: {num_iterations: 4, num_leaves: 5}}"
    )

    card = json.loads(run("train", features, "--json", "--param", "num_leaves=7").out)["card"]

    assert (card["horizon"], card["seed"]) == (3, 11)
    assert (card["params"]["num_iterations"], card["params"]["num_leaves"]) == (4, 7)


def test_train_of_some_symbols_learns_from_those_alone(run: Run, features: Path) -> None:
    ended = run("train", features, "--json", "--symbol", "s001,S003", *_QUICK)

    assert json.loads(ended.out)["card"]["symbols"] == ["US:S001", "US:S003"]


def test_train_with_tuned_parameters_before_any_search_says_how_to_search(
    run: Run, features: Path
) -> None:
    run("train", features, "--tuned").refused(4, "quantdeck tune")


def test_train_without_any_table_says_how_to_make_one(run: Run) -> None:
    run("train").refused(4, "quantdeck features")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--params", "num_leave=3"), "num_leaves is near"),
        (("--params", "num_leaves"), "name=number"),
        (("--params", "num_leaves=many"), "name=number"),
        (("--target", "down"), "beats_median"),
        (("--scheme", "shuffled"), "combinatorial"),
        (("--horizon", "0"), "at least one session"),
    ],
)
def test_train_of_a_wrong_argument_is_refused(
    run: Run, features: Path, arguments: tuple[str, ...], words: str
) -> None:
    run("train", features, *arguments).refused(2, words)


def test_train_of_a_symbol_that_the_table_has_not_is_refused(run: Run, features: Path) -> None:
    run("train", features, "--symbol", "AAPL").refused(4, "US:AAPL", "US:S000")
