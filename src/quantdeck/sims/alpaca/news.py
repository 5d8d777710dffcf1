"""News that never happened: one every ten minutes, each marked as simulated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from quantdeck.sims.noise import generator

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.options.market import OptionMarket

EVERY_NS = 600_000_000_000
"""Between two news. [ns]"""
_LATE_NS = 5_000_000_000
_TOPICS = ("Index options trade", "Funding through boxes", "Dividends of the index", "Volatility")
_TURNS = ("picks up", "is quiet", "is watched", "moves little", "draws hedgers")


@dataclass(frozen=True, slots=True)
class News:
    """One item.

    Parameters
    ----------
    number : int
        Its name.
    created_ns : int
        When. [ns]
    headline : str
        What.
    symbols : tuple of str
        Whom it concerns; may be empty.
    """

    number: int
    created_ns: int
    headline: str
    symbols: tuple[str, ...]

    def written(self, stamp: Callable[[int], object], *, has_content: bool) -> dict[str, Any]:
        """Return the item as it is written."""
        return {
            "id": self.number,
            "headline": self.headline,
            "summary": f"Simulated item {self.number}; nothing of it happened.",
            "author": "quantdeck simulator",
            "created_at": stamp(self.created_ns),
            "updated_at": stamp(self.created_ns + _LATE_NS),
            "url": f"http://127.0.0.1/simulated/news/{self.number}",
            "content": f"<p>{self.headline}.</p>" if has_content else "",
            "symbols": list(self.symbols),
            "source": "simulated",
        }


def news_between(market: OptionMarket, after_ns: int, until_ns: int) -> list[News]:
    """Return the news of ``(after, until]``, by time."""
    return [
        _item(market.seed, number)
        for number in range(after_ns // EVERY_NS + 1, until_ns // EVERY_NS + 1)
    ]


def _item(seed: int, number: int) -> News:
    rng = generator(seed, "news", number)
    topic, turn = (words[int(rng.integers(len(words)))] for words in (_TOPICS, _TURNS))
    symbols = ((), ("SPY",), ("SPY", "SPX"))[int(rng.integers(3))]
    return News(number, number * EVERY_NS, f"Simulated: {topic} {turn}", symbols)
