from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.records.open import open_records

if TYPE_CHECKING:
    from pathlib import Path


def test_watchlist_when_opened_again_is_in_the_order_of_adding(tmp_path: Path) -> None:
    records = open_records(tmp_path)
    for at, symbol in enumerate(("US:SPY", "US:AAPL")):
        records.watchlist.watch(symbol, added_ns=at)
    records.close()

    again = open_records(tmp_path)

    assert again.watchlist.watched() == ["US:SPY", "US:AAPL"]
    again.close()


def test_watchlist_when_told_twice_changes_once(tmp_path: Path) -> None:
    records = open_records(tmp_path)

    said = [records.watchlist.watch("US:SPY", added_ns=1) for _ in range(2)]
    gone = [records.watchlist.unwatch("US:SPY") for _ in range(2)]

    assert (said, gone) == ([True, False], [True, False])
    records.close()
