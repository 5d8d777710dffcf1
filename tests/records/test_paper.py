from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.model.errors import Conflict
from quantdeck.trading import journal
from tests.records.places import opened
from tests.trading.paper import SHARE, buy

EVENTS = [
    journal.Deposited(ts_ns=1, money=Decimal("10000.000000000001")),
    journal.Placed(ts_ns=2, ticket=buy("a", limit=Decimal("1.10")), terms=(SHARE,)),
]


@pytest.fixture
def folder(place):
    return place


def test_events_come_back_as_they_were_after_a_restart(folder) -> None:
    first = opened(folder)
    first.accounts.append("main", EVENTS, expected=0)
    first.close()

    again = opened(folder)

    assert again.accounts.events("main") == EVENTS
    assert again.accounts.events("main", after=1) == EVENTS[1:]
    assert again.accounts.accounts() == ["main"]
    again.close()


def test_of_two_writers_one_must_read_first(folder) -> None:
    one, other = opened(folder), opened(folder)
    one.accounts.append("main", EVENTS[:1], expected=0)

    with pytest.raises(Conflict, match="has 1 events by now"):
        other.accounts.append("main", EVENTS, expected=0)
    other.accounts.append("main", EVENTS[1:], expected=1)

    assert one.accounts.events("main") == EVENTS
    one.close()
    other.close()


def test_accounts_do_not_meet(folder) -> None:
    records = opened(folder)

    records.accounts.append("a", EVENTS[:1], expected=0)
    records.accounts.append("b", EVENTS, expected=0)

    assert len(records.accounts.events("a")) == 1
    assert records.accounts.events("c") == []
    records.close()
