"""Pairs: alignment, hedge ratio, spread, z-score, cointegration and what a pairs page shows."""

from __future__ import annotations

from quantdeck.analytics.pairs.align import AlignedPair, Ticks, align_bars, align_ticks

__all__ = ["AlignedPair", "Ticks", "align_bars", "align_ticks"]
