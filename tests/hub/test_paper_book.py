from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.hub.paper_book import PaperBook
from quantdeck.model.errors import BadInput, StoreError
from quantdeck.trading import journal
from tests.records.memory_paper import MemoryAccounts


def deposit(money: int, ts_ns: int = 1) -> journal.Deposited:
    return journal.Deposited(ts_ns=ts_ns, money=Decimal(money))


@pytest.fixture
def store():
    return MemoryAccounts()


def test_a_decision_is_made_anew_where_another_process_was_first(store) -> None:
    book, other = PaperBook(store, "a"), PaperBook(store, "a")
    other.commit(lambda _: [deposit(100)])
    seen: list[Decimal] = []

    def double(account) -> list[journal.AnyEvent]:
        seen.append(account.cash)
        return [deposit(int(account.cash) or 1, ts_ns=2)]

    book.commit(double)

    assert seen == [0, 100]
    assert book.account.cash == 200
    assert other.refresh() == [deposit(100, ts_ns=2)]


def test_what_the_account_would_not_take_is_never_kept(store) -> None:
    book = PaperBook(store, "a")
    book.commit(lambda _: [deposit(5, ts_ns=9)])

    with pytest.raises(BadInput, match="earlier"):
        book.commit(lambda _: [deposit(1, ts_ns=10), deposit(1, ts_ns=3)])

    assert len(store.events("a")) == 1
    book.commit(lambda _: [deposit(1, ts_ns=10)])
    assert book.account.cash == PaperBook(store, "a").account.cash == 6


def test_events_are_told_of_once_kept_whoever_caused_them(store) -> None:
    book, other = PaperBook(store, "a"), PaperBook(store, "a")
    told: list[journal.AnyEvent] = []
    book.on_events(told.extend)

    other.commit(lambda _: [deposit(1)])
    book.refresh()
    book.commit(lambda _: [deposit(2)])
    book.commit(lambda _: [])

    assert [event.money for event in told] == [1, 2]


def test_events_that_do_not_add_up_are_said_to_be_damaged(store) -> None:
    store.append("a", [deposit(1, ts_ns=9), deposit(1, ts_ns=3)], expected=0)

    with pytest.raises(StoreError, match="do not add up"):
        PaperBook(store, "a")
