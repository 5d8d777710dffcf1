"""Bodies of requests and answers about the watchlist, closes, news and jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from pydantic import BaseModel, ConfigDict, Field, field_validator

from quantdeck.api.parameters import iso
from quantdeck.api.study_bodies import Rows, TrustBody
from quantdeck.ports.jobs import JobQuestion

if TYPE_CHECKING:
    from quantdeck.analytics.closes import CloseFigures
    from quantdeck.analytics.price_series import PriceSeries
    from quantdeck.views.jobs import JobLine, JobNow
    from quantdeck.views.market import Watched

_Symbol = Annotated[str, Field(min_length=1, max_length=64, description="As a person types it.")]
_Day = Annotated[
    str, Field(max_length=10, description="Of a backfill or of features, such as 2025-01-31.")
]


class WatchRequest(BaseModel):
    """A symbol to be watched, or no longer."""

    model_config = ConfigDict(extra="forbid")

    symbol: _Symbol


class JobRequest(BaseModel):
    """What is to be run."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal[
        "daily",
        "collect",
        "verify",
        "backfill",
        "features",
        "train",
        "audit",
        "model-backtest",
        "tune",
        "detect",
        "backup",
        "compact",
        "retention",
        "box-rates",
    ]
    symbols: str | list[_Symbol] = Field(
        default="",
        description="A list, or a text with commas; what the job does by itself if empty.",
    )
    first: _Day = ""
    last: _Day = ""
    target: Literal["", "up", "beats_median"] = Field(
        default="", description="What a model is to foretell; as the settings say if empty."
    )
    horizon: int | None = Field(default=None, ge=1, le=63, description="Sessions ahead, likewise.")
    trials: int | None = Field(
        default=None, ge=1, le=500, description="Sets of parameters that tune tries."
    )

    @field_validator("symbols")
    @classmethod
    def _not_too_many(cls, given: str | list[str]) -> str | list[str]:
        if len(given) > (4000 if isinstance(given, str) else 500):
            raise ValueError("at most 500 symbols")
        return given

    def question(self) -> JobQuestion:
        """Return it as the desk takes it."""
        given = self.symbols.split(",") if isinstance(self.symbols, str) else self.symbols
        symbols = tuple(text.strip() for text in given if text.strip())
        first, last = self.first.strip(), self.last.strip()
        return JobQuestion(
            kind=self.kind,
            symbols=symbols,
            first=first,
            last=last,
            target=self.target,
            horizon=self.horizon,
            trials=self.trials,
        )


class WatchedReply(msgspec.Struct, frozen=True):
    """A symbol in canonical form after the list was changed, and what was done in a sentence."""

    symbol: str
    message: str


class WatchlistReply(msgspec.Struct, frozen=True):
    """The watched symbols with their newest prices.

    Parameters
    ----------
    trust : TrustBody
        How far they can be trusted.
    symbols : list of dict
        ``symbol, last, change, kind`` (``execution``, ``quote`` or ``close``), ``age_s, state, source,
        currency, missing`` (why there is no price), in the order of the list.
    """

    trust: TrustBody
    symbols: Rows


class OverviewReply(msgspec.Struct, frozen=True):
    """Where the newest closes stand.

    Parameters
    ----------
    trust : TrustBody
        How far they can be trusted.
    closes : list of dict
        ``symbol, session, close, day, week, month, year, volume, volume_ratio, high, from_high,
        currency, source``; changes as decimals, null where there are too few bars.
    unanswered : dict of str to str
        Symbols without daily bars, and why.
    """

    trust: TrustBody
    closes: Rows
    unanswered: dict[str, str]


class NewsReply(msgspec.Struct, frozen=True):
    """Stories that were collected, newest first, each once.

    Parameters
    ----------
    news : list of dict
        ``published, headline, summary, publisher, url, symbols, sentiment, sounds, sentiment_by,
        sources, id``.
    """

    news: Rows


