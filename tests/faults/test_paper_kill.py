"""An account whose process is killed keeps what it answered for, and trades no order twice."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from decimal import Decimal
from pathlib import Path

from quantdeck.trading import journal
from quantdeck.trading.account import Account
from quantdeck.trading.tickets import OrderState
from tests.hub.paper_rig import BTC
from tests.records.places import opened

_ROOT = Path(__file__).parents[2]
_KILLS = 3


def test_account_when_its_process_is_killed_loses_and_doubles_nothing(place) -> None:
    answered: list[int] = []
    for run in range(_KILLS):
        # Each process hands in the last orders again, as a client does that got no answer.
        first = max(0, max(answered, default=0) - 3)
        answered += _killed_after(place, first, answers=6 + 2 * run)

    records = opened(place)
    events = records.accounts.events("main")
    records.close()
    account = Account.of(events)
    traded = Counter(e.order_id for e in events if isinstance(e, journal.Executed))
    orders = account.orders()
    filled = [order for order in orders if order.state is OrderState.FILLED]
    assert max(traded.values()) == 1
    assert {f"order-{number}" for number in answered} <= {o.ticket.id for o in filled}
    assert account.positions()[BTC].quantity == len(filled)
    assert account.cash == -len(filled) * Decimal("100.1")
    # What was taken and had no time to trade still stands.
    assert len(orders) - len(filled) <= 1


def _killed_after(place: str, first: int, *, answers: int) -> list[int]:
    command = [sys.executable, "-m", "tests.faults.paper_children", place, str(first)]
    paths = os.pathsep.join((str(_ROOT), *sys.path))
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": paths}, cwd=_ROOT
    ) as trader:
        assert trader.stdout is not None
        lines = [trader.stdout.readline() for _ in range(answers)]
        trader.kill()
        lines += [line for line in trader.stdout if line.endswith("\n")]
    assert all(line.split()[1] == "filled" for line in lines)
    return [int(line.split()[0]) for line in lines]
