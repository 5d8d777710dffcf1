from __future__ import annotations

import sys

import numpy as np
import pytest

from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.research.boosting import DEFAULTS, Trees, checked, grow, version


def _text(rows: int = 400) -> str:
    rng = np.random.default_rng(1)
    values = rng.normal(size=(rows, 2)).astype(np.float32)
    params = checked({"num_iterations": 3})
    return grow(values, (values[:, 0] > 0).astype(np.float64), ("a", "b"), params=params, seed=1)


def test_checked_fills_in_what_is_not_named() -> None:
    found = checked({"learning_rate": 1}, rows=100_000)

    assert found == {**DEFAULTS, "learning_rate": 1.0}
    assert isinstance(found["learning_rate"], float)


def test_checked_of_few_rows_takes_smaller_leaves_unless_they_are_named() -> None:
    assert checked(None, rows=1_000)["min_data_in_leaf"] == 50
    assert checked({"min_data_in_leaf": 300}, rows=1_000)["min_data_in_leaf"] == 300


@pytest.mark.parametrize(
    ("params", "words"),
    [
        ({"objective": "regression"}, "no parameter 'objective'"),
        ({"learningrate": 0.1}, "learning_rate is near"),
        ({"num_iterations": "many"}, "of kind int"),
        ({"extra_trees": 1}, "of kind bool"),
        ({"num_leaves": True}, "of kind int"),
    ],
)
def test_checked_of_what_cannot_be_is_refused(params: dict[str, object], words: str) -> None:
    with pytest.raises(BadInput, match=words) as refused:
        checked(params)

    assert refused.value.field == "params"


def test_grow_of_what_lightgbm_refuses_is_bad_input() -> None:
    rows = np.zeros((50, 1), np.float32)

    with pytest.raises(BadInput, match="LightGBM refused"):
        grow(rows, np.arange(50) % 2.0, ("a",), params=checked({"max_bin": 1}), seed=1)


def test_trees_of_a_text_that_is_none_are_refused() -> None:
    with pytest.raises(BadInput, match="damaged"):
        Trees("not a model")


def test_trees_of_no_row_say_nothing() -> None:
    trees = Trees(_text())

    assert trees.count == 3
    assert len(trees.scores(np.empty((0, 2), np.float32))) == 0
    assert trees.contributions(np.empty((0, 2), np.float32)).shape == (0, 3)


def test_without_lightgbm_it_is_said_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "lightgbm", None)

    with pytest.raises(ConfigError, match=r"pip install 'quantdeck\[ml\]'"):
        version()
