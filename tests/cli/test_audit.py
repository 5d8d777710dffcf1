from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.tape.features.files import write_features
from quantdeck.tape.history.store import BarStore
from tests.research.tables import synthetic_panel, synthetic_table

if TYPE_CHECKING:
    from tests.cli.conftest import Run

_FEW = "research:\n  params: {num_iterations: 3, num_leaves: 4}\n  folds: 3\n"
_CHEAT = '''
import numpy as np

from quantdeck.research.features.feature import feature


@feature(group="Mine", inputs=("close",), lookback=1)
def tomorrow(panel):
    """Close of the next session."""
    out = np.full(panel.close.shape, np.nan)
    out[:, :-1] = panel.close[:, 1:] / panel.close[:, :-1] - 1.0
    return out
'''


@pytest.fixture(scope="module")
def features(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("features") / "features.parquet"
    write_features(synthetic_table(6, 200), path)
    return path


def _keep_bars() -> None:
    panel = synthetic_panel(symbols=6, sessions=160, is_clean=True)
    for at, symbol in enumerate(panel.symbols):
        rows = np.zeros(160, HISTORY_DTYPE)
        rows["start_ns"] = panel.sessions
        for name in ("open", "high", "low", "close", "volume"):
            rows[name] = getattr(panel, name)[at]
        told = Provenance("file", Delay.IMPORTED, RunId("run"))
        store = BarStore(Path("data"))
        store.keep(History(symbol, "1d", rows, told, fetched_ns=1, calendar="XNYS"))


def test_audit_of_a_file_says_that_a_table_alone_does_not_tell(run: Run, features: Path) -> None:
    Path("config.yaml").write_text(_FEW)

    ended = run("audit", "--table", features, "--deals", 1)

    assert ended.code in {0, 5}, ended.err
    assert "not looked at: a table alone does not tell" in ended.out
    assert "for the next session" in ended.out
    assert json.loads(Path("data/research/audit.json").read_text())["symbols"] == 6


def test_audit_of_kept_bars_names_a_feature_that_looks_ahead(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from quantdeck.research.features import catalogue
    from quantdeck.research.features import feature as registry

    # Those that come with quantdeck are registered once, by their import: not into what is thrown away.
    catalogue.features()
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))
    _keep_bars()
    Path("cheat_for_audit.py").write_text(_CHEAT)
    Path("config.yaml").write_text(f"{_FEW}  features_files: [cheat_for_audit.py]\n")

    ended = run("audit", "--deals", 1, "--cuts", 1, "--json")

    report = json.loads(ended.out)
    assert ended.code == 6
    assert [each["feature"] for each in report["look_ahead"]] == ["tomorrow"]
    assert [each["outcome"] for each in report["checks"]][::2] == ["error", "error"]


def test_audit_of_nothing_kept_says_how_to_bring_bars(run: Run) -> None:
    run("audit").refused(4, "none are kept")


def test_audit_with_counts_that_cannot_be_is_refused(run: Run) -> None:
    run("audit", "--deals", 0).refused(2, "1 to 50 times, was 0")
    run("audit", "--cuts", 99).refused(2, "1 to 50 sessions, was 99")


def test_tune_keeps_the_best_for_train(run: Run, features: Path) -> None:
    ended = run("tune", features, "--trials", 2, "--folds", 2)
    trained = run("train", features, "--tuned", "--json", "--params", "num_iterations=3")

    assert ended.code == 0, ended.err
    assert "2 trials, 0 given up early" in ended.out
    assert "quantdeck train --tuned takes them" in ended.out
    card = json.loads(trained.out)["card"]
    assert card["tuning"].startswith("2 trials, 0 of them given up early: best rank IC")


def test_tune_again_makes_the_trials_that_are_missing(run: Run, features: Path) -> None:
    run("tune", features, "--trials", 1, "--folds", 2)

    ended = run("tune", features, "--trials", 2, "--folds", 2, "--json")

    (kept,) = Path("data/research/trials").glob("*.json")
    assert json.loads(ended.out)["completed"] == 2
    assert len(json.loads(kept.read_text())) == 2


def test_tune_without_a_table_says_how_to_make_one(run: Run) -> None:
    run("tune").refused(4, "quantdeck features")


def test_tune_of_symbols_that_are_not_there_is_refused(run: Run, features: Path) -> None:
    run("tune", features, "--symbol", "ZZZ").refused(4, "has no US:ZZZ")
