"""Flat rows for scripts, notebooks and spreadsheets: what the lists of the reports folder would hold."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from quantdeck.model.instruments import root_of
from quantdeck.research.playbook.entry import Idea
from quantdeck.views.home import recommended
from quantdeck.views.study_rows.playbook import legs_text

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from quantdeck.analytics.closes import CloseFigures
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.model.headlines import Headline
    from quantdeck.research.playbook.entry import Playbook
    from quantdeck.trading.paper_now import EquityPoints, PositionNow
    from quantdeck.views.market import Watched

PlainRow = dict[str, Any]
_TEXTS = frozenset(
    {"date", "symbol", "reason", "strategy", "run", "kind", "model", "simulated", "timestamp"}
)
_NS = 1_000_000_000


def list_rows(
    lines: Iterable[Mapping[str, str]], texts: Collection[str] = _TEXTS
) -> list[PlainRow]:
    """Return the rows of a list of the reports folder, with figures as numbers.

    Parameters
    ----------
    lines : iterable of mapping of str to str
        As the file has them.
    texts : collection of str
        Columns that stay texts; of all others, what is a number becomes one.

    Returns
    -------
    list of dict
        In the same order; what is empty, or no finite number, is None.

    Examples
    --------
    >>> list_rows([{"date": "2026-11-20", "pnl": "12.5", "reason": "", "run": "7"}])
    [{'date': '2026-11-20', 'pnl': 12.5, 'reason': None, 'run': '7'}]
    """
    return [
        {name: text or None if name in texts else _value(text) for name, text in line.items()}
        for line in lines
    ]


def _value(text: str) -> float | str | None:
    if not text:
        return None
    try:
        number = float(text)
    except ValueError:
        # A column of somebody's own.
        return text
    return number if math.isfinite(number) else None


def moment(ns: int) -> str:
    """Return a time to the second, ISO 8601 in UTC.

    Parameters
    ----------
    ns : int
        UTC. [ns]

    Examples
    --------
    >>> moment(1_795_803_600_000_000_000)
    '2026-11-27T18:20:00Z'
    """
    return f"{datetime.fromtimestamp(ns // _NS, UTC):%Y-%m-%dT%H:%M:%SZ}"


def trade_rows(playbook: Playbook) -> list[PlainRow]:
    """Return the trades that a playbook recommends, foremost first.

    Parameters
    ----------
    playbook : Playbook
        The newest.

    Returns
    -------
    list of dict
        ``date, rank, symbol, id, strategy, title, legs, expiry, score, probability, pop, expected_value,
        cost, max_loss, size, risk, simulated``, and the value of each factor by its name.
    """
    rows: list[PlainRow] = []
    for entry in recommended(playbook):
        idea = entry.idea or Idea()
        factors = {part.factor: part.value for part in entry.contributions}
        factors.pop("probability", None)
        rows.append(
            {
                "date": playbook.session,
                "rank": entry.rank,
                "symbol": root_of(entry.symbol),
                "id": entry.symbol,
                "strategy": idea.structure,
                "title": idea.title,
                "legs": legs_text(idea),
                "expiry": idea.expiry or None,
                "score": entry.score,
                "probability": entry.probability,
                "pop": idea.pop,
                "expected_value": idea.expected_value,
                "cost": idea.cost,
                "max_loss": idea.max_loss,
                "size": idea.size,
                "risk": idea.risk,
                "simulated": playbook.is_simulated,
                **factors,
            }
        )
    return rows


def story_rows(stories: Sequence[Headline]) -> list[PlainRow]:
    """Return stories, newest first.

    Parameters
    ----------
    stories : sequence of Headline
        In the order of the rows.

    Returns
    -------
    list of dict
        ``published_at, title, url, source, symbols, sentiment, summary``; symbols without their venue,
        separated by commas.
    """
    return [
        {
            "published_at": moment(story.published_ns),
            "title": story.title,
            "url": story.url,
            "source": story.publisher or ", ".join(story.sources),
            "symbols": ",".join(map(root_of, story.symbols)),
            "sentiment": None if story.sentiment is None else story.sentiment.score,
            "summary": story.summary,
        }
        for story in stories
    ]


def alert_rows(fired: Sequence[FiredAlert]) -> list[PlainRow]:
    """Return what fired.

    Parameters
    ----------
    fired : sequence of FiredAlert
        In the order of the rows.

    Returns
    -------
    list of dict
        ``time, id, rule, message, read, simulated``.
    """
    return [
        {
            "time": moment(each.fired_ns),
            "id": each.id,
            "rule": each.rule_name,
            "message": each.message,
            "read": each.read,
            "simulated": each.simulated,
        }
        for each in fired
    ]


def watched_rows(watched: Sequence[Watched]) -> list[PlainRow]:
    """Return the watched symbols with their newest prices.

    Parameters
    ----------
    watched : sequence of Watched
        In the order of the list.

    Returns
    -------
    list of dict
        ``symbol, id, price, change, age_s, source``.
    """
    return [
        {
            "symbol": root_of(each.symbol),
            "id": each.symbol,
            "price": each.last,
            "change": each.change,
            "age_s": each.age_s,
            "source": each.source,
        }
        for each in watched
    ]


def close_rows(rows: Sequence[tuple[CloseFigures, PriceSeries]]) -> list[PlainRow]:
    """Return the newest close of each symbol.

    Parameters
    ----------
    rows : sequence of (CloseFigures, PriceSeries)
        In the order of the rows.

    Returns
    -------
    list of dict
        ``symbol, id, date, close, change, volume, source``; `change` to the close before, less one.
    """
    return [
        {
            "symbol": root_of(found.symbol),
            "id": found.symbol,
            "date": moment(found.start_ns)[:10],
            "close": found.close,
            "change": found.day,
            "volume": found.volume,
            "source": f"{series.source} {series.feed}".strip(),
        }
        for found, series in rows
    ]


def position_rows(positions: Sequence[PositionNow]) -> list[PlainRow]:
    """Return what the paper account holds.

    Parameters
    ----------
    positions : sequence of PositionNow
        In the order of the rows.

    Returns
    -------
    list of dict
        ``symbol, id, quantity, price, mark, value, pnl, realised, age_s, source``: price is what a unit
        cost, pnl what is not realised yet; None where there is no mark.
    """
    return [
        {
            "symbol": root_of(each.symbol),
            "id": each.symbol,
            "quantity": float(each.quantity),
            "price": float(each.unit_cost),
            "mark": None if each.mark.price is None else float(each.mark.price),
            "value": None if each.value is None else float(each.value),
            "pnl": None if each.unrealised is None else float(each.unrealised),
            "realised": float(each.realised),
            "age_s": each.mark.age_s,
            "source": each.mark.source,
        }
        for each in positions
    ]


def equity_rows(points: EquityPoints) -> list[PlainRow]:
    """Return the equity curve of the paper account, oldest first.

    Parameters
    ----------
    points : EquityPoints
        As the desk keeps them.

    Returns
    -------
    list of dict
        ``time, equity, cash``.
    """
    columns = points.ts_ns.tolist(), points.equity.tolist(), points.cash.tolist()
    return [
        {"time": moment(ts_ns), "equity": equity, "cash": cash}
        for ts_ns, equity, cash in zip(*columns, strict=True)
    ]
