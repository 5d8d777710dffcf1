"""The page's words against the server's: what one side renames, the other must."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from quantdeck.views import panels, payloads

_WIRE = Path(__file__).resolve().parents[2] / "ui" / "src" / "wire.ts"


def _union(name: str) -> set[str]:
    found = re.search(rf"export type {name} =([^;]*);", _WIRE.read_text(encoding="utf-8"))
    assert found is not None
    return set(re.findall(r'"([^"]+)"', found[1]))


def _fields(name: str) -> set[str]:
    text = _WIRE.read_text(encoding="utf-8")
    found = re.search(
        rf"export interface {name}(?: extends \w+)? {{(.*?)^}}", text, re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return set(re.findall(r"^  (\w+)\??:", found[1], re.MULTILINE))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("PanelKind", panels.PanelKind),
        ("Format", panels.Format),
        ("Mode", payloads.Mode),
    ],
)
def test_words_of_the_page_are_those_of_the_server(name: str, words: Any) -> None:
    assert _union(name) == {word.value for word in words}


@pytest.mark.parametrize(
    ("name", "struct"),
    [
        ("Column", panels.Column),
        ("Guide", panels.Guide),
        ("Control", panels.Control),
        ("Action", panels.Action),
        ("Panel", panels.Panel),
        ("Page", panels.Page),
        ("PanelState", payloads.PanelState),
        ("Band", payloads.Band),
        ("Marker", payloads.Marker),
        ("LinesPayload", payloads.LinesPayload),
        ("CandlesPayload", payloads.CandlesPayload),
        ("TextPayload", payloads.TextPayload),
        ("Curve", payloads.Curve),
        ("SurfacePayload", payloads.SurfacePayload),
        ("StatusPayload", payloads.StatusPayload),
        ("Replay", payloads.ReplayPosition),
    ],
)
def test_fields_of_the_page_are_those_of_the_server(name: str, struct: Any) -> None:
    assert _fields(name) == {field.encode_name for field in msgspec.structs.fields(struct)}
