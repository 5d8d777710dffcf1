"""What chains say under one set of rules, as the box desk keeps it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes import (
    BoxRules,
    ExpiryRate,
    Side,
    StrikeFlag,
    StrikeRates,
    rate_of_chain,
    strike_rates,
    top_table,
)
from quantdeck.model.chains import NO_TIME

if TYPE_CHECKING:
    from quantdeck.analytics.boxes import BoxSpread
    from quantdeck.live.box_book import ChainKey
    from quantdeck.model.chains import ExpiryChain

_TABLE_ROWS = 12


@dataclass(frozen=True, slots=True)
class ChainStudy:
    """What one chain says under one set of rules.

    Parameters
    ----------
    chain : ExpiryChain
        The quotes.
    rate : ExpiryRate
        Its rate, with the boxes behind it.
    lend, borrow : tuple of BoxSpread
        The best box of every lower strike, best first.
    strikes : StrikeRates
        What the boxes at each strike say.
    """

    chain: ExpiryChain
    rate: ExpiryRate
    lend: tuple[BoxSpread, ...]
    borrow: tuple[BoxSpread, ...]
    strikes: StrikeRates

    @property
    def oldest_s(self) -> float:
        """Age of the oldest quote that carries the rate; NaN where there is none; in seconds."""
        used = self.rate.strike_flags == StrikeFlag.USED
        times = np.concatenate([self.chain.calls.ts_ns[used], self.chain.puts.ts_ns[used]])
        known = times[times != NO_TIME]
        return (self.rate.at_ns - int(known.min())) / 1e9 if len(known) else math.nan


def study_chain(chain: ExpiryChain, at_ns: int, rules: BoxRules) -> ChainStudy:
    """Return everything the page shows of one chain."""
    rate = rate_of_chain(chain, at_ns, rules)
    lend, borrow = (
        tuple(top_table(chain, rate, rules, side=side, rows=_TABLE_ROWS))
        for side in (Side.LEND, Side.BORROW)
    )
    return ChainStudy(chain, rate, lend, borrow, strike_rates(chain, rate, rules))


@dataclass(slots=True)
class RateView:
    """What all chains say under one set of rules; kept up by the desk.

    Parameters
    ----------
    rules : BoxRules
        Which quotes and boxes count.
    studies : dict
        By root and expiry.
    revision : int
        Changes with every refresh that studied anything.
    """

    rules: BoxRules
    studies: dict[ChainKey, ChainStudy] = field(default_factory=dict["ChainKey", ChainStudy])
    revision: int = 0
    pending: set[ChainKey] = field(default_factory=set["ChainKey"])
    asked_ns: int = 0

    def rates(self) -> list[ExpiryRate]:
        """Return the rate of every expiry, by root and expiry."""
        return [self.studies[key].rate for key in sorted(self.studies)]
