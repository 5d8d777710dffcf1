"""Lists and changes the alert rules on record, for the command line.

A deck that is running takes up the change within seconds.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from msgspec import structs

from quantdeck.alerts.parse import parse
from quantdeck.alerts.write import rule_text
from quantdeck.app.alerts_trial import drawn, duration_ns
from quantdeck.app.state import open_state
from quantdeck.app.times import parse_time
from quantdeck.hub.alert_desk import MOST_RULES
from quantdeck.hub.alert_parts import new_rule_id
from quantdeck.model.alerts import AlertRule
from quantdeck.model.errors import BadInput, BadRule, NoData
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from quantdeck.app.settings import Settings
    from quantdeck.ports.records import AlertStore

CHANNELS = ("console", "slack", "webhook", "email")
"""Names of the channels that a deck can have."""
FOR_EVER_NS = 4_102_444_800_000_000_000
"""2100-01-01, until when a rule is muted where no time is given. [ns]"""


def run_list(settings: Settings, *, demo: bool, as_json: bool) -> None:
    """Print the rules on record, oldest first."""
    now_ns = SystemClock().now_ns()
    with _store(settings, demo=demo) as store:
        rules = store.rules()
    if as_json:
        print(json.dumps([msgspec.to_builtins(rule) for rule in rules]))  # noqa: T201
        return
    if not rules:
        print("no rules; add one with: quantdeck alerts add high 'last(BTCUSDT) > 65000'")  # noqa: T201
    for rule in rules:
        channels = f" -> {', '.join(rule.channels)}" if rule.channels else ""
        print(f"{rule.id}  {rule.name}{_state(rule, now_ns)}{channels}\n    {rule.text}")  # noqa: T201


def run_add(
    settings: Settings, name: str, text: str, *, channels: Sequence[str], demo: bool, as_json: bool
) -> None:
    """Add a rule.

    Raises
    ------
    BadRule
        If the text is no rule; with the place drawn.
    BadInput
        If there is a rule of that name, there are too many, or there is no such channel.
    """
    unknown = [channel for channel in channels if channel not in CHANNELS]
    if unknown:
        raise BadInput(f"there is no channel {unknown[0]!r}; there are {', '.join(CHANNELS)}")
    try:
        written = rule_text(parse(text))
    except BadRule as error:
        raise drawn(error) from None
    with _store(settings, demo=demo) as store:
        rules = store.rules()
        called = " ".join(name.split())
        if not called:
            raise BadInput("a rule needs a name, such as: quantdeck alerts add high '...'")
        if any(rule.name == called for rule in rules):
            raise BadInput(f"there is a rule {called!r} already; remove it first, or choose a name")
        if len(rules) >= MOST_RULES:
            raise BadInput(f"there are {MOST_RULES:,} rules already; remove some first")
        now_ns = SystemClock().now_ns()
        rule = AlertRule(
            new_rule_id(),
            called,
            text.strip(),
            channels=tuple(dict.fromkeys(channels)),
            created_ns=now_ns,
            changed_ns=now_ns,
        )
        store.put_rule(rule)
    _say(f"added {called}: {written}", rule, as_json=as_json)


def run_remove(settings: Settings, name: str, *, demo: bool, as_json: bool) -> None:
    """Remove a rule by its name or id; what it fired stays.

    Raises
    ------
    NoData
        If there is none.
    BadInput
        If several have that name.
    """
    with _store(settings, demo=demo) as store:
        rule = _named(store.rules(), name)
        store.delete_rule(rule.id)
    _say(f"removed {rule.name}", rule, as_json=as_json)


def run_mute(
    settings: Settings, name: str, *, until: str | None, demo: bool, as_json: bool
) -> None:
    """Keep a rule silent until a time, or for good; what it fires is still listed.

    Raises
    ------
    NoData
        If there is none.
    BadInput
        If several have that name, or the time cannot be read or has passed.
    """
    now_ns = SystemClock().now_ns()
    until_ns = FOR_EVER_NS if until is None else after_ns(until, now_ns)
    if until_ns <= now_ns:
        raise BadInput(f"--until {until} has passed; give a later time, or how long, such as 2h")
    rule = _change(settings, name, until_ns, demo=demo)
    _say(f"muted {rule.name}{_until(until_ns)}", rule, as_json=as_json)


def run_unmute(settings: Settings, name: str, *, demo: bool, as_json: bool) -> None:
    """Let a rule be heard again.

    Raises
    ------
    NoData
        If there is none.
    BadInput
        If several have that name.
    """
    rule = _change(settings, name, None, demo=demo)
    _say(f"{rule.name} is heard again", rule, as_json=as_json)


def after_ns(text: str, now_ns: int) -> int:
    """Return the end that a person wrote: a time, or how long from now.

    Raises
    ------
    BadInput
        If it is neither.

    Examples
    --------
    >>> after_ns("2s", 5), after_ns("1970-01-01T00:00:01", 5)
    (2000000005, 1000000000)
    """
    length_ns = duration_ns(text)
    return now_ns + length_ns if length_ns is not None else parse_time(text) or 0


def _change(settings: Settings, name: str, until_ns: int | None, *, demo: bool) -> AlertRule:
    with _store(settings, demo=demo) as store:
        rule = structs.replace(_named(store.rules(), name), muted_until_ns=until_ns)
        store.put_rule(rule)
    return rule


@contextmanager
def _store(settings: Settings, *, demo: bool) -> Generator[AlertStore]:
    records = open_state(settings, demo=demo)
    try:
        yield records.alerts
    finally:
        records.close()


def _named(rules: Sequence[AlertRule], name: str) -> AlertRule:
    found = [rule for rule in rules if rule.id == name] or [r for r in rules if r.name == name]
    if not found:
        known = ", ".join(rule.name for rule in rules) or "none"
        raise NoData(f"there is no rule {name!r}; there are: {known}")
    if len(found) > 1:
        ids = ", ".join(rule.id for rule in found)
        raise BadInput(f"{len(found)} rules are called {name!r}; name one by its id: {ids}")
    return found[0]


def _state(rule: AlertRule, now_ns: int) -> str:
    if not rule.enabled:
        return " (off)"
    until_ns = rule.muted_until_ns
    return "" if until_ns is None or until_ns <= now_ns else f" (muted{_until(until_ns)})"


def _until(until_ns: int) -> str:
    if until_ns >= FOR_EVER_NS:
        return " for good"
    return f" until {datetime.fromtimestamp(until_ns / 1e9, UTC):%Y-%m-%d %H:%M:%S} UTC"


def _say(sentence: str, rule: AlertRule, *, as_json: bool) -> None:
    print(json.dumps(msgspec.to_builtins(rule)) if as_json else sentence)  # noqa: T201
