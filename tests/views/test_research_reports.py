"""Offline reports of models and features: what they tell, and that nothing of others runs in them."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import pytest

from quantdeck.research.audit.report import AuditCheck, AuditReport, Outcome
from quantdeck.research.card import Bin, Card, Estimate, Fold, Judgement
from quantdeck.research.table_halves import compare_halves, population_stability
from quantdeck.research.table_summary import summarize_table
from quantdeck.views.feature_report import FeatureNote, feature_report_page
from quantdeck.views.model_report import model_report_page
from quantdeck.views.offline_page import SheetParts, offline_page
from tests.research.tables import synthetic_table

if TYPE_CHECKING:
    from quantdeck.research.features.table import FeatureTable

PARTS = SheetParts("const a = 1;", "p { margin: 0 }", "1.2.3", 1_763_640_000_000_000_000)


def _card(name: str = "20251120-1", **more: Any) -> Card:
    folds = tuple(
        Fold("2006-01-03", "2010-01-04", f"201{at}-02-01", f"201{at}-12-30", 900, auc, 0.01, 0.25)
        for at, auc in enumerate((0.51, 0.53))
    )
    judged = Judgement(
        scheme="walk forward of 2",
        auc=Estimate(0.52, 0.505, 0.535, 1_800),
        auc_within=Estimate(0.506, 0.499, 0.513, 200),
        rank_ic=Estimate(0.011, 0.002, 0.02, 200),
        brier=0.2494,
        brier_base=0.2496,
        base_rate=0.51,
        calibration=(Bin(0.49, 0.5, 900), Bin(0.53, 0.52, 900)),
        folds=folds,
    )
    told: dict[str, Any] = {
        "id": name,
        "created_ns": 1_763_640_000_000_000_000,
        "target": "up",
        "horizon": 1,
        "features": ("gap", "rsi14"),
        "features_hash": "ab",
        "data_hash": "cd",
        "symbols": ("US:A",),
        "first_session": "2006-01-03",
        "last_session": "2011-12-30",
        "rows": 5_000,
        "params": {},
        "seed": 7,
        "judgement": judged,
        "importance": {"gap": 0.03, "rsi14": 0.01},
        "source": "a file",
    }
    return Card(**{**told, **more})


def _charts(page: str) -> dict[str, dict[str, Any]]:
    found = re.search(r'id="sheet">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return {chart["id"]: chart for chart in json.loads(found[1])["charts"]}


def test_model_report_tells_figures_with_their_intervals() -> None:
    page = model_report_page([_card()], _card(), [], None, PARTS)

    assert "<dt>CV AUC</dt><dd>0.520</dd><dd>0.505 to 0.535</dd>" in page
    assert "better than a coin, by little" in page
    assert "75.0 %" in page
    assert _charts(page).keys() == {"folds", "calibration"}
    assert _charts(page)["folds"]["lines"][0]["values"] == [0.51, 0.53]


def test_model_report_of_several_models_draws_their_scores_in_order_of_time() -> None:
    older = _card("20251119-1", created_ns=1_763_550_000_000_000_000)

    page = model_report_page([_card(), older], _card(), [], None, PARTS)

    x = _charts(page)["scores"]["x"]
    assert x == sorted(x)
    assert len(x) == 2


def test_model_report_shows_audit_and_scoreboard() -> None:
    check = AuditCheck("too_good", "Is the score too good?", Outcome.ERROR, "yes: look")
    audit = AuditReport(created_ns=1_763_640_000_000_000_000, checks=(check,), scheme="by folds")
    rows = [{"date": "2025-11-19", "cv_auc": "0.51234567", "pnl": ""}, {"date": "2025-11-20"}]

    page = model_report_page([_card()], _card(), rows, audit, PARTS)

    assert "Is the score too good?" in page
    assert "Audited 2025-11-20: by folds." in page
    assert page.index("2025-11-20</td><td") < page.index("2025-11-19</td>")
    assert "0.5123" in page
    assert "P&amp;L" not in page


def test_model_report_of_nothing_trained_says_so() -> None:
    page = model_report_page([], None, [], None, PARTS)

    assert "No model was trained yet." in page
    assert _charts(page) == {}


def test_model_report_of_a_model_that_was_not_judged_says_so() -> None:
    page = model_report_page([], _card(judgement=None, importance={}), [], None, PARTS)

    assert "too few sessions to judge it" in page


def test_model_report_stamps_simulated_prices_and_escapes_texts_of_others() -> None:
    evil = _card(is_simulated=True, source="<script>x</script>", warnings=("<b>look</b>",))

    page = model_report_page([evil], evil, [{"model": "<i>"}], None, PARTS)

    assert "SIMULATED DATA" in page
    assert "<script>x" not in page
    assert "<b>look" not in page
    assert "<i>" not in page


@pytest.fixture(scope="module")
def table() -> FeatureTable:
    return synthetic_table(5, 130)


def _feature_page(table: FeatureTable) -> str:
    notes = {"gap": FeatureNote("Open above close", "O / C - 1.\n\nMore <b>.", "Momentum", "1")}
    return feature_report_page(summarize_table(table), compare_halves(table), notes, PARTS)


def test_feature_report_draws_each_feature_twice_and_links_to_it(table: FeatureTable) -> None:
    page = _feature_page(table)

    assert len(_charts(page)) == 1 + 2 * len(table.names)
    assert page.count('<a href="#') == len(table.names)
    assert '<b id="gap">gap</b> Open above close' in page
    assert "More &lt;b&gt;." in page
    assert "SIMULATED DATA" in page


def test_feature_report_of_a_feature_without_values_says_so(table: FeatureTable) -> None:
    empty = replace(table, values=np.full_like(table.values, np.nan))

    page = _feature_page(empty)

    assert len(_charts(page)) == 1
    assert page.count("Nothing is known of it.") == len(table.names)


def test_feature_report_keeps_names_of_files_out_of_its_markup(table: FeatureTable) -> None:
    named = replace(table, names=('a"><script>x', *table.names[1:]))

    page = _feature_page(named)

    assert "<script>x" not in page
    assert all(re.fullmatch(r"[a-z]+\d*", name) for name in _charts(page))


def test_halves_of_a_feature_that_moved_have_shifted(table: FeatureTable) -> None:
    values = table.values.copy()
    values[0, :, 65:] += 10.0 * np.nanstd(values[0])

    found = compare_halves(replace(table, values=values))

    assert found.features[0].shift > 2.0
    assert found.features[0].first.sum() == pytest.approx(1.0)
    assert found.middle == 65
    assert found.features[0].quantiles.shape == (3, len(found.months))


def test_population_stability_of_few_values_is_absent() -> None:
    assert np.isnan(population_stability(np.arange(20.0), np.arange(100.0)))


def test_offline_page_closes_no_script_early() -> None:
    chart = msgspec.structs.replace(_any_chart(), title="</script><script>x")

    page = offline_page("t", [], [chart], PARTS)

    assert page.count("</script>") == 2


def _any_chart() -> Any:
    from quantdeck.views.tear_sheet import SheetChart

    return SheetChart("a", "A", [1.0], [])
