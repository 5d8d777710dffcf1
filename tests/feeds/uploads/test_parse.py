"""Files of trades: what is read, what is refused, and how it is said."""

from __future__ import annotations

import gzip
import json
import math
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.feeds.uploads import pieces
from quantdeck.feeds.uploads.parse import FileParser
from quantdeck.feeds.uploads.pieces import holds_frames
from quantdeck.model.errors import BadInput
from quantdeck.model.uploads import BadUpload, UploadTooLarge

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from quantdeck.ports.uploads import ParsedUpload

    Parse = Callable[..., ParsedUpload]

_AT = 1_723_118_400_000_000_000
_HEADER = b"ts,symbol,price,size\n"


@pytest.fixture
def parse(tmp_path: Path) -> Parse:
    def run(content: bytes, *, venue: str = "UPLOAD", **limits: int) -> ParsedUpload:
        file = tmp_path / "file"
        file.write_bytes(content)
        return FileParser(**{"most_bytes": 1 << 24, "most_rows": 10_000, **limits})(
            file, venue=venue
        )

    return run


def _told(parsed: ParsedUpload) -> list[tuple[int, str, float, float]]:
    return [
        (
            int(row["ts_event"]),
            parsed.symbols[row["symbol"]],
            float(row["price"]),
            float(row["size"]),
        )
        for row in parsed.rows
    ]


def test_csv_is_read_in_the_order_of_its_lines(parse: Parse) -> None:
    parsed = parse(_HEADER + b"1723118401,ethusdt,2500.5,0\n2024-08-08T12:00Z,BTCUSDT,60000,0.25\n")

    assert _told(parsed) == [
        (_AT + 10**9, "UPLOAD:ETHUSDT", 2500.5, 0.0),
        (_AT, "UPLOAD:BTCUSDT", 60000.0, 0.25),
    ]
    assert parsed.rows["ts_recv"].tolist() == parsed.rows["ts_event"].tolist()
    assert (parsed.lines, parsed.bad) == ((), 0)


def test_columns_in_any_order_and_case_are_found_and_others_are_told(parse: Parse) -> None:
    parsed = parse(b"Side, Size ,TS,id,Symbol,PRICE\nbuy,2,1723118400,7,btcusdt,5\n")

    assert _told(parsed) == [(_AT, "UPLOAD:BTCUSDT", 5.0, 2.0)]
    assert parsed.ignored_columns == ("Side", "id")


@pytest.mark.parametrize(
    "content",
    [
        b"\xef\xbb\xbf" + _HEADER + b"1723118400,btcusdt,5,2\n",
        _HEADER.replace(b"\n", b"\r\n") + b"1723118400,btcusdt,5,2\r\n",
        b"\n\n" + _HEADER + b"\n1723118400,btcusdt,5,2\n   \n,\n"[:-2],
        _HEADER + b"1723118400,btcusdt,5,2",
        b'"ts","symbol","price","size"\n"1723118400","btcusdt","5","2"\n',
        _HEADER + b' 1723118400 ,\tbtcusdt , "5" ,+2.0e0\n',
        b"\n" + b'{"ts": 1723118400, "symbol": "btcusdt", "price": 5, "size": 2}\n\n',
        b'{"size": "2", "price": 5.0, "symbol": "BTCUSDT", "ts": "2024-08-08T12:00:00Z"}',
        b'{"ts":1723118400.0,"x":[1,{"y":2}],"symbol":"btcusdt","price":5,"size":2}\r\n',
        gzip.compress(_HEADER + b"1723118400,btcusdt,5,2\n", mtime=0),
        gzip.compress(_HEADER, mtime=0) + gzip.compress(b"1723118400,btcusdt,5,2\n", mtime=0),
        gzip.compress(b'{"ts": 1723118400, "symbol": "btcusdt", "price": 5, "size": 2}\n', mtime=0),
    ],
    ids=[
        "mark", "crlf", "blank-lines", "no-end", "quoted", "blanks", "ndjson", "ndjson-texts",
        "ndjson-more", "gzip", "gzips", "gzip-ndjson",
    ],
)  # fmt: skip
def test_one_trade_in_any_form_is_the_same(parse: Parse, content: bytes) -> None:
    parsed = parse(content)

    assert (_told(parsed), parsed.bad) == ([(_AT, "UPLOAD:BTCUSDT", 5.0, 2.0)], 0)


def test_symbols_without_a_venue_are_of_the_one_given(parse: Parse) -> None:
    parsed = parse(
        _HEADER
        + b"1723118400,btcusdt,5,2\n1723118400,BINANCE-USDM:BTCUSDT,5,2\n1723118400,x:y,5,2\n",
        venue="BINANCE-USDM",
    )

    assert parsed.symbols == ["BINANCE-USDM:BTCUSDT", "X:Y"]
    assert parsed.rows["symbol"].tolist() == [0, 0, 1]


