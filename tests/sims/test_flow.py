from __future__ import annotations

import numpy as np
import pytest

from quantdeck.sims.flow import OrderFlow, first_fill
from quantdeck.sims.listings import LISTINGS, Listing
from quantdeck.sims.paths import DAY_MS, PricePaths
from tests.sims.harness import START_MS

_MARKETS = ["usdm", "spot"]


@pytest.fixture(scope="module")
def paths() -> PricePaths:
    return PricePaths(7)


def _flow(paths: PricePaths, market: str, rate: float = 1.0) -> OrderFlow:
    return OrderFlow(paths, market=market, rate=rate)


@pytest.mark.parametrize("market", _MARKETS)
@pytest.mark.parametrize("rate", [1.0, 30.0])
def test_numbers_run_on_from_chunk_to_chunk_and_over_midnight(
    paths: PricePaths, market: str, rate: float
) -> None:
    flow = _flow(paths, market, rate)
    midnight = (START_MS // DAY_MS + 1) * DAY_MS // flow.chunk_ms

    for listing in LISTINGS[:4]:
        for number in (midnight - 2, midnight - 1, midnight):
            now, after = flow.chunk(listing, number), flow.chunk(listing, number + 1)
            assert now.first_order + len(now.order_ms) == after.first_order
            assert int(now.fill_offsets[-1]) == after.first_fill == first_fill(after.first_order)


def test_markets_share_no_orders(paths: PricePaths) -> None:
    number = START_MS // _flow(paths, "usdm").chunk_ms

    perpetual, spot = (_flow(paths, market).chunk(LISTINGS[0], number) for market in _MARKETS)

    assert perpetual.order_ms[:50].tolist() != spot.order_ms[:50].tolist()


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda item: item.symbol)
def test_orders_lie_in_their_chunk_and_trade_at_the_best_price(
    paths: PricePaths, listing: Listing
) -> None:
    flow = _flow(paths, "usdm")

    chunk = flow.chunk(listing, START_MS // flow.chunk_ms)

    step = (chunk.order_ms - chunk.start_ms) // 100
    expected = np.where(chunk.is_sell, chunk.bid[step], chunk.ask[step])
    assert (np.diff(chunk.order_ms) >= 0).all()
    assert chunk.order_ms[0] >= chunk.start_ms
    assert chunk.order_ms[-1] < chunk.start_ms + flow.chunk_ms
    assert chunk.price.tolist() == expected.tolist()
    assert (chunk.bid < chunk.ask).all()


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda item: item.symbol)
def test_sizes_are_whole_lots_enough_for_their_fills(paths: PricePaths, listing: Listing) -> None:
    flow = _flow(paths, "usdm")

    chunk = flow.chunk(listing, START_MS // flow.chunk_ms)

    assert (chunk.fills >= 1).all()
    assert (chunk.lots >= chunk.fills).all()
    assert (chunk.natural_lots <= chunk.lots).all()
    assert (chunk.natural_lots < chunk.lots).any()
    assert (chunk.natural_lots > 0).all()


@pytest.mark.parametrize("rate", [1.0, 50.0])
def test_quotes_are_in_order_with_growing_numbers(paths: PricePaths, rate: float) -> None:
    flow = _flow(paths, "usdm", rate)

    quotes = flow.quotes(LISTINGS[0], START_MS // flow.chunk_ms)

    assert (np.diff(quotes.time_ms) >= 0).all()
    assert (np.diff(quotes.update) > 0).all()
    assert (quotes.bid_lots > 0).all()
    assert (quotes.ask_lots > 0).all()


def test_every_move_of_the_best_price_is_quoted(paths: PricePaths) -> None:
    flow = _flow(paths, "usdm")

    chunk = flow.chunk(LISTINGS[0], START_MS // flow.chunk_ms)

    moved = np.flatnonzero((np.diff(chunk.bid) != 0) | (np.diff(chunk.ask) != 0)) + 1
    quotes = flow.quotes(LISTINGS[0], START_MS // flow.chunk_ms)
    quoted = set(((quotes.time_ms - chunk.start_ms) / 100).tolist())
    assert set(moved.astype(float).tolist()) <= quoted
