"""A playbook as rows, one of each symbol, for files and the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pyarrow as pa

from quantdeck.research.playbook.entry import Idea

if TYPE_CHECKING:
    from quantdeck.research.playbook.entry import Playbook

_FIGURES = (
    "cost", "max_loss", "max_profit", "pop", "expected_value", "size", "risk", "limit", "limit_name",
    "stop",
)  # fmt: skip
_WORDS = ("structure", "title", "why", "refusal", "root", "expiry", "days")
_OF_FACTOR = ("value", "z", "weight", "contribution")


def playbook_rows(playbook: Playbook) -> list[dict[str, Any]]:
    """Return one row of each symbol, foremost first.

    Parameters
    ----------
    playbook : Playbook
        What is told.

    Returns
    -------
    list of dict
        Every row has the same keys: `session`, `model`, `rank`, `symbol`, `score`, `coverage`,
        `probability`, `view`, `richness`; ``<factor>_value``, ``_z``, ``_weight`` and ``_contribution`` of
        every factor; then the trade, with its legs in one text; None where something is not known.
    """
    model = None if playbook.model is None else playbook.model.id
    rows: list[dict[str, Any]] = []
    for entry in playbook.entries:
        idea = entry.idea or Idea()
        row: dict[str, Any] = {
            "session": playbook.session,
            "model": model,
            "rank": entry.rank,
            "symbol": entry.symbol,
            "score": entry.score,
            "coverage": entry.coverage,
            "probability": entry.probability,
            "view": entry.view,
            "richness": entry.richness,
        }
        for part in entry.contributions:
            row |= {f"{part.factor}_{name}": getattr(part, name) for name in _OF_FACTOR}
        row |= {name: getattr(idea, name) or None for name in _WORDS}
        row["legs"] = legs_text(idea) or None
        row |= {name: getattr(idea, name) for name in _FIGURES}
        row["limit_name"] = idea.limit_name or None
        row["breakevens"] = ", ".join(f"{each:g}" for each in idea.breakevens) or None
        row["measure"] = idea.measure or None
        row["chain_ns"] = idea.chain_ns
        rows.append(row)
    return rows


def playbook_table(playbook: Playbook) -> pa.Table:
    """Return the rows of a playbook as a table whose columns have the same types in every file.

    Parameters
    ----------
    playbook : Playbook
        What is told.

    Returns
    -------
    pa.Table
        As `playbook_rows`.
    """
    rows = playbook_rows(playbook)
    names = list(rows[0]) if rows else []
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, _type(name)) for name in names]))


def legs_text(idea: Idea) -> str:
    """Return the legs of a trade in a line.

    Parameters
    ----------
    idea : Idea
        The trade.

    Returns
    -------
    str
        Empty where there is none.

    Examples
    --------
    >>> from quantdeck.research.playbook.entry import LegLine
    >>> legs_text(Idea(legs=(LegLine("put", 95.0, -1, 1.2), LegLine("put", 90.0, 1, 0.5))))
    '-1 put 95 at 1.20, +1 put 90 at 0.50'
    """
    return ", ".join(
        f"{leg.quantity:+d} {leg.kind}"
        + ("" if leg.strike is None else f" {leg.strike:g}")
        + f" at {leg.price:,.2f}"
        for leg in idea.legs
    )


_INTEGERS = {"rank", "size", "chain_ns"}
_TEXTS = {
    "session", "model", "symbol", "view", "richness", *_WORDS[:-1], "legs", "limit_name", "breakevens",
    "measure",
}  # fmt: skip


def _type(name: str) -> pa.DataType:
    if name in _INTEGERS:
        return pa.int64()
    return pa.string() if name in _TEXTS else pa.float64()
