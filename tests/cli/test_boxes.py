from __future__ import annotations

import csv
import dataclasses
import json
import os
import signal
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import quantdeck
from quantdeck.analytics.boxes.example import example_chain
from quantdeck.app.places import DEMO_FOLDER
from quantdeck.model.chains import ChainSnapshot
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.options import ExerciseStyle
from quantdeck.tape.chains.files import read_chain, write_chain
from quantdeck.tape.chains.store import ChainStore

if TYPE_CHECKING:
    from tests.cli.conftest import Run

COLUMNS = [
    "root",
    "expiry",
    "settlement",
    "days",
    "tau",
    "rate_mid",
    "se",
    "rate_lend",
    "rate_borrow",
    "forward",
    "dividend_yield",
    "quotes_used",
    "quotes_flagged",
    "status",
]
READING = Provenance("file", Delay.IMPORTED, RunId("reading"))


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(("ALPACA_", "TT_", "DASH_")):
            monkeypatch.delenv(name)


def example() -> ChainSnapshot:
    chain, at_ns = example_chain()
    weekly = dataclasses.replace(chain, root="SPXW", expiry=date(2026, 9, 30))
    provenance = Provenance("vendor", Delay.REALTIME, RunId("run"))
    return ChainSnapshot(at_ns, "opra", provenance, (chain, weekly))


@pytest.fixture
def chain_file(tmp_path: Path) -> Path:
    path = tmp_path / "chain.csv"
    write_chain(example(), path)
    return path


def test_help_loads_no_heavy_library() -> None:
    heavy = {"numpy", "numba", "pyarrow", "duckdb", "msgspec", "pandas", "rich.console"}
    program = (
        "import sys\n"
        "from quantdeck.cli.main import app\n"
        "try: app(['boxes', 'collect', '--help'])\n"
        "except SystemExit: pass\n"
        f"print(sorted(set(sys.modules) & {heavy!r}))"
    )

    answer = subprocess.run(
        [sys.executable, "-c", program],
        env={"PYTHONPATH": str(Path(quantdeck.__file__).parents[1])},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )

    assert answer.stdout.splitlines()[-1] == "[]"


def test_help_of_every_command_says_what_it_does(run: Run) -> None:
    listed = run("boxes", "--help")

    for command in ("rates", "snapshot", "collect", "plan", "export", "import"):
        assert command in listed.out
        ended = run("boxes", command, "--help")
        assert (ended.code, ended.err) == (0, "")
        assert "--json" in ended.out


def test_rates_of_a_file_are_a_row_a_root_and_expiry(run: Run, chain_file: Path) -> None:
    ended = run("boxes", "rates", "--chain", chain_file, "--json")

    rows = json.loads(ended.out)
    assert ended.code == 0
    assert [list(row) for row in rows] == [COLUMNS, COLUMNS]
    assert [(r["root"], r["expiry"], r["status"]) for r in rows] == [
        ("SPX", "2026-12-18", "ok"),
        ("SPXW", "2026-09-30", "ok"),
    ]
    assert rows[0]["rate_mid"] == pytest.approx(0.04, abs=1e-4)
    assert rows[0]["rate_lend"] < rows[0]["rate_mid"] < rows[0]["rate_borrow"]
    assert rows[0]["tau"] == pytest.approx(rows[0]["days"] / 365)


def test_rates_as_a_table_name_what_they_are_of(run: Run, chain_file: Path) -> None:
    ended = run("boxes", "rates", "--chain", chain_file, "--root", "spx")

    header, *rows = ended.out.splitlines()
    assert header.split() == COLUMNS
    assert [row.split()[0] for row in rows] == ["SPX"]
    assert len(rows[0].split()) == len(COLUMNS)
    assert "as of 2026-06-12 16:00:00 UTC, source vendor, feed opra, realtime" in ended.err


def test_rates_what_is_not_known_is_null_and_a_dash(run: Run, tmp_path: Path) -> None:
    (tmp_path / "few.csv").write_text(
        "time,symbol,bid,ask\n2026-06-12T16:00:00Z,SPX261218C05000000,1,2\n"
    )

    as_json = run("boxes", "rates", "--chain", "few.csv", "--json")
    as_table = run("boxes", "rates", "--chain", "few.csv")

    (row,) = json.loads(as_json.out)
    assert (row["rate_mid"], row["status"]) == (None, "too-few")
    assert as_table.out.splitlines()[1].split()[5:11] == ["-"] * 6


def test_rates_with_a_benchmark_tell_the_distance(
    run: Run, chain_file: Path, tmp_path: Path
) -> None:
    benchmark = tmp_path / "treasury.csv"
    benchmark.write_text(
        "date,tenor,rate,convention\n2026-06-12,6m,0.039,continuous\n2026-06-12,1y,0.039,continuous\n"
    )

    ended = run(
        "boxes", "rates", "--chain", chain_file, "--benchmark", benchmark, "--json", "--root", "SPX"
    )

    (row,) = json.loads(ended.out)
    assert list(row) == [*COLUMNS, "benchmark", "spread_bp"]
    assert row["benchmark"] == pytest.approx(0.039)
    assert row["spread_bp"] == pytest.approx(10, abs=1)


