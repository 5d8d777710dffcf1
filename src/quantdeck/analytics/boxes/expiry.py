"""The rate of one root and expiry, from its quotes to what may be said of it."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.building import best_boxes, build_box
from quantdeck.analytics.boxes.parity import Synthetics, fit_parity, slopes_apart, synthetics
from quantdeck.analytics.boxes.rates import money_time
from quantdeck.analytics.boxes.search import BoxPair, BoxSearch
from quantdeck.analytics.boxes.spread import Side
from quantdeck.analytics.boxes.types import ExpiryRate, PriceSelector, Status, StrikeFlag
from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import NoData
from quantdeck.model.options import ExerciseStyle

if TYPE_CHECKING:
    from quantdeck.analytics.boxes.parity import ParityLine
    from quantdeck.analytics.boxes.types import BoxRules
    from quantdeck.analytics.sessions import Sessions
    from quantdeck.model.chains import ChainSnapshot, ExpiryChain

# Parts of a chain from which on what is left is not trusted: strikes that are listed but not
# offered, or offered with a half-spread of more than a hundredth of the forward, and strikes that
# disagree with the line.
_MOST_ABSENT = 1 / 3
_MOST_MISSED = 1 / 4
_WIDEST_HALF = 0.01

_NORMAL_95 = 1.959963984540054

_UNUSABLE = (StrikeFlag.ZERO_BID, StrikeFlag.CROSSED, StrikeFlag.LOCKED, StrikeFlag.OLD)
_REFUSED = (*_UNUSABLE, StrikeFlag.OUTSIDE, StrikeFlag.MISSED)


def rate_of_chain(
    chain: ExpiryChain, at_ns: int, rules: BoxRules, *, sessions: Sessions | None = None
) -> ExpiryRate:
    """Return -ln(D) / tau with D the slope of put-call parity, its error, its limits and best boxes.

    Parameters
    ----------
    chain : ExpiryChain
        One root and expiry.
    at_ns : int
        When it was seen, UTC. [ns]
    rules : BoxRules
        Gates, widths, fees, time conventions and the alarm.
    sessions : Sessions, optional
        Business days; those of US options where not given.

    Returns
    -------
    ExpiryRate
        Always one: `status` and `detail` say what could not be computed and why.

    Notes
    -----
    Quotes are gated one by one, the line is fitted robustly (`fit_parity`), strikes whose quotes it
    misses are taken out, and only then are boxes searched over all pairs. A search first would find
    the stalest quote of the chain. Since the line passes between bid and ask of every strike that is
    left, rate_lend <= rate_mid <= rate_borrow.

    American exercise gives no rate. Whoever is long such a box gets its width at expiry at the
    latest, so its price is at least the width discounted: every price gives a lower limit of the
    rate, of which the median over strikes is reported as `rate_floor`.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> found = rate_of_chain(chain, at_ns, BoxRules())
    >>> found.status.value, round(found.rate_mid, 4), found.days
    ('ok', 0.04, 189)
    """
    calendar = sessions or us_sessions()
    time = money_time(
        at_ns,
        chain.expiry,
        calendar,
        settle_days=rules.settle_days,
        cash_days=rules.cash_days,
    )
    quotes = synthetics(chain, at_ns, rules)
    empty = ExpiryRate(
        root=chain.root,
        underlying=chain.underlying,
        expiry=chain.expiry,
        settlement=chain.settlement,
        style=chain.style,
        multiplier=chain.multiplier,
        at_ns=at_ns,
        spot=chain.spot,
        status=Status.OK,
        detail="",
        days=time.days,
        tau=time.tau,
        strikes=chain.strikes,
        strike_flags=quotes.flags,
    )
    empty = _counted(empty)
    if at_ns >= calendar.last_trade_ns(chain.expiry, chain.settlement):
        return replace(
            empty, status=Status.EXPIRED, detail="The last trade was before this moment."
        )
    few = _too_few(empty, rules)
    if few is not None:
        return few
    if chain.style is ExerciseStyle.AMERICAN:
        return _american(empty, quotes)
    return _fitted(chain, quotes, empty, rules)


def rates_of_snapshot(
    snapshot: ChainSnapshot, rules: BoxRules, *, sessions: Sessions | None = None
) -> list[ExpiryRate]:
    """Return the rate of every root and expiry of a snapshot, each from its own chain alone.

    Parameters
    ----------
    snapshot : ChainSnapshot
        Chains of one moment.
    rules : BoxRules
        As for `rate_of_chain`.
    sessions : Sessions, optional
        As for `rate_of_chain`.

    Returns
    -------
    list of ExpiryRate
        In the order of the snapshot.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> from quantdeck.model.chains import ChainSnapshot
    >>> from quantdeck.model.feed import Delay, Provenance, RunId
    >>> chain, at_ns = example_chain()
    >>> snapshot = ChainSnapshot(at_ns, "file", Provenance("example", Delay.IMPORTED, RunId("run")), (chain,))
    >>> [found.root for found in rates_of_snapshot(snapshot, BoxRules())]
    ['SPX']
    """
    return [
        rate_of_chain(chain, snapshot.taken_ns, rules, sessions=sessions)
        for chain in snapshot.chains
    ]


def _counted(found: ExpiryRate) -> ExpiryRate:
    flags = found.strike_flags
    used = np.isin(flags, (StrikeFlag.USED, StrikeFlag.THIN))
    return replace(
        found,
        quotes_used=int(used.sum()),
        quotes_flagged=int(np.isin(flags, _REFUSED).sum()),
    )


def _too_few(empty: ExpiryRate, rules: BoxRules) -> ExpiryRate | None:
    listed = len(empty.strike_flags)
    absent = int((empty.strike_flags == StrikeFlag.ABSENT).sum())
    old = int((empty.strike_flags == StrikeFlag.OLD).sum())
    if empty.quotes_used >= rules.min_quotes and absent <= _MOST_ABSENT * listed:
        return None
    if old > empty.quotes_used:
        detail = f"{old} of {listed} strikes have a quote older than {rules.max_leg_age_s} s."
        return replace(empty, status=Status.STALE, detail=detail)
    if empty.quotes_used >= rules.min_quotes:
        detail = f"{absent} of {listed} strikes are not offered; those left may be old."
        return replace(empty, status=Status.STALE, detail=detail)
    detail = (
        f"{empty.quotes_used} of {listed} strikes have usable quotes, needed {rules.min_quotes}."
    )
    return replace(empty, status=Status.TOO_FEW, detail=detail)


def _american(empty: ExpiryRate, quotes: Synthetics) -> ExpiryRate:
    used = empty.strike_flags == StrikeFlag.USED
    search = BoxSearch(quotes.strikes[used], quotes.buy[used], quotes.sell[used])
    prices = [pair.discount for pair in search.partners(Side.LEND, least=1e-9)]
    floor = (
        -math.log(float(np.median(prices))) / empty.tau if prices and empty.tau > 0 else math.nan
    )
    detail = (
        "Legs can be exercised early, so a box is worth its discounted width or more: "
        "this is not a rate but a lower limit of one."
    )
    return replace(empty, status=Status.AMERICAN, detail=detail, rate_floor=floor)


def _fitted(
    chain: ExpiryChain, quotes: Synthetics, empty: ExpiryRate, rules: BoxRules
) -> ExpiryRate:
    flags = quotes.flags.copy()
    try:
        line = _line(quotes, flags)
        multiples = chain.strikes / line.forward
        inside = (multiples >= rules.lowest) & (multiples <= rules.highest)
        if not inside.all():
            flags[(flags == StrikeFlag.USED) & ~inside] = StrikeFlag.OUTSIDE
            line = _line(quotes, flags)
    except NoData as error:
        return replace(empty, status=Status.TOO_FEW, detail=f"{error}.")
    values = line.at(chain.strikes)
    missed = (flags == StrikeFlag.USED) & ~((quotes.sell <= values) & (values <= quotes.buy))
    flags[missed] = StrikeFlag.MISSED
    for known, least in (
        (quotes.volume, rules.min_volume),
        (quotes.open_interest, rules.min_open_interest),
    ):
        if least > 0:
            flags[(flags == StrikeFlag.USED) & ~(known >= least)] = StrikeFlag.THIN
    found = _counted(_with_line(replace(empty, strike_flags=flags), line))
    found = _judged(found, quotes, line, rules)
    return _with_boxes(chain, quotes, found, rules)


def _line(quotes: Synthetics, flags: np.ndarray[tuple[int], np.dtype[np.uint8]]) -> ParityLine:
    used = flags == StrikeFlag.USED
    line = fit_parity(quotes.strikes[used], quotes.mids[used], quotes.halves[used])
    if not (line.discount > 0 and line.forward > 0):
        raise NoData("quotes give no positive discount factor and forward")
    return line


def _with_line(empty: ExpiryRate, line: ParityLine) -> ExpiryRate:
    tau = empty.tau if empty.tau > 0 else math.nan
    spot = empty.spot if empty.spot > 0 else math.nan
    return replace(
        empty,
        discount=line.discount,
        discount_se=line.discount_se,
        rate_mid=-math.log(line.discount) / tau,
        se=line.discount_se / line.discount / tau,
        forward=line.forward,
        forward_se=line.forward_se,
        dividend_yield=math.log(spot / (line.discount * line.forward)) / tau,
        curvature=line.linearity.curvature,
        step=line.linearity.step,
        autocorrelation=line.linearity.autocorrelation,
    )


def _judged(found: ExpiryRate, quotes: Synthetics, line: ParityLine, rules: BoxRules) -> ExpiryRate:
    used = np.isin(found.strike_flags, (StrikeFlag.USED, StrikeFlag.THIN))
    missed = int((found.strike_flags == StrikeFlag.MISSED).sum())
    tried = found.quotes_used + missed
    listed = len(used)
    absent = int((found.strike_flags == StrikeFlag.ABSENT).sum())
    wide = int((used & (quotes.halves > _WIDEST_HALF * line.forward)).sum())
    status, detail = Status.OK, ""
    if not found.tau > 0:
        status = Status.NO_TIME
        detail = "Price and payoff are paid on the same day: there is a discount but no time."
    elif missed > _MOST_MISSED * tried:
        status, detail = Status.STALE, f"{missed} of {tried} strikes disagree with the rest."
    elif found.quotes_used < rules.min_quotes:
        status = Status.TOO_FEW
        detail = f"{found.quotes_used} strikes agree on a rate, needed {rules.min_quotes}."
    elif absent + wide > _MOST_ABSENT * listed:
        status = Status.STALE
        detail = f"{absent + wide} of {listed} strikes are not offered, or much too wide."
    elif line.linearity.is_bent(rules.alarm):
        status, detail = Status.NOT_SYNCHRONOUS, _lag(line, rules)
    elif abs(found.rate_mid) > rules.max_abs_rate:
        status = Status.BEYOND_LIMIT
        detail = f"The rate is beyond the limit of {rules.max_abs_rate:g}."
    elif found.se > rules.max_se:
        status = Status.IMPRECISE
        detail = f"The rate is known to {1e4 * found.se:.0f} bp, allowed {1e4 * rules.max_se:.0f}."
    return replace(found, status=status, detail=detail)


def _lag(line: ParityLine, rules: BoxRules) -> str:
    if not line.linearity.has_step(rules.alarm):
        return "Parity is not a straight line in the strike: part of the chain lags the rest."
    points = line.linearity.step_points / line.discount
    return (
        f"Strikes below {line.linearity.step_strike:g} are quoted as if the underlying were "
        f"{abs(points):.1f} points {'higher' if points > 0 else 'lower'}."
    )


def _with_boxes(
    chain: ExpiryChain, quotes: Synthetics, found: ExpiryRate, rules: BoxRules
) -> ExpiryRate:
    places = np.flatnonzero(found.strike_flags == StrikeFlag.USED)
    search = BoxSearch(
        chain.strikes[places],
        quotes.buy[places],
        quotes.sell[places],
        fees=4 * rules.fee_per_contract / chain.multiplier,
        min_gap=rules.min_gap,
        max_gap=rules.max_gap,
    )
    lend, borrow = (_rate(pair, found.tau) for pair in search.best())
    if found.status in {Status.NOT_SYNCHRONOUS, Status.STALE} and borrow > lend:
        # little is known: the bar spans the limits and what either half of the strikes says
        used = quotes.flags == StrikeFlag.USED
        apart = slopes_apart(
            quotes.strikes[used], quotes.mids[used], quotes.halves[used], discount=found.discount
        )
        bar = max(apart / found.discount / found.tau, (borrow - lend) / 2)
        return replace(found, se=max(found.se, bar / _NORMAL_95))
    if found.status not in {Status.OK, Status.IMPRECISE}:
        return found
    found = replace(found, rate_lend=lend, rate_borrow=borrow)
    if found.status is Status.IMPRECISE or len(places) < 2:
        return found
    best_lend, best_borrow = best_boxes(chain, found, rules)
    ends = BoxPair(Side.LEND, int(places[0]), int(places[-1]), math.nan)
    natural = replace(rules, price_selector=PriceSelector.NATURAL)
    widest = build_box(chain, ends, at_ns=found.at_ns, tau=found.tau, rules=natural)
    return replace(found, best_lend=best_lend, best_borrow=best_borrow, widest=widest)


def _rate(pair: BoxPair | None, tau: float) -> float:
    if pair is None or not pair.discount > 0 or not tau > 0:
        return math.nan
    return -math.log(pair.discount) / tau
