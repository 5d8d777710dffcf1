"""Studies of portfolios as tables."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from quantdeck.views.study_rows.risk import figure_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.analytics.portfolio.study import PortfolioStudy
    from quantdeck.analytics.types import FloatArray

_TIME = pa.timestamp("ns", "UTC")
_Z95 = 1.959963984540054


def _assets(study: PortfolioStudy) -> pa.Table:
    def or_nan(values: FloatArray | None) -> FloatArray:
        return np.full(len(study.assets), np.nan) if values is None else values

    brought, shares = study.attribution, study.contributions
    kelly = [np.nan if each is None else each.full for each in study.asset_kelly]
    return pa.table(
        {
            "symbol": list(study.symbols),
            "weight": study.weights,
            "average_weight": brought.average_weights,
            "contribution": brought.contributions,
            "contribution_share": brought.shares,
            "risk_contribution": or_nan(None if shares is None else shares.contributions),
            "risk_share": or_nan(None if shares is None else shares.shares),
            "equal_risk_weight": or_nan(study.equal_risk),
            "kelly_alone": np.array(kelly, np.float64),
            "kelly_together": or_nan(study.kelly_weights),
        }
    )


def _correlation(study: PortfolioStudy) -> pa.Table:
    symbols, values = study.symbols, study.correlation.values
    pairs = [(i, j) for i in range(len(symbols)) for j in range(len(symbols))]
    return pa.table(
        {
            "symbol": [symbols[i] for i, _ in pairs],
            "other": [symbols[j] for _, j in pairs],
            "correlation": np.array([values[i, j] for i, j in pairs], np.float64),
        }
    )


def _factors(study: PortfolioStudy) -> pa.Table:
    found = study.exposure
    betas = np.zeros(0) if found is None else found.betas
    errors = np.zeros(0) if found is None else found.errors
    pvalues = np.zeros(0) if found is None else found.pvalues
    return pa.table(
        {
            "factor": pa.array([] if found is None else list(found.names), pa.string()),
            "beta": betas,
            "error": errors,
            "low": betas - _Z95 * errors,
            "high": betas + _Z95 * errors,
            "pvalue": pvalues,
        }
    )


def _paths(study: PortfolioStudy) -> pa.Table:
    first = np.full(1, np.nan)
    of_assets = {symbol: study.asset_wealth[:, i] for i, symbol in enumerate(study.symbols)}
    return pa.table(
        {
            "time": pa.array(study.ts_ns, pa.int64()).cast(_TIME),
            "return": np.concatenate((first, study.path.returns)),
            "wealth": study.wealth,
            "underwater": study.underwater,
            "turnover": np.concatenate((first, study.path.turnover)),
            **of_assets,
        }
    )


def _weights(study: PortfolioStudy) -> pa.Table:
    columns = {symbol: study.path.weights[:, i] for i, symbol in enumerate(study.symbols)}
    return pa.table(
        {
            "time": pa.array(study.ts_ns[:-1], pa.int64()).cast(_TIME),
            "rebalanced": study.path.rebalanced.astype(bool),
            **columns,
        }
    )


PORTFOLIO_PARTS: Mapping[str, Callable[[PortfolioStudy], pa.Table]] = {
    "assets": _assets,
    "figures": lambda study: figure_rows(study.figures),
    "correlation": _correlation,
    "factors": _factors,
    "paths": _paths,
    "weights": _weights,
}
"""Tables of a study of a portfolio, by name."""
