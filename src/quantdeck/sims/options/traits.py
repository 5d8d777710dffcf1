"""What distinguishes contracts for a session: how often they are quoted and trade, what is open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.sims.noise import FloatArray, IntArray, generator
from quantdeck.sims.options.draws import mixed, uniform
from quantdeck.sims.options.level import ANNUAL_VOLATILITY, INDEX_LEVEL
from quantdeck.sims.options.listed import ROOT_NAMES, Listed
from quantdeck.sims.options.quoting import half_width
from quantdeck.sims.options.truth import YEAR_NS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from quantdeck.sims.options.pricing import Priced, Pricing

_LAG_TOLERATED = 0.02
"""Of the half-width: how much of a move a contract may miss before it is quoted anew."""
_SLOWEST_NS = 20_000_000_000
_FASTEST_TRADE_NS, _SLOWEST_TRADE_NS = 8e9, 4e13
_SALT_OPEN, _SALT_TRADE_SIZE = 21, 22


@dataclass(frozen=True, slots=True)
class Traits:
    """Arrays with one row per contract.

    Parameters
    ----------
    keys : array of uint64
        Name of each contract in the draws, the same on every session.
    patience_ns : array
        For how long a contract may keep its quote before the index has moved too far. [ns]
    trade_ns : array of int64
        Time in which it trades once. [ns]
    trade_size, open_interest : array of int64
        Contracts.
    rank : array
        Share of the strikes of the expiry that are lower.
    """

    keys: NDArray[np.uint64]
    patience_ns: FloatArray
    trade_ns: IntArray
    trade_size: IntArray
    open_interest: IntArray
    rank: FloatArray

    @classmethod
    def of(cls, found: Listed, pricing: Pricing, seed: int) -> Traits:
        """Return the traits of a session's contracts."""
        priced = pricing.at(found.all, np.full(len(found), found.open_ns))
        keys = _keys(found, seed)
        weight = _weight(found, priced)
        trade_ns = np.clip(_FASTEST_TRADE_NS / weight, _FASTEST_TRADE_NS, _SLOWEST_TRADE_NS)
        # Round strikes hold more than those between.
        roundness = 1.0 + 2.0 * (found.strike % 50 == 0) + 4.0 * (found.strike % 100 == 0)
        open_interest = (
            4_000.0 * weight**0.5 * roundness * np.exp(3.0 * uniform(keys, _SALT_OPEN) - 2.5)
        )
        return cls(
            keys=keys,
            patience_ns=_patience_ns(priced),
            trade_ns=trade_ns.astype(np.int64),
            trade_size=1 + (9.0 * uniform(keys, _SALT_TRADE_SIZE) ** 3).astype(np.int64),
            open_interest=open_interest.astype(np.int64),
            rank=_rank(found),
        )

    def every(self, beat_ns: int) -> IntArray:
        """Return once in how many beats each contract is quoted."""
        beats = np.minimum(self.patience_ns, _SLOWEST_NS) / beat_ns
        return np.maximum(beats, 1.0).astype(np.int64)


def _keys(found: Listed, seed: int) -> NDArray[np.uint64]:
    salts = generator(seed, "contracts").integers(1, 2**62, len(ROOT_NAMES), dtype=np.uint64)
    days = np.array([item.day.toordinal() for item in found.expiries], dtype=np.uint64)
    words = (found.strike * 1000).round().astype(np.uint64) * np.uint64(2)
    words = mixed(mixed(words + found.is_call) + days[found.expiry])
    return mixed(words + salts[found.root])


def _weight(found: Listed, priced: Priced) -> FloatArray:
    # Trading is near the money and near in time.
    spread = priced.terms.d1 / 1.2
    near = np.exp(-0.5 * spread * spread) + 1e-5
    return (
        near / (1.0 + priced.years * 40.0) * np.minimum(1.0, 0.3 + 0.7 * (found.strike % 25 == 0))
    )


def _patience_ns(priced: Priced) -> FloatArray:
    a_second = INDEX_LEVEL * ANNUAL_VOLATILITY * priced.scale / (YEAR_NS / 1e9) ** 0.5
    tolerated = _LAG_TOLERATED * half_width(priced) / np.maximum(priced.exposure, 1e-6)
    return np.minimum((tolerated / a_second) ** 2, 1e3) * 1e9


def _rank(found: Listed) -> FloatArray:
    order = np.lexsort((found.strike, found.expiry))
    count = np.bincount(found.expiry)
    first = np.cumsum(count) - count
    rank = np.empty(len(found))
    rank[order] = np.arange(len(found)) - first[found.expiry[order]]
    return rank / count[found.expiry]
