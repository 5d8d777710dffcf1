"""News with sentiment, and whether the market is open."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from quantdeck.sims.options import sessions
from quantdeck.sims.stocks.calendar import holidays, is_early, is_session

if TYPE_CHECKING:
    from quantdeck.sims.polygon.venue import Ask, Venue
    from quantdeck.sims.stocks.stories import Story

_UPCOMING_DAYS = 400
_NEWS_YEARS = 3
_YEAR_NS = 365 * 86_400_000_000_000


class EventRest:
    """Answers questions for news and for the calendar of the market.

    Parameters
    ----------
    venue : Venue
        The market.
    """

    def __init__(self, venue: Venue) -> None:
        self._venue = venue

    def news(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v2/reference/news``."""
        query = ask.query
        first, last = query.instants("published_utc")
        last = min(last, ask.now_ns)
        first = max(first, ask.now_ns - _NEWS_YEARS * _YEAR_NS)
        limit = ask.limit(default=10, most=1_000)
        descends = query.choice("order", ("asc", "desc"), "desc") == "desc"
        if ask.position and descends:
            last = int(ask.position) - 1
        elif ask.position:
            first = int(ask.position) + 1
        rows: list[Story] = []
        symbol = query.text("ticker")
        for story in self._venue.stories.between(first - 1, last, symbol, descends=descends):
            if len(rows) == limit:
                ask.next_position = str(rows[-1].published_ns)
                break
            rows.append(story)
        return {"results": [_story(story) for story in rows], "count": len(rows)}

    def status(self, ask: Ask) -> dict[str, Any]:
        """Answer ``/v1/marketstatus/now``."""
        state = _state(ask.now_ns)
        venue = {"open": "open", "extended-hours": "extended-hours"}.get(state, "closed")
        moment = datetime.fromtimestamp(ask.now_ns // 1_000_000_000, sessions.ZONE)
        return {
            "afterHours": state == "extended-hours" and moment.hour >= 12,
            "currencies": {"crypto": "open", "fx": "open" if moment.weekday() < 5 else "closed"},
            "earlyHours": state == "extended-hours" and moment.hour < 12,
            "exchanges": {"nasdaq": venue, "nyse": venue, "otc": venue},
            "indicesGroups": {"s_and_p": venue, "nasdaq": venue, "dow_jones": venue},
            "market": state,
            "serverTime": moment.isoformat(),
        }

    def upcoming(self, ask: Ask) -> list[dict[str, Any]]:
        """Answer ``/v1/marketstatus/upcoming``."""
        rows: list[dict[str, Any]] = []
        for n in range(_UPCOMING_DAYS):
            day = ask.today + timedelta(n)
            name = holidays(day.year).get(day)
            if name is not None:
                rows += [_closed(day, name, exchange) for exchange in ("NYSE", "NASDAQ")]
            elif is_session(day) and is_early(day):
                rows += [_early(day, exchange) for exchange in ("NYSE", "NASDAQ")]
        return rows


def _story(story: Story) -> dict[str, Any]:
    moment = datetime.fromtimestamp(story.published_ns // 1_000_000_000, UTC)
    _, name, domain = story.publisher
    return {
        "article_url": story.url,
        "author": story.author,
        "description": story.description,
        "id": f"{story.number:064x}",
        "image_url": f"https://{domain}/images/{story.number}.png",
        "insights": [
            {
                "sentiment": tone,
                "sentiment_reasoning": f"Simulated: the story is {tone} for {symbol}.",
                "ticker": symbol,
            }
            for symbol, tone in story.sentiments
        ],
        "keywords": ["simulated", story.sentiments[0][1]],
        "published_utc": moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "publisher": {
            "favicon_url": f"https://{domain}/favicon.ico",
            "homepage_url": f"https://{domain}/",
            "logo_url": f"https://{domain}/logo.svg",
            "name": name,
        },
        "tickers": list(story.symbols),
        "title": story.title,
    }


def _state(now_ns: int) -> str:
    day = sessions.local_date(now_ns)
    if not is_session(day):
        return "closed"
    if sessions.open_ns(day) <= now_ns < sessions.close_ns(day):
        return "open"
    hour = datetime.fromtimestamp(now_ns // 1_000_000_000, sessions.ZONE).hour
    return "extended-hours" if 4 <= hour < 20 else "closed"


def _closed(day: date, name: str, exchange: str) -> dict[str, Any]:
    return {"date": day.isoformat(), "exchange": exchange, "name": name, "status": "closed"}


def _early(day: date, exchange: str) -> dict[str, Any]:
    name = (
        "Christmas"
        if day.month == 12
        else "Thanksgiving"
        if day.month == 11
        else "Independence Day"
    )
    return {
        "close": _utc(sessions.close_ns(day)),
        "date": day.isoformat(),
        "exchange": exchange,
        "name": name,
        "open": _utc(sessions.open_ns(day)),
        "status": "early-close",
    }


def _utc(ts_ns: int) -> str:
    moment = datetime.fromtimestamp(ts_ns // 1_000_000_000, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.000Z")
