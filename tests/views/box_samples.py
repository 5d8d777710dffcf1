"""Expiries, boxes and chains for tests of what the Boxes page shows."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np

from quantdeck.analytics.boxes.spread import BoxLeg, BoxSpread, Side, leg_symbol
from quantdeck.analytics.boxes.types import ExpiryRate, Status
from quantdeck.model.chains import ExpiryChain, SideQuotes
from quantdeck.model.options import ExerciseStyle, Right, Settlement

TODAY = date(2026, 11, 20)
AT_NS = 1_795_200_000_000_000_000


def a_box(side=Side.LEND, *, days=91, root="SPXW", rate=0.041, size=12.0, flags=()):
    expiry = TODAY + timedelta(days=days)
    signs = (1, -1, -1, 1) if side is Side.LEND else (-1, 1, 1, -1)
    places = ((Right.CALL, 5000.0), (Right.PUT, 5000.0), (Right.CALL, 6000.0), (Right.PUT, 6000.0))
    legs = tuple(
        BoxLeg(
            symbol=leg_symbol(root, expiry, right, strike),
            right=right,
            strike=strike,
            quantity=sign,
            bid=10.0,
            ask=10.5,
            bid_size=size,
            ask_size=size,
            volume=7.0,
            open_interest=100.0,
            age_s=3.0,
        )
        for sign, (right, strike) in zip(signs, places, strict=True)
    )
    return BoxSpread(
        root=root,
        underlying="US:SPX",
        expiry=expiry,
        settlement=Settlement.PM,
        style=ExerciseStyle.EUROPEAN,
        multiplier=100.0,
        side=side,
        lower_strike=5000.0,
        upper_strike=6000.0,
        legs=legs,
        price=989.7,
        fees=0.03,
        discount=0.98973,
        tau=days / 365,
        rate=rate,
        tick_bp=2.0,
        fee_bp=0.3,
        flags=flags,
    )


def a_rate(status=Status.OK, *, days=91, root="SPXW", rate=0.04, **more):
    boxes = {}
    if status is Status.OK:
        boxes = {
            "best_lend": a_box(Side.LEND, days=days, root=root, rate=rate - 0.001),
            "best_borrow": a_box(Side.BORROW, days=days, root=root, rate=rate + 0.001),
        }
    known = {
        "rate_mid": rate,
        "se": 0.0001,
        "rate_lend": rate - 0.001,
        "rate_borrow": rate + 0.001,
        "forward": 5900.0,
    }
    fields = known if status is Status.OK else {}
    return ExpiryRate(
        root=root,
        underlying="US:SPX",
        expiry=TODAY + timedelta(days=days),
        settlement=Settlement.PM,
        style=ExerciseStyle.EUROPEAN,
        multiplier=100.0,
        at_ns=AT_NS,
        spot=5850.0,
        status=status,
        detail="" if status is Status.OK else "why",
        days=days,
        tau=days / 365,
        strikes=np.array([5000.0, 6000.0]),
        strike_flags=np.zeros(2, dtype=np.uint8),
        **{**fields, **boxes, **more},
    )


def a_chain(rate, *, bid=10.0, ts_ns=AT_NS - 3_000_000_000):
    count = len(rate.strikes)
    sides = SideQuotes(
        bid=np.full(count, bid),
        ask=np.full(count, 10.5),
        bid_size=np.full(count, 5.0),
        ask_size=np.full(count, 5.0),
        ts_ns=np.full(count, ts_ns),
        volume=np.full(count, 1.0),
        open_interest=np.full(count, 1.0),
    )
    return ExpiryChain(
        root=rate.root,
        underlying=rate.underlying,
        expiry=rate.expiry,
        settlement=rate.settlement,
        style=rate.style,
        multiplier=rate.multiplier,
        strikes=rate.strikes,
        calls=sides,
        puts=sides,
        spot=rate.spot,
    )
