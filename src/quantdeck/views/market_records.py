"""News and statements that were collected, as the Market page and the API show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from quantdeck.analytics.headlines import headline_of, merged
from quantdeck.views.market import date_text
from quantdeck.views.payloads import RowsPayload
from quantdeck.views.state import empty_state

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from quantdeck.model.collected import HeldRecords, StatementLine, Story
    from quantdeck.model.headlines import Headline
    from quantdeck.views.payloads import PanelState, Row

MOST_STORIES = 100
"""Stories on the page."""

_LINES = {
    "revenues": "revenues",
    "gross_profit": "gross_profit",
    "operating_income_loss": "operating_income",
    "net_income_loss": "net_income",
    "diluted_earnings_per_share": "eps",
    "net_cash_flow_from_operating_activities": "operating_cash",
    "assets": "assets",
    "liabilities": "liabilities",
    "equity": "equity",
}
_PER_SHARE = {"eps"}
_MILLION = 1e6
_KEPT = {"quarterly": 8, "annual": 4, "ttm": 1}


@dataclass(frozen=True, slots=True)
class KeptStories:
    """Stories, each once, newest first, and what is held of whom.

    Parameters
    ----------
    stories : tuple of Headline
        With all their sources.
    held : tuple of HeldRecords
        What is kept of each source.
    """

    stories: tuple[Headline, ...]
    held: tuple[HeldRecords, ...]


def stories_of(found: Mapping[str, Sequence[Story]], held: Sequence[HeldRecords]) -> KeptStories:
    """Return stories of several sources as one list.

    Parameters
    ----------
    found : mapping of str to sequence of Story
        By source.
    held : sequence of HeldRecords
        What is kept of each.
    """
    headlines = [headline_of(story, source) for source, every in found.items() for story in every]
    return KeptStories(tuple(merged(headlines)), tuple(held))


def news_payload(
    stories: Sequence[Headline], state: PanelState, *, now_ns: int, nothing: str
) -> RowsPayload:
    """Return stories as rows, newest first.

    Parameters
    ----------
    stories : sequence of Headline
        Newest first.
    state : PanelState
        Of the panel.
    now_ns : int
        The time, UTC. [ns]
    nothing : str
        Said where there is no story.
    """
    if not stories:
        return RowsPayload(empty_state(state, nothing), [])
    return RowsPayload(state, [_story_row(each, now_ns) for each in stories[:MOST_STORIES]])


def _story_row(story: Headline, now_ns: int) -> Row:
    said = story.sentiment
    return {
        "id": story.id or story.url or f"{story.published_ns}:{story.title}",
        "published": story.published_ns // 1_000_000,
        # The clock of a publisher may be ahead; and an age that grows by the minute is enough.
        "age_s": float(max(0, now_ns - story.published_ns) // 60_000_000_000 * 60),
        "headline": story.title,
        "sentiment": None if said is None else said.score,
        "sounds": "" if said is None else said.label,
        "tone": "" if said is None else _TONES[said.label],
        "by": "" if said is None else said.by,
        "publisher": story.publisher,
        "symbols": ", ".join(symbol.partition(":")[2] for symbol in story.symbols),
        "source": ", ".join(story.sources),
        "url": story.url,
    }


_TONES = {"positive": "live", "negative": "error", "neutral": "empty"}


def news_table(stories: Iterable[Headline]) -> pa.Table:
    """Return stories as a table, for files and the API.

    Parameters
    ----------
    stories : iterable of Headline
        In the order of the rows.

    Returns
    -------
    pa.Table
        ``published_ns, headline, summary, publisher, url, symbols, sentiment, sounds, sentiment_by,
        sources, id``; symbols and sources separated by blanks.
    """
    every = list(stories)
    said = [each.sentiment for each in every]
    text = pa.string()
    columns = {
        "published_ns": pa.array([each.published_ns for each in every], pa.int64()),
        "headline": pa.array([each.title for each in every], text),
        "summary": pa.array([each.summary for each in every], text),
        "publisher": pa.array([each.publisher for each in every], text),
        "url": pa.array([each.url for each in every], text),
        "symbols": pa.array([" ".join(each.symbols) for each in every], text),
        "sentiment": pa.array([s.score if s else None for s in said], pa.float64()),
        "sounds": pa.array([s.label if s else None for s in said], text),
        "sentiment_by": pa.array([s.by if s else None for s in said], text),
        "sources": pa.array([" ".join(each.sources) for each in every], text),
        "id": pa.array([each.id for each in every], text),
    }
    return pa.table(columns)


def fundamentals_payload(
    lines: Sequence[StatementLine], symbol: str, state: PanelState
) -> RowsPayload:
    """Return the newest statements, a row a period.

    Parameters
    ----------
    lines : sequence of StatementLine
        Of one company, in any order.
    symbol : str
        Canonical symbol.
    state : PanelState
        Of the panel.
    """
    if not lines:
        root = symbol.partition(":")[2] or "the symbol"
        reason = f"No statements of {root} were collected: press Collect below"
        return RowsPayload(empty_state(state, reason), [])
    periods: dict[tuple[str, str], list[StatementLine]] = {}
    for line in lines:
        periods.setdefault((line.timeframe, line.period), []).append(line)
    newest = sorted(periods.values(), key=lambda of: -of[0].end_ns)
    shown: dict[str, int] = {}
    rows: list[Row] = []
    for of in newest:
        frame = of[0].timeframe
        shown[frame] = shown.get(frame, 0) + 1
        if shown[frame] <= _KEPT.get(frame, 0):
            rows.append(_period_row(of))
    return RowsPayload(state, rows)


def _period_row(lines: Sequence[StatementLine]) -> Row:
    first = lines[0]
    filed = [line.filed_ns for line in lines if line.filed_ns is not None]
    figures: Row = dict.fromkeys(_LINES.values())
    for line in lines:
        name = _LINES.get(line.item)
        if name is not None:
            figures[name] = line.value if name in _PER_SHARE else line.value / _MILLION
    units = [line.unit for line in lines if line.unit and "/" not in line.unit]
    return {
        "id": f"{first.timeframe} {first.period}",
        "period": first.period,
        "end": date_text(first.end_ns),
        "filed": date_text(max(filed)) if filed else None,
        **figures,
        "currency": units[0] if units else None,
    }
