"""Tables of the API in all their forms."""

from __future__ import annotations

import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from quantdeck.api.replies import file_name

_TABLES = [
    "/api/v1/bars?symbol=BINANCE-USDM:BTCUSDT",
    "/api/v1/ticks?symbol=BINANCE-USDM:BTCUSDT",
    "/api/v1/pairs?y=BINANCE-USDM:BTCUSDT&x=BINANCE-USDM:ETHUSDT",
    "/api/v1/buffer?symbol=BINANCE-USDM:BTCUSDT",
]


@pytest.mark.parametrize("path", _TABLES)
def test_table_as_arrow_is_the_table_as_parquet(ask, path):
    arrow, parquet = (ask("GET", f"{path}&format={form}") for form in ("arrow", "parquet"))

    assert arrow.headers["content-type"] == "application/vnd.apache.arrow.stream"
    assert arrow.headers["content-disposition"].endswith('.arrows"')
    table = pa.ipc.open_stream(arrow.content).read_all()
    # Parquet keeps texts without their codes
    plain = pq.read_table(io.BytesIO(parquet.content))
    assert table.num_rows > 0
    assert str(table.to_pylist()) == str(plain.to_pylist())


def test_query_as_arrow_says_whether_it_was_cut(ask, deck):
    deck.reader.sql_result = pa.table({"a": [1]}).replace_schema_metadata({"truncated": "true"})

    reply = ask("POST", "/api/v1/sql", json={"query": "select 1", "format": "arrow"})

    assert pa.ipc.open_stream(reply.content).read_all().to_pylist() == [{"a": 1}]
    assert reply.headers["x-truncated"] == "true"


def test_file_of_live_data_is_not_named_after_the_mode():
    assert file_name("live", "risk", "US-SPY") == "risk-US-SPY"
    assert file_name("replay", "risk") == "replay-risk"
