"""How the news of a symbol sounds, as far as it was published when the session ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.research.features import rows
from quantdeck.research.features.feature import feature

if TYPE_CHECKING:
    from quantdeck.analytics.types import BoolArray, FloatArray
    from quantdeck.research.features.panel import Panel

GROUP = "News"
HALF_LIFE = 3.0
_LEAST = 0.1


@feature(
    group=GROUP,
    inputs=("news_score", "news_judged"),
    lookback=0,
    unit="-1 bad to 1 good",
    is_ranked=True,
    is_own=True,
)
def news_sent(panel: Panel) -> FloatArray:
    """Mean sentiment of the stories known, newer ones weighing more.

    sum(w s) / sum(w), w halving with every three sessions. NaN before any story was collected, and once
    what is left of them weighs less than a tenth of a fresh one: ten sessions after a single story.
    """
    weight = rows.decayed_sum(panel.input("news_judged"), HALF_LIFE)
    score = rows.decayed_sum(panel.input("news_score"), HALF_LIFE)
    return np.where(_is_collected(panel) & (weight >= _LEAST), score / weight, np.nan)


@feature(group=GROUP, inputs=("news_count",), lookback=0, unit="ln of stories", is_own=True)
def news_flow(panel: Panel) -> FloatArray:
    """Stories known, newer ones weighing more, as a logarithm.

    ln(1 + sum(w)). NaN before any story was collected.
    """
    weight = rows.decayed_sum(panel.input("news_count"), HALF_LIFE)
    return np.where(_is_collected(panel), np.log1p(weight), np.nan)


def _is_collected(panel: Panel) -> BoolArray:
    return np.isfinite(panel.input("news_count"))
