"""Pairs on the account of a deck: kept by its desk, under its limits, worked by their session alone."""

from __future__ import annotations

import asyncio
from decimal import Decimal

from quantdeck.hub.pair_desk import DeskPairs
from quantdeck.hub.pair_paper import PairPaper
from quantdeck.model.events import Kind
from quantdeck.model.instruments import Instrument, InstrumentKind, InstrumentTable
from quantdeck.research.pairs.wanted import PairWanted
from quantdeck.trading.costs import Costs
from quantdeck.trading.guard import Guard
from quantdeck.trading.tickets import OrderState
from tests.hub.paper_rig import PaperRig, looped
from tests.research.pairs.samples import free_rules
from tests.research.pairs.test_session import S, X, Y, market


class Around:
    def __init__(self, rig: PaperRig) -> None:
        self.clock = rig.clock

    def instrument(self, symbol: str) -> Instrument:
        return Instrument(symbol, InstrumentKind.SPOT, symbol[-5], "USDT", lot_size=0.01)


async def traded(rig: PaperRig, *, seconds: int) -> PairPaper:
    table = InstrumentTable()
    wanted = PairWanted("Y/X", Y, X, "1s", S, free_rules())
    account = DeskPairs(rig.desk, asyncio.get_running_loop())
    pairs = PairPaper([wanted], account=account, around=Around(rig), instruments=table)
    ids = {0: table.id_of(Y), 1: table.id_of(X)}
    began = rig.clock.ns
    batches = list(zip((Kind.TRADE, Kind.QUOTE), market(), strict=True))
    for _, rows in batches:
        rows["ts_event"] += began
        rows["ts_recv"] += began
        rows["symbol"] = [ids[leg] for leg in rows["symbol"].tolist()]
    for second in range(1, seconds + 1):
        rig.turn(1)
        for kind, rows in batches:
            at = rows["ts_recv"] - began
            pairs.take(kind, rows[(at >= (second - 1) * S) & (at < second * S)])
        await pairs.advance()
        rig.market.show(Y, 8.99, 9.01)
        rig.market.show(X, 9.99, 10.01)
    return pairs


@looped
async def test_a_pair_is_kept_on_the_account_of_the_desk() -> None:
    rig = PaperRig(costs=Costs(taker_bp=10.0))

    await traded(rig, seconds=5)

    account = rig.desk.account
    assert {s: str(p.quantity) for s, p in account.positions().items()} == {Y: "52.63", X: "-52.63"}
    assert {order.ticket.strategy for order in account.orders()} == {"pairs:Y/X"}
    assert account.orders()[0].fees == Decimal("0.4741963")
    assert rig.start().account.positions().keys() == {Y, X}


@looped
async def test_a_pair_beyond_a_limit_of_the_account_is_refused_whole() -> None:
    rig = PaperRig(guard=Guard(max_exposure=Decimal(600)))

    await traded(rig, seconds=5)

    orders = rig.desk.account.orders()
    assert [(order.state, order.limit) for order in orders] == [
        (OrderState.REFUSED, "max_exposure"),
        (OrderState.REFUSED, "max_exposure"),
    ]


@looped
async def test_a_desk_that_is_halted_opens_no_pair() -> None:
    rig = PaperRig()
    await rig.desk.halt("enough")

    await traded(rig, seconds=5)

    assert {order.limit for order in rig.desk.account.orders()} == {"kill_switch"}
