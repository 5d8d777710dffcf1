from __future__ import annotations

import json
import logging
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.app.log_lines import HIDDEN, JsonLines, Redactor, TextLines, secrets_in

KEY = "PKX7d93hFq0Zs"


def record(message: str, *args: object, **extra: object) -> logging.LogRecord:
    made = logging.LogRecord("quantdeck.test", logging.INFO, "", 0, message, args, None)
    made.__dict__.update(extra)
    return made


@pytest.mark.parametrize(
    "text",
    [
        f"GET https://api.example/v2/aggs?apiKey={KEY}&limit=5",
        f"wss://stream.example/?token={KEY}",
        f"http://127.0.0.1:8050/?key={KEY}",
        f"Authorization: Bearer {KEY}",
        f"{{'Authorization': 'Bearer {KEY}'}}",
        f"sent Bearer {KEY} again",
        f'{{"password": "{KEY}", "name": "ann"}}',
        f"APCA-API-SECRET-KEY: {KEY}",
        f"client_secret={KEY}",
        f"Set-Cookie: qd_session_8050={KEY}",
        f"https://hooks.slack.com/services/T0/B0/{KEY}",
        f"smtp://ann:{KEY}@mail.example",
        f"qd_{KEY}{KEY}",
    ],
)
def test_redactor_of_a_text_with_a_secret_hides_it(text: str) -> None:
    said = Redactor().clean(text)

    assert KEY not in said
    assert HIDDEN in said


@pytest.mark.parametrize(
    "text",
    [
        "capture of BINANCE-USDM:BTCUSDT, BINANCE-USDM:ETHUSDT",
        "monkey: none; hockey=1",
        "tape: 5 files merged, 1.2 MB",
        "http://127.0.0.1:8050/api/v1/bars?symbol=BTCUSDT&limit=5",
    ],
)
def test_redactor_of_a_text_without_a_secret_leaves_it(text: str) -> None:
    assert Redactor().clean(text) == text


def test_redactor_of_known_values_hides_them_wherever_they_stand() -> None:
    redactor = Redactor([KEY, KEY[:8], "short"])

    assert redactor.clean(f"a{KEY}b {KEY[:8]} short") == f"a{HIDDEN}b {HIDDEN} short"


@settings(max_examples=60, deadline=None)
@given(
    before=st.text(max_size=20),
    after=st.text(max_size=20),
    key=st.text(alphabet="ABCDEFabcdef0123456789+/=.*[", min_size=6, max_size=30),
)
def test_redactor_never_lets_a_known_value_through(before: str, after: str, key: str) -> None:
    said = Redactor([key]).clean(f"{before}{key}{after}")

    assert key not in said.replace(HIDDEN, "\0")


def test_secrets_are_known_by_the_names_of_variables() -> None:
    environ = {
        "ALPACA_API_KEY": " k1 ",
        "TT_REFRESH": "k2",
        "SLACK_WEBHOOK_URL": "k3",
        "SMTP_PASSWORD": "k4",
        "PATH": "/bin",
        "ALPACA_DATA_BASE_URL": "https://x",
    }

    assert secrets_in(environ) == ["k1", "k2", "k3", "k4"]


def test_text_of_a_message_with_line_breaks_stays_one_line() -> None:
    line = TextLines(Redactor()).format(record("said %s", "x\n2026 ERROR forged\x1b[31m"))

    assert line.count("\n") == 0
    assert "x\\n2026 ERROR forged\\x1b[31m" in line


def test_json_of_a_failure_has_its_trace_without_the_key() -> None:
    try:
        int(f"token={KEY}")
    except ValueError:
        made = record("it failed", run="r1", token=KEY)
        made.exc_info = sys.exc_info()

    line = JsonLines(Redactor(), service="ingest").format(made)

    told = json.loads(line)
    assert KEY not in line
    assert line.count("\n") == 0
    assert (told["level"], told["message"], told["service"]) == ("info", "it failed", "ingest")
    assert (told["run"], told["token"]) == ("r1", HIDDEN)
    assert (told["error"]["type"], "Traceback" in told["error"]["trace"]) == ("ValueError", True)
