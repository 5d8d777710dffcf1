"""Audits: honest features pass, features that look ahead are named, and chance scores as chance."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.model.errors import TooLittleData
from quantdeck.research.audit import AuditReport, Outcome, Rules, audit
from quantdeck.research.audit.examine import alarm_check, contrast_check, shuffled_check
from quantdeck.research.audit.shuffled import mean_of, with_shuffled_returns
from quantdeck.research.audit.truncation import cut_sessions, look_ahead, look_ahead_check
from quantdeck.research.card import Estimate
from quantdeck.research.features import catalogue
from quantdeck.research.features import feature as registry
from quantdeck.research.features.build import build
from quantdeck.research.labels import labels
from quantdeck.research.schemes import Way
from tests.research.tables import synthetic_panel

if TYPE_CHECKING:
    from quantdeck.research.features.panel import Panel

_NAMES = ("gap", "return1", "reversal", "momentum", "rsi14", "volume_ratio", "return1_rank")
_PARAMS = {"num_iterations": 12, "num_leaves": 4, "learning_rate": 0.1, "min_data_in_leaf": 40}
_RULES = Rules(way=Way(params=_PARAMS, folds=3), cuts=3, deals=2)


@pytest.fixture
def cheats(monkeypatch: pytest.MonkeyPatch) -> None:
    # Those that come with quantdeck are registered once, by their import: not into what is thrown away.
    catalogue.features()
    monkeypatch.setattr(registry, "_REGISTERED", dict(registry._REGISTERED))

    @registry.feature(group="Tests", inputs=("close",), lookback=1)
    def next_return(panel: Panel) -> np.ndarray:
        """Return of the next session, which nobody knows."""
        out = np.full(panel.close.shape, np.nan)
        out[:, :-1] = panel.close[:, 1:] / panel.close[:, :-1] - 1.0
        return out

    @registry.feature(group="Tests", inputs=("close",), lookback=1)
    def scaled_close(panel: Panel) -> np.ndarray:
        """Close by the mean of all there will be."""
        return panel.close / np.nanmean(panel.close, axis=1, keepdims=True)


def test_look_ahead_of_registered_features_finds_nothing() -> None:
    panel = synthetic_panel(symbols=6, sessions=320)
    table = build(panel, fewest=0)

    found = look_ahead(panel, table, cut_sessions(320, cuts=4))

    assert found == ()


@pytest.mark.usefixtures("cheats")
def test_look_ahead_names_features_that_cheat_and_their_first_session() -> None:
    panel = synthetic_panel(symbols=6, sessions=200)
    table = build(panel, ("next_return", "gap", "scaled_close"), fewest=0)

    found = look_ahead(panel, table, (120, 198))

    first = {each.feature: each.session for each in found}
    dates = [str(each)[:10] for each in table.sessions.astype("datetime64[ns]")]
    assert first == {"scaled_close": dates[0], "next_return": dates[120]}
    assert found[0].feature == "scaled_close"


@pytest.mark.usefixtures("cheats")
def test_look_ahead_check_tells_what_was_other_and_from_which_data() -> None:
    panel = synthetic_panel(symbols=4, sessions=100, is_clean=True)
    table = build(panel, ("gap", "next_return"), fewest=0)

    found = look_ahead(panel, table, (60,))
    check = look_ahead_check(found, features=2, cuts=["2014-03-27"])

    assert check.outcome is Outcome.ERROR
    assert "1 of 2 do: next_return" in check.text
    assert "not known from data up to 2014-03-26" in check.text
    assert found[0].cells == 4
    assert found[0].cut_value is None


def test_cut_sessions_end_with_the_last_but_one_and_rise() -> None:
    cuts = cut_sessions(500, cuts=5)

    assert cuts[-1] == 498
    assert list(cuts) == sorted(set(cuts))
    assert cuts == cut_sessions(500, cuts=5)


def test_cut_sessions_of_too_few_are_refused() -> None:
    with pytest.raises(TooLittleData, match="needs 60 sessions, there are 59"):
        cut_sessions(59, cuts=6)


def test_shuffled_returns_are_the_same_returns_of_whole_sessions_in_another_order() -> None:
    table = build(synthetic_panel(symbols=5, sessions=120, is_clean=True), ("gap",))

    dealt = with_shuffled_returns(table, seed=3)

    before = table.total[:, 1:] / table.total[:, :-1]
    after = dealt.total[:, 1:] / dealt.total[:, :-1]
    assert not np.allclose(before, after)
    by = np.argsort(before[0]), np.argsort(after[0])
    np.testing.assert_allclose(before[:, by[0]], after[:, by[1]], rtol=1e-12)
    np.testing.assert_array_equal(dealt.values, table.values)


def test_shuffled_returns_leave_holes_where_they_were() -> None:
    table = build(synthetic_panel(symbols=5, sessions=120), ("gap",), fewest=0)

    dealt = with_shuffled_returns(table, seed=3)

    np.testing.assert_array_equal(np.isnan(dealt.total), np.isnan(table.total))
    known = np.isfinite(labels(dealt, horizon=1).values).mean()
    assert known == pytest.approx(np.isfinite(labels(table, horizon=1).values).mean(), abs=0.05)


def test_mean_of_areas_is_surer_than_each() -> None:
    found = mean_of([Estimate(0.49, 0.47, 0.51, 10), Estimate(0.5, 0.48, 0.52, 10)] * 2)

    assert found.value == pytest.approx(0.495)
    assert found.high - found.low == pytest.approx(0.02)


def test_mean_of_areas_without_figures_says_nothing() -> None:
    assert mean_of([Estimate(None, n=3), Estimate(0.5, 0.4, 0.6, 9)]) == Estimate(None, n=12)


@pytest.mark.parametrize(
    ("value", "outcome"),
    [(0.501, Outcome.OK), (0.485, Outcome.WARNING), (0.45, Outcome.ERROR), (0.55, Outcome.ERROR)],
)
def test_shuffled_check_is_worse_the_farther_from_a_half(value: float, outcome: Outcome) -> None:
    check = shuffled_check(Estimate(value, value - 0.01, value + 0.01, 1_000), 3)

    assert check.outcome is outcome


@pytest.mark.parametrize(("value", "outcome"), [(0.55, Outcome.OK), (0.56, Outcome.ERROR)])
def test_alarm_check_rings_above_its_line(value: float, outcome: Outcome) -> None:
    assert alarm_check(Estimate(value, value - 0.01, value + 0.01, 1_000), 1).outcome is outcome


def test_checks_of_nothing_known_are_skipped() -> None:
    nothing = Estimate(None, n=3)

    checks = (shuffled_check(nothing, 3), alarm_check(nothing, 1), contrast_check(nothing, nothing))

    assert [check.outcome for check in checks] == [Outcome.SKIPPED] * 3


@pytest.fixture(scope="module")
def honest() -> AuditReport:
    panel = synthetic_panel(symbols=8, sessions=320)
    return audit(build(panel, _NAMES), panel=panel, rules=_RULES)


def test_audit_of_random_walks_finds_nothing_and_shows_what_a_leak_looks_like(
    honest: AuditReport,
) -> None:
    checks = {check.id: check for check in honest.checks}

    assert list(checks) == ["look_ahead", "shuffled_labels", "too_good", "shuffled_folds"]
    assert honest.outcome is Outcome.OK
    assert honest.look_ahead == ()
    assert checks["shuffled_folds"].auc.value > checks["too_good"].auc.value
    assert "walk-forward" in honest.scheme


@pytest.mark.usefixtures("cheats")
def test_audit_of_a_feature_that_cheats_alarms_twice() -> None:
    panel = synthetic_panel(symbols=8, sessions=320)
    rules = replace(_RULES, deals=1)

    report = audit(build(panel, (*_NAMES, "next_return")), panel=panel, rules=rules)

    outcomes = {check.id: check.outcome for check in report.checks}
    assert outcomes["look_ahead"] is Outcome.ERROR
    assert outcomes["too_good"] is Outcome.ERROR
    assert report.outcome is Outcome.ERROR
    assert [each.feature for each in report.look_ahead] == ["next_return"]


def test_audit_without_a_panel_says_that_it_did_not_look() -> None:
    table = build(synthetic_panel(symbols=8, sessions=320), _NAMES)
    said: list[tuple[int, int, str]] = []

    report = audit(
        table, rules=replace(_RULES, deals=1), on_progress=lambda *each: said.append(each)
    )

    assert report.checks[0].outcome is Outcome.SKIPPED
    assert [done for done, _, _ in said] == sorted(done for done, _, _ in said)
    assert said[-1][0] == 1_000


def test_audit_is_cancelled_by_what_its_listener_raises() -> None:
    table = build(synthetic_panel(symbols=8, sessions=320), _NAMES)

    def stop(_done: int, _of: int, _text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        audit(table, rules=_RULES, on_progress=stop)
