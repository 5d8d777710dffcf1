"""What the page about the API shows is what the service answers."""

from __future__ import annotations

import contextlib
import io
import json
import re
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
import uvicorn

from quantdeck.api.server import bind
from quantdeck.api.service import create_service
from tests.api.conftest import FakeDeck

if TYPE_CHECKING:
    from collections.abc import Iterator

_PAGE = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "analytics-api.md"
_TEXT = _PAGE.read_text()
_SHOWN = "http://127.0.0.1:8000"
_URLS = re.findall(r"^curl -s '([^']+)'", _TEXT, re.MULTILINE)


def _after(language: str, then: str) -> list[tuple[str, str]]:
    pattern = rf"^```{language}\n(.*?)^```\n+```{then}\n(.*?)^```"
    return re.findall(pattern, _TEXT, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    listener = bind("127.0.0.1", 0)
    port = listener.getsockname()[1]
    config = uvicorn.Config(create_service(FakeDeck()), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    thread.join(timeout=20)
    listener.close()


@pytest.mark.parametrize("url", _URLS)
def test_documented_request_is_answered(address: str, url: str) -> None:
    with urlopen(url.replace(_SHOWN, address), timeout=60) as answer:  # noqa: S310
        body = answer.read()

    assert len(body) > 100


@pytest.mark.parametrize(("request_", "shown"), _after("sh", "json"))
def test_documented_answer_has_the_fields_that_are_shown(
    address: str, request_: str, shown: str
) -> None:
    url = re.search(r"'([^']+)'", request_)
    assert url is not None

    with urlopen(url[1].replace(_SHOWN, address), timeout=60) as answer:  # noqa: S310
        found = json.load(answer)

    assert _differences(json.loads(shown), found) == []


def _differences(shown: Any, found: Any, place: str = "") -> list[str]:
    if not isinstance(shown, dict):
        # Numbers are those of other days; words are as they are.
        is_number = isinstance(shown, int | float)
        same = isinstance(found, int | float) if is_number else shown == found
        return [] if same else [f"{place}: {shown!r} is {found!r}"]
    missing = [f"{place}.{name} is missing" for name in shown if name not in found]
    known = [name for name in shown if name in found]
    return missing + [d for n in known for d in _differences(shown[n], found[n], f"{place}.{n}")]


@pytest.mark.parametrize(("program", "shown"), _after("python", "text"))
def test_documented_program_prints_what_is_shown(address: str, program: str, shown: str) -> None:
    out = io.StringIO()

    with contextlib.redirect_stdout(out):
        exec(compile(program.replace(_SHOWN, address), "docs", "exec"), {})  # noqa: S102

    assert _without_digits(out.getvalue()) == _without_digits(shown)


def _without_digits(text: str) -> str:
    # The traffic light depends on the data, too.
    return re.sub(r"\d", "#", re.sub(r"\b(green|yellow|red)\b", "light", text))
