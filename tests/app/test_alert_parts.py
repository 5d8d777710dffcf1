from __future__ import annotations

import asyncio

import pytest
from msgspec import structs

from quantdeck.alerts.parse import parse
from quantdeck.app.alert_parts import DEMO_RULES, alert_parts, channels
from quantdeck.app.settings import load
from quantdeck.model.alerts import FiredAlert
from quantdeck.model.errors import ConfigError
from quantdeck.net.clock import SystemClock
from quantdeck.records.open import open_records
from quantdeck.views.payloads import Mode

_MAIL = {
    "QUANTDECK_ALERTS__EMAIL__HOST": "mail.example.org",
    "QUANTDECK_ALERTS__EMAIL__SENDER": "deck@example.org",
    "QUANTDECK_ALERTS__EMAIL__RECIPIENTS": "me@example.org, you@example.org",
}
_SECRETS = {
    "SLACK_WEBHOOK_URL": "https://hooks.example.org/T1/secret",
    "ALERT_WEBHOOK_URL": "https://deck.example.org/secret",
    "ALERT_WEBHOOK_SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
}


def found(environ, *, mode=Mode.LIVE, write=lambda _: None):
    return channels(load(environ=environ), environ, mode=mode, clock=SystemClock(), write=write)


def test_channels_without_settings_are_the_console_and_how_to_set_up_the_others():
    chosen = found({})

    assert [channel.name for channel in chosen.used] == ["console"]
    assert {each.name: each.state for each in chosen.unused} == {
        "slack": "not set up",
        "webhook": "not set up",
        "email": "not set up",
    }
    assert "SLACK_WEBHOOK_URL" in chosen.unused[0].detail


def test_channels_that_are_set_up_are_used():
    chosen = found(_MAIL | _SECRETS)

    assert [channel.kind for channel in chosen.used] == ["console", "slack", "webhook", "email"]
    assert chosen.unused == []


@pytest.mark.parametrize(
    ("mode", "setting"), [(Mode.DEMO, "outside_in_demo"), (Mode.REPLAY, "outside_in_replay")]
)
def test_channels_outside_are_off_where_nothing_is_real_unless_allowed(mode, setting):
    off = found(_MAIL | _SECRETS, mode=mode)
    on = found(_MAIL | _SECRETS | {f"QUANTDECK_ALERTS__{setting.upper()}": "true"}, mode=mode)

    assert [channel.name for channel in off.used] == ["console"]
    assert {each.state for each in off.unused} == {"off"}
    assert setting in off.unused[0].detail
    assert len(on.used) == 4


def test_console_can_be_switched_off():
    assert found({"QUANTDECK_ALERTS__CONSOLE": "false"}).used == []


def test_console_writes_a_line():
    lines: list[str] = []
    (console,) = found({}, write=lines.append).used

    asyncio.run(console.send(FiredAlert("1", "r", "high", "", 0, "3 > 2")))

    assert lines == ["ALERT 1970-01-01T00:00:00Z high: 3 > 2"]


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"SLACK_WEBHOOK_URL": "http://hooks.example.org/secret"}, "SLACK_WEBHOOK_URL must begin"),
        ({"ALERT_WEBHOOK_URL": "https://x.example.org/secret"}, "without ALERT_WEBHOOK_SECRET"),
        (
            {"ALERT_WEBHOOK_URL": "https://x.example.org", "ALERT_WEBHOOK_SECRET": "secret"},
            "ALERT_WEBHOOK_SECRET must be",
        ),
        (
            {"QUANTDECK_ALERTS__EMAIL__HOST": "mail.example.org"},
            "needs sender and recipients",
        ),
        (_MAIL | {"QUANTDECK_ALERTS__EMAIL__SENDER": "deck"}, "'deck' is no e-mail address"),
        (
            _MAIL | {"QUANTDECK_ALERTS__EMAIL__RECIPIENTS": "me@example.org\r\nBcc: x@y.z"},
            "is no e-mail address",
        ),
        (_MAIL | {"QUANTDECK_ALERTS__EMAIL__USERNAME": "me"}, "without SMTP_PASSWORD"),
        (
            _MAIL
            | {
                "QUANTDECK_ALERTS__EMAIL__USERNAME": "me",
                "QUANTDECK_ALERTS__EMAIL__SECURITY": "none",
                "SMTP_PASSWORD": "secret",
            },
            "password in clear",
        ),
    ],
)
def test_channel_set_up_wrongly_is_refused_without_showing_a_secret(environ, said):
    with pytest.raises(ConfigError, match=said) as caught:
        found(environ)

    assert "secret" not in str(caught.value).replace("SECRET", "")


def test_demo_that_is_new_watches_rules_that_can_be_read(tmp_path):
    records = open_records(tmp_path)
    parts = alert_parts(load(environ={}), records, mode=Mode.DEMO, clock=SystemClock())
    rules = parts.store.rules()
    records.close()

    assert [rule.id for rule in rules] == [rule_id for rule_id, _, _ in DEMO_RULES]
    assert all(parse(rule.text).cooldown is not None for rule in rules)


def test_demo_whose_rules_were_deleted_does_not_bring_them_back(tmp_path):
    for _ in range(2):
        records = open_records(tmp_path)
        parts = alert_parts(load(environ={}), records, mode=Mode.DEMO, clock=SystemClock())
        left = [parts.store.delete_rule(rule.id) for rule in parts.store.rules()]
        records.close()

    assert left == []


@pytest.mark.parametrize("mode", [Mode.LIVE, Mode.REPLAY])
def test_deck_that_is_no_demo_begins_without_rules(tmp_path, mode):
    records = open_records(tmp_path)
    parts = alert_parts(load(environ={}), records, mode=mode, clock=SystemClock())
    rules = parts.store.rules()
    records.close()

    assert rules == []


def test_settings_show_no_secret():
    settings = load(environ=_MAIL | _SECRETS)

    assert "secret" not in repr(structs.asdict(settings))
