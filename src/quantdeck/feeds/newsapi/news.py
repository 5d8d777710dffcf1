"""Headlines on companies from NewsAPI, which knows no ticker symbols: by name, and found again by name."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from quantdeck.feeds.newsapi.client import LONGEST_QUERY, SOURCE
from quantdeck.feeds.plain_text import moment_ns, one_line
from quantdeck.model.headlines import Headline
from quantdeck.model.instruments import root_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from quantdeck.feeds.newsapi.client import Article, NewsApi

_REMOVED = "[Removed]"
_FORM = re.compile(
    r"[\s,]+(inc|incorporated|corp|corporation|co|company|companies|plc|ltd|limited|llc|n\.?v|s\.?a|ag|"
    r"se|group|holdings?|trust|class [a-c]|common stock|ordinary shares|the)\.?$",
    re.IGNORECASE,
)
# A ticker of one or two letters is a word of any text.
_SHORTEST_TICKER = 3


async def headlines(client: NewsApi, companies: Mapping[str, str], *, count: int) -> list[Headline]:
    """Return the newest articles on companies, newest first; on business where there are none.

    Parameters
    ----------
    client : NewsApi
        Asks; as few requests as the length of a query allows.
    companies : mapping of str to str
        Names by canonical symbol; an empty name leaves the ticker alone.
    count : int
        How many.

    Raises
    ------
    BadInput, VenueError
        If they cannot be had.
    """
    names = {symbol: terms_of(symbol, name) for symbol, name in companies.items()}
    rows: list[Article] = []
    if not names:
        rows += await client.top_headlines(count=count)
    for query in queries(names.values()):
        rows += await client.everything(query, count=count)
    found = [story for row in rows if (story := _headline(row, names)) is not None]
    found.sort(key=lambda each: each.published_ns, reverse=True)
    return found[:count]


def terms_of(symbol: str, name: str) -> tuple[str, ...]:
    """Return by what a company is looked for: its name without the legal form, and its ticker.

    Examples
    --------
    >>> terms_of("US:AAPL", "Apple Inc."), terms_of("US:KO", "Coca-Cola Company (The)")
    (('Apple', 'AAPL'), ('Coca-Cola',))
    """
    bare = re.sub(r"\s*\(.*?\)", "", one_line(name))
    while (shorter := _FORM.sub("", bare)) != bare:
        bare = shorter
    ticker = root_of(symbol)
    terms = [bare.replace('"', "")] if bare else []
    if len(ticker) >= _SHORTEST_TICKER or not terms:
        terms.append(ticker)
    return tuple(dict.fromkeys(terms))


def queries(terms: Iterable[tuple[str, ...]]) -> list[str]:
    """Return queries that ask for all the terms, each as long as the vendor takes.

    Examples
    --------
    >>> queries([("Apple", "AAPL"), ("Coca-Cola",)])
    ['"Apple" OR "AAPL" OR "Coca-Cola"']
    """
    made: list[str] = []
    for term in dict.fromkeys(f'"{each}"' for some in terms for each in some):
        longer = f"{made[-1]} OR {term}" if made else term
        if made and len(longer) <= LONGEST_QUERY:
            made[-1] = longer
        else:
            made.append(term)
    return made


def _headline(row: Article, names: Mapping[str, tuple[str, ...]]) -> Headline | None:
    title = one_line(row.title)
    if not title or title == _REMOVED or not row.published_at:
        return None
    try:
        published_ns = moment_ns(row.published_at)
    except ValueError:
        return None
    summary = one_line(row.description)
    return Headline(
        title=title,
        summary=summary,
        url=one_line(row.url),
        publisher=one_line(row.source.name),
        published_ns=published_ns,
        sources=(SOURCE,),
        id=one_line(row.url),
        symbols=tuple(s for s, terms in names.items() if _mentions(f"{title} {summary}", terms)),
    )


# A ticker is written in capitals, a name in any way.
def _mentions(text: str, terms: tuple[str, ...]) -> bool:
    return any(
        re.search(rf"(?<!\w){re.escape(term)}(?!\w)", text, 0 if term.isupper() else re.IGNORECASE)
        for term in terms
    )
