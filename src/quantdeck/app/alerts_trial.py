"""Tries an alert rule on the tape for the command line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec

from quantdeck.alerts.parse import parse
from quantdeck.alerts.syntax import UNITS
from quantdeck.alerts.write import rule_text
from quantdeck.app.box_parts import benchmark_line
from quantdeck.app.places import tape_folder
from quantdeck.app.tape_parts import tape_reader
from quantdeck.app.times import parse_time
from quantdeck.app.words import counted
from quantdeck.hub.alert_trial import try_rule
from quantdeck.model.errors import BadRule, NoData
from quantdeck.net.clock import SystemClock
from quantdeck.views.figures import duration_text

if TYPE_CHECKING:
    from quantdeck.app.settings import Settings
    from quantdeck.hub.alert_trial import Trial

_LENGTH = re.compile(r"(\d{1,9}(?:\.\d+)?)(s|m|h|d)")
_SHOWN = 50


@dataclass(frozen=True, slots=True)
class TrialQuestion:
    """What ``quantdeck alerts test`` is asked.

    Parameters
    ----------
    text : str
        The rule.
    since : str
        As typed: a time, or how long before the end.
    until : str or None
        As typed; now where None.
    demo : bool
        On the tape of the demo.
    """

    text: str
    since: str
    until: str | None = None
    demo: bool = False


def run_trial(settings: Settings, question: TrialQuestion, *, as_json: bool) -> None:
    """Print when a rule would have fired, with its figures.

    Raises
    ------
    BadRule
        If the text is no rule; with the place drawn.
    BadInput
        If a time cannot be read.
    NoData
        If nothing of it is on the tape.
    """
    try:
        rule = parse(question.text)
    except BadRule as error:
        raise drawn(error) from None
    end_ns, now_ns = parse_time(question.until), SystemClock().now_ns()
    start_ns = since_ns(question.since, now_ns if end_ns is None else end_ns)
    benchmark = benchmark_line(settings.boxes.benchmarks, now_ns)
    reader = tape_reader(settings, tape_folder(settings, demo=question.demo), demo=question.demo)
    try:
        trial = try_rule(rule, reader, start_ns=start_ns, end_ns=end_ns, benchmark=benchmark)
    except NoData as error:
        ends = max((c.last_ns for c in reader.coverage()), default=None)
        hint = ""
        if ends is not None and ends < start_ns:
            hint = f"; the tape ends at {_time(ends)}: choose another --since"
        raise NoData(f"{error}{hint}") from None
    if as_json:
        found = msgspec.to_builtins(trial)
        print(json.dumps({"rule": rule_text(rule), **found}))  # noqa: T201
    else:
        _print(trial, rule_text(rule))


def drawn(error: BadRule) -> BadRule:
    """Return the same error with the place drawn under its sentence."""
    told = BadRule(error.reason, text=error.text, start=error.start, end=error.end)
    told.args = (f"{error}\n{error.picture()}",)
    return told


def since_ns(text: str, end_ns: int) -> int:
    """Return the beginning that a person wrote: a time, or how long before the end.

    Raises
    ------
    BadInput
        If it is neither.

    Examples
    --------
    >>> since_ns("2h", 7_200_000_000_001), since_ns("1970-01-01T00:00:01", 0)
    (1, 1000000000)
    """
    length_ns = duration_ns(text)
    return end_ns - length_ns if length_ns is not None else parse_time(text) or 0


def duration_ns(text: str) -> int | None:
    """Return the length of time that a person wrote, or None where it is none. [ns].

    Examples
    --------
    >>> duration_ns("1.5m"), duration_ns("2026-11-21")
    (90000000000, None)
    """
    found = _LENGTH.fullmatch(text.strip())
    return None if found is None else round(float(found[1]) * UNITS[found[2]] * 1e9)


def _print(trial: Trial, text: str) -> None:
    print(text)  # noqa: T201
    span = duration_text((trial.end_ns - trial.start_ns) / 1e9)
    times = "once" if trial.fired == 1 else f"{trial.fired:,} times"
    print(f"would have fired {times if trial.fired else 'never'}")  # noqa: T201
    for firing in trial.firings[:_SHOWN]:
        print(f"  {_time(firing.at_ns)}  {firing.message}")  # noqa: T201
    if trial.fired > _SHOWN:
        print(f"  and {trial.fired - _SHOWN:,} more; --json has them")  # noqa: T201
    print(  # noqa: T201
        f"from {_time(trial.start_ns)} to {_time(trial.end_ns)} ({span}), "
        f"{counted(trial.events, 'event')}"
    )
    for words, seconds in trial.unknown_s.items():
        if seconds:
            print(f"  {words} was unknown for {duration_text(seconds)}")  # noqa: T201


def _time(ns: int) -> str:
    return f"{datetime.fromtimestamp(ns / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC"
