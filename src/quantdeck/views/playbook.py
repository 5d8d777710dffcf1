"""What the panels of the Playbook page show of a playbook."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from quantdeck.analytics.strategies import Leg, Strategy, payoff_line
from quantdeck.model.errors import BadInput, NoData
from quantdeck.model.instruments import root_of
from quantdeck.research.playbook.entry import Idea
from quantdeck.research.playbook.tickets import ticket_of
from quantdeck.views.payloads import Curve, CurvePayload, RowsPayload, SurfacePayload, TextPayload
from quantdeck.views.playbook_words import (
    MEANINGS,
    OPTIONS,
    VIEWS,
    notes_text,
    strikes_text,
    why_text,
)
from quantdeck.views.state import empty_state
from quantdeck.views.trading_page import trade_link

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.analytics.types import FloatArray
    from quantdeck.research.playbook.entry import Contribution, Entry, Playbook
    from quantdeck.views.payloads import PanelState, Row

_MARGIN = 0.25
_POINTS = 121


def summary_payload(playbook: Playbook, state: PanelState) -> RowsPayload:
    """Return the headline figures."""
    ideas = [each.idea for each in playbook.entries if each.idea is not None]
    sized = [idea for idea in ideas if idea.size]
    first, model = playbook.entries[0], playbook.model
    rows = [
        _card(
            "trades",
            "Trades within limits",
            len(sized),
            f"of {len(ideas)} looked at",
        ),
        _card("foremost", "Highest score", first.score, root_of(first.symbol)),
        _card("auc", "Model, AUC", None if model is None else model.auc, _auc_note(playbook)),
        _card(
            "coverage",
            "Factors known",
            float(np.mean([each.coverage for each in playbook.entries])),
            "mean share of the weights",
        ),
        _card(
            "options",
            "With options",
            sum(bool(idea.expiry) for idea in ideas),
            "others: shares, or none",
        ),
        _card(
            "risk",
            "At risk together",
            sum(idea.risk or 0.0 for idea in sized),
            "if all lost all they can",
        ),
    ]
    return RowsPayload(state, rows)


def trades_payload(playbook: Playbook, state: PanelState, *, session: str) -> RowsPayload:
    """Return the foremost symbols with their trades; `session` as the page's control names it."""
    return RowsPayload(
        state,
        [
            _trade_row(each, session) | {"order": _order(playbook.session, each)}
            for each in playbook.entries
            if each.idea is not None
        ],
    )


def factors_payload(entry: Entry, state: PanelState) -> RowsPayload:
    """Return what every factor adds to the score of a symbol, and the sum."""
    rows: list[Row] = [_factor_row(part) for part in entry.contributions]
    total: Row = {"id": "score", "factor": "Score", "value": None, "z": None, "weight": None}
    rows.append(total | {"contribution": entry.score, "meaning": "sum of the contributions"})
    return RowsPayload(state, rows)


def why_payload(entry: Entry, state: PanelState) -> TextPayload:
    """Return in words what is said of a symbol."""
    return TextPayload(state, why_text(entry))


def notes_payload(playbook: Playbook, state: PanelState) -> TextPayload:
    """Return what a reader must know."""
    return TextPayload(state, notes_text(playbook))


def legs_payload(entry: Entry, state: PanelState) -> RowsPayload:
    """Return the legs of the trade of a symbol."""
    idea = entry.idea or Idea()
    rows: list[Row] = [
        {
            "id": str(at),
            "leg": leg.kind,
            "strike": leg.strike,
            "quantity": leg.quantity,
            "price": leg.price,
            "bid": leg.bid,
            "ask": leg.ask,
            "delta": leg.delta,
            "age": leg.age_s,
        }
        for at, leg in enumerate(idea.legs)
    ]
    return RowsPayload(state if rows else empty_state(state, _nothing(entry)), rows)


def payoff_of(idea: Idea) -> tuple[FloatArray, FloatArray] | None:
    """Return prices of the underlying and the profit of one unit at expiry, around its strikes.

    Parameters
    ----------
    idea : Idea
        Trade of a playbook.

    Returns
    -------
    prices, profits : array of shape (n,), or None
        None where there are no options in it. [currency]
    """
    legs = [leg for leg in idea.legs if leg.strike is not None]
    cost = sum(leg.quantity * leg.price for leg in legs)
    if not legs or not cost or idea.cost is None:
        return None
    unit = idea.cost / cost
    line = payoff_line(
        Strategy(idea.title, tuple(Leg(x.kind, x.strike or 0.0, x.quantity, x.price) for x in legs))
    )
    marks = [*(leg.strike or 0.0 for leg in legs), *idea.breakevens]
    room = max(_MARGIN * (max(marks) - min(marks)), 0.05 * max(marks))
    even = np.linspace(max(0.0, min(marks) - room), max(marks) + room, _POINTS)
    prices = np.unique(np.concatenate((even, marks)))
    return prices, unit * line.at(prices)