def test_rates_broken_rows_are_named_and_the_rest_computed(run: Run, chain_file: Path) -> None:
    with chain_file.open("a") as file:
        file.write("not,a,row\n")

    ended = run("boxes", "rates", "--chain", chain_file, "--json")
    strict = run("boxes", "rates", "--chain", chain_file, "--strict")

    assert ended.code == 0
    assert len(json.loads(ended.out)) == 2
    assert "chain.csv, line 62: expected 23 cells, was 3" in ended.err
    strict.refused(2, "line 62")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--chain", "none.csv"], 2, ["none.csv is not a file"]),
        (["--chain", "chain.csv", "--format", "excel"], 2, ["vendor-csv, spx-2011"]),
        (["--chain", "chain.csv", "--root", "NDX"], 4, ["NDX", "SPX, SPXW"]),
        (["--chain", "chain.csv", "--benchmark", "none.csv"], 2, ["none.csv"]),
        ([], 4, ["boxes snapshot", "--chain"]),
    ],
)
def test_rates_wrong_question_is_refused(
    run: Run, chain_file: Path, arguments: list[str], code: int, words: list[str]
) -> None:
    ended = run("boxes", "rates", *arguments)

    assert chain_file.exists()
    ended.refused(code, *words)


def test_rates_of_what_is_kept(run: Run, tmp_path: Path) -> None:
    ChainStore(tmp_path / "data").keep(example())

    ended = run("boxes", "rates", "--json")

    assert [row["root"] for row in json.loads(ended.out)] == ["SPX", "SPXW"]


def test_import_keeps_snapshot_and_rates_for_sql(run: Run, chain_file: Path) -> None:
    ended = run("boxes", "import", chain_file)
    asked = run("sql", "SELECT root, status FROM box_rates WHERE kind = 'expiry'", "--json")

    assert ended.out == "chain.csv: 2 expiries, 60 contracts, 2 rates\n"
    assert [json.loads(line)["root"] for line in asked.out.splitlines()] == ["SPX", "SPXW"]


def test_export_writes_a_table_that_is_read_back(
    run: Run, chain_file: Path, tmp_path: Path
) -> None:
    run("boxes", "import", chain_file)

    ended = run("boxes", "export", "--output", "out.parquet", "--root", "SPX", "--json")

    assert json.loads(ended.out) == {"file": "out.parquet", "rows": 30}
    found = read_chain(tmp_path / "out.parquet", form=None, provenance=READING).snapshot
    assert found.provenance.source == "vendor"
    assert [chain.root for chain in found.chains] == ["SPX"]


def test_plan_tells_the_order_and_the_money(run: Run, chain_file: Path) -> None:
    asked = ("--amount", 98_000, "--until", "2026-12-21", "--side", "lend", "--chain", chain_file)

    as_json = run("boxes", "plan", *asked, "--json")
    as_text = run("boxes", "plan", *asked, "--most", 1)

    first = json.loads(as_json.out)[0]
    assert 0 < first["now"] <= 98_000
    assert first["now"] < first["repayment"]
    assert first["contracts"] >= 1
    assert "BUY" in first["ticket"]
    assert as_text.out.startswith("1. pay ")
    assert "2." not in [line.split()[0] for line in as_text.out.splitlines() if line.split()]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--amount", "1", "--until", "soon", "--side", "lend"], ["--until", "'soon'"]),
        (["--amount", "1", "--until", "2026-12-21", "--side", "up"], ["--side", "'up'"]),
        (["--amount", "-1", "--until", "2026-12-21", "--side", "lend"], ["positive"]),
    ],
)
def test_plan_wrong_question_is_refused(
    run: Run, chain_file: Path, arguments: list[str], words: list[str]
) -> None:
    run("boxes", "plan", *arguments, "--chain", chain_file).refused(2, *words)


def test_snapshot_without_a_key_says_how_to_get_one_or_try_without(run: Run) -> None:
    ended = run("boxes", "snapshot")

    ended.refused(3, "ALPACA_API_KEY", "TT_REFRESH_TOKEN", "--demo")


@pytest.mark.parametrize("source", ["alpaca", "tastytrade"])
def test_snapshot_of_a_vendor_without_its_key_says_how_to_get_one(run: Run, source: str) -> None:
    run("boxes", "snapshot", "--source", source).refused(3, source, "--demo")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["snapshot", "--demo", "--csv", "nowhere"], ["nowhere", "--csv"]),
        (["collect", "--demo", "--interval", "0.2"], ["--interval", "seconds"]),
        (["snapshot", "--demo", "--ticker", "S P X"], ["S P X"]),
        (["snapshot", "--demo", "--ticker", "ZZZZ"], ["ZZZZ"]),
    ],
)
def test_collect_wrong_question_is_refused(
    run: Run, arguments: list[str], words: list[str]
) -> None:
    run("boxes", *arguments).refused(2, *words)


