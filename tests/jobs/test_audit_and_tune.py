"""Audits and searches as jobs: what they find is kept, and what was kept is gone on with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.jobs.audit import Audited, audit_table
from quantdeck.jobs.tune import tune_and_keep
from quantdeck.records.audits import AuditFile
from quantdeck.records.tunings import TuningFolder
from quantdeck.research.audit import Outcome, Rules
from quantdeck.research.features.build import build
from quantdeck.research.schemes import Way
from quantdeck.research.tuning import Search, study_id
from tests.research.tables import synthetic_panel, synthetic_table

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.research.features.table import FeatureTable

_PARAMS = {"num_iterations": 5, "num_leaves": 4, "min_data_in_leaf": 40}
_RULES = Rules(way=Way(params=_PARAMS, folds=3), cuts=2, deals=1)
_SEARCH = Search(folds=2, trials=4)


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return synthetic_table(symbols=6, sessions=240)


def test_audit_table_keeps_what_it_found(tmp_path: Path) -> None:
    panel = synthetic_panel(symbols=6, sessions=240)
    what = Audited(build(panel, ("gap", "return1", "momentum")), panel)
    file = AuditFile(tmp_path)

    report = audit_table(what, file, _RULES, created_ns=9)

    assert file.get() == report
    assert report.created_ns == 9
    assert report.checks[0].outcome is Outcome.OK


def test_audit_table_that_is_cancelled_keeps_nothing(tmp_path: Path, table: FeatureTable) -> None:
    file = AuditFile(tmp_path)

    def stop(_done: int, _of: int, _text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit_table(Audited(table), file, _RULES, created_ns=9, on_progress=stop)

    assert file.get() is None


def test_tune_and_keep_goes_on_after_it_was_cancelled(tmp_path: Path, table: FeatureTable) -> None:
    folder = TuningFolder(tmp_path)
    said: list[tuple[int, int, str]] = []

    def stop(done: int, _of: int, _text: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tune_and_keep(table, _SEARCH, folder, created_ns=9, on_progress=stop)
    kept = len(folder.trials(study_id(table, _SEARCH)))
    found = tune_and_keep(
        table, _SEARCH, folder, created_ns=9, on_progress=lambda *each: said.append(each)
    )

    assert kept == 2
    assert said[0] == (2, 4, "2 trials were made before")
    assert folder.get() == found
    assert len(folder.trials(found.study)) == 4


def test_tune_and_keep_anew_forgets_what_was_tried(tmp_path: Path, table: FeatureTable) -> None:
    folder = TuningFolder(tmp_path)
    few = Search(folds=2, trials=1)
    first = tune_and_keep(table, few, folder, created_ns=9)

    again = tune_and_keep(table, few, folder, created_ns=9, is_new=True)

    assert again == first
    assert len(folder.trials(first.study)) == 1
