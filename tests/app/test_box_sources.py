from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

from quantdeck.app.box_sources import Seams, chosen_source, open_source
from quantdeck.app.settings import load
from quantdeck.model.errors import AuthFailed, BadInput
from quantdeck.model.feed import RunId
from quantdeck.net.clock import SystemClock

if TYPE_CHECKING:
    from pathlib import Path

ALPACA = {"ALPACA_API_KEY": "k", "ALPACA_API_SECRET": "s"}
TASTYTRADE = {"TT_CLIENT_SECRET": "c", "TT_REFRESH_TOKEN": "r"}


def settings_of(folder: Path, text: str = ""):
    (folder / "config.yaml").write_text(text)
    return load(folder / "config.yaml", environ={})


@pytest.mark.parametrize(
    ("text", "environ", "chosen"),
    [
        ("", ALPACA, "alpaca"),
        ("", TASTYTRADE, "tastytrade"),
        ("", {**ALPACA, **TASTYTRADE}, "alpaca"),
        ("feeds: {tastytrade: {enabled: true}}", {**ALPACA, **TASTYTRADE}, "tastytrade"),
        ("feeds: {tastytrade: {enabled: true}}", {}, "tastytrade"),
        ("boxes: {source: tastytrade}", ALPACA, "tastytrade"),
    ],
)
def test_chosen_source_is_the_named_then_the_enabled_then_that_with_a_key(
    tmp_path: Path, text: str, environ: dict[str, str], chosen: str
) -> None:
    assert chosen_source(settings_of(tmp_path, text), environ) == chosen


def test_chosen_source_given_on_the_command_line_wins(tmp_path: Path) -> None:
    settings = settings_of(tmp_path, "boxes: {source: alpaca}")

    assert chosen_source(settings, ALPACA, name="tastytrade") == "tastytrade"
    with pytest.raises(BadInput, match="alpaca, tastytrade"):
        chosen_source(settings, ALPACA, name="other")


def test_chosen_source_of_the_demo_needs_no_key(tmp_path: Path) -> None:
    settings = settings_of(tmp_path)

    assert chosen_source(settings, {}, demo=True) == "alpaca"
    with pytest.raises(AuthFailed):
        chosen_source(settings, {})


async def _feed_of(settings, name, environ) -> tuple[str, str]:
    seams = Seams(SystemClock(), RunId("run"))
    async with open_source(settings, name, seams, environ=environ) as source:
        return source.source, source.feed


@pytest.mark.parametrize(
    ("name", "environ", "text", "feed"),
    [
        ("alpaca", ALPACA, "", "indicative"),
        ("alpaca", ALPACA, "feeds: {alpaca: {data_feed: opra}}", "opra"),
        ("alpaca", ALPACA, "feeds: {alpaca: {data_url: 'http://127.0.0.1:9'}}", "simulated"),
        ("tastytrade", TASTYTRADE, "", "dxlink"),
        ("tastytrade", TASTYTRADE, "feeds: {tastytrade: {api_url: 'http://[::1]:9'}}", "simulated"),
    ],
)
def test_open_source_names_the_quality_of_its_quotes(
    tmp_path: Path, name: str, environ: dict[str, str], text: str, feed: str
) -> None:
    found = asyncio.run(_feed_of(settings_of(tmp_path, text), name, environ))

    assert found == (name, feed)
