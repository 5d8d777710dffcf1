"""From a chain and two of its strikes to a `BoxSpread` with everything a trader asks of it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.boxes.parity import quote_age_s, synthetics
from quantdeck.analytics.boxes.search import BoxPair, BoxSearch
from quantdeck.analytics.boxes.spread import BoxLeg, BoxSpread, Side, leg_symbol
from quantdeck.analytics.boxes.types import PriceSelector, Status, StrikeFlag
from quantdeck.model.options import Right

if TYPE_CHECKING:
    from quantdeck.analytics.boxes.types import BoxRules, ExpiryRate
    from quantdeck.model.chains import ExpiryChain

COARSE_BP = 10.0
"""From here on one tick of the price is worth mentioning. [basis points]"""


def build_box(
    chain: ExpiryChain, pair: BoxPair, *, at_ns: int, tau: float, rules: BoxRules
) -> BoxSpread:
    """Return the box over two strikes of a chain, priced as the rules say.

    Parameters
    ----------
    chain : ExpiryChain
        Of one root: a box never mixes settlements.
    pair : BoxPair
        Side and strikes; its discount factor is computed anew.
    at_ns : int
        Now, UTC. [ns]
    tau : float
        Time the money is away. [years]
    rules : BoxRules
        Fees, price selector and tick.

    Returns
    -------
    BoxSpread
        Rate and basis points are NaN where tau or the price is not positive.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> box = build_box(chain, BoxPair(Side.LEND, 0, 2, math.nan), at_ns=at_ns, tau=0.5,
    ...     rules=BoxRules())
    >>> box.width, box.payoff(1234.5), round(box.rate, 4)
    (200.0, 200.0, 0.0292)
    """
    bought = pair.side is Side.LEND
    low, high = pair.lower, pair.upper
    sign = 1 if bought else -1
    legs = (
        _leg(chain, Right.CALL, low, sign, at_ns),
        _leg(chain, Right.PUT, low, -sign, at_ns),
        _leg(chain, Right.CALL, high, -sign, at_ns),
        _leg(chain, Right.PUT, high, sign, at_ns),
    )
    price = sign * math.fsum(leg.quantity * _price(leg, rules.price_selector) for leg in legs)
    fees = 4 * rules.fee_per_contract / chain.multiplier
    width = float(chain.strikes[high] - chain.strikes[low])
    discount = (price + sign * fees) / width
    rate, before = _rate(discount, tau), _rate(price / width, tau)
    one_tick = rules.tick / (discount * width * tau) if discount > 0 and tau > 0 else math.nan
    tick_bp = 1e4 * one_tick
    return BoxSpread(
        root=chain.root,
        underlying=chain.underlying,
        expiry=chain.expiry,
        settlement=chain.settlement,
        style=chain.style,
        multiplier=chain.multiplier,
        side=pair.side,
        lower_strike=float(chain.strikes[low]),
        upper_strike=float(chain.strikes[high]),
        legs=legs,
        price=price,
        fees=fees,
        discount=discount,
        tau=tau,
        rate=rate,
        tick_bp=tick_bp,
        fee_bp=1e4 * abs(rate - before),
        flags=_flags(legs, tick_bp, rules),
    )


def _leg(chain: ExpiryChain, right: Right, at: int, quantity: int, at_ns: int) -> BoxLeg:
    side = chain.calls if right is Right.CALL else chain.puts
    strike = float(chain.strikes[at])
    return BoxLeg(
        symbol=leg_symbol(chain.root, chain.expiry, right, strike),
        right=right,
        strike=strike,
        quantity=quantity,
        bid=float(side.bid[at]),
        ask=float(side.ask[at]),
        bid_size=float(side.bid_size[at]),
        ask_size=float(side.ask_size[at]),
        volume=float(side.volume[at]),
        open_interest=float(side.open_interest[at]),
        age_s=float(quote_age_s(side.ts_ns[at : at + 1], at_ns)[0]),
    )


def _price(leg: BoxLeg, selector: PriceSelector) -> float:
    if selector is PriceSelector.MID:
        return 0.5 * (leg.bid + leg.ask)
    return leg.ask if leg.quantity > 0 else leg.bid


def _rate(discount: float, tau: float) -> float:
    return -math.log(discount) / tau if discount > 0 and tau > 0 else math.nan


def _flags(legs: tuple[BoxLeg, ...], tick_bp: float, rules: BoxRules) -> tuple[str, ...]:
    said = {
        "mid price, not an offer": rules.price_selector is PriceSelector.MID,
        "a size is not known": any(math.isnan(leg.size) for leg in legs),
        "an age is not known": any(math.isnan(leg.age_s) for leg in legs),
        f"one tick is over {COARSE_BP:.0f} bp": tick_bp > COARSE_BP,
    }
    return tuple(text for text, applies in said.items() if applies)


def best_boxes(
    chain: ExpiryChain, fit: ExpiryRate, rules: BoxRules
) -> tuple[BoxSpread | None, BoxSpread | None]:
    """Return the box that lends at the highest and the one that borrows at the lowest rate.

    Parameters
    ----------
    chain : ExpiryChain
        The chain that `fit` was made of.
    fit : ExpiryRate
        Its rate: only strikes that it uses are looked at.
    rules : BoxRules
        Widths, fees, price selector and the largest rate taken for possible.

    Returns
    -------
    tuple of BoxSpread or None
        None where the rate's status is not ``ok`` or no pair satisfies the rules.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.expiry import rate_of_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> fit = rate_of_chain(chain, at_ns, BoxRules())
    >>> lend, borrow = best_boxes(chain, fit, BoxRules())
    >>> lend.rate < fit.rate_mid < borrow.rate
    True
    """
    if fit.status is not Status.OK:
        return None, None
    search, places = _search(chain, fit, rules)
    least, most = _limits(fit.tau, rules)
    found: list[BoxSpread | None] = []
    for side, pair in zip((Side.LEND, Side.BORROW), search.best(), strict=True):
        within = pair
        if pair is not None and not least <= pair.discount <= most:
            others = search.partners(side, least=least, most=most)
            within = others[0] if others else None
        found.append(within and _built(chain, within, places, fit, rules))
    return found[0], found[1]


def top_table(
    chain: ExpiryChain, fit: ExpiryRate, rules: BoxRules, *, side: Side, rows: int = 20
) -> list[BoxSpread]:
    """Return the best box of every lower strike, best rate first.

    Parameters
    ----------
    chain : ExpiryChain
        The chain that `fit` was made of.
    fit : ExpiryRate
        Its rate: only strikes that it uses are looked at.
    rules : BoxRules
        As for `best_boxes`.
    side : Side
        Lend or borrow.
    rows : int
        At most this many.

    Returns
    -------
    list of BoxSpread
        Empty where the rate's status is not ``ok``.

    Examples
    --------
    >>> from quantdeck.analytics.boxes.example import example_chain
    >>> from quantdeck.analytics.boxes.expiry import rate_of_chain
    >>> from quantdeck.analytics.boxes.types import BoxRules
    >>> chain, at_ns = example_chain()
    >>> fit = rate_of_chain(chain, at_ns, BoxRules())
    >>> table = top_table(chain, fit, BoxRules(), side=Side.LEND, rows=2)
    >>> [box.rate for box in table] == sorted((box.rate for box in table), reverse=True)
    True
    """
    if fit.status is not Status.OK:
        return []
    search, places = _search(chain, fit, rules)
    least, most = _limits(fit.tau, rules)
    pairs = search.partners(side, least=least, most=most)[:rows]
    return [_built(chain, pair, places, fit, rules) for pair in pairs]


def _search(
    chain: ExpiryChain, fit: ExpiryRate, rules: BoxRules
) -> tuple[BoxSearch, np.ndarray[tuple[int], np.dtype[np.int64]]]:
    quotes = synthetics(chain, fit.at_ns, rules)
    places = np.flatnonzero(fit.strike_flags == StrikeFlag.USED)
    mids = quotes.mids[places]
    is_mid = rules.price_selector is PriceSelector.MID
    search = BoxSearch(
        chain.strikes[places],
        mids if is_mid else quotes.buy[places],
        mids if is_mid else quotes.sell[places],
        fees=4 * rules.fee_per_contract / chain.multiplier,
        min_gap=rules.min_gap,
        max_gap=rules.max_gap,
    )
    return search, places


def _limits(tau: float, rules: BoxRules) -> tuple[float, float]:
    reach = rules.max_abs_rate * tau
    return math.exp(-reach), math.exp(min(reach, 700.0))


def _built(
    chain: ExpiryChain,
    pair: BoxPair,
    places: np.ndarray[tuple[int], np.dtype[np.int64]],
    fit: ExpiryRate,
    rules: BoxRules,
) -> BoxSpread:
    moved = BoxPair(pair.side, int(places[pair.lower]), int(places[pair.upper]), pair.discount)
    return build_box(chain, moved, at_ns=fit.at_ns, tau=fit.tau, rules=rules)
