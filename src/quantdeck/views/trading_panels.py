"""The panels of the Trading page."""

from __future__ import annotations

from quantdeck.views.panels import Action, Column, Format, Panel, PanelKind
from quantdeck.views.trading_exit_panels import EXITS, RULES
from quantdeck.views.trading_pairs import PAIRS

_API = "/api/v1"
TICKET_FIELDS = ("what", "side", "quantity", "kind", "price", "tif")
FIRST_ORDER = "Place an order in the ticket, or choose Paper trade in a row of the Playbook page."

_GAIN = (
    "Open gain: quantity times mark less cost; realised: first in, first out, before fees. "
    "Gains of stablecoins count as dollars."
)
_FILLS = (
    "A market order buys at the ask and sells at the bid, worse by the slippage that is set, up to the size "
    "shown; the rest waits for the next quote. A limit order trades when the other side comes to it: what "
    "rests is never filled by a trade that passes by. Nothing trades at a stale quote. Queue and market "
    "impact cannot be known on paper."
)


def _money(name: str, title: str, explained: str = "", *, signed: bool = True) -> Column:
    return Column(name, title, Format.NUMBER, decimals=2, signed=signed, help=explained)


SUMMARY = Panel(
    id="trading.summary",
    kind=PanelKind.KPI,
    title="Paper account",
    topic="trading.summary",
    query=f"{_API}/panels/trading.summary",
    columns=(
        Column("value", "Figure", Format.NUMBER, decimals=2),
        Column("change", "Change", Format.PERCENT, decimals=2, signed=True),
        _money("day", "Gain today"),
        _money("unrealised", "Open gain"),
        _money("realised", "Realised"),
        _money("exposure", "In positions", signed=False),
        Column("drawdown", "Below its high", Format.PERCENT, decimals=2),
    ),
    width=8,
    height=5,
    empty="A paper account is opened with the first start of a deck that keeps records.",
    help=(
        f"Account value: cash and positions at the side that would close them. {_GAIN} The day begins at "
        "midnight in New York. Carry: dividends less funding of perpetuals. Simulated money: no order leaves "
        "this deck."
    ),
)

SWITCH = Panel(
    id="trading.switch",
    kind=PanelKind.TABLE,
    title="Kill switch",
    topic="trading.switch",
    query=f"{_API}/panels/trading.switch",
    columns=(Column("state", "Account", Format.STATE), Column("why", "Now")),
    actions=(
        Action(
            "halt",
            "Halt trading",
            "POST",
            f"{_API}/paper/{{halt}}",
            body={"why": "halted on the page"},
            confirm="Halt trading? No order is taken or filled until you resume, orders that close "
            "positions included.",
            done="Trading is halted.",
        ),
        Action(
            "resume",
            "Resume",
            "POST",
            f"{_API}/paper/{{resume}}",
            confirm="Take orders again? Open orders may trade at once.",
            done="Orders are taken again.",
        ),
    ),
    width=4,
    height=5,
    empty="A paper account is opened with the first start of a deck that keeps records.",
    help=(
        "While trading is halted every order is refused and open orders wait, also those of exit rules and "
        "programs. It is kept with the account: a restart changes nothing."
    ),
)

TICKET = Panel(
    id="trading.ticket",
    kind=PanelKind.STATS,
    title="Order",
    topic="trading.ticket",
    query=f"{_API}/panels/trading.ticket",
    params=TICKET_FIELDS,
    columns=(
        Column("order", "Order"),
        Column("would", "Would trade"),
        _money("cost", "Costs", signed=False),
        _money("received", "Receives", signed=False),
        _money("fees", "Fees", "An estimate: of all of it at once.", signed=False),
        _money("risk", "Worst loss", signed=False),
        Column("share", "Of the account", Format.PERCENT, decimals=1),
        Column("limits", "Limits"),
    ),
    actions=(
        Action(
            "place",
            "Place order",
            "POST",
            f"{_API}/trading/orders",
            body={name: f"{{{name}}}" for name in TICKET_FIELDS},
            where="panel",
        ),
    ),
    width=5,
    height=14,
    empty="Fill in symbol and quantity: what the order would come to stands here before it is placed.",
    help=(
        f"{_FILLS} Costs: at the sides that are crossed, or the limit where that is better. Worst loss: of "
        "the payoff over all prices of the underlying, fees included; of shares and coins their whole value. "
        "Of legs a price is that of one package as quoted, negative for what is received. An order for "
        "more than a quarter of the account is asked about again."
    ),
)

