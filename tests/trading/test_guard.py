from __future__ import annotations

from decimal import Decimal

import pytest

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.guard import Guard, Question, refusal
from tests.trading.paper import CALL, DEAR_CALL, SHARE, TERMS, buy, sell, spread
from tests.trading.test_account import DEPOSIT, executed, filled, placed

MARKS = {SHARE.symbol: Decimal(100), CALL.symbol: Decimal(6), DEAR_CALL.symbol: Decimal(2)}


def account(*events: journal.AnyEvent) -> Account:
    held = executed("held", 10, filled(SHARE.symbol, 10, "110"))
    return Account.of([DEPOSIT, placed(buy("held")), held, *events])


def asked(guard: Guard, ticket, state: Account | None = None, *, risk="100", marks=MARKS):
    known = None if risk is None else Decimal(risk)
    question = Question(ticket, TERMS, marks, known, Decimal(10_000))
    found = refusal(guard, state or account(), question)
    return None if found is None else (found.limit, found.why)


def test_order_within_all_limits_is_taken() -> None:
    guard = Guard({"*": Decimal(100)}, Decimal(2_000), Decimal(2_000), Decimal(200))

    assert asked(guard, buy("a")) is None


@pytest.mark.parametrize(
    ("guard", "limit", "figure"),
    [
        (Guard({"*": Decimal(99)}), "max_risk", "99.00"),
        (Guard(max_symbol=Decimal(1_999)), "max_symbol", "2000.00"),
        (Guard(max_exposure=Decimal(1_999)), "max_exposure", "2000.00"),
        (Guard(max_day_loss=Decimal(100)), "max_day_loss", "lost 100.00"),
    ],
)
def test_order_beyond_a_limit_is_refused_by_its_name_and_figures(guard, limit, figure) -> None:
    found = asked(guard, buy("a"))

    assert found is not None
    assert found[0] == limit
    assert figure in found[1]


def test_limit_of_a_strategy_goes_before_that_of_all_others() -> None:
    guard = Guard({"*": Decimal(1), "vertical": Decimal(500)})

    assert asked(guard, spread("a", strategy="vertical")) is None
    assert asked(guard, spread("a", strategy="condor")) is not None


def test_loss_without_end_is_beyond_any_limit() -> None:
    found = asked(Guard({"*": Decimal(10**9)}), sell("a", 100), risk=None)

    assert found is not None
    assert "without end" in found[1]


def test_order_that_only_reduces_is_taken_beyond_every_limit() -> None:
    guard = Guard({"*": Decimal(0)}, Decimal(0), Decimal(0), Decimal(0))

    assert asked(guard, sell("a"), risk=None, marks={}) is None


def test_order_that_turns_a_position_round_does_not_only_reduce() -> None:
    assert asked(Guard({"*": Decimal(0)}), sell("a", 11)) is not None


def test_open_orders_count_as_held() -> None:
    guard = Guard(max_exposure=Decimal(2_500))

    assert asked(guard, buy("b", 10)) is None
    assert asked(guard, buy("b", 10), account(placed(buy("open")))) is not None


def test_option_counts_for_its_underlying() -> None:
    found = asked(Guard(max_symbol=Decimal(2_000)), spread("a", 2))

    assert found is not None
    assert "US:AAPL" in found[1]


def test_nothing_is_weighed_without_a_price() -> None:
    found = asked(Guard(), buy("a"), marks={})

    assert found == ("no_mark", "there is no price of US:AAPL to weigh it by")


def test_kill_switch_refuses_even_what_reduces() -> None:
    halted = account(journal.Halted(ts_ns=0, why="asked for"))

    assert asked(Guard(), sell("a"), halted) == ("kill_switch", "trading is halted: asked for")
