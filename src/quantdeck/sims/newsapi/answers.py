"""``/v2/everything``, ``/v2/top-headlines`` and the sources: parameters, plans, pages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from quantdeck.sims.newsapi.articles import SOURCES, Article, Articles
from quantdeck.sims.newsapi.refusals import Refusal
from quantdeck.sims.newsapi.search import parsed
from quantdeck.sims.stocks.stories import PUBLISHERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_DAY_NS = 86_400_000_000_000
MOST_SOURCES = 20
_MOST_ROWS = 100
_SORTS = ("relevancy", "popularity", "publishedAt")
_FIELDS = ("title", "description", "content")
_COUNTRIES, _CATEGORIES = ("us",), ("business", "general")
_IDS = {name: words for name, words, _ in PUBLISHERS}


@dataclass(frozen=True, slots=True)
class NewsPlan:
    """What a subscription allows.

    Parameters
    ----------
    name : str
        As keys are called.
    requests : int or None
        A day.
    delay_ns : int
        How late articles are told. [ns]
    days : int
        How far back they go.
    results : int or None
        Of one search, over all its pages.
    """

    name: str
    requests: int | None
    delay_ns: int
    days: int
    results: int | None


DEVELOPER = NewsPlan("developer", 100, _DAY_NS, 31, 100)
BUSINESS = NewsPlan("business", None, 0, 5 * 366, None)


@dataclass(frozen=True, slots=True)
class Search:
    """One request.

    Parameters
    ----------
    values : mapping of str to str
        Its parameters.
    plan : NewsPlan
        Of who asks.
    now_ns : int
        When. [ns]
    """

    values: Mapping[str, str]
    plan: NewsPlan
    now_ns: int

    def text(self, name: str) -> str:
        """Return a parameter, empty where it was not sent."""
        return self.values.get(name, "")

    def number(self, name: str, default: int, most: int) -> int:
        """Return a whole number of one or more.

        Raises
        ------
        Refusal
            If it is none, or more than `most`.
        """
        value = self.text(name) or str(default)
        if not value.isdecimal() or int(value) < 1:
            raise Refusal("parameterInvalid", f"The {name} parameter must be a number from 1 on.")
        if int(value) > most:
            raise Refusal("parameterInvalid", f"The {name} parameter cannot be more than {most}.")
        return int(value)

    def choice(self, name: str, known: tuple[str, ...], default: str) -> str:
        """Return one of some words.

        Raises
        ------
        Refusal
            If it is another one.
        """
        value = self.text(name) or default
        if value not in known:
            words = f"The {name} parameter is invalid: use one of {', '.join(known)}."
            raise Refusal("parameterInvalid", words)
        return value

    def instant(self, name: str) -> int | None:
        """Return an ISO 8601 time, UTC where it names no zone. [ns].

        Raises
        ------
        Refusal
            If it is none.
        """
        value = self.text(name)
        if not value:
            return None
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            words = f"The {name} parameter is not a date or a time of ISO 8601."
            raise Refusal("parameterInvalid", words) from None
        if moment.tzinfo is None:
            moment = moment.replace(tzinfo=UTC)
        return round(moment.timestamp()) * 1_000_000_000

    def sources(self) -> list[str]:
        """Return the sources asked for.

        Raises
        ------
        Refusal
            If there are too many, or one does not exist.
        """
        names = [name for name in self.text("sources").split(",") if name]
        if len(names) > MOST_SOURCES:
            raise Refusal("sourcesTooMany")
        for name in names:
            if name not in _IDS:
                raise Refusal("sourceDoesNotExist", f"The source {name} does not exist.")
        return names


class Answers:
    """Answers requests.

    Parameters
    ----------
    articles : Articles
        What there is to read.
    """

    def __init__(self, articles: Articles) -> None:
        self._articles = articles

    def everything(self, search: Search) -> dict[str, Any]:
        """Answer ``/v2/everything``."""
        domains = [each for each in search.text("domains").split(",") if each]
        without = [each for each in search.text("excludeDomains").split(",") if each]
        sources = search.sources()
        if not (search.text("q") or search.text("qInTitle") or sources or domains):
            raise Refusal("parametersMissing")
        tests = _text_tests(search)
        is_foreign = search.text("language") not in ("", "en")
        after, until = _span(search)
        order = search.choice("sortBy", _SORTS, "publishedAt")
        found = [
            each
            for each in self._articles.between(after, until)
            if not is_foreign
            and (not sources or each.source[0] in sources)
            and (not domains or each.source[2] in domains)
            and each.source[2] not in without
            and all(test(each) for test in tests)
        ]
        if order == "popularity":
            found.sort(key=lambda each: each.source[1])
        return _page(search, found, default=_MOST_ROWS)

    def headlines(self, search: Search) -> dict[str, Any]:
        """Answer ``/v2/top-headlines``."""
        sources = search.sources()
        country, category = search.text("country"), search.text("category")
        if sources and (country or category):
            raise Refusal("parametersIncompatible")
        if not (sources or country or category or search.text("q") or search.text("language")):
            raise Refusal(
                "parametersMissing",
                "Required parameters are missing. Please set any of the following parameters and "
                "try again: sources, q, language, country, category.",
            )
        is_ours = country in ("", *_COUNTRIES) and category in ("", *_CATEGORIES)
        until = search.now_ns - search.plan.delay_ns
        tests = _text_tests(search)
        found = [
            each
            for each in self._articles.between(until - _DAY_NS, until)
            if is_ours
            and (not sources or each.source[0] in sources)
            and all(test(each) for test in tests)
        ]
        return _page(search, found, default=20)

    def sources(self, search: Search) -> dict[str, Any]:
        """Answer ``/v2/top-headlines/sources``."""
        wanted = {name: search.text(name) for name in ("category", "language", "country")}
        rows = [
            row
            for row in SOURCES
            if all(not value or row[name] == value for name, value in wanted.items())
        ]
        return {"status": "ok", "sources": rows}


def _text_tests(search: Search) -> list[Callable[[Article], bool]]:
    fields = [name for name in search.text("searchIn").split(",") if name] or list(_FIELDS)
    for name in fields:
        if name not in _FIELDS:
            raise Refusal("parameterInvalid", f"The searchIn parameter cannot hold {name}.")
    tests: list[Callable[[Article], bool]] = []
    for text, where in ((search.text("q"), fields), (search.text("qInTitle"), ["title"])):
        if text:
            tests.append(_in_fields(text, where))
    return tests


def _in_fields(text: str, fields: list[str]) -> Callable[[Article], bool]:
    asks = parsed(text)
    return lambda each: asks(" ".join(str(getattr(each, name)) for name in fields).lower())


def _span(search: Search) -> tuple[int, int]:
    plan = search.plan
    oldest = search.now_ns - plan.days * _DAY_NS
    begin, end = search.instant("from"), search.instant("to")
    if begin is not None and begin < oldest - _DAY_NS:
        moment = datetime.fromtimestamp(oldest // 1_000_000_000, UTC)
        words = (
            "You are trying to request results too far in the past. Your plan permits you to request "
            f"articles as far back as {moment:%Y-%m-%d}, but you have requested "
            f"{search.text('from')}. You may need to upgrade to a paid plan."
        )
        raise Refusal("parameterInvalid", words, status=426)
    latest = search.now_ns - plan.delay_ns
    if end is not None and len(search.text("to")) == len("2026-11-20"):
        end += _DAY_NS - 1
    until = latest if end is None else min(end, latest)
    return (max(oldest, latest - 31 * _DAY_NS) if begin is None else begin) - 1, until


def _page(search: Search, found: list[Article], *, default: int) -> dict[str, Any]:
    size = search.number("pageSize", default, _MOST_ROWS)
    page = search.number("page", 1, 1_000_000)
    first, most = (page - 1) * size, search.plan.results
    if most is not None and first + size > most:
        words = (
            "You have requested too many results. Developer accounts are limited to a max of "
            f"{most} results. You are trying to request results {first} to {first + size}. Please "
            "upgrade to a paid plan if you need more results."
        )
        raise Refusal("maximumResultsReached", words, status=426)
    rows = [each.written() for each in found[first : first + size]]
    return {"status": "ok", "totalResults": len(found), "articles": rows}