POSITIONS = Panel(
    id="trading.positions",
    kind=PanelKind.TABLE,
    title="Positions",
    topic="trading.positions",
    query=f"{_API}/panels/trading.positions",
    columns=(
        Column("symbol", "Held"),
        Column("side", "Side"),
        Column("held", "Quantity", Format.NUMBER),
        Column("unit", "Unit"),
        Column("cost", "Cost", Format.PRICE, help="Mean of what is held, first in, first out."),
        Column("mark", "Mark", Format.PRICE, help="Of a unit or share."),
        Column("at", "At", help="Which price the mark is."),
        Column("age", "Age", Format.DURATION, help="Of the quote."),
        Column("quote", "Quote", Format.STATE, help="Stale: nothing trades at it."),
        _money("value", "Value", signed=False),
        _money("unrealised", "Open gain"),
        Column("return", "Return", Format.PERCENT, decimals=2, signed=True, help="On cost."),
        _money("realised", "Realised"),
        _money("fees", "Fees", signed=False),
        Column("exits", "Exit rules"),
    ),
    actions=(
        Action(
            "close",
            "Close",
            "POST",
            f"{_API}/trading/close",
            body={"symbol": "{id}"},
            confirm="Close {side} {held} {unit} of {symbol} at the market?",
        ),
    ),
    width=12,
    height=6,
    empty=FIRST_ORDER,
    help=(
        f"{_GAIN} Mark: the bid of what is long, the ask of what is short; the last trade or the close "
        "where there is no quote. Options in contracts, prices by the share."
    ),
)

ORDERS = Panel(
    id="trading.orders",
    kind=PanelKind.TABLE,
    title="Open orders",
    topic="trading.orders",
    query=f"{_API}/panels/trading.orders",
    columns=(
        Column("order", "Order"),
        Column("kind", "Type"),
        Column("filled", "Filled", Format.PROGRESS, decimals=0),
        Column("waits", "Why it waits"),
        Column("placed", "Placed", Format.TIME),
        Column("strategy", "Strategy"),
        Column("origin", "By"),
    ),
    actions=(
        Action("cancel", "Cancel", "DELETE", f"{_API}/paper/orders/{{id}}", done="Cancelled."),
        Action(
            "cancel_all",
            "Cancel all",
            "POST",
            f"{_API}/trading/cancel-all",
            where="panel",
            confirm="Cancel every open order?",
        ),
    ),
    width=7,
    height=6,
    empty="Orders that have not traded in full stand here with what they wait for.",
    help=f"{_FILLS} Orders outlive a restart; those for the day expire at the close of the session.",
)

ENDED = Panel(
    id="trading.ended",
    kind=PanelKind.TABLE,
    title="What became of orders",
    topic="trading.ended",
    query=f"{_API}/panels/trading.ended",
    columns=(
        Column("ts", "When", Format.TIME),
        Column("order", "Order"),
        Column("kind", "Type"),
        Column("state", "State", Format.STATE),
        Column("limit", "Beyond limit"),
        Column("why", "Why"),
        Column("price", "Price", Format.PRICE, help="Mean of a unit, or of a package as quoted."),
        _money("paid", "Paid", "Negative is received.", signed=False),
        _money("fees", "Fees", signed=False),
        Column("strategy", "Strategy"),
        Column("origin", "By"),
    ),
    width=12,
    height=7,
    empty="One row per order that was filled, refused, cancelled or has expired.",
    help="Newest 200. A refused order names the limit that it was beyond.",
)

