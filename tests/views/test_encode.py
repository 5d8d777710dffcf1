from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from quantdeck.model.errors import BadInput
from quantdeck.views.encode import to_csv, to_json
from quantdeck.views.panels import Column, Format
from quantdeck.views.payloads import (
    Band,
    CandlesPayload,
    LinesPayload,
    PanelState,
    RowsPayload,
    TextPayload,
)

_LIVE = PanelState("live", 0.5, "binance-usdm")


def _table(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def _candles() -> CandlesPayload:
    prices = np.array([10.5, np.nan])
    return CandlesPayload(
        _LIVE, 2, np.array([0, 1000]), prices, prices, prices, prices, prices, np.array([3, 0])
    )


def test_to_json_when_lines_have_gaps_writes_null() -> None:
    lines = {"z": np.array([0.25, np.nan, np.inf])}
    payload = LinesPayload(_LIVE, np.array([1, 2, 3]), lines, (Band("b", "u", "l"),))

    assert json.loads(to_json(payload)) == {
        "state": {"word": "live", "age_s": 0.5, "source": "binance-usdm", "detail": ""},
        "x": [1, 2, 3],
        "lines": {"z": [0.25, None, None]},
        "bands": [{"id": "b", "upper": "u", "lower": "l"}],
        "markers": [],
    }


def test_to_json_when_rows_hold_numpy_scalars_writes_plain_numbers() -> None:
    rows = [{"id": "a", "n": np.int64(3), "v": np.float64("nan"), "spark": [1.0, float("nan")]}]

    decoded = json.loads(to_json(RowsPayload(_LIVE, rows)))

    assert decoded["rows"] == [{"id": "a", "n": 3, "v": None, "spark": [1.0, None]}]


def test_to_json_when_value_has_no_json_form_says_which() -> None:
    with pytest.raises(NotImplementedError, match="complex"):
        to_json({"a": 1j})


@pytest.mark.parametrize("text", ["=1+1", "+1", "-x", "@SUM(A1)", "\t=1", "\r=1"])
def test_to_csv_when_text_begins_like_a_formula_precedes_it(text: str) -> None:
    data = to_csv(RowsPayload(_LIVE, [{"id": "a", "text": text}]))

    assert _table(data)[1] == ["a", f"'{text}"]


def test_to_csv_when_number_is_negative_leaves_it_a_number() -> None:
    data = to_csv(RowsPayload(_LIVE, [{"id": "a", "v": -2.5, "n": -3, "f": np.float64(-1e-7)}]))

    assert data == b"id,v,n,f\r\na,-2.5,-3,-1e-07\r\n"


def test_to_csv_when_header_begins_like_a_formula_precedes_it() -> None:
    payload = LinesPayload(_LIVE, np.array([0]), {"=z": np.array([1.0])})

    assert to_csv(payload).splitlines()[0] == b"time,'=z"


def test_to_csv_when_text_has_commas_quotes_and_lines_quotes_it() -> None:
    text = 'a, "b"\nc'

    data = to_csv(RowsPayload(_LIVE, [{"id": "a", "text": text}]))

    assert _table(data)[1] == ["a", text]


def test_to_csv_when_columns_are_given_follows_their_order_and_writes_times() -> None:
    rows = [{"id": "a", "rows": 3, "first": 1723161255030, "kind": "trade", "live": True}]
    columns = (Column("kind", "Kind"), Column("first", "First", Format.TIME))

    data = to_csv(RowsPayload(_LIVE, rows), columns)

    assert _table(data) == [
        ["id", "kind", "first", "rows", "live"],
        ["a", "trade", "2024-08-08T23:54:15.030Z", "3", "true"],
    ]


def test_to_csv_when_rows_are_cards_leaves_sparklines_out() -> None:
    rows = [{"id": "a", "value": 1.5, "spark": [1.0, 2.0]}, {"id": "b", "value": None}]
    columns = (Column("a", "Rate", Format.RATE),)

    data = to_csv(RowsPayload(_LIVE, rows), columns)

    assert data == b"id,value,unit\r\na,1.5,per_s\r\nb,,\r\n"


def test_to_csv_when_columns_have_units_names_them() -> None:
    rows = [{"id": "a", "rate": 2.0, "age_s": 0.5, "skew": 0.25, "size": 7, "change": 0.01, "n": 1}]
    columns = (
        Column("rate", "Rate", Format.RATE, unit="/s"),
        Column("age_s", "Age", Format.DURATION),
        Column("skew", "Skew", Format.NUMBER, unit="ms"),
        Column("size", "Size", Format.BYTES),
        Column("change", "Change", Format.PERCENT),
        Column("n", "n", Format.COUNT),
    )

    header = _table(to_csv(RowsPayload(_LIVE, rows), columns))[0]

    assert header == ["id", "rate_per_s", "age_s", "skew_ms", "size_bytes", "change_fraction", "n"]


def test_to_csv_when_lines_have_a_unit_names_it() -> None:
    payload = LinesPayload(_LIVE, np.array([0]), {"p50": np.array([1.5])})

    data = to_csv(payload, (Column("p50", "Median", Format.NUMBER, unit="ms"),))

    assert _table(data)[0] == ["time", "p50_ms"]


def test_to_csv_when_cards_have_their_own_unit_keeps_it() -> None:
    rows = [{"id": "a", "title": "A", "value": 1.5, "decimals": 2, "unit": "USDT"}]

    data = to_csv(RowsPayload(_LIVE, rows), (Column("a", "A", Format.PRICE),))

    assert _table(data) == [["id", "value", "unit", "title"], ["a", "1.5", "USDT", "A"]]


def test_to_csv_when_there_are_no_rows_writes_the_header() -> None:
    data = to_csv(RowsPayload(_LIVE, []), (Column("kind", "Kind"),))

    assert data == b"id,kind\r\n"


def test_to_csv_when_lines_follow_the_panel_writes_gaps_empty() -> None:
    lines = {"b": np.array([1.0, np.nan]), "a": np.array([2.0, 3.0])}
    payload = LinesPayload(_LIVE, np.array([0, 1500]), lines)

    data = to_csv(payload, (Column("a", "A"), Column("gone", "Gone")))

    assert (
        data == b"time,a,b\r\n1970-01-01T00:00:00.000Z,2.0,1.0\r\n1970-01-01T00:00:01.500Z,3.0,\r\n"
    )


def test_to_csv_when_candles_writes_every_column() -> None:
    assert _table(to_csv(_candles())) == [
        ["time", "open", "high", "low", "close", "volume", "trades"],
        ["1970-01-01T00:00:00.000Z", *["10.5"] * 5, "3"],
        ["1970-01-01T00:00:01.000Z", *[""] * 5, "0"],
    ]


def test_to_csv_when_payload_is_prose_is_refused() -> None:
    with pytest.raises(BadInput, match="no columns"):
        to_csv(TextPayload(_LIVE, "hello"))
