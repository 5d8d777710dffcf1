"""Train a daily model on prices that hold nothing to learn, and on prices that do, and read the verdicts.

Needs the extra quantdeck[ml], and no network: the prices are random walks of this script.

    python examples/08_train_a_model.py
"""

from __future__ import annotations

import numpy as np

from quantdeck.research import train
from quantdeck.research.features.build import build
from quantdeck.research.features.panel import Panel
from quantdeck.research.model_words import auc_words

DAY_NS = 86_400_000_000_000
SYMBOLS, SESSIONS = 10, 500
FEATURES = ("return1", "reversal", "gap", "rsi14")


def panel(echo: float) -> Panel:
    """Return random walks; `echo` is the share of a session's return that the next one undoes."""
    rng = np.random.default_rng(7)
    steps = 0.015 * rng.standard_normal((SYMBOLS, SESSIONS))
    for at in range(1, SESSIONS):
        steps[:, at] -= echo * steps[:, at - 1]
    close = 100.0 * np.exp(steps.cumsum(axis=1))
    open_ = np.roll(close, 1, axis=1)
    open_[:, 0] = 100.0
    high, low = np.maximum(open_, close) * 1.002, np.minimum(open_, close) * 0.998
    midnights = (18_000 + np.arange(SESSIONS)) * DAY_NS
    return Panel(
        tuple(f"US:WALK{at}" for at in range(SYMBOLS)),
        midnights,
        midnights + DAY_NS - 1,
        *(open_, high, low, close, np.full(close.shape, 1e6), close, np.ones(close.shape)),
        calendar="24/7",
        source="random walks",
        is_simulated=True,
    )


def main() -> None:
    """Print what each model is worth, and what it leans on."""
    for echo in (0.0, 0.15, 0.4):
        card = train(build(panel(echo), FEATURES), cv=True, folds=6).card
        print(f"\n{echo:.0%} of a session's return is undone by the next, and the model scores")
        if card.judgement is not None:
            print(f"    {auc_words(card.judgement.auc)}")
            print(f"    {card.judgement.scheme}")
        ranked = sorted(card.importance, key=lambda name: -card.importance[name])
        print(f"    leans on {', '.join(ranked)}")


if __name__ == "__main__":
    main()
