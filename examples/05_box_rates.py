"""Plant a rate of 4 % in an option chain with noise and a stale quote, and read it back.

python examples/05_box_rates.py
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from quantdeck.analytics.boxes import BoxRules, Side, rate_of_chain
from quantdeck.analytics.boxes.example import example_chain
from quantdeck.analytics.boxes.planner import plan_boxes
from quantdeck.views.box_rates import RATE_COLUMNS, rate_rows, row_texts


def main() -> None:
    """Print the rate of a sound chain, of one with a stale quote, and of American options."""
    chain, at_ns = example_chain(strikes=41)
    stale = replace(chain, calls=replace(chain.calls, bid=chain.calls.bid.copy()))
    stale.calls.bid[10] += 40  # somebody forgot to take this bid away
    stale.calls.ask[10] += 40
    american = replace(chain, root="SPY", style=type(chain.style).AMERICAN)
    rules = BoxRules(fee_per_contract=1.54)
    rates = [rate_of_chain(each, at_ns, rules) for each in (chain, stale, american)]
    print(*(f"{name:<14}" for name in RATE_COLUMNS))
    for row in rate_rows(rates):
        print(*(f"{text:<14}" for text in row_texts(row)))
    for rate in rates[1:]:
        flags = np.flatnonzero(rate.strike_flags)
        print(f"{rate.root} {rate.status.value}: {len(flags)} strikes left out. {rate.detail}")
    best = plan_boxes(
        [(chain, rates[0])], rules, side=Side.BORROW, amount=250_000, horizon=date(2026, 12, 21)
    )[0]
    print(f"\nreceive {best.now:,.0f} on {best.start}, repay {best.repayment:,.0f} on {best.end}")
    print(best.ticket)


if __name__ == "__main__":
    main()
