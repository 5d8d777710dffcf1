"""What an endpoint of REST is, and what it answers from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from quantdeck.sims.binance.answers import Venue
    from quantdeck.sims.binance.query import Query
    from quantdeck.sims.market import Market


@dataclass(frozen=True, slots=True)
class Exchange:
    """Everything the endpoints know.

    Parameters
    ----------
    market : Market
        Prices, orders, books.
    usdm, spot : Venue
        Its two sides.
    usdm_weight, spot_weight : int
        Weight allowed a minute.
    lists_coin_margined : callable
        Whether coin-margined contracts are shown as well.
    """

    market: Market
    usdm: Venue
    spot: Venue
    usdm_weight: int
    spot_weight: int
    lists_coin_margined: Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Call:
    """One request.

    Parameters
    ----------
    server : Exchange
        What to answer from.
    query : Query
        Its parameters.
    now_ms : int
        The venue's time. [ms]
    """

    server: Exchange
    query: Query
    now_ms: int


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One path.

    Parameters
    ----------
    weight : int or callable
        Of a request; may depend on its parameters.
    answer : callable
        Makes the body.
    shares_funding_pool : bool
        Whether it counts against the pool of funding requests.
    """

    weight: int | Callable[[Query], int]
    answer: Callable[[Call], Any]
    shares_funding_pool: bool = False

    def weight_of(self, query: Query) -> int:
        """Return the weight of a request."""
        return self.weight if isinstance(self.weight, int) else self.weight(query)
