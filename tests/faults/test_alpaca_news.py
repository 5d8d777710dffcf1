"""News followed on the simulator: as they come, and over a break."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from random import Random

import pytest

from quantdeck.feeds.alpaca.news import AlpacaNews, KnownNews
from quantdeck.model.errors import AuthFailed
from quantdeck.net.clock import SystemClock
from quantdeck.sims.alpaca.news import EVERY_NS
from quantdeck.sims.alpaca.server import AlpacaSim
from quantdeck.sims.options.listed import Size
from tests.faults.alpaca_rig import PATIENCE


class BeforeNews(SystemClock):
    """Stands some time before an article of the simulator; once told to go, runs as the machine's does."""

    def __init__(self, before_s: float) -> None:
        self._begin_ns = 2_992_000 * EVERY_NS - int(before_s * 1e9)
        self._gone_ns: int | None = None

    def go(self) -> None:
        self._gone_ns = self.monotonic_ns()

    def now_ns(self) -> int:
        gone_ns = 0 if self._gone_ns is None else self.monotonic_ns() - self._gone_ns
        return self._begin_ns + gone_ns


def reader(sim, clock, symbols=()):
    return AlpacaNews(
        key="K",
        secret="S",  # noqa: S106
        symbols=symbols,
        clock=clock,
        rng=Random(1),
        data_url=sim.rest_url,
        ws_url=sim.ws_url,
        patience=PATIENCE,
    )


@pytest.mark.parametrize("faults", [[], ["drop"]], ids=["in-peace", "over-a-break"])
def test_article_that_comes_while_followed_is_handed_on(faults):
    faults = list(faults)

    async def run():
        clock = BeforeNews(1.0)
        async with AlpacaSim(size=Size.SMALL, clock=clock) as sim:
            news, known = reader(sim, clock), KnownNews()
            for article in await news.newest(60):
                known.note(article)
            clock.go()
            async with asyncio.timeout(20), aclosing(news.follow()) as coming:
                async for article in coming:
                    if faults:
                        sim.inject(faults.pop())
                    if known.note(article):
                        break
            await news.close()
            return article

    article = asyncio.run(run())

    assert (article.id, faults) == (2_992_000, [])


def test_refused_key_ends_the_following_with_the_reason():
    async def run():
        clock = SystemClock()
        async with AlpacaSim(size=Size.SMALL, faults=["402"]) as sim:
            news = reader(sim, clock)
            try:
                async with asyncio.timeout(20), aclosing(news.follow()) as coming:
                    async for _ in coming:
                        pass
            finally:
                await news.close()

    with pytest.raises(AuthFailed, match="ALPACA_API_KEY"):
        asyncio.run(run())


def test_newest_news_are_paged_and_newest_last():
    async def run():
        clock = BeforeNews(60.0)
        async with AlpacaSim(size=Size.SMALL, clock=clock) as sim:
            news = reader(sim, clock, ("SPY",))
            found = await news.newest(70)
            await news.close()
            return found

    found = asyncio.run(run())

    assert len(found) == 70
    assert [each.id for each in found] == sorted(each.id for each in found)
    assert all("SPY" in each.symbols for each in found)
