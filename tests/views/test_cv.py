from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quantdeck.views.cv import EXAMPLE, Cv, CvMetric, read_cv
from quantdeck.views.cv_lines import Fault
from quantdeck.views.cv_page import (
    cited_panels,
    cv_page,
    header_payload,
    metric_row,
    project_payload,
    skills_payload,
)
from quantdeck.views.encode import to_json
from quantdeck.views.pages import Choices, pages
from quantdeck.views.panels import Format
from quantdeck.views.payloads import LinesPayload, PanelState, RowsPayload, TextPayload

LIVE = PanelState("live", 0.0)


def _example() -> Cv:
    found = read_cv(EXAMPLE.encode())
    assert isinstance(found, Cv)
    return found


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ("header: {name: A}\nskils: []", 2, "skils is not known here"),
        ("skills: []", 1, "there is no header"),
        ("header:\n  name: A\n  titel: B", 3, "titel is not known here"),
        ("header:\n  title: A", 2, "name is missing"),
        (
            "header: {name: A}\nmetrics:\n  - title: x\n  - {title: y, value: 1}",
            3,
            "either a value",
        ),
        ("header: {name: A}\nmetrics:\n  - {title: x, panel: cv.metrics}", 3, "of the CV itself"),
        ("header: {name: A}\nmetrics: {title: x}", 2, "expected a list"),
        (
            "header: {name: A}\nskills:\n  - group: g\n    items:\n      - a\n      - 3",
            6,
            "was int",
        ),
        ("header: {name: A}\nprojects:\n  - name: p\n    url: ftp://x", 4, "begins with https"),
        ("header: {name: A}\nheader: {name: B}", 2, "a second time"),
        ("header: {name: A", 1, "expected ',' or '}'"),
        ("header: &a {name: A}\nskills: *a", 2, "aliases"),
        ("header: {name: A}\n1: 2", 2, "a key must be text"),
        ("header: {name: A}\n\tskills: []", 2, "cannot start any token"),
        ("", 1, "the file is empty"),
        ("header:\n  name: A\x01", 2, "special characters are not allowed"),
        ("[" * 2000, 1, "nested too deeply"),
        ("- a", 1, "expected header"),
        ("header: 3", 1, "expected keys and values, was int"),
        ("header: !!python/name:os.system x", 1, "could not determine a constructor"),
    ],
)
def test_cv_that_is_wrong_names_the_line(text: str, line: int, told: str) -> None:
    faults = read_cv(text.encode())

    assert isinstance(faults, tuple)
    assert faults[0].line == line
    assert told in faults[0].text


def test_cv_with_several_faults_names_them_all() -> None:
    text = "header: {nam: A}\nskils: []\nprojects:\n  - {name: p, url: x}\n  - {name: q, tag: x}\n"

    faults = read_cv(text.encode())

    assert isinstance(faults, tuple)
    assert [fault.line for fault in faults] == [1, 2, 4, 5]


def test_cv_that_is_not_utf_8_names_the_line() -> None:
    assert read_cv(b"header:\n  name: \xff") == (Fault(2, "this is not UTF-8"),)


@settings(max_examples=80, deadline=None)
@given(st.binary(max_size=80) | st.text("ab:-[]{}#&*!?|>'\"\n ,.1", max_size=60).map(str.encode))
def test_cv_of_any_bytes_is_a_cv_or_faults_with_lines(text: bytes) -> None:
    found = read_cv(text)

    assert isinstance(found, Cv) or all(fault.line >= 1 and fault.text for fault in found)


def test_cv_of_times_and_years_keeps_them_as_written() -> None:
    text = "header: {name: A}\nprojects:\n  - {name: p, period: 2024-01-31}\n  - {name: q, period: 2020}"

    found = read_cv(text.encode())

    assert isinstance(found, Cv)
    assert [project.period for project in found.projects] == ["2024-01-31", 2020]


def test_page_of_a_cv_has_a_panel_for_each_part() -> None:
    page = cv_page(
        _example(), file="cv.yaml", faults=False, cited=cited_panels(_example(), pages())
    )

    assert [panel.id for panel in page.panels] == [
        *("cv.header", "cv.metrics", "cv.skills", "cv.project_1")
    ]
    assert page.panels[0].title == "Ada Example"
    assert all(panel.help and panel.empty for panel in page.panels)


def test_cited_figure_is_written_as_its_own_panel_writes_it() -> None:
    page = cv_page(
        _example(), file="cv.yaml", faults=False, cited=cited_panels(_example(), pages())
    )

    columns = {column.id: column.format for column in page.panels[1].columns}

    assert columns == {
        "metric-1": Format.NUMBER,
        "metric-2": Format.NUMBER,
        "metric-3": Format.RATE,
    }


def test_page_of_a_cv_stands_last_of_all() -> None:
    def last(known: object) -> object:
        return cv_page(_example(), file="cv.yaml", faults=True)

    made = pages(Choices(cv=last))

    assert made[-1].id == "cv"
    assert made[-1].panels[0].id == "cv.faults"


def test_parts_of_a_cv_can_be_sent() -> None:
    cv = _example()

    sent = [header_payload(cv, LIVE, file="cv.yaml"), skills_payload(cv, LIVE)]
    sent.append(project_payload(cv, 1, LIVE))

    assert all(to_json(payload) for payload in sent)
    assert "**Quantitative developer** · London" in sent[0].text
    assert sent[1].rows[2] == {
        "id": "2",
        "group": "Markets",
        "skill": "Index options",
        "level": None,
    }
    assert "`options` `DuckDB`" in sent[2].text


def test_header_without_a_file_gives_one_to_begin_with() -> None:
    text = header_payload(None, LIVE, file="cv.yaml").text

    assert EXAMPLE in text


@pytest.mark.parametrize(
    ("metric", "cited", "shown"),
    [
        (CvMetric(title="A", value=3.0, unit="y"), None, {"value": 3.0, "unit": "y"}),
        (
            CvMetric(title="A", panel="a.b", row="y"),
            RowsPayload(LIVE, [{"id": "x", "value": 1.0}, {"id": "y", "value": 2.0, "unit": "s"}]),
            {"value": 2.0, "unit": "s", "state": "live"},
        ),
        (
            CvMetric(title="A", panel="a.b", column="z", decimals=1),
            LinesPayload(LIVE, np.arange(3), {"z": np.array([1.0, 2.0, np.nan])}),
            {"value": 2.0, "decimals": 1},
        ),
        (
            CvMetric(title="A", panel="a.b", row="z"),
            RowsPayload(LIVE, []),
            {"value": None, "note": "a.b has no row 'z' now", "state": "empty"},
        ),
        (
            CvMetric(title="A", panel="a.b"),
            RowsPayload(LIVE, [{"id": "x", "value": None}]),
            {"value": None, "note": "a.b has no 'value' in that row now"},
        ),
        (
            CvMetric(title="A", panel="a.b"),
            TextPayload(LIVE, "words"),
            {"value": None, "note": "a.b has neither rows nor lines to cite"},
        ),
        (CvMetric(title="A", panel="a.b"), "there is no topic", {"note": "there is no topic"}),
    ],
)
def test_metric_shows_what_it_cites_or_says_why_not(
    metric: CvMetric, cited: object, shown: dict[str, object]
) -> None:
    row = metric_row(0, metric, cited)

    assert row["id"] == "metric-1"
    assert {name: row[name] for name in shown} == shown


def test_example_file_is_the_one_that_the_page_shows() -> None:
    file = Path(__file__).resolve().parents[2] / "examples" / "cv.yaml"

    assert file.read_text() == EXAMPLE