_BAD_LINES = [
    (b"1723118400,a,5", "", "has another count of columns than the header"),
    (b"1723118400,a,5,2,3", "", "has another count of columns than the header"),
    (b'1723118400,"a,5,2', "", "has a quotation mark that is not closed"),
    (b'1723118400,"a"b,5,2', "", "has a quotation mark that is not closed, or text behind"),
    (b",a,5,2", "ts", "is absent"),
    (b"08/09/2024,a,5,2", "ts", "does not say which is the day"),
    (b"1.7E9,a,5,2", "ts", "has been rounded"),
    (b"1723118400,,5,2", "symbol", "is absent"),
    (b"1723118400,a b,5,2", "symbol", "is not a symbol"),
    (b"1723118400,\xff,5,2", "symbol", "is not a symbol"),
    (b"1723118400," + b"a" * 80 + b",5,2", "symbol", "is not a symbol"),
    (b"1723118400,a,,2", "price", "is absent"),
    (b"1723118400,a,5x,2", "price", "is not a number"),
    (b"1723118400,a,.,2", "price", "is not a number"),
    (b"1723118400,a,1e,2", "price", "is not a number"),
    (b"1723118400,a,nan,2", "price", "is not a number"),
    (b"1723118400,a,1e999,2", "price", "is not finite"),
    (b"1723118400,a,0,2", "price", "must be above 0"),
    (b"1723118400,a,-5,2", "price", "must be above 0"),
    (b"1723118400,a,5,", "size", "is absent"),
    (b"1723118400,a,5,-0.1", "size", "must not be below 0"),
    (b"1723118400,a,5,inf", "size", "is not a number"),
]


@pytest.mark.parametrize(("line", "column", "reason"), _BAD_LINES)
def test_bad_line_is_named_with_its_column_and_reason(
    parse: Parse, line: bytes, column: str, reason: str
) -> None:
    parsed = parse(_HEADER + b"1723118400,a,5,2\n\n" + line + b"\n1723118400,b,5,2\n")

    [problem] = parsed.lines
    assert (problem.line, problem.column) == (4, column)
    assert problem.reason.startswith(reason)
    assert [row[1] for row in _told(parsed)] == ["UPLOAD:A", "UPLOAD:B"]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"nonsense", "is not a JSON object"),
        (b'{"ts": 1', "is not a JSON object"),
        (b'{"ts": 1723118400, "symbol": "A", "price": 5}', "is not an object with ts"),
        (b'{"ts": [1], "symbol": "A", "price": 5, "size": 1}', "is not an object with ts"),
        (b"[1723118400, 5]", "is not an object with ts"),
        (b'{"ts": 1723118400, "symbol": "A", "price": null, "size": 1}', "is not a number"),
        (b'{"ts": 1723118400, "symbol": "A\\u0000", "price": 5, "size": 1}', "is not a symbol"),
        (b'{"ts": true, "symbol": "A", "price": 5, "size": 1}', "is not a time"),
    ],
)
def test_bad_object_is_named_with_its_reason(parse: Parse, line: bytes, reason: str) -> None:
    good = b'{"ts": 1723118400, "symbol": "A", "price": 5, "size": 2}\n'

    parsed = parse(good + b"\n" + line + b"\n" + good)

    [problem] = parsed.lines
    assert problem.line == 3
    assert problem.reason.startswith(reason)
    assert len(parsed.rows) == 2


def test_bad_lines_are_named_up_to_a_hundred_and_all_are_counted(parse: Parse) -> None:
    parsed = parse(_HEADER + b"1723118400,a,-1,2\n" * 150 + b"1723118400,a,1,x\n" * 3)

    assert [problem.line for problem in parsed.lines] == list(range(2, 102))
    assert parsed.reasons == {"price must be above 0": 150, "size is not a number": 3}


def test_line_numbers_go_on_over_pieces(parse: Parse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pieces, "PIECE", 64)

    parsed = parse(_HEADER + b"1723118400,abc,5,2\n" * 50 + b"1723118400,abc,-5,2\n")

    assert (len(parsed.rows), parsed.lines[0].line) == (50, 52)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "no line with a trade"),
        (b"\n \n", "no line with a trade"),
        (_HEADER, "no line with a trade"),
        (b"ts,symbol,price\n1,a,1\n", "no column size"),
        (b"time,symbol,price,size\n", "no column ts"),
        (b"ts,symbol,price,size,TS\n", "the column ts twice"),
        (b"ts;symbol;price;size\n1;a;1,5;1\n", "parted by semicolons"),
        (b"ts\tsymbol\tprice\tsize\n", "parted by tabs"),
        (b"1723118400,a,5,2\n", "without a header"),
        (b"PK\x03\x04rest", "Excel or zip"),
        (b"PAR1rest", "Parquet"),
        ("ts,symbol".encode("utf-16"), "UTF-16"),
        (gzip.compress(_HEADER + b"1723118400,a,5,2\n" * 100, mtime=0)[:-9], "cut off"),
        (gzip.compress(_HEADER, mtime=0)[:10] + b"\x00" * 20, "damaged"),
        (b"x" * (3 << 20), "longer than 1 MB"),
    ],
)
def test_file_that_cannot_be_read_is_refused_with_what_to_do(
    parse: Parse, content: bytes, words: str
) -> None:
    with pytest.raises(BadUpload, match=words):
        parse(content)


