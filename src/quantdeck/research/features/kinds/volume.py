"""How much is traded, and what it takes to move the price."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "Volume"


@feature(group=GROUP, inputs=("volume",), lookback=21, is_ranked=True, is_own=True)
def volume_ratio(panel: Panel) -> FloatArray:
    """Volume over the mean of the 20 sessions before, as a logarithm.

    ln(N[t] / mean(N[t-20..t-1])). NaN where nothing was traded.
    """
    return np.log(panel.volume / rows.mean(rows.lag(panel.volume), 20))


@feature(group=GROUP, inputs=("volume",), lookback=64, is_own=True)
def volume_standing(panel: Panel) -> FloatArray:
    """Share of the 63 sessions before that had less volume.

    From 0 to 1, equal ones counting half.
    """
    return rows.standing(panel.volume, 64)


@feature(group=GROUP, inputs=("volume",), lookback=63, is_own=True)
def volume_trend(panel: Panel) -> FloatArray:
    """Mean volume of 10 sessions over that of 63, as a logarithm.

    ln(mean(N of 10) / mean(N of 63)).
    """
    return np.log(rows.mean(panel.volume, 10) / rows.mean(panel.volume, 63))


@feature(
    group=GROUP,
    inputs=("close", "volume"),
    lookback=20,
    unit="ln of currency",
    is_ranked=True,
    is_own=True,
)
def turnover20(panel: Panel) -> FloatArray:
    """Mean money traded in a session over 20, as a logarithm.

    ln(mean(C N)); splits change nothing of it.
    """
    return np.log(rows.mean(panel.close * panel.volume, 20))


@feature(group=GROUP, inputs=("close", "volume", "total"), lookback=22, is_ranked=True, is_own=True)
def illiquidity21(panel: Panel) -> FloatArray:
    """Price move that comes with a million traded, as a logarithm.

    ln(mean(abs(r) / (C N / 10^6))) over 21 sessions, r the total return. Source: Amihud, J. Financial
    Markets 5 (2002).
    """
    money = panel.close * panel.volume / 1e6
    moved = np.abs(rows.change(panel.total)) / np.where(money > 0.0, money, np.nan)
    return np.log(rows.mean(moved, 21))


@feature(group=GROUP, inputs=("close", "volume"), lookback=22, is_own=True)
def money_flow21(panel: Panel) -> FloatArray:
    """Volume of rising sessions less that of falling ones, as a share of all over 21 sessions.

    sum(sign(C[t] - C[t-1]) N[t]) / sum(N[t]): from -1 to 1.
    """
    signed = np.sign(panel.close - rows.lag(panel.close)) * panel.volume
    counted = np.where(np.isfinite(signed), panel.volume, np.nan)
    return rows.mean(signed, 21) / rows.mean(counted, 21)
