from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import numpy as np
import pytest

from quantdeck.analytics.resample import Bars
from quantdeck.model.errors import BadInput
from quantdeck.views.encode import to_csv, to_json
from quantdeck.views.panels import Column, Control, Panel, PanelKind
from quantdeck.views.payloads import PanelState, RowsPayload
from quantdeck.views.user_panels import KINDS, check_together, panel, user_page
from quantdeck.views.user_payloads import MOST_POINTS, MOST_ROWS, emptied, user_payload

LIVE = PanelState("live", 0.0)
LINE = (Column("a", "A"),)
NS = np.array([1_000_000, 1_200_000, 5_000_000])


def _spec(kind: PanelKind) -> Panel:
    return Panel("panels.x", kind, "X", columns=LINE)


def _shown(kind: PanelKind, answer: object) -> Any:
    return user_payload(_spec(kind), answer, LIVE)


def _bars() -> Bars:
    prices = np.array([1.25, 1.5])
    return Bars(np.array([0, 10**9]), prices, prices, prices, prices, prices, np.array([1, 2]))


ANSWERS: dict[PanelKind, object] = {
    PanelKind.TABLE: [{"a": np.float64(1.5), "b": None, "c": [1, 2]}],
    PanelKind.KPI: ({"id": name, "title": name, "value": 1.0} for name in "ab"),
    PanelKind.STATS: [{"id": "a", "value": True, "verdict": "good"}],
    PanelKind.LOG: [{"ts": datetime(2026, 1, 2, tzinfo=UTC), "text": "old"}],
    PanelKind.MARKDOWN: "**bold**",
    PanelKind.STREAM_LINES: {"x": NS, "a": [1.0, 2.0, np.nan]},
    PanelKind.CANDLES: _bars(),
    PanelKind.CURVE: {"a": ([1, 2], [0.1, 0.2])},
    PanelKind.SURFACE: {"x": [1, 2], "y": [3], "a": [[0.5, 0.25]]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_answer_of_each_kind_can_be_sent(kind: PanelKind) -> None:
    payload = _shown(kind, ANSWERS[kind])

    assert payload.state is LIVE
    assert len(to_json(payload)) > len(to_json(emptied(kind, LIVE)))
    assert kind is PanelKind.MARKDOWN or to_csv(payload, LINE)


@pytest.mark.parametrize("kind", KINDS)
def test_answer_of_nothing_is_an_empty_panel(kind: PanelKind) -> None:
    assert to_json(_shown(kind, None)) == to_json(emptied(kind, LIVE))


def test_payload_of_the_right_kind_is_taken_as_it_is() -> None:
    payload = RowsPayload(PanelState("stale", 9.0), [{"id": "1"}])

    assert _shown(PanelKind.TABLE, payload) is payload


def test_times_of_rows_are_written_as_the_page_wants_them() -> None:
    at = datetime(1970, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))) + timedelta(milliseconds=1500)

    [row] = _shown(PanelKind.TABLE, [{"at": at, "day": date(2026, 1, 2)}]).rows

    assert row == {"id": "0", "at": 1500, "day": "2026-01-02"}


def test_points_within_a_millisecond_are_the_last_of_them() -> None:
    payload = _shown(PanelKind.STREAM_LINES, {"x": NS, "a": [1.0, 2.0, 3.0]})

    assert payload.x.tolist() == [1, 5]
    assert payload.lines["a"].tolist() == [2.0, 3.0]


def test_lines_of_a_log_stand_newest_first() -> None:
    rows = [{"ts": 1, "text": "old"}, {"ts": 2, "text": "new", "tone": "warn"}]

    shown = _shown(PanelKind.LOG, rows).rows

    assert [(row["text"], row["tone"]) for row in shown] == [("new", "warn"), ("old", "plain")]