class JobBody(msgspec.Struct, frozen=True):
    """A run as it stands.

    Parameters
    ----------
    id : str
        Sorts by time.
    kind : str
        ``daily``, ``collect``, ``verify``, ``backfill``, ``features``, ``train``, ``audit``, ``model-backtest`` or
        ``tune``.
    state : str
        ``running``, ``done``, ``failed`` (something was; the rest was done) or ``cancelled``.
    symbols : tuple of str
        As asked.
    began, ended : str or None
        ISO 8601 in UTC.
    progress : float or None
        Share that is done, where that is known.
    message : str
        How it stands, for a person.
    failures, not_included : tuple of str
        What failed, and what the plans of the keys do not include.
    requests, cache_hits : int or None
        Answers fetched, and found in the cache; null where nobody counts.
    rows : int
        Rows that are kept and were not before.
    """

    id: str
    kind: str
    state: str
    symbols: tuple[str, ...]
    began: str
    ended: str | None
    progress: float | None
    message: str
    failures: tuple[str, ...] = ()
    not_included: tuple[str, ...] = ()
    requests: int | None = None
    cache_hits: int | None = None
    rows: int = 0


class JobReply(msgspec.Struct, frozen=True):
    """A run, and how it stands in a sentence."""

    job: JobBody
    message: str


class JobLineBody(msgspec.Struct, frozen=True):
    """What a run said: when (ISO 8601 in UTC), of which kind it is, and how grave that is."""

    time: str
    kind: str
    tone: str
    text: str


class JobsReply(msgspec.Struct, frozen=True):
    """Runs, newest first, and the newest lines of their log.

    Parameters
    ----------
    kinds : tuple of str
        What can be started here.
    jobs : list of JobBody
        Runs.
    log : list of JobLineBody
        Newest first.
    """

    kinds: tuple[str, ...]
    jobs: list[JobBody]
    log: list[JobLineBody]


def job_body(run: JobNow) -> JobBody:
    """Return a run as it is sent."""
    report = run.report
    return JobBody(
        id=run.id,
        kind=run.kind,
        state=run.state,
        symbols=run.question.symbols,
        began=iso(run.began_ns),
        ended=None if run.ended_ns is None else iso(run.ended_ns),
        progress=run.progress,
        message=_message(run),
        failures=() if report is None else report.failures,
        not_included=() if report is None else report.not_included,
        requests=None if report is None else report.requests,
        cache_hits=None if report is None else report.cache_hits,
        rows=0 if report is None else report.rows,
    )


def job_line(line: JobLine) -> JobLineBody:
    """Return a line of the log as it is sent."""
    return JobLineBody(iso(line.ts_ns), line.kind, line.tone, line.text)


def watched_row(now: Watched) -> dict[str, float | int | str | None]:
    """Return a watched symbol as it is sent."""
    return {
        "symbol": now.symbol,
        "last": now.last,
        "change": now.change,
        "kind": now.kind,
        "age_s": now.age_s,
        "state": now.word,
        "source": now.source,
        "currency": now.currency,
        "missing": now.missing,
    }


def close_row(found: CloseFigures, series: PriceSeries) -> dict[str, float | int | str | None]:
    """Return where a close stands as it is sent."""
    return {
        "symbol": found.symbol,
        "session": iso(found.start_ns)[:10],
        "close": found.close,
        "day": found.day,
        "week": found.week,
        "month": found.month,
        "year": found.year,
        "volume": found.volume,
        "volume_ratio": found.volume_ratio,
        "high": found.high,
        "from_high": found.from_high,
        "currency": series.currency,
        "source": f"{series.source} {series.feed}".strip(),
    }


def _message(run: JobNow) -> str:
    name = run.kind.capitalize()
    if run.report is not None:
        return f"{name}, {run.state}: {run.report.said}."
    share = "" if run.progress is None else f", {run.progress:.0%} done"
    return f"{name} is being run{share}; the list of runs tells how it goes."
