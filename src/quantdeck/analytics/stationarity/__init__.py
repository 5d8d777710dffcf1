"""Whether a series wanders or keeps to a level, and whether it remembers its past."""

from __future__ import annotations

from quantdeck.analytics.stationarity.adf import (
    AdfResult,
    AutoLag,
    adf,
    default_max_lag,
    longest_lag,
)
from quantdeck.analytics.stationarity.autocorrelation import (
    Autocorrelation,
    LjungBox,
    autocorrelation,
    ljung_box,
)
from quantdeck.analytics.stationarity.both import StationarityTest, stationarity_tests
from quantdeck.analytics.stationarity.kpss import KpssResult, Trend, kpss, kpss_pvalue
from quantdeck.analytics.stationarity.mackinnon import (
    Regression,
    mackinnon_critical,
    mackinnon_pvalue,
)

__all__ = [
    "AdfResult",
    "AutoLag",
    "Autocorrelation",
    "KpssResult",
    "LjungBox",
    "Regression",
    "StationarityTest",
    "Trend",
    "adf",
    "autocorrelation",
    "default_max_lag",
    "kpss",
    "kpss_pvalue",
    "ljung_box",
    "longest_lag",
    "mackinnon_critical",
    "mackinnon_pvalue",
    "stationarity_tests",
]