@pytest.mark.parametrize(
    ("kind", "answer", "told"),
    [
        (PanelKind.TABLE, "text", "expected rows"),
        (PanelKind.TABLE, {"a": 1}, "expected rows"),
        (PanelKind.TABLE, [1], "row 0 must be a dict, was int"),
        (PanelKind.TABLE, [{"a": object()}], "a of row 0 cannot be a object"),
        (PanelKind.TABLE, [{"id": 1}, {"id": "1"}], "the same id"),
        (PanelKind.TABLE, [{"a": datetime(2026, 1, 1)}], "without a zone"),  # noqa: DTZ001
        (PanelKind.TABLE, ({} for _ in range(MOST_ROWS + 1)), "at most 5000 rows"),
        (PanelKind.LOG, [{"text": "a"}], "a row of a log has `ts`"),
        (PanelKind.MARKDOWN, 3, "made of text, was int"),
        (PanelKind.CANDLES, [], "made of Bars"),
        (PanelKind.STREAM_LINES, [1.0], "expected a dict of arrays with x, a"),
        (PanelKind.STREAM_LINES, {"a": [1.0]}, "'x' is not both declared and answered"),
        (PanelKind.STREAM_LINES, {"x": NS, "b": NS}, "'b' is not both declared and answered"),
        (PanelKind.STREAM_LINES, {"x": [0.5], "a": [1.0]}, "whole ns"),
        (PanelKind.STREAM_LINES, {"x": NS[::-1], "a": NS}, "x must ascend"),
        (PanelKind.STREAM_LINES, {"x": NS, "a": [1.0]}, "'a' must have 3 figures"),
        (PanelKind.STREAM_LINES, {"x": NS, "a": ["b"]}, "'a' must be numbers"),
        (PanelKind.CURVE, {"a": 3}, "must be a pair"),
        (PanelKind.CURVE, {"a": ([1], [1, 2])}, "'a' must have 1 figures"),
        (PanelKind.CURVE, {"a": (np.zeros(MOST_POINTS + 1), [1])}, "draws at most"),
        (PanelKind.SURFACE, {"x": [1], "y": [1], "a": [1.0]}, "must be 1 rows of 1"),
    ],
)
def test_answer_that_does_not_fit_says_what_would(
    kind: PanelKind, answer: object, told: str
) -> None:
    with pytest.raises(BadInput, match=told.replace("(", r"\(").replace("[", r"\[")):
        _shown(kind, answer)


def _make(desk: object, **choices: object) -> None: ...


@pytest.mark.parametrize(
    ("declared", "told"),
    [
        ({"kind": "pie"}, "no kind of panel 'pie'; there are: table, kpi"),
        ({"kind": "form"}, "no kind of panel 'form'"),
        ({"kind": "curve"}, "needs columns"),
        ({"every_s": 0.1, "columns": LINE}, "at least 0.2"),
        ({"every_s": float("nan"), "columns": LINE}, "at least 0.2"),
        (
            {"columns": LINE, "controls": (Control("a", "A", "file", ""),)},
            "the control 'a' of _make has the type 'file'",
        ),
    ],
)
def test_declaration_that_cannot_be_is_refused(declared: dict[str, Any], told: str) -> None:
    def make(desk: object, **choices: object) -> None: ...

    with pytest.raises(BadInput, match=told.replace("_make", "make")):
        panel(title="A", **declared)(make)


def test_function_of_a_name_that_cannot_be_a_topic_is_refused() -> None:
    with pytest.raises(BadInput, match="cannot be called '_make'"):
        panel(title="A", kind="markdown")(_make)


def test_choices_of_one_name_that_differ_are_refused_together() -> None:
    def first(desk: object, n: int) -> str: ...

    def second(desk: object, n: int) -> str: ...

    one = panel(title="A", kind="markdown", controls=(Control("n", "N", "integer", "1"),))(first)
    two = panel(title="B", kind="markdown", controls=(Control("n", "N", "integer", "2"),))(second)

    with pytest.raises(BadInput, match="'n' of second is not that of first"):
        check_together([one, two])


def test_arguments_have_the_types_of_their_choices() -> None:
    def make(desk: object, n: int, on: bool, word: str) -> str: ...

    controls = (
        Control("n", "N", "integer", "1"),
        Control("on", "On", "toggle", "true"),
        Control("word", "Word", "text", ""),
    )
    made = panel(title="A", kind="markdown", controls=controls)(make)

    assert made.arguments({"n": "7", "on": "false", "word": "x"}) == {
        "n": 7,
        "on": False,
        "word": "x",
    }


def test_page_of_a_file_with_a_fault_names_it_before_the_panels() -> None:
    def make(desk: object) -> str: ...

    made = panel(title="A", kind="markdown")(make)

    page = user_page([made], file="own.py", fault="line 3")

    assert [each.id for each in page.panels] == ["panels.fault", "panels.make"]
    assert page.question == "What do the functions of own.py show?"
