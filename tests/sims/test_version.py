"""The same seed is the same market, from one version of quantdeck to the next."""

from __future__ import annotations

import hashlib

from quantdeck.sims.market import Market
from quantdeck.sims.version import MARKET_VERSION

_NOON_MS = 1_763_640_000_000
_DIGESTS = {2: "eec2c6d6cf897dd2"}


def test_market_is_that_of_its_version() -> None:
    """Where this fails on purpose, raise MARKET_VERSION and add the digest."""
    market = Market(seed=7, began_ms=_NOON_MS)
    digest = hashlib.sha256()
    for side in (market.usdm, market.spot):
        for listing in market.listings[:3]:
            span = (_NOON_MS - 600_000, _NOON_MS - 1)
            digest.update(side.candles(listing, "1s", span, _NOON_MS).tobytes())

    assert digest.hexdigest()[:16] == _DIGESTS[MARKET_VERSION]