def test_snapshot_of_an_unknown_vendor_lists_those_there_are(run: Run) -> None:
    run("boxes", "snapshot", "--source", "ibkr").refused(2, "alpaca, tastytrade")


def test_snapshot_of_the_demo_is_kept_apart_and_written_as_csv(run: Run, tmp_path: Path) -> None:
    (tmp_path / "csv").mkdir()
    (tmp_path / "config.yaml").write_text("boxes: {expiries_per_ticker: 2}\n")

    ended = run("boxes", "snapshot", "--demo", "--json", "--csv", "csv")

    assert ended.code == 0, ended.err
    (taken,) = json.loads(ended.out)["taken"]
    stored = taken["stored"]
    assert (stored["delay"], stored["underlying"]) == ("simulated", "US:SPX")
    assert (tmp_path / "data" / DEMO_FOLDER / stored["path"]).is_file()
    (written,) = (tmp_path / "csv").iterdir()
    with written.open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == stored["rows"]
    assert {row["delay"] for row in rows} == {"simulated"}


def test_collect_ends_cleanly_when_interrupted(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text("boxes: {expiries_per_ticker: 1}\n")
    command = [sys.executable, "-m", "quantdeck.cli.main", "boxes", "collect", "--demo", "--loop"]
    process = subprocess.Popen(
        [*command, "--interval", "1", "--json"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(Path(quantdeck.__file__).parents[1]), "PATH": os.environ["PATH"]},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        first = json.loads(process.stdout.readline())
        process.send_signal(signal.SIGINT)
        rest, told = process.communicate(timeout=60)
    finally:
        process.kill()
        process.wait()

    assert first["number"] == 1
    assert process.returncode == 0, told
    assert "Traceback" not in told
    kept = ChainStore(tmp_path / "data" / DEMO_FOLDER).snapshots()
    assert len(kept) >= 1 + len(rest.splitlines())


BENCHMARKS = {
    # Treasury par yields and the overnight rate of the day.
    "spx_2022-02-05": ("2022-02-04", (0.0005, 0.0056, 0.0089, 0.0131), 3),
    "spx_2024-01-07": ("2024-01-05", (0.0531, 0.0524, 0.0484, 0.0440), 4),
}


@pytest.mark.parametrize("name", BENCHMARKS)
def test_rates_of_recorded_chains_lie_in_their_band_and_above_the_treasury(
    run: Run, shared_data: Path, tmp_path: Path, name: str
) -> None:
    day, yields, long_ones = BENCHMARKS[name]
    tenors = (
        "1d,{},simple-360",
        "6m,{},bond-equivalent",
        "1y,{},bond-equivalent",
        "2y,{},semiannual",
    )
    lines = [f"{day},{each.format(rate)}" for each, rate in zip(tenors, yields, strict=True)]
    (tmp_path / "rates.csv").write_text("\n".join(["date,tenor,rate,convention", *lines]) + "\n")
    chain = shared_data / "spx-chains" / f"{name}.csv.gz"

    ended = run(
        *("boxes", "rates", "--chain", chain, "--format", "vendor-csv"),
        *("--benchmark", "rates.csv", "--json"),
    )

    rows = json.loads(ended.out)
    sound = [row for row in rows if row["status"] == "ok"]
    tenor = [row for row in sound if 150 <= row["days"] <= 730]
    assert len(sound) >= 25
    assert all(row["rate_lend"] <= row["rate_mid"] <= row["rate_borrow"] for row in sound)
    assert len(tenor) >= 10
    assert all(0 <= row["spread_bp"] <= 60 for row in tenor), [row["spread_bp"] for row in tenor]
    assert [row["status"] for row in rows if row["days"] > 1000] == ["stale"] * long_ones


def test_doctor_tells_which_keys_are_there_and_never_what_they_are(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALPACA_API_KEY", "hunter1")
    monkeypatch.setenv("ALPACA_API_SECRET", "hunter2")
    monkeypatch.setenv("QUANTDECK_FEEDS__TASTYTRADE__ENABLED", "true")

    ended = run("doctor", "--json")

    found = {each["check"]: each for each in json.loads(ended.out)}
    assert found["alpaca"]["verdict"] == "ok"
    assert (found["tastytrade"]["verdict"], ended.code) == ("fail", 3)
    assert "TT_REFRESH_TOKEN" in found["tastytrade"]["remedy"]
    assert "hunter" not in ended.out + ended.err


def test_rates_of_american_options_are_a_bound_and_no_rate(run: Run, tmp_path: Path) -> None:
    chain, at_ns = example_chain()
    terms = {"root": "SPY", "underlying": "US:SPY", "style": ExerciseStyle.AMERICAN}
    american = dataclasses.replace(chain, **terms)
    provenance = Provenance("vendor", Delay.REALTIME, RunId("run"))
    write_chain(ChainSnapshot(at_ns, "opra", provenance, (american,)), tmp_path / "spy.csv")

    ended = run("boxes", "rates", "--chain", "spy.csv")

    assert ended.out.split()[-1] == "american"
    assert ended.out.split().count("-") == 6
    assert "SPY: American exercise gives no rate, only that it is at least 0.03" in ended.err
