from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from quantdeck.alerts.catalogue import METRICS

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.conftest import Run

RULE = "last(BTCUSDT) > 100"


def test_check_says_what_each_rule_means(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "rules.txt"
    file.write_text("# mine\nhigh: last( btcusdt )>100\n  for 30s\nlast(ETHUSDT) > 1\n")

    ended = run("alerts", "check", file)

    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "line 2: high: last(BTCUSDT) > 100 for 30s",
        "line 4: last(ETHUSDT) > 1",
    ]


def test_check_points_at_every_error_and_exits_with_2(run: Run) -> None:
    ended = run("alerts", "check", "-", given="last(A) > 1\nhigh: lats(A) > 1\nlast(B >\n")

    assert ended.code == 2
    assert ended.out.splitlines() == [
        "line 1: last(A) > 1",
        "line 2: high: there is no figure 'lats'; did you mean last?",
        "    high: lats(A) > 1",
        "          ^^^^",
        "line 3: expected a comma or a closing parenthesis; found '>'. "
        "last(symbol), such as last(BTCUSDT)",
        "    last(B >",
        "           ^",
    ]
    assert ended.err == "quantdeck: 2 rules of 3 cannot be used, the first for line 2, column 7\n"


def test_check_as_json_has_rules_and_places(run: Run) -> None:
    ended = run("alerts", "check", "-", "--json", given=f"high: {RULE}\nlats(A) > 1\n")

    good, bad = json.loads(ended.out)
    assert (good["name"], good["ok"], good["rule"]) == ("high", True, RULE)
    assert (bad["ok"], bad["error"]["line"], bad["error"]["column"]) == (False, 2, 1)
    assert ended.code == 2


@pytest.mark.parametrize("text", ["", "# nothing\n"])
def test_check_of_a_file_without_rules_is_refused(run: Run, text: str) -> None:
    run("alerts", "check", "-", given=text).refused(2, "holds no rule")


def test_check_of_a_file_that_is_not_there_is_refused(run: Run) -> None:
    run("alerts", "check", "rules.txt").refused(2, "rules.txt cannot be read")


def test_test_lists_when_a_rule_would_have_fired(run: Run, taped: str) -> None:
    ended = run("alerts", "test", RULE, "--since", "2025-11-20T12:00", "--data-dir", taped)

    assert ended.code == 0, ended.err
    lines = ended.out.splitlines()
    assert lines[:2] == [RULE, "would have fired once"]
    assert lines[2].split("  ")[1:] == [
        "2025-11-20 12:00:00 UTC",
        "last(BTCUSDT) is 100.5 (> 100)",
    ]
    assert lines[3].endswith("20 events")


def test_test_as_json_has_firings_with_their_figures(run: Run, taped: str) -> None:
    ended = run(
        "alerts", "test", f"{RULE} for 1s", "--since", "5s", "--until", "2025-11-20T12:00:05",
        "--json", "--data-dir", taped,
    )  # fmt: skip

    found = json.loads(ended.out)
    assert (found["rule"], found["fired"], found["events"]) == (f"{RULE} for 1s", 1, 19)
    assert found["firings"][0]["values"] == {"last(BTCUSDT)": 100.5}
    assert found["unknown_s"] == {"last(BTCUSDT)": 0.25}


def test_test_of_a_time_without_events_says_where_the_tape_ends(run: Run, taped: str) -> None:
    ended = run("alerts", "test", RULE, "--since", "2h", "--data-dir", taped)

    ended.refused(4, "the tape ends at 2025-11-20 12:00:05 UTC", "--since")


def test_test_of_a_wrong_rule_draws_the_place(run: Run, taped: str) -> None:
    ended = run("alerts", "test", "lats(A) > 1", "--data-dir", taped)

    assert ended.code == 2
    assert ended.err.splitlines()[1:] == ["lats(A) > 1", "^^^^"]


def test_added_rule_is_listed_until_it_is_removed(run: Run) -> None:
    added = run("alerts", "add", "very high", RULE)
    listed = run("alerts", "list")
    removed = run("alerts", "remove", "very high")
    after = run("alerts", "list")

    assert added.out == f"added very high: {RULE}\n"
    assert [line.split("  ")[-1] for line in listed.out.splitlines()] == ["very high", RULE]
    assert removed.out == "removed very high\n"
    assert after.out.startswith("no rules")


def test_rule_is_named_by_its_id_as_well(run: Run) -> None:
    rule = json.loads(run("alerts", "add", "high", RULE, "--json").out)

    assert run("alerts", "remove", rule["id"]).code == 0


def test_add_refuses_a_name_that_is_taken(run: Run) -> None:
    run("alerts", "add", "high", RULE)

    run("alerts", "add", " high ", RULE).refused(2, "'high' already")


def test_add_refuses_what_is_no_rule(run: Run) -> None:
    ended = run("alerts", "add", "high", "last(A) >")

    assert ended.code == 2
    assert "expected a figure" in ended.err
    assert run("alerts", "list", "--json").out == "[]\n"


def test_add_refuses_a_channel_that_there_is_not(run: Run) -> None:
    ended = run("alerts", "add", "high", RULE, "--channel", "console,slak")

    ended.refused(2, "'slak'", "slack")


def test_muted_rule_says_until_when(run: Run) -> None:
    run("alerts", "add", "high", RULE)

    muted = run("alerts", "mute", "high", "--until", "2099-01-01")
    listed = run("alerts", "list")
    heard = run("alerts", "unmute", "high")

    assert muted.out == "muted high until 2099-01-01 00:00:00 UTC\n"
    assert "high (muted until 2099-01-01 00:00:00 UTC)" in listed.out
    assert heard.out == "high is heard again\n"
    assert json.loads(run("alerts", "list", "--json").out)[0]["muted_until_ns"] is None


def test_rule_muted_without_a_time_is_muted_for_good(run: Run) -> None:
    run("alerts", "add", "high", RULE)

    assert run("alerts", "mute", "high").out == "muted high for good\n"


def test_mute_refuses_a_time_that_has_passed(run: Run) -> None:
    run("alerts", "add", "high", RULE)

    run("alerts", "mute", "high", "--until", "2020-01-01").refused(2, "has passed")


@pytest.mark.parametrize("command", ["mute", "unmute", "remove"])
def test_rule_that_is_not_there_is_refused_with_those_that_are(run: Run, command: str) -> None:
    run("alerts", "add", "high", RULE)

    run("alerts", command, "low").refused(4, "no rule 'low'", "high")


def test_rules_of_the_demo_are_kept_apart(run: Run) -> None:
    run("alerts", "add", "high", RULE, "--demo")

    assert json.loads(run("alerts", "list", "--json").out) == []
    assert len(json.loads(run("alerts", "list", "--demo", "--json").out)) == 1


def test_metrics_are_those_of_the_catalogue(run: Run) -> None:
    found = json.loads(run("alerts", "metrics", "--json").out)

    assert [each["name"] for each in found] == list(METRICS)
    assert "zscore(y, x, timeframe=1s" in run("alerts", "metrics").out
