"""The table of features: what is in it, and that nothing later is."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from quantdeck.analytics.technical import Candles, atr, rsi
from quantdeck.analytics.volatility import rolling_bar_volatility, rolling_close_volatility
from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.research.features import build as build_module
from quantdeck.research.features import catalogue
from quantdeck.research.features.build import build
from quantdeck.research.features.feature import _REGISTERED, feature
from tests.research.tables import synthetic_panel

if TYPE_CHECKING:
    from collections.abc import Iterator

    from quantdeck.research.features.panel import Panel
    from quantdeck.research.features.table import FeatureTable

REQUIRED = [
    "sma20",
    "rsi14",
    "atr14",
    "gap",
    "momentum",
    "hv30",
    "iv30",
    "garch_sigma",
    "garch_spike",
    "iv_edge",
    "news_sent",
    "uoa",
    "volume_ratio",
    "momentum_rank",
    "vol_parkinson21",
    "vol_yang_zhang21",
    "day_of_week",
    "option_expiry",
    "box_rate91",
    "box_slope",
    "iv_slope",
]


def _full_panel() -> Panel:
    """Return a panel in which every input is known at least now and then."""
    panel = synthetic_panel(symbols=6, sessions=320)
    rng = np.random.default_rng(1)
    shape = panel.close.shape
    extra = {
        name: np.where(rng.random(shape) < 0.95, np.exp(rng.normal(level, 0.2, shape)), np.nan)
        for name, level in (
            ("iv30", -1.4),
            ("iv90", -1.3),
            ("iv_skew", -3.0),
            ("put_volume", 6.0),
            ("call_volume", 6.5),
            ("open_interest", 9.0),
        )
    }
    extra["news_count"] = rng.poisson(0.4, shape).astype(float)
    extra["news_judged"] = extra["news_count"]
    extra["news_score"] = extra["news_count"] * rng.uniform(-1.0, 1.0, shape)
    for name in ("box_rate_91", "box_rate_365"):
        extra[name] = 0.04 + 0.001 * rng.standard_normal(shape[1])
    return replace(panel, extra=extra)


@pytest.fixture(scope="module")
def panel() -> Panel:
    return _full_panel()


@pytest.fixture(scope="module")
def table(panel: Panel) -> FeatureTable:
    return build(panel)


@pytest.fixture(scope="module")
def clean() -> Panel:
    return synthetic_panel(symbols=2, sessions=120, is_clean=True)


@pytest.fixture
def own_feature() -> Iterator[None]:
    @feature(group="Mine", inputs=("close",), lookback=1, is_ranked=True)
    def square_of_close(panel: Panel) -> np.ndarray:
        """Close squared."""
        return panel.close**2

    yield
    del _REGISTERED["square_of_close"]


def test_build_has_every_feature_that_is_promised(table: FeatureTable) -> None:
    assert set(REQUIRED) <= set(table.names)
    assert table.names == catalogue.names()


def test_build_gives_every_feature_a_figure_where_its_inputs_are_known(table: FeatureTable) -> None:
    newest = table.values[:, :, -40:]

    empty = [
        name for name, values in zip(table.names, newest, strict=True) if np.isnan(values).all()
    ]

    assert empty == []


@pytest.mark.parametrize("session", [64, 150, 257, 318])
def test_build_on_data_cut_at_a_session_gives_the_same_there(
    panel: Panel, table: FeatureTable, session: int
) -> None:
    cut = build(panel.until(session), fewest=0)

    np.testing.assert_array_equal(cut.values, table.values[:, :, : session + 1])


def test_build_in_threads_gives_the_same(panel: Panel, table: FeatureTable) -> None:
    fresh = replace(panel)

    with ThreadPoolExecutor(2) as pool:
        found = build(fresh, spread=pool.map)

    np.testing.assert_array_equal(found.values, table.values)


def test_build_of_a_few_symbols_at_a_time_gives_the_same(
    panel: Panel, table: FeatureTable, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(build_module, "_ROWS_AT_ONCE", 4)

    np.testing.assert_array_equal(build(panel).values, table.values)


def test_build_of_a_rank_alone_gives_the_rank(panel: Panel, table: FeatureTable) -> None:
    found = build(panel, ["momentum_rank"])

    assert found.names == ("momentum_rank",)
    np.testing.assert_array_equal(found.values[0], table.column("momentum_rank"))


def test_build_of_one_symbol_alone_gives_it_the_same_but_for_the_market(
    panel: Panel, table: FeatureTable
) -> None:
    alone = build(panel.rows(slice(2, 3)))

    shared = {each.name for each in catalogue.features() if not each.is_own}
    for name in table.names:
        if name not in shared and not name.endswith("_rank"):
            np.testing.assert_array_equal(alone.column(name)[0], table.column(name)[2], name)


def test_build_depends_on_no_more_than_its_lookback(panel: Panel, table: FeatureTable) -> None:
    at = 300
    for each in catalogue.features():
        if each.lookback == 0:
            continue
        begin = at - 2 * each.lookback - 10  # halts and holidays stretch a window of sessions
        if begin < 1:
            continue
        names = ("sessions", "known_ns", "open", "high", "low", "close", "volume", "total", "scale")
        part = {name: getattr(panel, name)[..., begin : at + 1] for name in names}
        extra = {name: values[..., begin : at + 1] for name, values in panel.extra.items()}

        found = build(replace(panel, extra=extra, **part), [each.name], fewest=0)

        np.testing.assert_allclose(
            found.values[0, :, -1], table.column(each.name)[:, at], rtol=1e-5, err_msg=each.name
        )


def test_build_of_levels_keeps_them_from_models_and_in_shares_of_the_session(
    panel: Panel, table: FeatureTable
) -> None:
    assert set(table.not_comparable) == {"sma20", "atr14"}
    assert not set(table.not_comparable) & set(table.model_names)
    mean = table.column("sma20")[0, -1] * panel.scale[0, -1]
    known = panel.close[0][np.isfinite(panel.close[0])]
    assert mean == pytest.approx(known[-20:].mean(), rel=1e-6)


def test_build_knows_nothing_where_a_symbol_did_not_trade(
    panel: Panel, table: FeatureTable
) -> None:
    np.testing.assert_array_equal(table.is_row, np.isfinite(panel.close))
    assert np.isnan(table.values[:, ~table.is_row]).all()


def test_build_without_chains_news_and_rates_leaves_their_columns_empty(clean: Panel) -> None:
    found = build(clean, ["iv30", "iv_edge", "uoa", "news_sent", "news_flow", "box_rate91"])

    assert np.isnan(found.values).all()


def test_build_of_too_few_sessions_names_symbol_and_count() -> None:
    panel = synthetic_panel(symbols=2, sessions=59, is_clean=True)

    with pytest.raises(ValueError, match=r"60 sessions .* US:S000 has 59, US:S001 has 59"):
        build(panel)


def test_build_of_too_few_sessions_is_too_little_data() -> None:
    with pytest.raises(TooLittleData) as caught:
        build(synthetic_panel(symbols=1, sessions=30, is_clean=True))

    assert (caught.value.needed, caught.value.found) == (60, 30)


def test_build_of_an_unknown_feature_suggests_one_like_it(clean: Panel) -> None:
    with pytest.raises(BadInput, match="momentum"):
        build(clean, ["momentun"])


def test_build_of_the_rank_of_something_without_one_is_refused(clean: Panel) -> None:
    with pytest.raises(BadInput, match="day_of_week_rank"):
        build(clean, ["day_of_week_rank"])


def test_build_of_one_name_twice_is_refused(clean: Panel) -> None:
    with pytest.raises(BadInput, match="once"):
        build(clean, ["gap", "gap"])


@pytest.mark.usefixtures("own_feature")
def test_build_picks_up_a_feature_that_somebody_registered(clean: Panel) -> None:
    found = build(clean)

    np.testing.assert_allclose(found.column("square_of_close"), clean.close**2, rtol=1e-6)
    assert "square_of_close_rank" in found.names


def test_build_of_a_feature_of_another_shape_is_refused(
    clean: Panel, monkeypatch: pytest.MonkeyPatch
) -> None:
    gap = catalogue.find("gap")
    monkeypatch.setitem(_REGISTERED, "gap", replace(gap, function=lambda _: np.zeros(3)))

    with pytest.raises(BadInput, match=r"feature gap gave an array of shape \(3,\)"):
        build(clean, ["gap"])


def test_build_agrees_with_the_indicators_and_estimators(clean: Panel) -> None:
    bars = clean.open[1], clean.high[1], clean.low[1], clean.close[1]
    candles = Candles.of_closes(clean.close[1])
    ranged = replace(candles, high=clean.high[1], low=clean.low[1])
    expected = {
        "rsi14": rsi(candles, window=14).first,
        "atr14": atr(ranged, window=14).first,
        "hv30": rolling_close_volatility(clean.total[1], window=30, periods_per_year=252),
        **{
            f"vol_{name}21": rolling_bar_volatility(
                bars, window=21, estimator=name, periods_per_year=252
            )
            for name in ("parkinson", "garman_klass", "rogers_satchell", "yang_zhang")
        },
    }

    found = build(clean, list(expected))

    for name, judge in expected.items():
        np.testing.assert_allclose(found.column(name)[1], judge, rtol=2e-6, err_msg=name)


def test_calendar_counts_sessions_to_the_end_of_the_month_and_days_to_expiry(clean: Panel) -> None:
    found = build(clean, ["day_of_week", "month_end", "option_expiry"])

    days = [str(day) for day in clean.sessions.astype("datetime64[ns]").astype("datetime64[D]")]
    figures = {
        day: tuple(found.values[:, 0, at].astype(int).tolist()) for at, day in enumerate(days)
    }
    assert figures["2014-01-17"] == (4, 9, 0)  # third Friday; Monday the 20th is a holiday
    assert figures["2014-01-31"] == (4, 0, 21)


def test_uoa_is_the_deviation_from_the_twenty_sessions_before(
    panel: Panel, table: FeatureTable
) -> None:
    traded = panel.input("put_volume") + panel.input("call_volume")
    share = np.log((1.0 + traded) / (1.0 + panel.input("open_interest")))[0]
    known = share[np.isfinite(share)]
    last = np.flatnonzero(np.isfinite(share) & panel.is_traded[0])[-1]
    place = int(np.isfinite(share[:last]).sum())

    before = known[place - 20 : place]

    judge = (known[place] - before.mean()) / before.std(ddof=1)
    assert table.column("uoa")[0, last] == pytest.approx(judge, rel=1e-5)


def test_news_sent_fades_and_ends_ten_sessions_after_a_story(clean: Panel) -> None:
    count = np.zeros(clean.close.shape)
    count[0, 50] = 1.0
    extra = {"news_count": count, "news_judged": count, "news_score": -0.5 * count}

    found = build(replace(clean, extra=extra), ["news_sent"]).column("news_sent")[0]

    assert np.isnan(found[:50]).all()
    np.testing.assert_allclose(found[50:60], -0.5)
    assert np.isnan(found[60:]).all()


def test_features_have_titles_groups_and_inputs_that_a_panel_can_have() -> None:
    known = set(_full_panel().extra) | {
        "open",
        "high",
        "low",
        "close",
        "volume",
        "total",
        "scale",
    }

    for each in catalogue.features():
        assert each.title
        assert each.group
        assert set(each.inputs) <= known, each.name
