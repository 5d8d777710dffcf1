"""The faults of the NewsAPI simulator."""

from __future__ import annotations

from enum import StrEnum

from quantdeck.sims.fault_table import FaultSpec, ValueKind


class NewsFault(StrEnum):
    """What can go wrong; the value is how it is written."""

    KEY_INVALID = "key-invalid"
    KEY_DISABLED = "key-disabled"
    KEY_EXHAUSTED = "key-exhausted"
    DEVELOPER_PLAN = "developer-plan"
    TOO_MANY_REQUESTS = "429"
    SERVER_ERROR = "http-500"
    BAD_GATEWAY = "502-html"
    SLOW_REST = "slow-rest"
    GARBAGE_REST = "garbage-rest"
    REMOVED = "removed"
    MISSING_FIELDS = "missing-fields"
    DUPLICATES = "duplicates"
    CLOCK_SKEW = "clock-skew"


_SPECS = (
    FaultSpec(NewsFault.KEY_INVALID, "every key is answered with 401 apiKeyInvalid"),
    FaultSpec(NewsFault.KEY_DISABLED, "every key is answered with 401 apiKeyDisabled"),
    FaultSpec(NewsFault.KEY_EXHAUSTED, "every key is answered with 429 apiKeyExhausted"),
    FaultSpec(
        NewsFault.DEVELOPER_PLAN,
        "every key has the Developer plan: articles 24 hours late, 100 results, a month, 100 requests a day",
    ),
    FaultSpec(
        NewsFault.TOO_MANY_REQUESTS,
        "so many requests a day instead of the plan's; more are answered with 429 rateLimited",
        value=ValueKind.COUNT,
        default=0,
    ),
    FaultSpec(NewsFault.SERVER_ERROR, "answers 500 unexpectedError"),
    FaultSpec(NewsFault.BAD_GATEWAY, "answers 502 with a page of HTML"),
    FaultSpec(NewsFault.SLOW_REST, "answers this much later", value=ValueKind.MS, default=2000),
    FaultSpec(NewsFault.GARBAGE_REST, "answers 200 with JSON that is cut off"),
    FaultSpec(
        NewsFault.REMOVED,
        "this share of the articles says [Removed] instead of title and text",
        value=ValueKind.SHARE,
        default=0.1,
    ),
    FaultSpec(
        NewsFault.MISSING_FIELDS,
        "this share of the articles lacks a field",
        value=ValueKind.SHARE,
        default=0.2,
    ),
    FaultSpec(
        NewsFault.DUPLICATES,
        "this share of the articles comes twice",
        value=ValueKind.SHARE,
        default=0.1,
    ),
    FaultSpec(
        NewsFault.CLOCK_SKEW,
        "the vendor's clock is ahead by this",
        value=ValueKind.MS,
        default=1200,
    ),
)

NEWS_FAULTS: dict[str, FaultSpec] = {str(spec.name): spec for spec in _SPECS}
"""Every fault, in the order of the help."""
