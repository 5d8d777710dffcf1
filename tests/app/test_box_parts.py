from __future__ import annotations

from datetime import UTC, datetime

import pytest

from quantdeck.app.box_parts import demo_boxes
from quantdeck.app.plans import Surroundings
from quantdeck.app.settings import load
from quantdeck.model.feed import RunId
from quantdeck.model.instruments import InstrumentTable
from quantdeck.net.clock import SystemClock


def parts(tmp_path, **boxes):
    around = Surroundings(SystemClock(), InstrumentTable(), RunId("run"), tmp_path)
    flags = {f"boxes.{name}": value for name, value in boxes.items()}
    settings = load(tmp_path / "none.yaml", environ={}, flags=flags)
    return demo_boxes(settings, around, lambda _: None)


@pytest.fixture(autouse=True)
def config(tmp_path):
    (tmp_path / "none.yaml").write_text("", encoding="utf-8")


def test_desk_without_a_limit_of_age_takes_no_leg_older_than_five_minutes(tmp_path):
    assert parts(tmp_path).rules.max_leg_age_s == 300


def test_desk_with_a_limit_of_age_keeps_it(tmp_path):
    assert parts(tmp_path, max_leg_age_seconds=20).rules.max_leg_age_s == 20


def test_desk_without_a_stream_is_stale_after_three_rounds(tmp_path):
    made = parts(tmp_path, use_stream=False, update_interval_seconds=40)

    assert (made.streams, made.stale_after_s) == (False, 120)


def test_desk_with_a_file_of_benchmarks_reads_it(tmp_path):
    file = tmp_path / "bills.csv"
    today = datetime.fromtimestamp(SystemClock().now_ns() / 1e9, UTC).date().isoformat()
    file.write_text(
        f"date,tenor,rate,convention\n{today},1m,0.04,simple-360\n{today},2y,0.04,simple-360\n",
        encoding="utf-8",
    )

    made = parts(tmp_path, benchmarks=str(file))

    assert made.benchmark.title == "bills.csv"
