"""A few orders for the demo, so that a paper account can be looked at: simulated, and marked as such."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from quantdeck.hub.paper_market import MachineMarket
from quantdeck.model.options import Right, osi
from quantdeck.trading.orders import Side
from quantdeck.trading.tickets import OrderKind, Ticket, TicketLeg, TimeInForce, single

if TYPE_CHECKING:
    from quantdeck.hub.machine import Machine
    from quantdeck.hub.paper_desk import PaperDesk

ORIGIN = "demo"
_BITCOIN, _ETHER, _SOL = (f"BINANCE-USDM:{root}USDT" for root in ("BTC", "ETH", "SOL"))
_WAIT_S = 0.5
_ROUNDS = 60
_WIDTH = 2
_NOTE = "an order of the demo"


async def demo_orders(machine: Machine, desk: PaperDesk) -> None:
    """Place a purchase, a short sale, two orders that rest, and a spread of calls, once for all starts.

    Parameters
    ----------
    machine : Machine
        Of the demo; its first quotes are waited for.
    desk : PaperDesk
        Its paper account.
    """
    for _ in range(_ROUNDS):
        if all(desk.tops(symbol) for symbol in (_BITCOIN, _ETHER, _SOL)):
            break
        await machine.clock.sleep(_WAIT_S)
    now_ns = machine.clock.now_ns()
    plan = [
        (Side.BUY, _BITCOIN, "0.05", None),
        (Side.SELL, _ETHER, "0.8", None),
        (Side.BUY, _SOL, "10", Decimal("0.97")),
        (Side.SELL, _BITCOIN, "0.02", Decimal("1.03")),
    ]
    for number, (side, symbol, quantity, share) in enumerate(plan, 1):
        name = f"demo-{number}"
        if desk.account.knows(name):
            continue
        limit = _near(desk, symbol, share)
        if share is not None and limit is None:
            continue
        ticket = single(
            name,
            side,
            symbol,
            Decimal(quantity),
            placed_ns=now_ns,
            limit=limit,
            tif=TimeInForce.GTC,
            strategy="demo",
            origin=ORIGIN,
            note=_NOTE,
        )
        await desk.place(ticket)
    await _spread(machine, desk)


async def _spread(machine: Machine, desk: PaperDesk) -> None:
    for _ in range(_ROUNDS):
        found = None if desk.account.knows("demo-5") else _legs(machine, desk)
        if found is not None:
            now_ns = machine.clock.now_ns()
            ticket = Ticket(
                id="demo-5",
                legs=found,
                quantity=Decimal(1),
                placed_ns=now_ns,
                kind=OrderKind.MARKET,
                tif=TimeInForce.GTC,
                strategy="bull_call_spread",
                origin=ORIGIN,
                note=_NOTE,
            )
            await desk.place(ticket)
            return
        await machine.clock.sleep(_WAIT_S)


def _legs(machine: Machine, desk: PaperDesk) -> tuple[TicketLeg, ...] | None:
    options, market = machine.options, MachineMarket(machine)
    if options is None:
        return None
    for underlying in options.underlyings():
        spot = market.price(underlying)
        # Not the first expiry: it may end while the demo runs.
        for key in sorted(options.expiries(underlying), key=lambda key: key[1])[1:]:
            chain = options.chain(underlying, key)
            if chain is None or spot is None:
                continue
            strikes = [float(k) for k in chain.strikes if k >= spot.value]
            if len(strikes) <= _WIDTH:
                continue
            root, expiry = key
            chosen = strikes[0], strikes[_WIDTH]
            names = [f"OPRA:{osi(root, expiry, Right.CALL, strike)}" for strike in chosen]
            if all((top := desk.tops(name)) and top.mid for name in names):
                return TicketLeg(names[0], 1), TicketLeg(names[1], -1)
    return None


def _near(desk: PaperDesk, symbol: str, share: Decimal | None) -> Decimal | None:
    top = desk.tops(symbol)
    if share is None or top is None or top.mid is None:
        return None
    return (Decimal(str(top.mid)) * share).quantize(Decimal("0.01"))