FILLS = Panel(
    id="trading.fills",
    kind=PanelKind.TABLE,
    title="Fills",
    topic="trading.fills",
    query=f"{_API}/panels/trading.fills",
    columns=(
        Column("ts", "When", Format.TIME),
        Column("side", "Side"),
        Column("quantity", "Units", Format.NUMBER, help="Of options shares: contracts times 100."),
        Column("symbol", "Instrument"),
        Column("price", "Price", Format.PRICE),
        _money("slippage", "Slippage", "Paid beyond the quote.", signed=False),
        _money("fee", "Fee", signed=False),
        _money("realised", "Realised", "Of what it closed, before fees."),
        Column("strategy", "Strategy"),
    ),
    width=7,
    height=8,
    empty=FIRST_ORDER,
    help=f"Newest 500, newest first. {_FILLS}",
)

EQUITY = Panel(
    id="trading.equity",
    kind=PanelKind.STREAM_LINES,
    title="Account value",
    topic="trading.equity",
    query=f"{_API}/panels/trading.equity",
    columns=(Column("equity", "Account value", Format.NUMBER, decimals=2),),
    width=7,
    height=7,
    empty="The first point comes with the first price after the account was opened.",
    help="Cash and positions at mark, kept once a minute and thinned with age; a restart keeps them.",
)

DRAWDOWN = Panel(
    id="trading.drawdown",
    kind=PanelKind.STREAM_LINES,
    title="Below its high",
    topic="trading.drawdown",
    query=f"{_API}/panels/trading.drawdown",
    columns=(Column("drawdown", "Drawdown", Format.PERCENT, decimals=2),),
    width=5,
    height=7,
    empty="The first point comes with the first price after the account was opened.",
    help="Account value over its highest so far, less one. A deposit counts as a gain.",
)

STRATEGIES = Panel(
    id="trading.strategies",
    kind=PanelKind.TABLE,
    title="Gain by strategy",
    topic="trading.strategies",
    query=f"{_API}/panels/trading.strategies",
    columns=(
        Column("strategy", "Strategy"),
        Column("total", "Net gain", Format.BAR, decimals=2, signed=True),
        _money("realised", "Realised"),
        _money("unrealised", "Open"),
        _money("carry", "Carry", "Dividends less funding."),
        _money("fees", "Fees", signed=False),
        Column("closed", "Closed", Format.COUNT, help="Executions that closed something."),
        Column("won", "Won", Format.PERCENT, decimals=0, help="Share of them at a gain."),
        Column("open", "Held", Format.COUNT, help="Instruments."),
    ),
    width=7,
    height=7,
    empty=FIRST_ORDER,
    help=(
        "A gain belongs to the order that opened what was closed, first in, first out, whoever closed it. "
        "Net: realised, open and carry, less fees."
    ),
)

LIMITS = Panel(
    id="trading.limits",
    kind=PanelKind.TABLE,
    title="Limits",
    topic="trading.limits",
    query=f"{_API}/panels/trading.limits",
    columns=(
        Column("limit", "Limit"),
        Column("of", "Of"),
        Column("share", "Used", Format.PROGRESS, decimals=0),
        _money("used", "In use", signed=False),
        _money("most", "At most", signed=False),
    ),
    width=5,
    height=7,
    empty="No limit is set: see the section `paper` of `config.yaml`.",
    help=(
        "Set in the section `paper` of `config.yaml`, and `MAX_RISK` for strategies. An order beyond one is "
        "refused and says which; one that only reduces what is held is refused by the kill switch alone. "
        "Risk of an order is a limit of each single order, so nothing of it is in use."
    ),
)

PANELS = (
    *(SUMMARY, SWITCH, POSITIONS, TICKET, ORDERS, FILLS, EXITS, RULES),
    *(EQUITY, DRAWDOWN, STRATEGIES, LIMITS, PAIRS, ENDED),
)
"""In reading order."""
