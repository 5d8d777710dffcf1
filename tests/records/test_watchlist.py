from __future__ import annotations

from tests.records.places import opened


def test_watchlist_when_opened_again_is_in_the_order_of_adding(place: str) -> None:
    records = opened(place)
    for at, symbol in enumerate(("US:SPY", "US:AAPL")):
        records.watchlist.watch(symbol, added_ns=at)
    records.close()

    again = opened(place)

    assert again.watchlist.watched() == ["US:SPY", "US:AAPL"]
    again.close()


def test_watchlist_when_told_twice_changes_once(place: str) -> None:
    records = opened(place)

    said = [records.watchlist.watch("US:SPY", added_ns=1) for _ in range(2)]
    gone = [records.watchlist.unwatch("US:SPY") for _ in range(2)]

    assert (said, gone) == ([True, False], [True, False])
    records.close()
