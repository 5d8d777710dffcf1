"""What research leaves beside models and tables: the newest audit, trials, and the best of a search."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.model.errors import BadInput, Conflict, NoData, StoreError
from quantdeck.records.audits import AUDIT, AuditFile
from quantdeck.records.tunings import TUNED, TuningFolder
from quantdeck.research.audit.report import AuditCheck, AuditReport, LookAhead, Outcome
from quantdeck.research.card import Estimate
from quantdeck.research.tuning.trials import Search, Trial, TrialState, Tuned

if TYPE_CHECKING:
    from pathlib import Path

_STUDY = "up-1d-rank_ic-3f2a91c0"
_TRIALS = [
    Trial(0, {"num_leaves": 15, "learning_rate": 0.03}, TrialState.COMPLETE, (0.01, 0.02)),
    Trial(1, {"num_leaves": 31, "learning_rate": 0.1}, TrialState.PRUNED, (-0.01,)),
]


def _report(created_ns: int = 5) -> AuditReport:
    checks = (
        AuditCheck("look_ahead", "Do they?", Outcome.ERROR, "1 does", None),
        AuditCheck("too_good", "Is it?", Outcome.OK, "no", Estimate(0.51, 0.5, 0.52, 9_000)),
    )
    ahead = (LookAhead("rsi14", 3, "2016-01-04", "US:A", "2017-01-04", 0.25, None),)
    return AuditReport(created_ns=created_ns, checks=checks, look_ahead=ahead, source="a file")


def _tuned() -> Tuned:
    return Tuned(
        study=_STUDY,
        created_ns=7,
        search=Search(trials=2),
        params={"num_leaves": 15, "learning_rate": 0.03},
        number=0,
        value=0.015,
        default=0.015,
        chance=None,
        mean=0.015,
        completed=1,
        pruned=1,
        held_out=Estimate(0.01, -0.01, 0.03, 300),
        held_out_default=Estimate(0.01, -0.01, 0.03, 300),
        gain=Estimate(0.0, -0.01, 0.01, 250),
        first_held_out="2017-01-03",
        last_held_out="2017-12-29",
    )


def test_audit_file_gives_back_the_newest_report(tmp_path: Path) -> None:
    file = AuditFile(tmp_path / "research")

    file.put(_report(5))
    file.put(_report(6))

    assert file.get() == _report(6)
    assert file.get().outcome is Outcome.ERROR


def test_audit_file_of_nothing_audited_gives_none(tmp_path: Path) -> None:
    assert AuditFile(tmp_path).get() is None


def test_audit_file_that_is_damaged_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / AUDIT).write_text('{"created_ns": 5, "che')

    with pytest.raises(StoreError, match="remove it, and audit anew"):
        AuditFile(tmp_path).get()


def test_tuning_folder_gives_back_trials_by_search(tmp_path: Path) -> None:
    folder = TuningFolder(tmp_path)

    folder.keep(_STUDY, _TRIALS[:1])
    folder.keep(_STUDY, _TRIALS)

    assert folder.trials(_STUDY) == _TRIALS
    assert folder.trials("another") == []


def test_tuning_folder_gives_back_what_was_found(tmp_path: Path) -> None:
    folder = TuningFolder(tmp_path)

    folder.put(_tuned())

    assert folder.get() == _tuned()
    assert not folder.get().helps
    assert "2 trials, 1 of them given up early" in folder.get().text


def test_tuning_folder_of_nothing_searched_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(NoData, match="quantdeck tune does it"):
        TuningFolder(tmp_path).get()


def test_tuning_folder_that_is_damaged_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / TUNED).write_text("[]")

    with pytest.raises(StoreError, match="remove it, and search anew"):
        TuningFolder(tmp_path).get()


def test_tuning_folder_lets_one_search_go_on_at_a_time(tmp_path: Path) -> None:
    first, second = TuningFolder(tmp_path), TuningFolder(tmp_path)

    with (
        first.alone(_STUDY),
        pytest.raises(Conflict, match="going on already"),
        second.alone(_STUDY),
    ):
        pass
    with second.alone(_STUDY), first.alone("another"):
        pass


def test_tuning_folder_refuses_names_that_lead_elsewhere(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be the name of a search"):
        TuningFolder(tmp_path).trials("../models/current")
