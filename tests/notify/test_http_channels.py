from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import re
from base64 import b64encode
from pathlib import Path

import pytest
from msgspec import structs

from quantdeck.model.errors import ConfigError
from quantdeck.notify.posting import checked_address, wait_asked_for
from quantdeck.notify.slack import SlackNotifier, slack_message
from quantdeck.notify.webhook import WebhookNotifier, signing_key, webhook_body
from quantdeck.ports.notifier import Refused, Unreachable
from tests.notify.receivers import ALERT, HandClock, http_receiver

KEY = b"k" * 32


def send(notifier_of, **spoiled):
    """Send one alert to a receiver that answers as told, and return it."""

    async def scenario():
        async with http_receiver() as receiver:
            for name, value in spoiled.items():
                setattr(receiver, name, value)
            notifier = notifier_of(receiver.url)
            try:
                await notifier.send(ALERT)
            finally:
                await notifier.close()
            return receiver

    return asyncio.run(scenario())


def slack(url):
    return SlackNotifier(url, clock=HandClock(), timeout_s=5.0)


def hook(url):
    return WebhookNotifier(url, KEY, clock=HandClock(), timeout_s=5.0)


def test_webhook_signs_id_time_and_body(tmp_path):
    receiver = send(hook)

    ((headers, body),) = receiver.requests
    signed = f"{ALERT.id}.1723118460.".encode() + body
    expected = b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-id"] == ALERT.id
    assert headers["webhook-timestamp"] == "1723118460"
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert json.loads(body)["data"]["values"] == {"last(BTCUSDT)": 65001.25}


def test_webhook_is_taken_by_the_check_of_the_documentation_and_no_other_is():
    page = Path(__file__).parents[2] / "docs" / "how-to" / "alerts.md"
    (code,) = re.findall(r"^```python\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)
    known: dict = {}
    exec(code, known)  # noqa: S102 - our own page
    secret = f"whsec_{b64encode(KEY).decode()}"

    ((headers, body),) = send(hook).requests

    assert known["is_from_my_deck"](headers, body, secret)
    assert not known["is_from_my_deck"](headers, body + b" ", secret)
    assert not known["is_from_my_deck"](headers, body, f"whsec_{b64encode(b'x' * 32).decode()}")


def test_webhook_body_of_unknown_figure_holds_null():
    alert = structs.replace(ALERT, values={"z": float("nan")})

    assert json.loads(webhook_body(alert))["data"]["values"] == {"z": None}


@pytest.mark.parametrize("secret", ["", "abc", "whsec_", "whsec_!!", "whsec_YWJj", "MfKQ9r8GKYqr"])
def test_signing_key_of_another_form_is_refused_without_showing_it(secret):
    with pytest.raises(ConfigError, match="ALERT_WEBHOOK_SECRET must be") as caught:
        signing_key(secret, name="ALERT_WEBHOOK_SECRET")

    assert secret in {"", "whsec_"} or secret not in str(caught.value)


def test_slack_is_sent_blocks():
    receiver = send(slack)

    ((headers, body),) = receiver.requests
    message = json.loads(body)
    assert headers["Content-Type"] == "application/json"
    assert [block["type"] for block in message["blocks"]] == ["section", "section", "context"]


def test_slack_message_leaves_no_markup_of_names():
    text = json.dumps(slack_message(structs.replace(ALERT, rule_name="<!channel> & <http://x>")))

    assert "<" not in text
    assert "&lt;!channel&gt; &amp; &lt;http://x&gt;" in text


def test_slack_message_of_many_figures_stays_within_the_most():
    alert = structs.replace(ALERT, values={f"f{n}": float(n) for n in range(30)})

    assert len(slack_message(alert)["blocks"][1]["fields"]) == 10


def test_slack_message_of_simulated_data_says_so():
    text = json.dumps(slack_message(structs.replace(ALERT, simulated=True)))

    assert "simulated" in text


@pytest.mark.parametrize("notifier_of", [slack, hook])
@pytest.mark.parametrize("status", [408, 429, 500, 503])
def test_send_when_answer_asks_to_come_again_is_unreachable(notifier_of, status):
    with pytest.raises(Unreachable, match=f"HTTP {status}") as caught:
        send(notifier_of, status=status, headers={"Retry-After": "17"})

    assert caught.value.retry_after_s == 17.0


@pytest.mark.parametrize("notifier_of", [slack, hook])
@pytest.mark.parametrize("status", [400, 401, 403, 404, 410])
def test_send_when_answer_refuses_is_refused(notifier_of, status):
    with pytest.raises(Refused, match=f"HTTP {status} invalid_payload"):
        send(notifier_of, status=status, body="invalid_payload")


def test_send_when_answer_repeats_what_was_sent_does_not_quote_it():
    with pytest.raises(Refused) as caught:
        send(slack, status=400, body="you sent https://hooks.example/services/secret-path")

    assert str(caught.value) == "HTTP 400"


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_send_when_redirected_follows_nobody(status):
    async def scenario():
        async with http_receiver() as other, http_receiver() as receiver:
            receiver.status, receiver.headers = status, {"Location": other.url}
            notifier = hook(receiver.url)
            try:
                await notifier.send(ALERT)
            except Refused:
                return len(receiver.requests), len(other.requests)
            finally:
                await notifier.close()

    assert asyncio.run(scenario()) == (1, 0)


def test_send_when_nobody_answers_is_unreachable():
    with pytest.raises(Unreachable, match="no answer within"):
        send(lambda url: SlackNotifier(url, clock=HandClock(), timeout_s=0.2), is_silent=True)


def test_send_when_nobody_listens_is_unreachable():
    async def scenario():
        async with http_receiver() as receiver:
            url = receiver.url
        notifier = slack(url)
        try:
            await notifier.send(ALERT)
        finally:
            await notifier.close()

    with pytest.raises(Unreachable, match="no connection"):
        asyncio.run(scenario())


@pytest.mark.parametrize(
    "url",
    [
        "http://hooks.example/T1",
        "ftp://hooks.example",
        "hooks.example/T1",
        "https://",
        "https://me:secret@hooks.example/",
        "https://169.254.169.254/latest",
        "http://[::1",
        "",
    ],
)
def test_address_that_is_not_safe_is_refused_without_showing_it(url):
    with pytest.raises(ConfigError, match="SLACK_WEBHOOK_URL") as caught:
        checked_address(url, name="SLACK_WEBHOOK_URL")

    assert not url.partition("//")[2] or url not in str(caught.value)


@pytest.mark.parametrize("url", ["https://hooks.example/T1", "http://127.0.0.1:9/x"])
def test_address_that_is_safe_is_taken(url):
    assert checked_address(url, name="X") == url


@pytest.mark.parametrize("text", ["soon", "-5", "Thu, 99 Jan", "", "1e9", "٣"])
def test_wait_that_cannot_be_read_is_none(text):
    assert wait_asked_for({"Retry-After": text}, now_ns=0) is None


@pytest.mark.parametrize("text", ["999999999", "Fri, 01 Jan 2100 00:00:00 GMT"])
def test_wait_is_at_most_an_hour(text):
    assert wait_asked_for({"Retry-After": text}, now_ns=0) == 3600.0
