"""Studies as tables: what the routes send is what the studies hold."""

from __future__ import annotations

import numpy as np
import pytest

from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.options.study import study_chains
from quantdeck.analytics.portfolio.study import study_portfolio
from quantdeck.analytics.risk.study import study_risk
from quantdeck.analytics.technical_study import Chosen, TechnicalChoices, study_technical
from quantdeck.views.study_rows.options import OPTION_PARTS
from quantdeck.views.study_rows.portfolio import PORTFOLIO_PARTS
from quantdeck.views.study_rows.risk import RISK_PARTS
from quantdeck.views.study_rows.technical import TECHNICAL_PARTS
from tests.hub.price_books import price_series, walk

_SERIES = price_series("US:SPY", walk(700), calendar="XNYS")
_OTHER = price_series("US:QQQ", walk(700, seed=2), calendar="XNYS")


@pytest.fixture(scope="module")
def risk():
    return study_risk(_SERIES, _OTHER)


@pytest.fixture(scope="module")
def options():
    chain, at_ns = example_chain()
    return study_chains([chain], at_ns)


def test_risk_paths_stand_at_the_closes(risk):
    table = RISK_PARTS["paths"](risk)

    assert table.column("time").cast("int64").to_pylist() == risk.ts_ns.tolist()
    assert np.array_equal(table.column("wealth").to_numpy(), risk.wealth)
    assert np.isnan(table.column("return")[0].as_py())
    assert table.column("return").to_numpy()[1:].tolist() == risk.returns.tolist()


def test_risk_exceedances_are_losses_beyond_what_was_forecast(risk):
    table = RISK_PARTS["exceedances"](risk)

    losses, forecasts = (table.column(n).to_numpy() for n in ("return", "value_at_risk"))
    assert table.num_rows == risk.back_test.test.count > 0
    assert (losses < -forecasts).all()


def test_risk_histogram_counts_every_return(risk):
    table = RISK_PARTS["histogram"](risk)

    assert table.column("count").to_numpy().sum() == len(risk.returns)
    assert (table.column("low").to_numpy() < table.column("high").to_numpy()).all()


def test_risk_of_few_bars_has_empty_tables_of_the_same_columns(risk):
    short = study_risk(_SERIES.last(5))

    for part in RISK_PARTS.values():
        assert part(short).column_names == part(risk).column_names
    assert RISK_PARTS["exceedances"](short).num_rows == 0


def test_portfolio_weights_start_at_their_targets():
    study = study_portfolio([_SERIES, _OTHER], [0.7, 0.3])

    table = PORTFOLIO_PARTS["weights"](study)

    assert [table.column(n)[0].as_py() for n in ("US:SPY", "US:QQQ")] == [0.7, 0.3]
    assert table.column("rebalanced")[0].as_py()
    assert PORTFOLIO_PARTS["factors"](study).num_rows == 0


def test_portfolio_correlation_has_every_pair():
    study = study_portfolio([_SERIES, _OTHER])

    rows = PORTFOLIO_PARTS["correlation"](study).to_pylist()

    assert len(rows) == 4
    assert rows[0]["correlation"] == pytest.approx(1.0)
    assert rows[1]["correlation"] == rows[2]["correlation"]


def test_technical_series_has_the_lines_of_the_bars_shown():
    choices = TechnicalChoices(indicators=(Chosen("sma"), Chosen("bollinger")), bars=30)
    study = study_technical(_SERIES, choices)

    table = TECHNICAL_PARTS["series"](study)

    assert table.column_names == [
        *("time", "close", "sma(20)", "bollinger(20,2).upper"),
        *("bollinger(20,2).middle", "bollinger(20,2).lower"),
    ]
    assert table.column("sma(20)")[-1].as_py() == pytest.approx(_SERIES.close[-20:].mean())


def test_option_chain_has_both_rights_of_every_strike_and_a_reason_for_what_is_absent(options):
    rows = OPTION_PARTS["chain"](options.expiries).to_pylist()

    strikes = options.expiries[0].chain.strikes
    assert [row["right"] for row in rows] == ["call"] * len(strikes) + ["put"] * len(strikes)
    assert all(np.isfinite(row["iv_mid"]) != bool(row["reason"]) for row in rows)


def test_option_smile_is_fitted_within_its_quotes_alone(options):
    table = OPTION_PARTS["smile"](options.expiries)

    fit = options.expiries[0].fitted.fit
    k, fitted = (table.column(n).to_numpy() for n in ("log_moneyness", "iv_fitted"))
    assert np.array_equal(np.isfinite(fitted), (k >= fit.low) & (k <= fit.high))


def test_option_tables_of_no_expiry_are_empty():
    assert {name: part(()).num_rows for name, part in OPTION_PARTS.items()} == dict.fromkeys(
        OPTION_PARTS, 0
    )
