"""The routes of uploads and of the buffer."""

from __future__ import annotations

import gzip

import pytest

from tests.api.one_app import app_for

_CSV = b"ts,symbol,price,size\n1723118400,btcusdt,5,1\n"


def _post(ask, content, path="/api/v1/uploads", media_type="text/csv", **headers):
    return ask("POST", path, content=content, headers={"Content-Type": media_type, **headers})


@pytest.mark.parametrize(
    "media_type",
    [
        "text/csv",
        "text/csv; charset=utf-8",
        "application/x-ndjson",
        "application/gzip",
        "text/plain",
    ],
)
def test_upload_is_handed_on_byte_by_byte_and_removed_afterwards(ask, deck, media_type):
    packed = gzip.compress(_CSV)

    reply = _post(ask, packed, media_type=media_type)

    assert reply.status_code == 422
    assert deck.asked[-1][1]["content"] == packed
    assert list(deck.uploads.iterdir()) == []


def test_upload_is_answered_with_counts_and_a_sentence(ask, deck):
    reply = _post(ask, _CSV, "/api/v1/uploads?venue=BINANCE-USDM&partial=true")

    assert reply.status_code == 200
    assert reply.json()["message"] == "1 new of 1 trade of 1 symbol"
    assert reply.json()["ignored_columns"] == ["id"]
    assert deck.asked[-1][1] == {"venue": "BINANCE-USDM", "partial": True, "content": _CSV}


def test_upload_with_a_bad_line_is_422_with_the_lines_and_reasons(ask):
    error = _post(ask, b"other").json()["error"]

    assert error["lines"] == [
        {"line": 2, "column": "price", "value": "-1", "reason": "must be above 0"}
    ]
    assert error["reasons"] == {"price must be above 0": 1}


def test_upload_that_unpacks_to_too_much_is_413(ask):
    reply = _post(ask, b"large")

    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too-large")


@pytest.fixture
def app(deck, sessions, page):
    return app_for(deck, sessions, page, upload_bytes=100_000)


def test_upload_larger_than_other_bodies_is_taken(ask, deck):
    content = b"ts" + b"x" * 90_000

    assert _post(ask, content).status_code == 200
    assert len(deck.asked[-1][1]["content"]) == len(content)


def test_upload_larger_than_allowed_is_413_and_leaves_nothing(ask, deck):
    reply = _post(ask, b"ts" + b"x" * 100_000)

    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too-large")
    assert (deck.asked, list(deck.uploads.iterdir())) == ([], [])


def test_upload_that_tells_no_length_and_is_larger_than_allowed_is_413(ask, deck):
    async def pieces():
        for _ in range(11):
            yield b"x" * 10_000

    reply = _post(ask, pieces())

    assert (reply.status_code, reply.json()["error"]["code"]) == (413, "too-large")
    assert (deck.asked, list(deck.uploads.iterdir())) == ([], [])


@pytest.mark.parametrize("media_type", ["application/json", "multipart/form-data; boundary=x", ""])
def test_upload_of_another_type_is_415(ask, media_type):
    assert _post(ask, _CSV, media_type=media_type).status_code == 415


def test_upload_while_a_recording_is_played_is_409(ask, deck):
    deck.is_replaying = True

    assert _post(ask, _CSV).status_code == 409


def test_upload_with_an_unknown_parameter_is_422(ask):
    assert _post(ask, _CSV, "/api/v1/uploads?partly=true").status_code == 422


def test_buffer_as_csv_can_be_uploaded_again(ask, names):
    reply = ask("GET", f"/api/v1/buffer?symbol={names.btc}")

    assert reply.text.splitlines() == [
        '"ts","symbol","price","size","side","seq"',
        f'"2024-08-08T00:00:00.000000000Z","{names.btc}",1.5,0.5,1,7',
        f'"2024-08-08T00:00:00.000000001Z","{names.btc}",2.5,0.25,0,8',
    ]
    assert "buffer.csv" in reply.headers["Content-Disposition"]


def test_buffer_as_json_has_times_spelled_out(ask):
    rows = ask("GET", "/api/v1/buffer?format=json").json()["rows"]

    assert rows[0]["time"] == "2024-08-08T00:00:00.000000000Z"
    assert rows[0]["price"] == 1.5


def test_buffer_as_parquet_is_a_file(ask):
    assert ask("GET", "/api/v1/buffer?format=parquet").content.startswith(b"PAR1")


def test_buffer_of_an_unknown_symbol_is_404(ask):
    assert ask("GET", "/api/v1/buffer?symbol=X:Y").status_code == 404
