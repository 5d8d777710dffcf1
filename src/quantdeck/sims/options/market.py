"""The option market: quotes, trades and sensitivities of every contract at any time."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.errors import BadInput
from quantdeck.model.options import ExerciseStyle
from quantdeck.sims.noise import FloatArray, IntArray, generator
from quantdeck.sims.options import sessions
from quantdeck.sims.options.black import Greeks, greeks
from quantdeck.sims.options.level import IndexLevel
from quantdeck.sims.options.listed import ROOT_NAMES, ROOT_RULES, Listed, Size, listed
from quantdeck.sims.options.pricing import Pricing
from quantdeck.sims.options.quoting import Quotes, Trades, quoted, trade_price
from quantdeck.sims.options.schedule import BEAT_NS, Schedule
from quantdeck.sims.options.traits import Traits

if TYPE_CHECKING:
    from datetime import date

LAGGING_SHARE = 0.30
"""Part of the strikes of every expiry, from the lowest, that lags where a wing is told to."""

SCALES: dict[str, float] = {rules.terms.underlying: rules.scale for rules in ROOT_RULES}
"""Prices of the underlyings as shares of SPX."""


@dataclass(frozen=True, slots=True)
class Updates:
    """New quotes in order of time.

    Parameters
    ----------
    rows : array of int64
        Contracts.
    quotes : Quotes
        What they are quoted at then.
    """

    rows: IntArray
    quotes: Quotes


class OptionTruth:
    """What was planted, for whoever wants to see whether it comes back.

    Parameters
    ----------
    market : OptionMarket
        Where.
    """

    def __init__(self, market: OptionMarket) -> None:
        self._market = market

    def discount(self, root: str, expiry: date, ts_ns: int) -> float:
        """Return the value at an instant of one paid at the settlement of an expiry."""
        return self._first(root, expiry, ts_ns)[0]

    def forward(self, root: str, expiry: date, ts_ns: int) -> float:
        """Return the forward price of the underlying for an expiry, in points."""
        return self._first(root, expiry, ts_ns)[1]

    def rate(self, root: str, expiry: date, ts_ns: int, *, tau: float) -> float:
        """Return the continuous rate that the planted discount is over a time in years."""
        return -math.log(self.discount(root, expiry, ts_ns)) / tau

    def volatility(self, root: str, expiry: date, strike: float, ts_ns: int) -> float:
        """Return the planted volatility of a strike, per root year."""
        found = self._market.listed_at(ts_ns)
        rows = self._rows(found, root, expiry)
        row = rows[np.abs(found.strike[rows] - strike).argmin()]
        pricing = self._market.pricing(found)
        return float(pricing.at(np.array([row]), np.array([ts_ns])).volatility[0])

    def _first(self, root: str, expiry: date, ts_ns: int) -> tuple[float, float]:
        found = self._market.listed_at(ts_ns)
        row = self._rows(found, root, expiry)[:1]
        priced = self._market.pricing(found).at(row, np.array([ts_ns]))
        return float(priced.terms.discount[0]), float(priced.terms.forward[0])

    def _rows(self, found: Listed, root: str, expiry: date) -> IntArray:
        rows = found.rows(root, expiry)
        if not len(rows):
            raise BadInput(f"{root} has no expiry {expiry} on {found.session}")
        return rows


class OptionMarket:
    """Options on one simulated index: a function of the seed and the time, at any hour of any day.

    Contracts are listed by session, from the close of the session before to its own, at week-ends
    too; prices move and quotes are made all the time. `listed_at` gives the contracts of an instant as
    rows of arrays; every other method takes these rows.

    Parameters
    ----------
    seed : int
        Two markets with one seed are the same.
    size : Size
        How much is listed.
    rate : float
        Multiplies the quotes: at 1 a contract near the money is quoted once a second. > 0.
    stale_share : float
        Share of the contracts that nobody quotes anew for up to half an hour, in [0, 1). Their own
        time stamps say so.

    Attributes
    ----------
    truth : OptionTruth
        What was planted.
    lagging : float
        Fault: the strikes of the lower wing are priced as if SPX stood so many points lower, with
        fresh time stamps. [points]

    Examples
    --------
    >>> market = OptionMarket(seed=7, size=Size.SMALL)
    >>> now = 1_795_200_000_000_000_000
    >>> found = market.listed_at(now)
    >>> quotes = market.quotes(found, found.rows("SPX")[:3], now)
    >>> bool((quotes.ask > quotes.bid).all())
    True
    """

    def __init__(
        self,
        *,
        seed: int,
        size: Size = Size.MEDIUM,
        rate: float = 1.0,
        stale_share: float = 0.01,
    ) -> None:
        if not (math.isfinite(rate) and 0 < rate <= 20):
            raise BadInput(f"rate multiplies the quotes, above 0 and at most 20, was {rate}")
        if not 0 <= stale_share < 1:
            raise BadInput(f"the share of stale quotes is in [0, 1), was {stale_share}")
        self.seed, self.size = seed, size
        self.level = IndexLevel(seed)
        self.truth = OptionTruth(self)
        self.lagging = 0.0
        self._beat_ns, self._stale_share = round(BEAT_NS / rate), stale_share
        self.contracts_at = lru_cache(maxsize=12)(self._make_listed)
        self.pricing = lru_cache(maxsize=12)(self._make_pricing)
        self._traits = lru_cache(maxsize=12)(self._make_traits)
        self.schedule = lru_cache(maxsize=12)(self._make_schedule)

    def listed_at(self, ts_ns: int) -> Listed:
        """Return the contracts listed at an instant; `contracts_at` takes the session's date.

        Raises
        ------
        BadInput
            Outside the years that are simulated.
        """
        return self.contracts_at(sessions.session_of(ts_ns))

    def underlying(self, symbol: str, ts_ns: int) -> float:
        """Return the price of SPX, XSP or SPY at an instant, to the cent, in points."""
        return round(float(self.underlyings(symbol, np.array([ts_ns]))[0]), 2)

    def underlyings(self, symbol: str, ts_ns: IntArray) -> FloatArray:
        """Return the prices of an underlying at instants, not rounded, in points.

        Raises
        ------
        BadInput
            If there is no such underlying.
        """
        scale = SCALES.get(symbol)
        if scale is None:
            raise BadInput(f"{symbol!r} is not simulated; there are {', '.join(SCALES)}")
        return self.level.at(ts_ns) * scale

    def quotes(self, found: Listed, rows: IntArray, ts_ns: int | IntArray) -> Quotes:
        """Return the quotes in force.

        Parameters
        ----------
        found : Listed
            From `listed_at`.
        rows : array of int64
            Contracts.
        ts_ns : int or array of int64
            One instant, or one per row. [ns]
        """
        schedule = self.schedule(found).of(rows)
        beats = schedule.beats(_stamps(rows, ts_ns))
        return self._quoted(found, rows, schedule, beats)

    def updates(self, found: Listed, rows: IntArray, after_ns: int, until_ns: int) -> Updates:
        """Return the quotes made in ``(after, until]``, by time."""
        schedule = self.schedule(found).of(rows)
        places, beats = schedule.updates(after_ns, until_ns)
        hit = rows[places]
        return Updates(hit, self._quoted(found, hit, schedule.of(places), beats))

    def trades(self, found: Listed, rows: IntArray, after_ns: int, until_ns: int) -> Trades:
        """Return the trades in ``(after, until]``, by time."""
        schedule = self.schedule(found).of(rows)
        first, end = schedule.trades_before(after_ns), schedule.trades_before(until_ns)
        places = np.repeat(np.arange(len(rows)), end - first)
        skipped = np.repeat(np.cumsum(end - first) - (end - first), end - first)
        numbers = first[places] + np.arange(len(places)) - skipped
        made = self.numbered_trades(found, rows[places], numbers)
        return made.of(np.argsort(made.ts_ns, kind="stable"))

    def last_trades(self, found: Listed, rows: IntArray, ts_ns: int) -> Trades:
        """Return the last trade of each contract; where its size is 0 there was none."""
        numbers = self.schedule(found).of(rows).trades_before(ts_ns) - 1
        made = self.numbered_trades(found, rows, numbers)
        made.size[made.ts_ns < found.start_ns] = 0
        return made

    def numbered_trades(self, found: Listed, rows: IntArray, numbers: IntArray) -> Trades:
        """Return trades by the contracts they are of and their numbers there."""
        schedule = self.schedule(found).of(rows)
        stamps = schedule.trade_stamp(numbers)
        quotes = self.quotes(found, rows, stamps)
        price = trade_price(quotes, schedule.keys, numbers)
        return Trades(rows, stamps, price, self._traits(found).trade_size[rows], numbers)

    def volume(self, found: Listed, rows: IntArray, ts_ns: int) -> IntArray:
        """Return the contracts traded since the session's listing began."""
        schedule = self.schedule(found).of(rows)
        count = schedule.trades_before(ts_ns) - schedule.trades_before(found.start_ns)
        return np.maximum(count, 0) * self._traits(found).trade_size[rows]

    def open_interest(self, found: Listed, rows: IntArray) -> IntArray:
        """Return the open contracts at the close of the session before."""
        return self._traits(found).open_interest[rows]

    def sensitivities(self, found: Listed, rows: IntArray, ts_ns: int) -> tuple[FloatArray, Greeks]:
        """Return volatilities and greeks at an instant, of European prices throughout."""
        priced = self.pricing(found).at(rows, _stamps(rows, ts_ns))
        return priced.volatility, greeks(priced.terms, spot=priced.spot, years=priced.years)

    def _quoted(self, found: Listed, rows: IntArray, schedule: Schedule, beats: IntArray) -> Quotes:
        stamps = schedule.stamp(beats)
        shift: FloatArray | float = 0.0
        if self.lagging:
            shift = np.where(self._traits(found).rank[rows] < LAGGING_SHARE, -self.lagging, 0.0)
        priced = self.pricing(found).at(rows, stamps, shift=shift)
        return quoted(priced, schedule.keys, beats, stamps)

    def _make_listed(self, session: date) -> Listed:
        day = sessions.days_of(sessions.previous_session(session))
        return listed(session, level=self.level.day_start(day), size=self.size)

    def _make_pricing(self, found: Listed) -> Pricing:
        return Pricing(found, self.level)

    def _make_traits(self, found: Listed) -> Traits:
        return Traits.of(found, self.pricing(found), self.seed)

    def _make_schedule(self, found: Listed) -> Schedule:
        traits = self._traits(found)
        phases = [
            generator(self.seed, "phase", ROOT_NAMES[item.root], str(item.day)).integers(
                0, self._beat_ns
            )
            for item in found.expiries
        ]
        return Schedule(
            keys=traits.keys,
            beat_ns=self._beat_ns,
            phase_ns=np.array(phases)[found.expiry],
            every=traits.every(self._beat_ns),
            trade_ns=traits.trade_ns,
            stale_share=self._stale_share,
        )


def is_american(root: int) -> bool:
    """Whether the options of a root, by its place in `ROOT_RULES`, can be exercised early."""
    return ROOT_RULES[root].terms.style is ExerciseStyle.AMERICAN


def _stamps(rows: IntArray, ts_ns: int | IntArray) -> IntArray:
    return np.broadcast_to(np.asarray(ts_ns, dtype=np.int64), rows.shape)
