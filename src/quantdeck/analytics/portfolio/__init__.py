"""Portfolios: weights that drift, attribution, correlation, factors, Kelly, risk contributions."""

from __future__ import annotations

from quantdeck.analytics.portfolio.attribution import Attribution, attribution
from quantdeck.analytics.portfolio.contributions import (
    RiskContributions,
    equal_risk_weights,
    risk_contributions,
)
from quantdeck.analytics.portfolio.correlations import (
    CorrelationMatrix,
    correlation_matrix,
    nearest_correlation,
)
from quantdeck.analytics.portfolio.factors import FactorExposure, factor_exposure
from quantdeck.analytics.portfolio.kelly import (
    KellyFraction,
    kelly_fraction,
    kelly_of_bets,
    kelly_weights,
)
from quantdeck.analytics.portfolio.study import (
    PortfolioRules,
    PortfolioStudy,
    study_portfolio,
)
from quantdeck.analytics.portfolio.weights import (
    PortfolioPath,
    Rebalance,
    equal_weights,
    portfolio_path,
)

__all__ = [
    "Attribution",
    "CorrelationMatrix",
    "FactorExposure",
    "KellyFraction",
    "PortfolioPath",
    "PortfolioRules",
    "PortfolioStudy",
    "Rebalance",
    "RiskContributions",
    "attribution",
    "correlation_matrix",
    "equal_risk_weights",
    "equal_weights",
    "factor_exposure",
    "kelly_fraction",
    "kelly_of_bets",
    "kelly_weights",
    "nearest_correlation",
    "portfolio_path",
    "risk_contributions",
    "study_portfolio",
]
