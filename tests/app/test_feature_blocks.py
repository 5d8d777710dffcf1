"""Tables of features in parts are those built at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.app.feature_blocks import build_parts
from quantdeck.app.feature_parts import feature_sources
from quantdeck.app.settings import Settings
from quantdeck.jobs.features import FeatureRequest, build_table
from quantdeck.model.collected import Story
from quantdeck.model.errors import BadInput, TooLittleData
from quantdeck.model.feed import Delay, Provenance, RunId
from quantdeck.model.history import HISTORY_DTYPE, History
from quantdeck.scale.compute.inline import InlineExecutor
from quantdeck.scale.compute.processes import ProcessExecutor
from quantdeck.tape.collected.store import RecordStore
from quantdeck.tape.features.columns import table_of
from quantdeck.tape.history.store import BarStore
from tests.research.tables import CLOSE_NS, weekdays

if TYPE_CHECKING:
    from pathlib import Path

TOLD = Provenance("file", Delay.IMPORTED, RunId("run"))
DAYS = weekdays(140)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    store = BarStore(tmp_path / "data")
    for number in range(7):
        # They begin on different days, and one has too few.
        days = DAYS[20 * number if number < 4 else 5 * number :]
        rows = np.zeros(len(days) if number != 5 else 40, HISTORY_DTYPE)
        rows["start_ns"] = days[: len(rows)]
        walk = np.random.default_rng(number).standard_normal(len(rows))
        rows["close"] = 50.0 * np.exp(0.02 * walk.cumsum())
        rows["open"], rows["high"], rows["low"] = (rows["close"] * f for f in (1.0, 1.01, 0.99))
        rows["volume"] = 1000.0 + number
        store.keep(History(f"US:S{number}", "1d", rows, TOLD, fetched_ns=1, calendar="XNYS"))
    return tmp_path / "data"


def whole(folder: Path, request: FeatureRequest) -> pa.Table:
    built = build_table(request, feature_sources(Settings(), folder))
    assert built is not None
    return table_of(built.table)


def rows_of(table: pa.Table) -> dict[str, bytes]:
    """Return every column as bytes, rows in the order of sessions and symbols."""
    plain = table.set_column(0, "symbol", table.column("symbol").cast(pa.string()))
    plain = plain.set_column(3, "source", plain.column("source").cast(pa.string()))
    ordered = plain.sort_by([("session", "ascending"), ("symbol", "ascending")])
    return {
        name: b"".join(
            str(each).encode() if name in {"symbol", "source"} else repr(each).encode()
            for each in ordered.column(name).to_pylist()
        )
        for name in ordered.column_names
    }


@pytest.mark.parametrize("start_ns", [None, int(DAYS[100])])
def test_parts_are_the_table_built_at_once(
    folder: Path, tmp_path: Path, start_ns: int | None
) -> None:
    request = FeatureRequest(start_ns=start_ns, end_ns=int(DAYS[135]))
    shares: list[float] = []

    made = build_parts(
        Settings(), folder, request, tmp_path / "parts", InlineExecutor(), block=2,
        on_progress=shares.append,
    )  # fmt: skip

    found = pa.concat_tables([pq.read_table(each) for each in made.files])
    expected = whole(folder, request)
    assert len(made.files) == 3
    assert made.rows == found.num_rows == expected.num_rows
    assert made.left_out == {"US:S5": "has 40 sessions; features need 60"}
    assert rows_of(found) == rows_of(expected)
    assert sorted(each.name for each in (tmp_path / "parts").iterdir()) == [
        each.name for each in made.files
    ]
    assert shares[-1] == 1.0


def test_parts_of_processes_have_stories_and_chosen_columns_too(
    folder: Path, tmp_path: Path
) -> None:
    at_ns = int(DAYS[120] + CLOSE_NS - 3_600_000_000_000)
    story = Story(
        id="1",
        headline="Up",
        published_ns=at_ns,
        updated_ns=at_ns,
        symbols=("US:S4",),
        sentiment=0.5,
    )
    RecordStore(folder).keep([story], TOLD, fetched_ns=int(DAYS[-1] + CLOSE_NS))
    names = ("news_sent", "momentum", "momentum_rank", "beta63", "box_rate91")
    request = FeatureRequest(names=names)
    pool = ProcessExecutor(2, worth_s=0.0)

    try:
        made = build_parts(Settings(), folder, request, tmp_path / "parts", pool, block=3)
    finally:
        pool.close()

    found = pa.concat_tables([pq.read_table(each) for each in made.files])
    assert rows_of(found) == rows_of(whole(folder, request))
    assert found.column("news_sent").null_count < found.num_rows


def test_parts_go_into_an_empty_folder_alone(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "mine").touch()

    with pytest.raises(BadInput, match="is not empty"):
        build_parts(Settings(), folder, FeatureRequest(), tmp_path / "parts", InlineExecutor())


def test_parts_of_symbols_with_too_few_sessions_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TooLittleData, match="US:S5 has 40 sessions"):
        build_parts(
            Settings(), folder, FeatureRequest(("US:S5",)), tmp_path / "parts", InlineExecutor()
        )
