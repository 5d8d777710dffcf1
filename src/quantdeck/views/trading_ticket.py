"""What an order would come to, told before it is placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from quantdeck.trading.tickets import OrderKind
from quantdeck.views.figures import duration_text
from quantdeck.views.payloads import PanelState, RowsPayload
from quantdeck.views.trading_words import (
    LIMITS,
    kind_text,
    leg_text,
    money,
    order_text,
    short_name,
    tif_text,
)

if TYPE_CHECKING:
    from decimal import Decimal

    from quantdeck.trading.books import Top
    from quantdeck.trading.paper_now import LegPreview, Preview
    from quantdeck.views.payloads import Row


def preview_payload(
    preview: Preview,
    state: PanelState,
    *,
    tops: dict[str, Top],
    large_share: float,
    known_as: str = "",
) -> RowsPayload:
    """Return cost, worst loss, limits and quotes of an order that is not placed yet.

    Parameters
    ----------
    preview : Preview
        Of the ticket.
    state : PanelState
        Of the panel.
    tops : dict of str to Top
        What the market shows of its symbols.
    large_share : float
        Share of the account beyond which the page asks again. [1]
    known_as : str
        What has become of an order of the same name; empty where there is none.
    """
    ticket = preview.ticket
    rows: list[Row] = [
        _line("order", _capital(order_text(ticket)), f"{_ways(preview)}"),
        *(_leg(each, tops) for each in preview.legs),
        _would(preview),
        _cost(preview),
        _line("fees", _float(preview.fees), "estimate"),
        _risk(preview),
        _size(preview, large_share),
        _limits(preview, known_as),
    ]
    return RowsPayload(state, rows)


def blank_payload(why: str) -> RowsPayload:
    """Return what stands there while no order can be told from what was typed.

    Parameters
    ----------
    why : str
        What is missing or wrong, in a sentence.

    Returns
    -------
    RowsPayload
        The lines of a ticket, without figures; the first says why.

    Examples
    --------
    >>> blank_payload("Say how many.").rows[0]["verdict"]
    'Say how many.'
    """
    lines = ("order", "would", "cost", "fees", "risk", "share", "limits")
    rows = [_line(name, None, why if name == "order" else "") for name in lines]
    return RowsPayload(PanelState("empty", None, ""), rows)


def placed_text(preview: Preview) -> str:
    """Return the question that is asked before a large order is placed."""
    size = "" if preview.share is None else f" It is {100 * preview.share:.0f} % of the account."
    loss = "no end" if preview.is_unlimited else _money(preview.risk)
    return (
        f"{_capital(order_text(preview.ticket))}, {kind_text(preview.ticket)}?{size} "
        f"Worst loss: {loss}."
    )


def _ways(preview: Preview) -> str:
    return f"{kind_text(preview.ticket)}, {tif_text(preview.ticket)}"


def _leg(each: LegPreview, tops: dict[str, Top]) -> Row:
    symbol, top = each.leg.symbol, tops.get(each.leg.symbol)
    if top is None:
        said = "nothing trades without one"
        return _line(symbol, "no quote", said, tone="warn", title=_leg_title(each))
    shown = f"{_quote(top.bid)} \N{MULTIPLICATION SIGN} {_quote(top.ask)}"
    said = [f"size {_quote(top.bid_size)} \N{MULTIPLICATION SIGN} {_quote(top.ask_size)}"]
    if each.age_s is not None:
        said.append(f"{_age(each.age_s)} old")
    return _line(symbol, shown, " \N{MIDDLE DOT} ".join(said), title=_leg_title(each))


def _age(seconds: float) -> str:
    return duration_text(float(int(seconds))) if seconds >= 1.0 else "under 1 s"


def _leg_title(each: LegPreview) -> str:
    if abs(each.leg.ratio) == 1:
        return f"{'Buy' if each.leg.ratio > 0 else 'Sell'} {short_name(each.leg.symbol)}"
    return _capital(leg_text(each.leg))


def _would(preview: Preview) -> Row:
    if preview.refusal is not None:
        return _line("would", "no", "it would be refused", tone="fault")
    if preview.why_waits:
        stands = "" if preview.ticket.kind is OrderKind.MARKET else "it stands and waits: "
        return _line("would", "not yet", f"{stands}{preview.why_waits}", tone="warn")
    return _line("would", "at once", "at the side it crosses", tone="good")


def _cost(preview: Preview) -> Row:
    received = preview.cost is not None and preview.cost < 0
    after = preview.cash_after
    said = "" if after is None else f"cash after {money(after)}"
    tone = "plain"
    if after is not None and after < 0:
        said, tone = f"{said}: borrowed", "warn"
    cost = None if preview.cost is None else abs(float(preview.cost))
    name = "received" if received else "cost"
    return _line(name, cost, said or "no quote to tell by", tone=tone)


def _risk(preview: Preview) -> Row:
    if preview.is_unlimited:
        return _line("risk", "no end", "what is sold short can rise", tone="warn")
    said = "" if preview.risk is not None else "no quote to tell by"
    return _line("risk", _float(preview.risk), said)


def _size(preview: Preview, large_share: float) -> Row:
    if preview.share is None:
        return _line("share", None, "")
    is_large = preview.share > large_share
    said = f"more than {100 * large_share:.0f} %: you are asked again" if is_large else ""
    return _line("share", preview.share, said, tone="warn" if is_large else "plain")


def _limits(preview: Preview, known_as: str) -> Row:
    if known_as:
        return _line("limits", "placed before", known_as, tone="warn")
    found = preview.refusal
    if found is None:
        return _line("limits", "within all", "", tone="good")
    name = LIMITS.get(found.limit, found.limit)
    return _line("limits", f"refused: {name.lower()}", found.why, tone="fault")


def _line(
    name: str, value: float | str | None, verdict: str, *, tone: str = "plain", title: str = ""
) -> Row:
    # What has a column of its own is called as that.
    named = {"title": title} if title else {}
    return {"id": name, **named, "value": value, "verdict": verdict, "tone": tone}


def _quote(value: float | None) -> str:
    return "none" if value is None else f"{value:,.10g}"


def _capital(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}"


def _money(value: Decimal | None) -> str:
    return "not known" if value is None else money(value)


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
