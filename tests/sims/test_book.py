from __future__ import annotations

import numpy as np
import pytest

from quantdeck.sims.book import changes, update_at
from quantdeck.sims.listings import LISTINGS, Listing
from quantdeck.sims.market import Market
from tests.sims.harness import START_MS


@pytest.fixture(scope="module")
def market() -> Market:
    return Market(seed=7, began_ms=START_MS)


@pytest.mark.parametrize("listing", LISTINGS, ids=lambda item: item.symbol)
def test_book_is_sorted_without_empty_levels_and_not_crossed(
    market: Market, listing: Listing
) -> None:
    book = market.usdm_book.book(listing, START_MS)

    assert (np.diff(book.bids[:, 0]) < 0).all()
    assert (np.diff(book.asks[:, 0]) > 0).all()
    assert (book.bids[:, 1] > 0).all()
    assert (book.asks[:, 1] > 0).all()
    assert book.bids[0, 0] < book.asks[0, 0]


def test_book_begins_with_the_quote_of_its_step(market: Market) -> None:
    listing = LISTINGS[0]
    flow = market.usdm.chunk(listing, START_MS)
    step = (START_MS - flow.start_ms) // 100

    book = market.usdm_book.book(listing, START_MS)

    quotes = market.usdm.flow.quotes(listing, START_MS // market.usdm.flow.chunk_ms)
    assert book.bids[0].tolist() == [flow.bid[step], quotes.top_bid_lots[step]]
    assert book.asks[0].tolist() == [flow.ask[step], quotes.top_ask_lots[step]]


def test_book_is_the_same_within_a_step(market: Market) -> None:
    start = START_MS // 100 * 100

    books = [market.usdm_book.book(LISTINGS[0], start + ms) for ms in (0, 37, 99)]

    assert all(book.update == books[0].update for book in books)
    assert all(book.bids.tolist() == books[0].bids.tolist() for book in books)


def test_deep_levels_rest_longer_than_a_step(market: Market) -> None:
    first = market.usdm_book.book(LISTINGS[0], START_MS)
    second = market.usdm_book.book(LISTINGS[0], START_MS + 100)

    moved = changes(first.bids, second.bids)

    assert 0 < len(moved) < 0.3 * len(first.bids)


def test_changes_turn_one_book_into_the_next(market: Market) -> None:
    first = market.usdm_book.book(LISTINGS[1], START_MS)
    later = market.usdm_book.book(LISTINGS[1], START_MS + 5_000)

    levels = dict(first.asks.tolist()) | dict(changes(first.asks, later.asks).tolist())

    assert {p: q for p, q in levels.items() if q} == dict(later.asks.tolist())


def test_update_numbers_leave_room_for_quotes_of_the_millisecond(market: Market) -> None:
    quotes = market.usdm.flow.quotes(LISTINGS[0], START_MS // market.usdm.flow.chunk_ms)

    stamps, updates = quotes.time_ms.tolist(), quotes.update.tolist()

    assert all(
        update_at(stamp - 1) < update < update_at(stamp)
        for stamp, update in zip(stamps, updates, strict=True)
    )
