"""What option chains say: of each session the last chain that was taken before its end.

The inputs are figures of one chain, see `quantdeck.research.features.chain_figures`; a session without a
chain has none, and nothing is carried over from the session before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature
from quantdeck.research.features.kinds.volatility import hv30

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Options"
UNIT = "decimal a year"


@feature(group=GROUP, inputs=("iv30",), lookback=1, unit=UNIT, is_ranked=True, is_own=True)
def iv30(panel: Panel) -> FloatArray:
    """Implied volatility at the money in 30 days.

    Between the two expiries around 30 calendar days, straight in total variance v^2 tau; from fitted
    smiles at K = F. NaN where no expiry lies within 7 to 60 days.
    """
    return panel.input("iv30")


@feature(group=GROUP, inputs=("iv30", "total"), lookback=31, unit=UNIT, is_ranked=True, is_own=True)
def iv_edge(panel: Panel) -> FloatArray:
    """Implied volatility less what was realised.

    `iv30` - `hv30`: above 0 where options are dear against the last 30 sessions.
    """
    return panel.input("iv30") - hv30(panel)


@feature(group=GROUP, inputs=("iv30",), lookback=253, is_own=True)
def iv_standing(panel: Panel) -> FloatArray:
    """Share of the 252 sessions with a chain before whose implied volatility was lower.

    From 0 to 1; also called the percentile of implied volatility.
    """
    return rows.standing(panel.input("iv30"), 253)


@feature(group=GROUP, inputs=("iv30", "iv90"), lookback=1, unit=UNIT, is_own=True)
def iv_slope(panel: Panel) -> FloatArray:
    """Implied volatility in 90 days less that in 30.

    Below 0 where the market fears the near future.
    """
    return panel.input("iv90") - panel.input("iv30")


@feature(group=GROUP, inputs=("iv_skew",), lookback=1, unit=UNIT, is_ranked=True, is_own=True)
def iv_skew(panel: Panel) -> FloatArray:
    """Implied volatility of the put less that of the call of 25 delta.

    Of the fitted expiry nearest to 30 days, deltas of the forward. Source: Xing, Zhang, Zhao, J. Financial
    and Quantitative Analysis 45 (2010).
    """
    return panel.input("iv_skew")


@feature(group=GROUP, inputs=("put_volume", "call_volume"), lookback=1, is_own=True)
def put_call(panel: Panel) -> FloatArray:
    """Ratio of puts traded to calls traded, as a logarithm.

    ln((1 + puts) / (1 + calls)) of the session so far, in contracts of all expiries of the chain. Source:
    Pan, Poteshman, Review of Financial Studies 19 (2006).
    """
    return np.log((1.0 + panel.input("put_volume")) / (1.0 + panel.input("call_volume")))


@feature(
    group=GROUP,
    inputs=("put_volume", "call_volume", "open_interest"),
    lookback=21,
    unit="deviations",
    is_ranked=True,
    is_own=True,
)
def uoa(panel: Panel) -> FloatArray:
    """Unusual option activity: contracts traded against those open, against its own past.

    (x[t] - mean(x before)) / sd(x before), x = ln((1 + contracts traded) / (1 + contracts open)), over the
    20 sessions with a chain before. 2 is unusual, 4 rare. Open interest is that of the evening before. NaN
    where a vendor tells no volume or no open interest.
    """
    traded = panel.input("put_volume") + panel.input("call_volume")
    share = np.log((1.0 + traded) / (1.0 + panel.input("open_interest")))
    before = rows.lag(share)
    spread = rows.deviation(before, 20)
    usual = np.where(spread > 1e-9, spread, np.nan)
    return (share - rows.mean(before, 20)) / usual
