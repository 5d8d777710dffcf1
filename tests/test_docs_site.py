"""The site tells of everything there is: pages, panels, vendors and rooms."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

from quantdeck.cli import scripts
from quantdeck.views.pages import pages

_ROOT = Path(__file__).resolve().parent.parent
_DOCS = _ROOT / "docs"
_WORDS_OF_THE_SHELL = {"CSV", "3D", "Save"}
_STATUSES = {"considered", "planned", "under way", "done", "not planned"}


def test_index_of_plans_has_every_note_with_its_status() -> None:
    folder = _DOCS / "plans"
    rows = re.findall(
        r"^\| (P\d+) \| \[(.+)\]\((.+)\) \| (.+) \|$",
        (folder / "index.md").read_text(),
        re.MULTILINE,
    )

    notes = [
        (head[1], head[2], path.name, head[3])
        for path in sorted(folder.glob("P*.md"))
        if (head := re.match(r"# (P\d+)\. (.+)\n\nStatus: (.+)\n", path.read_text()))
    ]

    assert len(notes) == len(list(folder.glob("P*.md")))
    assert rows == notes
    assert {status for *_, status in notes} <= _STATUSES


def test_every_vendor_of_the_simulators_has_a_page() -> None:
    vendors = [path.parent.name for path in (_ROOT / "src/quantdeck/sims").glob("*/server.py")]

    pages = " ".join(path.stem for path in (_DOCS / "how-to").glob("*.md"))

    assert vendors
    assert [vendor for vendor in vendors if vendor not in pages] == []


def test_every_page_is_shown_in_pictures_under_its_title() -> None:
    text = (_DOCS / "tutorial/the-page.md").read_text()

    shown = re.findall(
        r"^### (.+)\n\n\*(.+)\* .+\n\n!\[.+\]\(\.\./images/(.+)\.webp\){.+}\n"
        r"!\[.+ on a phone\]\(\.\./images/(.+)-small\.webp\){.+}$",
        text,
        re.MULTILINE,
    )

    assert shown == [(page.title, page.question, page.id, page.id) for page in pages()]


def test_every_picture_is_shown_somewhere() -> None:
    told = "".join(path.read_text() for path in [_ROOT / "README.md", *_DOCS.rglob("*.md")])

    kept = {path.name for path in (_DOCS / "images").glob("*.webp")}

    assert {name for name in kept if f"/{name}" not in told} == set()


def test_tutorials_name_panels_choices_and_buttons_that_there_are() -> None:
    known = set(_WORDS_OF_THE_SHELL)
    for page in pages():
        known |= {page.title, *(choice.title for choice in page.controls)}
        for panel in page.panels:
            known |= {panel.title, *(action.title for action in panel.actions)}
            known |= {word for column in panel.columns for word in (column.title, column.mark)}
            known |= {field.title for field in panel.fields}

    named = {
        (path.stem, " ".join(words.split()))
        for path in (_DOCS / "tutorial").glob("*-desk.md")
        for words in re.findall(r"(?<!\*)\*([A-Z][^*]+)\*(?!\*)", path.read_text())
    }

    assert {(page, words) for page, words in named if words not in known} == set()


def test_reference_of_settings_names_every_key_that_is_read() -> None:
    read = (_ROOT / "src/quantdeck/app/credentials.py").read_text()
    text = (_DOCS / "reference/settings.md").read_text()

    names = set(re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', read))

    assert "ALPACA_API_KEY" in names
    assert {name for name in names if f"`{name}`" not in text} == set()


def test_programs_of_their_own_are_commands_that_there_are() -> None:
    given = tomllib.loads((_ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    guide = (_DOCS / "how-to/coming-from.md").read_text()

    own = {name: target for name, target in given.items() if name != "quantdeck"}

    assert {name for name in own if f"`{name}`" not in guide} == set()
    assert all(callable(getattr(scripts, each.rpartition(":")[2])) for each in own.values())


def test_troubleshooting_explains_every_line_of_the_doctor() -> None:
    code = "".join(path.read_text() for path in (_ROOT / "src/quantdeck/app").glob("doctor*.py"))
    text = (_DOCS / "troubleshooting.md").read_text().partition("## What the doctor says")[2]

    lines = set(re.findall(r'(?:Finding|_port|_tape|integrity|_vendor)\(\s*"([a-z ]+)"', code))

    assert {"clock", "tape files"} < lines
    assert {line for line in lines if f"`{line}`" not in text} == set()


def test_plain_rows_and_stream_are_told_as_they_are() -> None:
    plain = (_DOCS / "reference/plain-rows.md").read_text()
    routes = json.loads((_DOCS / "reference/openapi.json").read_text())["paths"]
    stream = (_DOCS / "reference/stream.md").read_text()

    told = {path.replace("KO", "{symbol}") for path in re.findall(r"(/api/(?!v1)[\w/]+)", plain)}
    kinds = {panel.kind for page in pages() for panel in page.panels} - {"figure"}

    there = {path for path in routes if path.startswith("/api/") and "/v1/" not in path}
    assert told == there
    assert {kind for kind in kinds if f"`{kind}`" not in stream} == set()
