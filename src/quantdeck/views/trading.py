"""What the panels of the Trading page show of a paper account."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.performance import drawdowns
from quantdeck.model.instruments import InstrumentKind
from quantdeck.views.figures import ms_of, price_decimals
from quantdeck.views.payloads import LinesPayload, RowsPayload
from quantdeck.views.state import empty_state
from quantdeck.views.trading_words import LIMITS, money, name_of, short_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.analytics.types import FloatArray, IntArray
    from quantdeck.trading.attribution import Execution, StrategyResult
    from quantdeck.trading.ledger import Position
    from quantdeck.trading.paper_now import LimitUse, PositionNow
    from quantdeck.views.payloads import PanelState, Row

_ZERO = Decimal(0)
_NS_PER_MS = 1_000_000
_TONES = {"none": "error", "stale": "stale", "fresh": "live"}
_NO_POINTS = "The first point comes with the first price after the account was opened"
_UNITS = {InstrumentKind.OPTION: "contracts", InstrumentKind.EQUITY: "shares"}


def summary_payload(  # noqa: PLR0913 - what a trader looks at first
    state: PanelState,
    *,
    value: Decimal | None,
    day_start: Decimal,
    cash: Decimal,
    positions: Sequence[PositionNow],
    ever: Iterable[Position],
    equity: FloatArray,
) -> RowsPayload:
    """Return the headline figures.

    Parameters
    ----------
    state : PanelState
        Of the panel.
    value : Decimal or None
        Of the account; None where something that is held has no mark. [currency]
    day_start : Decimal
        What it was worth when the day began. [currency]
    cash : Decimal
        [currency]
    positions : sequence of PositionNow
        What is held.
    ever : iterable of Position
        Of every instrument that was ever held.
    equity : array of shape (n,)
        Value of the account so far, oldest first. [currency]
    """
    known = [each.unrealised for each in positions]
    unrealised = None if None in known else _sum(each for each in known if each is not None)
    past = list(ever)
    realised, fees = _sum(each.realised for each in past), _sum(each.fees for each in past)
    carry = -_sum(each.funding for each in past)
    unmarked = sum(each.mark.price is None for each in positions)
    day = None if value is None else value - day_start
    rows: list[Row] = [
        _card("equity", "Account value", value, "" if not unmarked else f"{unmarked} without price")
        | {"change": _share(day, day_start), "change_title": "today"},
        _card("day", "Gain today", day, f"from {money(day_start)}"),
        _card("unrealised", "Open gain", unrealised, f"{len(positions)} held"),
        _card("realised", "Realised", realised, "before fees"),
        _card("fees", "Fees", fees, f"carry {money(carry)}" if carry else ""),
        _card("exposure", "In positions", _exposure(positions), "long and short added"),
        _card("cash", "Cash", cash, _cash_note(cash, value)),
        _drawdown_card(equity, value),
    ]
    return RowsPayload(state, rows)


def switch_payload(halted: str, state: PanelState, *, waiting: int) -> RowsPayload:
    """Return the state of the kill switch, as the one row of a table.

    Parameters
    ----------
    halted : str
        Why no order is taken; empty where orders are.
    state : PanelState
        Of the panel.
    waiting : int
        Open orders.
    """
    orders = f"{waiting} open order{'s' if waiting != 1 else ''}"
    row: Row = {
        "id": "switch",
        "state": "halted" if halted else "taking orders",
        "tone": "error" if halted else "live",
        "why": halted or f"{orders} may trade",
        "halt": None if halted else "halt",
        "resume": "resume" if halted else None,
    }
    return RowsPayload(state, [row])


def positions_payload(
    positions: Sequence[PositionNow], state: PanelState, *, exits: Mapping[str, str]
) -> RowsPayload:
    """Return what is held, at the side that would close it.

    Parameters
    ----------
    positions : sequence of PositionNow
        What is held.
    state : PanelState
        Of the panel.
    exits : mapping of str to str
        The rules that would close a position, in words, by symbol.
    """
    if not positions:
        return RowsPayload(empty_state(state, "Nothing is held"), [])
    return RowsPayload(state, [_position_row(each, exits) for each in positions])


def limits_payload(limits: Sequence[LimitUse], state: PanelState) -> RowsPayload:
    """Return every limit of the account and how much of it is used."""
    rows: list[Row] = [
        {
            "id": f"{each.name} {each.of}".strip(),
            "limit": LIMITS.get(each.name, each.name),
            "of": _of(each),
            "used": _float(each.used),
            "most": _float(each.limit),
            "share": None if each.used is None else _share(each.used, each.limit or _ZERO),
            "room": _float(each.room),
        }
        for each in limits
    ]
    return RowsPayload(state if rows else empty_state(state, "No limit is set"), rows)


def fills_payload(fills: Sequence[Execution], state: PanelState) -> RowsPayload:
    """Return executions, newest first; `fills` oldest first."""
    if not fills:
        return RowsPayload(empty_state(state, "Nothing has traded yet"), [])
    rows = [_fill_row(at, each) for at, each in enumerate(fills)]
    return RowsPayload(state, rows[::-1])


def strategies_payload(results: Sequence[StrategyResult], state: PanelState) -> RowsPayload:
    """Return what every strategy has brought, the most first."""
    if not results:
        return RowsPayload(empty_state(state, "Nothing has traded yet"), [])
    rows = [_strategy_row(each) for each in results]
    rows.sort(key=lambda row: -(row["total"] or 0.0))
    return RowsPayload(state, rows)


def equity_payload(ts_ns: IntArray, equity: FloatArray, state: PanelState) -> LinesPayload:
    """Return what the account was worth."""
    if not len(ts_ns):
        return LinesPayload(empty_state(state, _NO_POINTS), ts_ns, {})
    return LinesPayload(state, ts_ns // _NS_PER_MS, {"equity": equity})


def drawdown_payload(ts_ns: IntArray, equity: FloatArray, state: PanelState) -> LinesPayload:
    """Return how far the account is below its highest value so far."""
    if not len(ts_ns) or not (equity > 0.0).all():
        said = _NO_POINTS if not len(ts_ns) else "Everything was lost: there is no drawdown to draw"
        return LinesPayload(empty_state(state, said), np.empty(0, np.int64), {})
    return LinesPayload(state, ts_ns // _NS_PER_MS, {"drawdown": drawdowns(equity)})


def _position_row(each: PositionNow, exits: Mapping[str, str]) -> Row:
    word = "none" if each.mark.price is None else "fresh" if each.mark.is_fresh else "stale"
    return {
        "id": each.symbol,
        "symbol": name_of(each.symbol),
        "side": "long" if each.quantity > 0 else "short",
        "held": float(abs(each.quantity)),
        "unit": _UNITS.get(each.terms.kind, "units"),
        "cost": float(each.unit_cost),
        "mark": _float(each.mark.price),
        "decimals": _decimals(each.mark.price or each.unit_cost),
        "at": each.mark.convention,
        "age": None if each.mark.age_s is None else float(int(each.mark.age_s)),
        "quote": word,
        "tone": _TONES[word],
        "value": _float(each.value),
        "unrealised": _float(each.unrealised),
        "return": _share(each.unrealised, each.cost),
        "realised": float(each.realised),
        "fees": float(each.fees),
        "exits": exits.get(each.symbol, ""),
        "note": each.mark.why,
    }


def _fill_row(at: int, each: Execution) -> Row:
    fill = each.fill
    return {
        # An order may trade many times in one millisecond.
        "id": f"{fill.ts_ns}.{fill.symbol}.{at}",
        "ts": ms_of(fill.ts_ns),
        "side": "buy" if fill.quantity > 0 else "sell",
        "quantity": float(abs(fill.quantity)),
        "symbol": name_of(fill.symbol),
        "price": float(fill.price),
        "decimals": _decimals(fill.price),
        "slippage": float(fill.slippage),
        "fee": float(fill.fee),
        "realised": float(each.realised) if each.realised else None,
        "strategy": each.strategy.replace("_", " "),
        "order": each.order_id,
    }


def _strategy_row(each: StrategyResult) -> Row:
    return {
        "id": each.strategy or "none",
        "strategy": each.strategy.replace("_", " ") or "none named",
        "total": _float(each.total),
        "realised": float(each.realised),
        "unrealised": _float(each.unrealised),
        "carry": float(each.carry),
        "fees": float(each.fees),
        "closed": each.closed,
        "won": each.won / each.closed if each.closed else None,
        "open": each.open_symbols,
    }


def _exposure(positions: Sequence[PositionNow]) -> Decimal | None:
    values = [each.value for each in positions]
    return None if None in values else _sum(abs(each) for each in values if each is not None)


def _drawdown_card(equity: FloatArray, value: Decimal | None) -> Row:
    found = equity if value is None else np.append(equity, float(value))
    if not len(found) or not (found > 0.0).all():
        return _card("drawdown", "Below its high", None, "")
    fall = drawdowns(found)
    deepest = f"deepest {100 * abs(float(fall.min())):.2f} %"
    return {"id": "drawdown", "title": "Below its high", "value": abs(float(fall[-1]))} | {
        "note": deepest
    }


def _cash_note(cash: Decimal, value: Decimal | None) -> str:
    if value is None or value <= 0:
        return ""
    return f"{100 * float(cash / value):.0f} % of the value"


def _card(name: str, title: str, value: Decimal | None, note: str) -> Row:
    return {"id": name, "title": title, "value": _float(value), "note": note}


def _decimals(price: Decimal) -> int:
    # Means of several prices have more of them than a market quotes.
    return min(6, max(2, price_decimals(None, [float(price)])))


def _of(each: LimitUse) -> str:
    if each.name == "max_risk":
        return each.of.replace("_", " ") or "any other order"
    return short_name(each.of) if each.of else "the account"


def _sum(values: Iterable[Decimal]) -> Decimal:
    return sum(values, _ZERO)


def _share(part: Decimal | None, whole: Decimal) -> float | None:
    return None if part is None or not whole else float(part / abs(whole))


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
