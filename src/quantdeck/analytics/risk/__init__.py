"""Risk: tail losses and their back-test, benchmarks, distributions, drawdowns, rolling figures.

Conventions are those of `quantdeck.analytics.performance`, which holds the Sharpe family, the
deepest drawdown and the historical tail loss.
"""

from __future__ import annotations

from quantdeck.analytics.risk.benchmark import (
    ActiveRisk,
    BenchmarkFit,
    active_risk,
    benchmark_fit,
    capture_ratio,
    downside_beta,
    m_squared,
    paired_returns,
    treynor_ratio,
)
from quantdeck.analytics.risk.distribution import (
    GainsAndLosses,
    ReturnHistogram,
    ReturnShape,
    downside_deviation,
    gains_and_losses,
    omega_ratio,
    return_histogram,
    return_shape,
    stability,
    tail_ratio,
)
from quantdeck.analytics.risk.drawdowns import (
    DrawdownEpisode,
    DrawdownFigures,
    drawdown_figures,
    drawdown_table,
)
from quantdeck.analytics.risk.exceedances import (
    CoverageTest,
    ExceedanceTest,
    TailMethod,
    TrafficLight,
    exceedance_test,
    rolling_value_at_risk,
)
from quantdeck.analytics.risk.figures import (
    FigureRules,
    FigureTable,
    ReturnFigure,
    figure_table,
    return_figures,
)
from quantdeck.analytics.risk.months import MonthlyReturns, monthly_returns
from quantdeck.analytics.risk.parametric import ParametricTail, cornish_fisher_tail, gaussian_tail
from quantdeck.analytics.risk.rolling import (
    rolling_beta,
    rolling_sharpe,
    rolling_sortino,
    rolling_volatility,
)
from quantdeck.analytics.risk.study import Against, RiskRules, RiskStudy, study_risk
from quantdeck.analytics.risk.tail_table import BackTest, TailRow, back_test, tail_table

__all__ = [
    "ActiveRisk",
    "Against",
    "BackTest",
    "BenchmarkFit",
    "CoverageTest",
    "DrawdownEpisode",
    "DrawdownFigures",
    "ExceedanceTest",
    "FigureRules",
    "FigureTable",
    "GainsAndLosses",
    "MonthlyReturns",
    "ParametricTail",
    "ReturnFigure",
    "ReturnHistogram",
    "ReturnShape",
    "RiskRules",
    "RiskStudy",
    "TailMethod",
    "TailRow",
    "TrafficLight",
    "active_risk",
    "back_test",
    "benchmark_fit",
    "capture_ratio",
    "cornish_fisher_tail",
    "downside_beta",
    "downside_deviation",
    "drawdown_figures",
    "drawdown_table",
    "exceedance_test",
    "figure_table",
    "gains_and_losses",
    "gaussian_tail",
    "m_squared",
    "monthly_returns",
    "omega_ratio",
    "paired_returns",
    "return_figures",
    "return_histogram",
    "return_shape",
    "rolling_beta",
    "rolling_sharpe",
    "rolling_sortino",
    "rolling_value_at_risk",
    "rolling_volatility",
    "stability",
    "study_risk",
    "tail_ratio",
    "tail_table",
    "treynor_ratio",
]
