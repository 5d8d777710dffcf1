"""The Trading page: what is held, what an order would come to, and what became of orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.model.instruments import root_of
from quantdeck.views.panels import Control, Page
from quantdeck.views.trading_panels import PANELS, TICKET

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.trading.tickets import TicketLeg


def trading_page(symbol: str = "") -> Page:
    """Return the Trading page.

    Parameters
    ----------
    symbol : str
        Canonical symbol that stands in the ticket at first; empty for none.

    Examples
    --------
    >>> page = trading_page("BINANCE-USDM:BTCUSDT")
    >>> [control.id for control in page.controls]
    ['what', 'side', 'quantity', 'kind', 'price', 'tif']
    """
    return Page(
        id="trading",
        title="Trading",
        icon="trading",
        question="What is held on paper, what is it worth, and what would the next order come to?",
        controls=(
            _control(
                "what",
                "Symbol or legs",
                "text",
                root_of(symbol),
                help="AAPL, BTCUSDT, an option OPRA:…; or legs such as pair: +1 US:KO -2 US:PEP.",
            ),
            _control("side", "Side", "choice", "buy", ("buy", "sell")),
            _control(
                "quantity",
                "Quantity",
                "text",
                "",
                help="Units, shares, contracts of options, or packages of legs.",
            ),
            _control("kind", "Type", "choice", "market", ("market", "limit", "stop")),
            _control(
                "price",
                "Price",
                "text",
                "",
                help="Of a limit or stop order; of legs one package, negative for what is received.",
            ),
            _control(
                "tif",
                "Stands",
                "choice",
                "day",
                ("day", "gtc"),
                help="day: until the session ends; gtc: until cancelled.",
            ),
        ),
        panels=PANELS,
    )


def trade_link(what: str, **fields: str) -> str:
    """Return the address of the page with a ticket that is filled in.

    Parameters
    ----------
    what : str
        A symbol, legs or an idea, as the ticket takes it.
    **fields : str
        Further fields of the ticket; empty ones are left out.

    Examples
    --------
    >>> trade_link("US:KO", quantity="10", price="")
    '/trading?what=US%3AKO&quantity=10'
    """
    given = {"what": what, **fields}
    return f"/trading?{'&'.join(f'{name}={_quoted(text)}' for name, text in given.items() if text)}"


def legs_text(legs: Sequence[TicketLeg], strategy: str = "") -> str:
    """Return legs as the ticket takes them.

    Parameters
    ----------
    legs : sequence of TicketLeg
        Of one package.
    strategy : str
        What it is called.

    Examples
    --------
    >>> from quantdeck.trading.tickets import TicketLeg
    >>> legs_text((TicketLeg("US:KO", 1), TicketLeg("US:PEP", -2)), "pair")
    'pair: +1 US:KO -2 US:PEP'
    """
    words = " ".join(f"{leg.ratio:+d} {leg.symbol}" for leg in legs)
    return f"{strategy}: {words}" if strategy else words


def _quoted(text: str) -> str:
    plain = "-._~"
    return "".join(
        each
        if each.isascii() and (each.isalnum() or each in plain)
        else "".join(f"%{byte:02X}" for byte in each.encode())
        for each in text
    )


def _control(
    name: str, title: str, kind: str, default: str, options: tuple[str, ...] = (), help: str = ""
) -> Control:
    return Control(name, title, kind, default, options, help=help, panel=TICKET.id)
