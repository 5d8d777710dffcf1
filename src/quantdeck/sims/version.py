"""Which simulated market this is."""

from __future__ import annotations

MARKET_VERSION = 2
"""Raised whenever the same seed gives other prices, sizes or numbers of events than before.

What was captured of one version does not go on with the next, so that each has a tape of its own.
"""
