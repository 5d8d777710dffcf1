"""What became of the trades of a playbook: each marked at the close of a later session, after costs."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

import msgspec
import numpy as np

from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from quantdeck.model.chains import ExpiryChain, SideQuotes
    from quantdeck.research.playbook.entry import Entry, Idea, LegLine, Playbook

_USUAL_MULTIPLIER = 100.0


@dataclass(frozen=True, slots=True, eq=False)
class Closed:
    """Where a symbol stands at the close of the session that trades are marked at.

    Parameters
    ----------
    close : float or None
        As traded; None where there is no bar of that session. [currency]
    shares : float
        Shares that one of the playbook's session has become, by splits since. [1]
    dividends : float
        Paid on one of them since. [currency]
    chains : sequence of ExpiryChain
        Its options on that day.
    """

    close: float | None
    shares: float = 1.0
    dividends: float = 0.0
    chains: Sequence[ExpiryChain] = ()


@dataclass(frozen=True, slots=True)
class Fees:
    """What a trade costs beside the spread, each way.

    Parameters
    ----------
    contract, share : float
        For each. [currency]
    slippage_bp : float
        Of the value of shares. [bp]
    """

    contract: float = 0.65
    share: float = 0.0
    slippage_bp: float = 0.0


class IdeaOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one trade.

    Parameters
    ----------
    symbol, title, structure : str
        Of the trade.
    size : int
        Units.
    pnl : float or None
        After costs; None where it cannot be told. [currency]
    risk : float or None
        The most that it could lose, as the playbook had it. [currency]
    costs : float
        Commissions and slippage in and out; the spread is in the prices. [currency]
    why : str
        How it was marked, or why it was not.
    """

    symbol: str
    title: str
    structure: str
    size: int
    pnl: float | None
    risk: float | None
    costs: float
    why: str


def outcomes(
    playbook: Playbook, closed: Mapping[str, Closed], day: date, fees: Fees
) -> list[IdeaOutcome]:
    """Return what became of every trade of a playbook that had a size.

    Parameters
    ----------
    playbook : Playbook
        Of an earlier session.
    closed : mapping of str to Closed
        By symbol, at the close of `day`.
    day : datetime.date
        The session that trades are marked at.
    fees : Fees
        Beside the spread.

    Returns
    -------
    list of IdeaOutcome
        In the order of the playbook.

    Notes
    -----
    pnl = size * (value - cost) - costs. The cost is that of the playbook: options at the ask where
    bought and at the bid where sold, shares at the close. The value is what closing brings: options at
    the bid where held (nothing where nobody bids) and at the ask where owed, after their expiry what
    they are worth at the close; shares at the close, with dividends and splits since. A trade with a
    leg that is not quoted is not told, nor are options of a company that split since.
    """
    return [
        _outcome(entry, entry.idea, closed.get(entry.symbol, Closed(None)), day, fees)
        for entry in playbook.entries
        if entry.idea is not None and entry.idea.structure and entry.idea.size > 0
    ]


def outcome_row(
    outcome: IdeaOutcome, playbook: Playbook, day: date
) -> dict[str, str | float | bool | None]:
    """Return the row of the scoreboard that the outcome of a trade adds.

    Parameters
    ----------
    outcome : IdeaOutcome
        Of a trade.
    playbook : Playbook
        It belongs to.
    day : datetime.date
        Session that it was marked at.
    """
    known = outcome.pnl is not None and outcome.risk is not None and outcome.risk > 0.0
    return {
        "date": day.isoformat(),
        "pnl": outcome.pnl,
        "kind": "playbook",
        "model": "" if playbook.model is None else playbook.model.id,
        "strategy": f"{outcome.structure} {root_of(outcome.symbol)}",
        "capital": outcome.risk,
        "return": (outcome.pnl or 0.0) / (outcome.risk or 1.0) if known else None,
        "costs": outcome.costs,
        "simulated": playbook.is_simulated,
    }


def _outcome(entry: Entry, idea: Idea, closed: Closed, day: date, fees: Fees) -> IdeaOutcome:
    costs = _costs(idea, fees)
    worth = _share_worth(idea, closed) if not idea.expiry else _option_worth(idea, closed, day)
    value, why = worth if isinstance(worth, tuple) else (None, worth)
    pnl = None
    if value is not None and idea.cost is not None:
        pnl = idea.size * (value - idea.cost) - costs
    return IdeaOutcome(
        symbol=entry.symbol,
        title=idea.title,
        structure=idea.structure,
        size=idea.size,
        pnl=pnl,
        risk=idea.risk,
        costs=costs,
        why=why,
    )


def _costs(idea: Idea, fees: Fees) -> float:
    units = sum(abs(leg.quantity) for leg in idea.legs)
    if idea.expiry:
        return 2.0 * idea.size * units * fees.contract
    value = idea.size * abs(idea.cost or 0.0)
    return 2.0 * (idea.size * units * fees.share + value * fees.slippage_bp / 1e4)


def _share_worth(idea: Idea, closed: Closed) -> tuple[float, str] | str:
    if closed.close is None:
        return "not told: it has no bar of that session"
    held = sum(leg.quantity for leg in idea.legs)
    return held * (closed.close * closed.shares + closed.dividends), "at the close"


def _option_worth(idea: Idea, closed: Closed, day: date) -> tuple[float, str] | str:
    if closed.shares != 1.0:
        return "not told: the company split its shares, and with them the contracts"
    expiry = date.fromisoformat(idea.expiry)
    if expiry < day or (expiry == day and not closed.chains):
        return _expired(idea, closed)
    chain = next((c for c in closed.chains if c.key == (idea.root, expiry)), None)
    if chain is None:
        return f"not told: no chain of {idea.root} {idea.expiry} was taken on that day"
    value = 0.0
    for leg in idea.legs:
        price = _closing_price(leg, chain)
        if price is None:
            return f"not told: the {leg.strike:g} {leg.kind} is not quoted"
        value += leg.quantity * price
    return chain.multiplier * value, "at bid and ask of that day"


def _expired(idea: Idea, closed: Closed) -> tuple[float, str] | str:
    if closed.close is None:
        return "not told: its options have expired, and there is no bar of that session"
    value = 0.0
    for leg in idea.legs:
        side = 1.0 if leg.kind == "call" else -1.0
        value += leg.quantity * max(0.0, side * (closed.close - (leg.strike or 0.0)))
    return _multiplier(idea) * value, "expired, at the close"


def _closing_price(leg: LegLine, chain: ExpiryChain) -> float | None:
    at = np.flatnonzero(chain.strikes == leg.strike)
    if not len(at):
        return None
    quotes: SideQuotes = chain.calls if leg.kind == "call" else chain.puts
    bid, ask = float(quotes.bid[at[0]]), float(quotes.ask[at[0]])
    if math.isnan(bid) and math.isnan(ask):
        return None
    if leg.quantity > 0:
        # Asked for, and bid for by nobody.
        return 0.0 if math.isnan(bid) else bid
    return None if math.isnan(ask) else ask


# Of one unit, which the playbook does not tell: its cost is that of all legs times the multiplier.
def _multiplier(idea: Idea) -> float:
    paid = sum(leg.quantity * leg.price for leg in idea.legs)
    if idea.cost is None or abs(paid) < 1e-9:
        return _USUAL_MULTIPLIER
    return abs(idea.cost / paid)
