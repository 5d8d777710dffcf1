from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.research.features.feature import _REGISTERED
from quantdeck.tape.features.files import read_features
from quantdeck.tape.features.store import TableStore
from quantdeck.tape.history.store import BarStore
from tests.research.tables import weekdays

if TYPE_CHECKING:
    import pytest

    from tests.cli.conftest import Run

OWN = '''
from quantdeck.research.features.feature import feature


@feature(group="Mine", inputs=("close",), lookback=1)
def twice_the_close(panel):
    """Close times two."""
    return 2.0 * panel.close
'''


def _keep(symbol: str, sessions: int = 80, delay: Delay = Delay.IMPORTED) -> None:
    days = weekdays(90)[-sessions:]
    rows = np.zeros(len(days), HISTORY_DTYPE)
    rows["start_ns"] = days
    rows["close"] = 50.0 + np.random.default_rng(1).standard_normal(len(days)).cumsum()
    for name in ("open", "high", "low"):
        rows[name] = rows["close"]
    rows["volume"] = 100.0
    told = Provenance("file", delay, RunId("run"))
    BarStore(Path("data")).keep(History(symbol, "1d", rows, told, fetched_ns=1, calendar="XNYS"))


def test_features_of_kept_bars_are_summed_up_kept_and_written(run: Run) -> None:
    _keep("US:AAA")
    _keep("US:BBB", 20)

    ended = run("features", "-o", "out/x.csv")

    assert ended.code == 0, ended.err
    assert "80 rows of 1 symbol over 80 sessions" in ended.out
    assert "left out US:BBB: has 20 sessions; features need 60" in ended.out
    written, kept = read_features(Path("out/x.csv")), TableStore(Path("data")).get()
    assert written.fingerprint() == kept.fingerprint()


def test_features_as_json_tell_what_is_missing(run: Run) -> None:
    _keep("US:AAA", delay=Delay.SIMULATED)

    ended = run("features", "--json", "--symbols", "aaa", "--features", "momentum,iv30")

    said = json.loads(ended.out)
    assert said["missing"] == {"momentum": 21 / 80, "iv30": 1.0}
    assert (said["rows"], said["is_simulated"]) == (80, True)


def test_features_of_some_columns_do_not_take_the_place_of_all(run: Run) -> None:
    _keep("US:AAA")
    run("features")

    ended = run("features", "--features", "gap", "-o", "gap.csv")

    assert "Not kept" in ended.out
    assert len(TableStore(Path("data")).get().names) > 50
    assert read_features(Path("gap.csv")).names == ("gap",)


def test_features_between_dates_end_with_the_last_named(run: Run) -> None:
    _keep("US:AAA")

    ended = run(
        *("features", "--json", "--from", "2014-04-01", "--to", "2014-04-30"),
        *("--features", "momentum"),
    )

    said = json.loads(ended.out)
    assert (said["first_session"], said["last_session"]) == ("2014-04-01", "2014-04-30")
    assert said["missing"] == {"momentum": 0.0}


def test_features_of_too_few_sessions_name_symbol_and_count(run: Run) -> None:
    _keep("US:AAA", 30)

    run("features").refused(4, "US:AAA", "30 sessions", "60")


def test_features_of_nothing_kept_say_how_to_get_bars(run: Run) -> None:
    run("features").refused(4, "quantdeck history fetch")


def test_features_of_an_unknown_name_are_refused(run: Run) -> None:
    _keep("US:AAA")

    run("features", "--features", "momentun").refused(2, "momentun", "did you mean")


def test_features_with_dates_the_wrong_way_round_are_refused(run: Run) -> None:
    run("features", "--from", "2014-05-01", "--to", "2014-04-01").refused(2, "lies before")


def test_features_of_an_own_file_are_in_the_list(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("own.py").write_text(OWN)
    Path("config.yaml").write_text("research: {features_files: [own.py]}\n")

    ended = run("features", "--list", "--json")

    monkeypatch.delitem(_REGISTERED, "twice_the_close")
    mine = [each for each in json.loads(ended.out) if each["group"] == "Mine"]
    assert [(each["name"], each["title"]) for each in mine] == [
        ("twice_the_close", "Close times two")
    ]


def test_features_of_a_file_that_fails_name_it(run: Run) -> None:
    Path("wrong.py").write_text("import nothing_of_that_name\n")
    Path("config.yaml").write_text("research: {features_files: [wrong.py]}\n")

    run("features", "--list").refused(2, "wrong.py failed", "nothing_of_that_name")


def test_features_of_a_file_that_is_not_there_are_refused(run: Run) -> None:
    Path("config.yaml").write_text("research: {features_files: [absent.py]}\n")

    run("features", "--list").refused(2, "absent.py", "no such file")


def test_features_of_a_file_without_a_docstring_are_refused(run: Run) -> None:
    Path("bare.py").write_text(OWN.replace('"""Close times two."""', "pass"))
    Path("config.yaml").write_text("research: {features_files: [bare.py]}\n")

    run("features", "--list").refused(2, "bare.py failed", "needs a docstring")


def test_features_are_listed_for_a_person(run: Run) -> None:
    ended = run("features", "--list")

    assert "momentum" in ended.out
    assert "all before" in ended.out
