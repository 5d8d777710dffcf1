"""Tables of prices for tests of portfolios: small enough to work out by hand."""

from __future__ import annotations

import numpy as np

from quantdeck.research.features.table import FeatureTable
from quantdeck.research.predictions import Predictions

DAY_NS = 86_400_000_000_000


def table_of(close, *, open_=None, total=None, calendar="XNYS") -> FeatureTable:
    """A row of closes for each symbol; opens, and closes with dividends, are the closes unless given."""
    prices = np.array(close, float)
    symbols, sessions = prices.shape
    days = (20_000 + np.arange(sessions)) * DAY_NS
    return FeatureTable(
        (),
        tuple(f"US:{chr(65 + i)}" for i in range(symbols)),
        days,
        days + 75_600_000_000_000,
        np.empty((0, symbols, sessions), np.float32),
        np.isfinite(prices),
        prices,
        prices if total is None else np.array(total, float),
        prices if open_ is None else np.array(open_, float),
        calendar=calendar,
    )


def predictions_of(scores, *, fold=None) -> Predictions:
    """Scores by symbol and session, NaN where there is none."""
    values = np.array(scores, float)
    session, symbol = np.nonzero(np.isfinite(values.T))
    unknown = np.full(len(session), np.nan)
    return Predictions(
        session=session,
        symbol=symbol,
        score=values[symbol, session],
        probability=unknown,
        base=unknown,
        label=unknown,
        returns=unknown,
        fold=np.zeros(len(session), np.int64) if fold is None else np.array(fold)[session],
    )
