"""The message of a daily run: how it ended, the trades to look at, and what the last ones did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from quantdeck.model.instruments import root_of
from quantdeck.views.figures import MINUS
from quantdeck.views.playbook_words import VIEWS, strikes_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.research.playbook.entry import Entry, Idea, Playbook
    from quantdeck.research.playbook.outcome import IdeaOutcome

_PERCENT = frozenset({"momentum"})
_SHORT = {"news_sent": "news", "iv_edge": "iv edge", "garch_spike": "garch"}


@dataclass(frozen=True, slots=True)
class DailyNews:
    """What a daily run has to tell.

    Parameters
    ----------
    playbook : Playbook or None
        Of the newest session.
    outcomes : sequence of IdeaOutcome
        Of the trades of the playbook before.
    before : str
        Session of that.
    failures, notes, findings : sequence of str
        What failed, what was not as it should be, and what was detected.
    """

    playbook: Playbook | None = None
    outcomes: Sequence[IdeaOutcome] = ()
    before: str = ""
    failures: Sequence[str] = ()
    notes: Sequence[str] = ()
    findings: Sequence[str] = ()


def daily_headline(news: DailyNews) -> str:
    """Return the message in a sentence.

    Parameters
    ----------
    news : DailyNews
        What is told.

    Examples
    --------
    >>> daily_headline(DailyNews(failures=("preflight: polygon: the key was refused",)))
    'failed: preflight: polygon: the key was refused'
    """
    parts: list[str] = []
    if news.failures:
        more = f" and {len(news.failures) - 1} more" if len(news.failures) > 1 else ""
        parts.append(f"failed: {news.failures[0]}{more}")
    elif news.playbook is not None:
        traded = [
            f"{root_of(each.symbol)}, {each.idea.title.lower()}"
            for each in news.playbook.entries
            if each.idea is not None and each.idea.structure and each.idea.size > 0
        ]
        words = "trade" if len(traded) == 1 else "trades"
        parts.append(f"session {news.playbook.session}: {len(traded) or 'no'} {words}")
        if traded:
            parts.append(f"first {traded[0]}")
    told = [each.pnl for each in news.outcomes if each.pnl is not None]
    if told:
        parts.append(f"those of {news.before} made {_signed(sum(told), 2)}")
    return "; ".join(parts) or "done"


def daily_details(news: DailyNews, top: int) -> str:
    """Return the message in lines, for letters of one width.

    Parameters
    ----------
    news : DailyNews
        What is told.
    top : int
        Symbols of the table.

    Returns
    -------
    str
        Failures, the table of trades, what the last ones did, what was detected, notes.
    """
    blocks: list[list[str]] = []
    if news.failures:
        blocks.append([f"FAILED {each}" for each in news.failures])
    if news.playbook is not None:
        blocks.append(trades_table(news.playbook, top))
    if news.outcomes:
        blocks.append([f"What the trades of {news.before} did:", *map(_outcome, news.outcomes)])
    if news.findings:
        blocks.append(list(news.findings))
    if news.notes:
        blocks.append([f"note: {each}" for each in news.notes])
    return "\n\n".join("\n".join(block) for block in blocks)


def trades_table(playbook: Playbook, top: int) -> list[str]:
    """Return the foremost symbols of a playbook as lines of a table.

    Parameters
    ----------
    playbook : Playbook
        What is told.
    top : int
        Symbols.

    Returns
    -------
    list of str
        Symbol, probability of the model, score, the value of every other factor, then the trade with its
        probability of profit and its size; a dash where something is not known.
    """
    entries = playbook.entries[: min(top, playbook.top_n)]
    factors = [name for name, weight in playbook.weights.items() if weight and name != "prob_up"]
    head = [
        *("#", "symbol", "prob", "score"),
        *(_SHORT.get(name, name) for name in factors),
        *("view", "POP", "size", "trade"),
    ]
    rows = [head, *(_cells(entry, factors) for entry in entries)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(head))]
    left = {1, len(head) - 4, len(head) - 1}
    lines = [
        "  ".join(
            cell.ljust(width) if at in left else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    ]
    simulated = " (simulated)" if playbook.is_simulated else ""
    return [f"Playbook of {playbook.session}{simulated}", *lines]


def _cells(entry: Entry, factors: Sequence[str]) -> list[str]:
    known = {part.factor: part.value for part in entry.contributions}
    idea = entry.idea
    return [
        str(entry.rank),
        root_of(entry.symbol),
        _percent(entry.probability, 1),
        _signed(entry.score, 2),
        *(_factor(name, known.get(name)) for name in factors),
        VIEWS[entry.view],
        "-" if idea is None else _percent(idea.pop, 0),
        "-" if idea is None else f"{idea.size:,}",
        _trade(idea),
    ]


def _factor(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    return f"{_signed(100.0 * value, 1)}%" if name in _PERCENT else _signed(value, 2)


def _trade(idea: Idea | None) -> str:
    if idea is None or not idea.structure:
        return "none"
    parts = [idea.title, strikes_text(idea) if idea.expiry else "", idea.expiry]
    if not idea.size:
        parts.append("no size")
    return " ".join(filter(None, parts))


def _outcome(outcome: IdeaOutcome) -> str:
    name = f"{root_of(outcome.symbol)} {outcome.title.lower()}, {outcome.size:,}"
    if outcome.pnl is None:
        return f"  {name}: {outcome.why}"
    share = ""
    if outcome.risk:
        share = (
            f" ({_signed(100.0 * outcome.pnl / outcome.risk, 1)}% of {outcome.risk:,.0f} at risk)"
        )
    return f"  {name}: {_signed(outcome.pnl, 2)}{share}, {outcome.why}"


def _percent(value: float | None, decimals: int) -> str:
    return "-" if value is None else f"{value:.{decimals}%}"


def _signed(value: float, decimals: int) -> str:
    text = f"{abs(value):,.{decimals}f}"
    return f"{MINUS if value < 0 else '+'}{text}"
