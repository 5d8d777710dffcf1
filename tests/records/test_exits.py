from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from quantdeck.model.errors import StoreError
from quantdeck.ports.exits import Best
from quantdeck.records.open import FILE, open_records
from quantdeck.trading.exits import ExitRules
from tests.records.places import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from quantdeck.records.exits import SqlExits


@pytest.fixture
def exits(place: str) -> Iterator[SqlExits]:
    records = opened(place)
    yield records.exits
    records.close()


def test_rules_are_kept_by_account_and_scope_until_they_are_removed(exits: SqlExits) -> None:
    rules = ExitRules(stop_loss=0.1, confirm_s=1.5)
    exits.put_rules("paper", "account", rules)
    exits.put_rules("paper", "strategy:condor", ExitRules())
    exits.put_rules("other", "account", ExitRules(max_days=1.0))

    exits.put_rules("paper", "strategy:condor", None)

    assert exits.rules("paper") == {"account": rules}


def test_best_of_two_writers_is_the_higher_one_until_something_is_added(
    exits: SqlExits,
) -> None:
    exits.put_bests("paper", {"a": Best(0.5, 100.0), "b": Best(0.5, 100.0)})

    exits.put_bests("paper", {"a": Best(0.2, 100.0), "b": Best(0.1, 500.0, 1)})
    exits.put_bests("paper", {"b": Best(0.9, 100.0, 0)})

    assert exits.bests("paper") == {"a": Best(0.5, 100.0), "b": Best(0.1, 500.0, 1)}


def test_what_is_closed_is_forgotten_with_its_rules_alone(exits: SqlExits) -> None:
    exits.put_bests("paper", {"a": Best(0.5, 100.0), "b": Best(0.5, 100.0)})
    for scope in ("position:a", "position:b", "strategy:x", "account"):
        exits.put_rules("paper", scope, ExitRules())

    exits.forget("paper", ["b"])

    assert list(exits.bests("paper")) == ["b"]
    assert list(exits.rules("paper")) == ["account", "position:b", "strategy:x"]


def test_events_that_were_told_of_never_go_back(exits: SqlExits) -> None:
    before = exits.told("paper")

    exits.put_told("paper", 7)
    exits.put_told("paper", 3)

    assert (before, exits.told("paper")) == (None, 7)


def test_rules_that_cannot_be_read_are_told(tmp_path: Path) -> None:
    import sqlite3

    records = open_records(tmp_path)
    records.exits.put_rules("paper", "account", ExitRules())
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("UPDATE exit_rules SET body = x'00'")
    connection.close()

    with pytest.raises(StoreError, match="exit rules of paper cannot be read"):
        records.exits.rules("paper")
    records.close()
