"""What may follow the condition of a rule: hold time, cool-down, expiry and quiet hours."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from quantdeck.alerts.cursor import KEYWORDS
from quantdeck.alerts.logic import tests
from quantdeck.alerts.syntax import Condition, Crossing, Expiry, Quiet, Rule
from quantdeck.alerts.values import nearest, time

if TYPE_CHECKING:
    from quantdeck.alerts.cursor import Cursor

CLAUSES = ("for", "cooldown", "expires", "quiet")
"""Words that begin one, in the order in which they are written out."""

_DAY = r"\d{4}-\d{2}-\d{2}(?:[Tt ]\d{2}:\d{2})?"
_HOURS = r"(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})"
_ZONE = r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*"


def clauses(cursor: Cursor, condition: Condition) -> Rule:
    """Take everything after the condition.

    Raises
    ------
    BadRule
        If it is not a list of clauses, each at most once.
    """
    rule = Rule(condition)
    seen: set[str] = set()
    while (token := cursor.peek()).kind != "end":
        if token.kind != "word" or token.text not in CLAUSES:
            near = nearest(token.text, KEYWORDS) if token.kind == "word" else ""
            raise cursor.error(
                "expected and, or, for, cooldown, expires, quiet or the end; "
                f"found {cursor.found()}{near}"
            )
        if token.text in seen:
            raise cursor.error(f"{token.text} is given twice")
        seen.add(token.text)
        if token.text == "for" and any(isinstance(test, Crossing) for test in tests(condition)):
            raise cursor.error(
                "a crossing is over at once and cannot be held; write last(BTCUSDT) > 65000 for 30s"
            )
        cursor.take()
        rule = _clause(cursor, rule, token.text)
    return rule


def _clause(cursor: Cursor, rule: Rule, word: str) -> Rule:
    hold, cooldown, expires, quiet = rule.hold, rule.cooldown, rule.expires, rule.quiet
    match word:
        case "for":
            hold = time(cursor, "for", "for 30s")
        case "cooldown":
            cooldown = time(cursor, "cooldown", "cooldown 5m")
        case "expires":
            expires = _expiry(cursor)
        case _:
            quiet = _quiet(cursor)
    return Rule(rule.condition, hold, cooldown, expires, quiet)


def _expiry(cursor: Cursor) -> Expiry:
    start = cursor.peek().start
    found = cursor.match(_DAY)
    example = "expires 2026-12-31, or expires 2026-12-31T12:00"
    if found is None:
        raise cursor.error(f"expires needs a day, such as {example}; found {cursor.found()}")
    text = re.sub("[t ]", "T", found.group())
    try:
        datetime.fromisoformat(text)
    except ValueError as error:
        reason = f"{text} is no day of the calendar; {example}"
        raise cursor.error(reason, start, cursor.end) from error
    if not 1990 <= int(text[:4]) <= 2200:
        raise cursor.error("the year must be from 1990 to 2200", start, cursor.end)
    return Expiry(text, _zone(cursor))


def _quiet(cursor: Cursor) -> Quiet:
    place = cursor.peek().start
    found = cursor.match(_HOURS)
    example = "quiet 22:00-07:00 Europe/Berlin"
    if found is None:
        raise cursor.error(
            f"quiet needs two times of day, such as {example}; found {cursor.found()}"
        )
    numbers = [int(part) for part in found.groups()]
    start, end = ((numbers[at], numbers[at + 1]) for at in (0, 2))
    for hour, minute in (start, end):
        if hour > 23 or minute > 59:
            raise cursor.error(
                f"{hour:02}:{minute:02} is no time of day; {example}", place, cursor.end
            )
    if start == end:
        raise cursor.error(
            "these hours are the whole day; mute the rule instead", place, cursor.end
        )
    first, last = (f"{hour:02}:{minute:02}" for hour, minute in (start, end))
    return Quiet(first, last, _zone(cursor))


def _zone(cursor: Cursor) -> str:
    token = cursor.peek()
    if token.kind != "word" or token.text in CLAUSES:
        return "UTC"
    start = token.start
    found = cursor.match(_ZONE)
    name = "" if found is None else found.group()
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, KeyError) as error:
        near = nearest(name, available_timezones()) or "; names are like Europe/Berlin"
        reason = f"there is no time zone {name!r}{near}"
        raise cursor.error(reason, start, cursor.end) from error
