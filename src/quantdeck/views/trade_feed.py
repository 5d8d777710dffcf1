"""The feed of trades: what the playbook recommends, and what the paper account trades."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.instruments import root_of
from quantdeck.research.playbook.entry import Idea
from quantdeck.views.figures import MINUS, ms_of
from quantdeck.views.home import recommended
from quantdeck.views.payloads import LogPayload, RowsPayload
from quantdeck.views.playbook_words import strikes_text
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.playbook.entry import Entry, Playbook
    from quantdeck.views.payloads import PanelState, Payload, Row

MOST_FED = 60
"""Lines of the feed."""


@dataclass(frozen=True, slots=True)
class FeedLine:
    """One line of the feed of trades.

    Parameters
    ----------
    id : str
        Unique, and the same whenever it is asked for.
    ts_ns : int
        When, UTC. [ns]
    kind : str
        ``recommended`` or ``execution``.
    symbol : str
        Canonical symbol.
    text : str
        In a sentence.
    tone : str
        As of a log.
    simulated : bool
        Whether it is of simulated prices; an execution on paper always is.
    """

    id: str
    ts_ns: int
    kind: str
    symbol: str
    text: str
    tone: str = "plain"
    simulated: bool = True


def recommended_lines(playbook: Playbook) -> list[FeedLine]:
    """Return the trades that a playbook recommends, as lines of the feed.

    Parameters
    ----------
    playbook : Playbook
        The newest.
    """
    return [
        FeedLine(
            id=f"idea:{playbook.session}:{entry.symbol}",
            ts_ns=playbook.made_ns,
            kind="recommended",
            symbol=entry.symbol,
            text=_idea_text(entry),
            simulated=playbook.is_simulated,
        )
        for entry in recommended(playbook)
    ]


def execution_lines(fills: Payload) -> list[FeedLine]:
    """Return what the paper account traded, as lines of the feed.

    Parameters
    ----------
    fills : Payload
        Rows of the fills of the Trading page, newest first.
    """
    if not isinstance(fills, RowsPayload):
        return []
    return [
        FeedLine(
            id=f"fill:{row['id']}",
            ts_ns=row["ts"] * 1_000_000,
            kind="execution",
            symbol=row["symbol"],
            text=_fill_text(row),
            tone="up" if row["side"] == "buy" else "down",
        )
        for row in fills.rows[:MOST_FED]
    ]


def _fill_text(row: Row) -> str:
    word, name = "bought" if row["side"] == "buy" else "sold", row["symbol"].rpartition(":")[2]
    gain = row["realised"]
    shown = "" if gain is None else f", realised {gain:+,.2f}".replace("-", MINUS)
    return f"On paper {word} {row['quantity']:,.8g} {name} at {row['price']:,.8g}{shown}"


def _idea_text(entry: Entry) -> str:
    idea, name = entry.idea or Idea(), root_of(entry.symbol)
    if not idea.expiry:
        sells = any(leg.quantity < 0 for leg in idea.legs)
        return f"Recommended: {'sell short' if sells else 'buy'} {idea.size:,} {name} shares"
    odds = "" if idea.pop is None else f", POP {idea.pop:.0%}"
    legs = f"{strikes_text(idea)} {idea.expiry}"
    return f"Recommended: {idea.size:,} {name} {idea.title.lower()} {legs}{odds}"


def feed_payload(lines: Sequence[FeedLine], state: PanelState) -> LogPayload:
    """Return the feed of trades, newest first.

    Parameters
    ----------
    lines : sequence of FeedLine
        In any order.
    state : PanelState
        Of the panel.

    Returns
    -------
    LogPayload
        Rows of a ``log`` that also have `kind`, `symbol` and `simulated`.
    """
    rows: list[Row] = [
        {
            "id": line.id,
            "ts": ms_of(line.ts_ns),
            "tone": line.tone,
            "text": line.text,
            "kind": line.kind,
            "symbol": line.symbol,
            "simulated": line.simulated,
        }
        for line in lines
    ]
    # What is of one millisecond stays in the order in which it was told.
    rows.sort(key=lambda row: -row["ts"])
    kept = rows[:MOST_FED]
    return LogPayload(state if kept else empty_state(state, "Nothing was traded yet"), kept)
