"""News: the dialogue of its stream by scripted frames, and what is made of articles."""

from __future__ import annotations

import msgspec
import pytest
from msgspec.msgpack import Ext, encode

from quantdeck.feeds.alpaca.news import KnownNews, News, _of_item, _of_row
from quantdeck.feeds.alpaca.news_stream import NewsSession
from quantdeck.feeds.alpaca.requests import Article
from quantdeck.model.errors import BadMessage
from quantdeck.model.feed import FeedState
from quantdeck.net.session import Fail, Reconnect, Send

_S = 1_795_000_000
_TIME = Ext(-1, _S.to_bytes(4, "big"))


def item(number=1, **fields):
    return {"T": "n", "id": number, "headline": "H", "created_at": _TIME, **fields}


class Bench:
    """A session, what it hands on, and what it wants sent."""

    def __init__(self, symbols=()) -> None:
        self.items, self.confirmed = [], 0
        self.session = NewsSession(
            "wss://host/v1beta1/news",
            key="K",
            secret="S",  # noqa: S106
            symbols=symbols,
            on_item=self.items.append,
            on_confirmed=self._confirm,
        )
        self.session.on_open(0)

    def _confirm(self):
        self.confirmed += 1

    def says(self, *items):
        self.session.on_packet(encode(list(items)), 5)
        return list(self.session.on_timer(1))

    def sent(self, *items):
        (action,) = self.says(*items)
        assert isinstance(action, Send)
        return msgspec.msgpack.decode(action.payload)


@pytest.mark.parametrize(("symbols", "asked"), [((), ["*"]), (("SPY", "AAPL"), ["SPY", "AAPL"])])
def test_session_logs_in_and_subscribes_step_by_step(symbols, asked):
    bench = Bench(symbols)

    login = bench.sent({"T": "success", "msg": "connected"})
    wish = bench.sent({"T": "success", "msg": "authenticated"})
    bench.says({"T": "subscription", "news": asked})

    assert (login["action"], login["key"]) == ("auth", "K")
    assert wish == {"action": "subscribe", "news": asked}
    assert bench.confirmed == 1
    assert bench.session.health(9).state is FeedState.LIVE


def test_session_hands_on_articles_beside_what_cannot_be_read():
    bench = Bench()

    with pytest.raises(BadMessage):
        bench.says(item(1), {"T": "n", "id": "seven"}, {"T": "z"}, item(2))

    assert [each.id for each in bench.items] == [1, 2]


@pytest.mark.parametrize("frame", [b"", b"\xc1", b"{}", encode({"T": "n"})])
def test_session_calls_what_is_no_frame_a_bad_message(frame):
    with pytest.raises(BadMessage):
        Bench().session.on_packet(frame, 5)


@pytest.mark.parametrize(("code", "verdict"), [(402, Fail), (409, Fail), (406, Reconnect)])
def test_session_ends_as_the_refusal_demands(code, verdict):
    (action,) = Bench().says({"T": "error", "code": code, "msg": "no"})

    assert isinstance(action, verdict)


def test_session_that_is_not_answered_comes_back():
    session = Bench().session

    assert session.on_timer(4 * 10**9) == []
    assert isinstance(session.on_timer(6 * 10**9)[0], Reconnect)
    assert isinstance(session.on_close(1006, ""), Reconnect)


def test_article_is_plain_text_of_one_line_wherever_it_comes_from():
    bench = Bench()
    told = "A&amp;B \x1b[31m\n up"
    bench.says(item(7, headline=told, symbols=["SPY"], source="wire", url=None))
    row = Article(7, told, "2026-11-18T11:06:40Z", symbols=["SPY"], source="wire")

    streamed, fetched = _of_item(bench.items[0]), _of_row(row)

    assert streamed == fetched
    assert (fetched.headline, fetched.created_ns) == ("A&B [31m up", _S * 10**9)


def test_article_without_a_time_is_a_bad_message():
    with pytest.raises(BadMessage, match=r"no time|Invalid isoformat"):
        _of_row(Article(7, "H", "no time"))


def test_known_news_forget_the_oldest_but_take_updates():
    known = KnownNews()
    first = News(1, "H", "", (), "", "", 10, 10)

    said = [known.note(first), known.note(msgspec.structs.replace(first, updated_ns=11))]

    assert [*said, known.note(first)] == ["new", "updated", ""]