def test_file_larger_than_allowed_is_refused(parse: Parse) -> None:
    with pytest.raises(UploadTooLarge, match="more than 1000 bytes"):
        parse(_HEADER + b"1723118400,a,5,2\n" * 100, most_bytes=1000)


def test_packed_file_that_unpacks_to_too_much_is_given_up_early(parse: Parse) -> None:
    bomb = gzip.compress(b"\n" * (64 << 20))

    with pytest.raises(UploadTooLarge, match="when unpacked"):
        parse(bomb, most_bytes=1 << 20)


def test_file_with_more_trades_than_allowed_is_refused(parse: Parse) -> None:
    with pytest.raises(UploadTooLarge, match="more than 10 trades"):
        parse(_HEADER + b"1723118400,a,5,2\n" * 11, most_rows=10)


def test_more_symbols_than_a_file_may_have_are_refused_line_by_line(parse: Parse) -> None:
    lines = b"".join(b"1723118400,S%d,5,2\n" % n for n in range(258))

    parsed = parse(_HEADER + lines)

    assert len(parsed.symbols) == 256
    assert [problem.line for problem in parsed.lines] == [258, 259]


def test_venue_that_cannot_be_one_is_refused(parse: Parse) -> None:
    with pytest.raises(BadInput, match="is not a venue"):
        parse(_HEADER, venue="a b")


@pytest.mark.parametrize(
    ("content", "is_frames"),
    [
        (b'1723118400000000000 {"stream":"btcusdt@trade"}\n', True),
        (gzip.compress(b'1723118400000000000 {"stream":"btcusdt@trade"}\n', mtime=0), True),
        (b'nonsense\n1723118400000000000 {"e":1}\n', True),
        (_HEADER + b"2024-08-08 12:00:00,a,5,2\n", False),
        (b'{"ts": 1723118400}\n', False),
        (b"", False),
    ],
)
def test_frames_are_told_from_trades(tmp_path: Path, content: bytes, is_frames: bool) -> None:
    file = tmp_path / "file"
    file.write_bytes(content)

    assert holds_frames(file) is is_frames


@given(
    st.lists(
        st.one_of(
            st.floats(min_value=1e-300, max_value=1e300, allow_subnormal=False).map(repr),
            st.decimals(min_value="0.000000001", max_value="1e12", places=9).map(str),
            st.tuples(st.integers(1, 10**25), st.integers(0, 30)).map(
                lambda p: f"{p[0]}.{'0' * p[1]}{p[0]}"
            ),
        ),
        min_size=1,
        max_size=20,
    )
)
def test_price_is_the_double_nearest_to_its_digits(tmp_path_factory, prices: list[str]) -> None:
    file = tmp_path_factory.mktemp("prices") / "file"
    file.write_text(
        "ts,symbol,price,size\n" + "".join(f"1723118400,a,{price},1\n" for price in prices)
    )

    parsed = FileParser(most_bytes=1 << 20, most_rows=100)(file, venue="UPLOAD")

    expected = [float(price) for price in prices if 0 < float(price) < math.inf]
    assert parsed.rows["price"].tolist() == expected


@given(st.binary(max_size=400))
def test_any_bytes_after_a_good_line_are_trades_or_bad_lines(tmp_path_factory, content) -> None:
    file = tmp_path_factory.mktemp("bytes") / "file"
    file.write_bytes(_HEADER + b"1723118400,a,5,2\n" + content)

    parsed = FileParser(most_bytes=1 << 20, most_rows=500)(file, venue="UPLOAD")

    lines = [line for line in content.split(b"\n") if line.strip(b" \t\r")]
    assert len(parsed.rows) + parsed.bad == 1 + len(lines)
    assert (parsed.rows["price"] > 0).all()


@given(st.data())
def test_csv_and_ndjson_of_the_same_trades_are_read_the_same(tmp_path_factory, data) -> None:
    trades = data.draw(
        st.lists(
            st.tuples(
                st.integers(_AT, _AT + 10**15),
                st.sampled_from(["btcusdt", "X:Y", "eth"]),
                st.floats(min_value=1e-6, max_value=1e9),
                st.floats(min_value=0, max_value=1e9),
            ),
            min_size=1,
            max_size=20,
        )
    )
    folder = tmp_path_factory.mktemp("forms")
    csv, ndjson = folder / "csv", folder / "ndjson"
    csv.write_text(
        "ts,symbol,price,size\n" + "".join(f"{t},{s},{p!r},{z!r}\n" for t, s, p, z in trades)
    )
    ndjson.write_text(
        "".join(
            json.dumps({"symbol": s, "ts": t, "size": z, "price": p}) + "\n"
            for t, s, p, z in trades
        )
    )
    parser = FileParser(most_bytes=1 << 20, most_rows=100)

    one, other = parser(csv, venue="UPLOAD"), parser(ndjson, venue="UPLOAD")

    assert _told(one) == _told(other)
    assert [row[0] for row in _told(one)] == [trade[0] for trade in trades]
