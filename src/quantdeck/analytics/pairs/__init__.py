"""Pairs: alignment, hedge ratio, spread, z-score, cointegration and what a pairs page shows."""

from __future__ import annotations

from quantdeck.analytics.pairs.align import AlignedPair, Ticks, align_bars, align_ticks
from quantdeck.analytics.pairs.cointegration import (
    EngleGranger,
    cointegration_of,
    cointegration_pvalue,
    engle_granger,
)
from quantdeck.analytics.pairs.comparison import EstimatorRow, compare_estimators
from quantdeck.analytics.pairs.estimators import (
    ESTIMATORS,
    LINES,
    EstimatorName,
    EstimatorSettings,
    HedgePath,
    hedge_path,
)
from quantdeck.analytics.pairs.findings import PairFinding, PairFindings
from quantdeck.analytics.pairs.half_life import HalfLife, half_life
from quantdeck.analytics.pairs.hedge import HedgeFit, ols_hedge
from quantdeck.analytics.pairs.hurst import Hurst, VarianceRatio, hurst_exponent, variance_ratio
from quantdeck.analytics.pairs.kalman import KalmanHedge, kalman_hedge
from quantdeck.analytics.pairs.lines import HedgeLine
from quantdeck.analytics.pairs.orthogonal import tls_hedge
from quantdeck.analytics.pairs.reversion import (
    ReversionAt,
    ReversionCheck,
    reversion_check,
    wilson_interval,
)
from quantdeck.analytics.pairs.robust import huber_hedge, theil_sen_hedge
from quantdeck.analytics.pairs.scan import PairScan, ScanRules, scan_pairs
from quantdeck.analytics.pairs.screen import ScanSeries, ScreenRules, SymbolFigures
from quantdeck.analytics.pairs.spread import (
    RollingHedge,
    fitted_spread,
    hedge_spread,
    rolling_hedge,
    rolling_zscore,
)
from quantdeck.analytics.pairs.study import PairStudy, pair_study
from quantdeck.analytics.stationarity.adf import (
    AdfResult,
    AutoLag,
    adf,
    default_max_lag,
    longest_lag,
)
from quantdeck.analytics.stationarity.mackinnon import (
    Regression,
    mackinnon_critical,
    mackinnon_pvalue,
)

__all__ = [
    "ESTIMATORS",
    "LINES",
    "AdfResult",
    "AlignedPair",
    "AutoLag",
    "EngleGranger",
    "EstimatorName",
    "EstimatorRow",
    "EstimatorSettings",
    "HalfLife",
    "HedgeFit",
    "HedgeLine",
    "HedgePath",
    "Hurst",
    "KalmanHedge",
    "PairFinding",
    "PairFindings",
    "PairScan",
    "PairStudy",
    "Regression",
    "ReversionAt",
    "ReversionCheck",
    "RollingHedge",
    "ScanRules",
    "ScanSeries",
    "ScreenRules",
    "SymbolFigures",
    "Ticks",
    "VarianceRatio",
    "adf",
    "align_bars",
    "align_ticks",
    "cointegration_of",
    "cointegration_pvalue",
    "compare_estimators",
    "default_max_lag",
    "engle_granger",
    "fitted_spread",
    "half_life",
    "hedge_path",
    "hedge_spread",
    "huber_hedge",
    "hurst_exponent",
    "kalman_hedge",
    "longest_lag",
    "mackinnon_critical",
    "mackinnon_pvalue",
    "ols_hedge",
    "pair_study",
    "reversion_check",
    "rolling_hedge",
    "rolling_zscore",
    "scan_pairs",
    "theil_sen_hedge",
    "tls_hedge",
    "variance_ratio",
    "wilson_interval",
]