def payoff_payload(entry: Entry, state: PanelState) -> CurvePayload:
    """Return the profit of one unit at expiry over prices of the underlying."""
    idea = entry.idea or Idea()
    drawn = payoff_of(idea)
    if drawn is None:
        return CurvePayload(empty_state(state, _nothing(entry)), ())
    zeros = np.array(idea.breakevens)
    return CurvePayload(
        state,
        (
            Curve("profit", *drawn),
            Curve(
                "breakevens",
                zeros,
                np.zeros(len(zeros)),
                names=[f"breakeven {price:,.2f}" for price in idea.breakevens],
            ),
        ),
    )


def map_payload(playbook: Playbook, state: PanelState) -> SurfacePayload:
    """Return the contributions of all symbols and factors."""
    factors = [part.factor for part in playbook.entries[0].contributions]
    cells = np.array(
        [[_or_nan(part.contribution) for part in each.contributions] for each in playbook.entries]
    )
    return SurfacePayload(
        state,
        x=np.arange(len(factors), dtype=np.float64),
        y=np.arange(len(cells), dtype=np.float64),
        layers={"contribution": cells},
        names=[root_of(each.symbol) for each in playbook.entries],
        columns=factors,
    )


def kept_payload(sessions: Sequence[str], state: PanelState) -> RowsPayload:
    """Return the playbooks that are kept, newest first."""
    rows: list[Row] = [
        {
            "id": session,
            "session": session,
            "open": f"/playbook?session={session}",
            "csv": f"/api/v1/playbook?session={session}&format=csv",
        }
        for session in sessions
    ]
    return RowsPayload(state, rows)


def _card(name: str, title: str, value: float | None, note: str) -> Row:
    return {"id": name, "title": title, "value": value, "note": note}


def _auc_note(playbook: Playbook) -> str:
    model = playbook.model
    if model is None:
        return "no model was asked"
    if model.auc is None or model.auc_low is None or model.auc_high is None:
        return "not judged out of sample"
    return f"[{model.auc_low:.3f}, {model.auc_high:.3f}]; 0.5 is a coin"


def _trade_row(entry: Entry, session: str) -> Row:
    idea = entry.idea or Idea()
    return {
        "id": entry.symbol,
        "rank": entry.rank,
        "symbol": entry.symbol,
        "why": f"/playbook?session={session}&symbol={entry.symbol}",
        "score": entry.score,
        "probability": entry.probability,
        "view": VIEWS[entry.view],
        "options": OPTIONS[entry.richness],
        "trade": idea.title or "none",
        "strikes": strikes_text(idea),
        "expiry": idea.expiry,
        "pop": idea.pop,
        "expected_value": idea.expected_value,
        "max_loss": idea.max_loss,
        "size": idea.size if idea.structure else None,
        "coverage": entry.coverage,
    }


def _order(session: str, entry: Entry) -> str:
    # The price of the idea as a limit, since quotes have moved on.
    try:
        ticket = ticket_of(session, entry, placed_ns=0)
    except (BadInput, NoData):
        return ""
    fields = {"quantity": f"{ticket.quantity:f}"}
    if ticket.limit is not None:
        fields |= {"kind": "limit", "price": f"{ticket.limit:f}"}
    return trade_link(ticket.id, **fields)


def _factor_row(part: Contribution) -> Row:
    return {
        "id": part.factor,
        "factor": part.factor,
        "value": part.value,
        "z": part.z,
        "weight": part.weight if part.z is not None else None,
        "contribution": part.contribution,
        "meaning": MEANINGS.get(part.factor, ""),
    }


def _nothing(entry: Entry) -> str:
    if entry.idea is None:
        return "Only the foremost symbols get a trade."
    return "This trade is of shares." if entry.idea.structure else "This symbol has no trade."


def _or_nan(value: float | None) -> float:
    return np.nan if value is None else value
