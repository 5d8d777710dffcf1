"""What detection promises of any data."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.analytics.detection.fresh_news import fresh_news
from quantdeck.analytics.detection.large_trades import TradeRules, large_trades
from quantdeck.analytics.detection.orders import Orders, digest_of, orders_of
from quantdeck.model.findings import LONGEST, Finding, foremost, lines_of, message_of
from quantdeck.model.headlines import Headline

ANY_SIZE = TradeRules(least=0.0)
S = 1_000_000_000
TITLES = st.lists(
    st.sampled_from(["alpha", "beta", "gamma", "delta", "omega", "sigma"]), min_size=4, max_size=9
)


def market(seed: int, *, count: int = 3_000, scale: float = 1.0) -> tuple[Orders, Orders]:
    random = np.random.default_rng(seed)
    notional = random.lognormal(8.0, 1.5, count) * scale
    # One every 20 s: 16 hours, of which the last is judged.
    every = orders_of(
        np.arange(count) * 20 * S, notional, np.ones(count), random.choice([-1, 1], count)
    )
    return every.part(slice(0, count - 180)), every.part(slice(count - 180, None))


def keys(before: Orders, after: Orders) -> list[str]:
    return [each.key for each in large_trades("X:Y", after, digest_of(before), ANY_SIZE)]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(1e-6, 1e6))
def test_large_trades_in_another_unit_are_the_same(seed: int, scale: float) -> None:
    plain, scaled = keys(*market(seed)), keys(*market(seed, scale=scale))

    assert plain == scaled


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000), times=st.integers(1, 3))
def test_large_trades_with_more_ordinary_prints_are_the_same(seed: int, times: int) -> None:
    before, after = market(seed)
    ordinary = np.full(len(before) * times, float(np.median(before.notional)))
    ts_ns = np.concatenate(
        [before.ts_ns, *(before.ts_ns[:] + (n + 1) * 5 * S for n in range(times))]
    )
    order = np.argsort(ts_ns, kind="stable")
    more = orders_of(
        ts_ns[order],
        np.concatenate([before.notional, ordinary])[order],
        np.ones(len(order)),
        np.concatenate([before.side, np.zeros(len(ordinary))])[order],
    )

    # A last print a few seconds later may complete a span of 8 hours: only that can tell more.
    assert set(keys(more, after)) == set(keys(before, after))


@settings(max_examples=50, deadline=None)
@given(titles=st.lists(TITLES, min_size=1, max_size=8))
def test_fresh_news_told_again_later_are_not_new(titles: list[list[str]]) -> None:
    def told(words: list[str], at: int, source: str) -> Headline:
        return Headline(
            title=" ".join(words),
            url=f"https://{source}.example/{at}",
            publisher="",
            published_ns=at,
            sources=(source,),
            symbols=("US:KO",),
        )

    first = [told(words, 10 + n, "a") for n, words in enumerate(titles)]
    again = [told(words, 500 + n, "b") for n, words in enumerate(titles)]

    assert fresh_news([*again, *first], {"US:KO": 1.0}, since_ns=400, now_ns=1_000) == ()


@settings(max_examples=50, deadline=None)
@given(
    texts=st.lists(st.text(min_size=1, max_size=1500), min_size=1, max_size=40),
    kinds=st.randoms(use_true_random=False),
)
def test_message_is_one_short_text_that_counts_everything(texts: list[str], kinds: object) -> None:
    choose = getattr(kinds, "choice")  # noqa: B009 - typed as object by hypothesis
    found = tuple(
        Finding(
            key=str(n),
            kind=choose(["trade", "news", "options"]),
            symbol="",
            ts_ns=n,
            score=n,
            text=text,
        )
        for n, text in enumerate(texts)
    )

    message = message_of(found) or ""

    assert 0 < len(message) <= LONGEST
    assert len(lines_of(found)) <= 9
    assert len(foremost(found, 8)) == min(8, len(found))
