from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.hub.topic import Topic, parse_topic
from quantdeck.hub.topics import MAX_NOTES, MAX_SUBSCRIPTIONS, Topics
from quantdeck.model.errors import BadInput, Conflict


class _Counting:
    # Payloads are integers, changes are differences; both are counted when they are encoded.
    def __init__(self) -> None:
        self.encoded = []
        self.topics = Topics(encode=self.encode, change=lambda old, new: {"add": new - old})

    def encode(self, body):
        self.encoded.append(body)
        return msgspec.json.encode(body)


class _Reader:
    # Does what stream.md asks of a client.
    def __init__(self) -> None:
        self.seen = []
        self.seq = 0
        self.has_failed = False

    def read(self, message):
        self.has_failed = message["t"] == "err"
        if self.has_failed:
            return
        if message["t"] == "d":
            assert message["seq"] == self.seq + 1
            self.seen.append(self.seen[-1] + message["data"]["add"])
        else:
            self.seen.append(message["data"])
        self.seq = message["seq"]


@pytest.fixture
def counting():
    return _Counting()


@pytest.fixture
def topics(counting):
    return counting.topics


def _connect(topics, *names, hz=10.0):
    woken = []
    client = topics.connect(lambda: woken.append(1))
    for name in names:
        client.subscribe(name, hz=hz)
    return client, woken


def _take(client, now_s=0.0):
    text = client.take(now_s)
    return None if text is None else msgspec.json.decode(text)


def test_first_message_is_the_whole_state(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=7)

    message = _take(client)

    assert message == {"t": "snap", "topic": "a", "seq": 1, "ts": 7, "data": 5}


def test_next_message_is_the_change(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=7)
    client.take(0.0)
    topics.publish(Topic("a"), 8, ts_ms=9)

    message = _take(client, 1.0)

    assert message == {"t": "d", "topic": "a", "seq": 2, "ts": 9, "data": {"add": 3}}


def test_client_that_missed_a_state_is_given_the_whole(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=0)
    client.take(0.0)
    topics.publish(Topic("a"), 6, ts_ms=0)
    topics.publish(Topic("a"), 9, ts_ms=0)

    message = _take(client, 1.0)

    assert (message["t"], message["seq"], message["data"]) == ("snap", 3, 9)
    assert client.take(9.0) is None


def test_payload_of_another_kind_is_sent_whole(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=0)
    client.take(0.0)
    topics.publish(Topic("a"), "text", ts_ms=0)

    assert _take(client, 1.0)["t"] == "snap"


def test_change_that_cannot_be_made_is_sent_whole():
    topics = Topics(encode=msgspec.json.encode, change=lambda old, new: None)
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=0)
    client.take(0.0)
    topics.publish(Topic("a"), 6, ts_ms=0)

    assert _take(client, 1.0)["t"] == "snap"


def test_state_is_encoded_once_for_all_clients(counting, topics):
    clients = [_connect(topics, "a")[0] for _ in range(5)]
    for value in (1, 2):
        topics.publish(Topic("a"), value, ts_ms=0)
        for client in clients:
            client.take(float(value))

    assert counting.encoded == [1, {"add": 1}]


def test_nothing_is_encoded_while_nobody_takes(counting, topics):
    _connect(topics, "a")
    for value in range(100):
        topics.publish(Topic("a"), value, ts_ms=0)

    assert counting.encoded == []


def test_late_client_is_given_the_latest_state_at_once(topics):
    _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=0)

    client, woken = _connect(topics, "a")

    assert woken
    assert _take(client)["data"] == 5


def test_publishing_wakes_only_the_readers(topics):
    _, woken_a = _connect(topics, "a")
    _, woken_b = _connect(topics, "b")

    topics.publish(Topic("a"), 1, ts_ms=0)

    assert (len(woken_a), len(woken_b)) == (1, 0)


def test_wanted_are_the_topics_with_readers(topics):
    client, _ = _connect(topics, "a", "b?x=1")
    other, _ = _connect(topics, "b?x=1")

    client.unsubscribe("a")
    client.close()

    assert topics.wanted() == [Topic("b", (("x", "1"),))]
    other.close()
    assert topics.wanted() == []
    assert topics.clients() == 0


def test_state_is_forgotten_with_the_last_reader(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=0)
    client.unsubscribe("a")

    again, _ = _connect(topics, "a")

    assert not topics.has_state(Topic("a"))
    assert again.take(0.0) is None


def test_topic_that_nobody_reads_is_not_kept(topics):
    topics.publish(Topic("a"), 5, ts_ms=0)

    assert not topics.has_state(Topic("a"))


def test_parameters_in_any_order_are_one_topic_answered_as_spelled(topics):
    first, _ = _connect(topics, "p?x=1&y=A:B")
    second, _ = _connect(topics, "p?y=A%3AB&x=1")

    topics.publish(topics.wanted()[0], 5, ts_ms=0)

    assert len(topics.wanted()) == 1
    assert _take(first)["topic"] == "p?x=1&y=A:B"
    assert _take(second)["topic"] == "p?y=A%3AB&x=1"


def test_failure_is_told_once_and_followed_by_a_whole_state(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 5, ts_ms=0)
    client.take(0.0)
    for _ in range(3):
        topics.fail(Topic("a"), "no-data", "nothing yet", ts_ms=0)
    failure = _take(client, 1.0)
    nothing = client.take(2.0)
    topics.publish(Topic("a"), 6, ts_ms=0)

    assert failure == {"t": "err", "topic": "a", "code": "no-data", "message": "nothing yet"}
    assert nothing is None
    assert _take(client, 3.0)["t"] == "snap"


def test_rate_holds_back_what_comes_too_early(topics):
    client, _ = _connect(topics, "a", hz=1.0)
    topics.publish(Topic("a"), 1, ts_ms=0)
    client.take(100.0)
    topics.publish(Topic("a"), 2, ts_ms=0)

    early, due_s = client.take(100.1), client.due_s()

    assert early is None
    assert due_s == pytest.approx(100.9)
    assert _take(client, due_s)["data"] == {"add": 1}


def test_rate_of_a_publisher_that_wavers_skips_nothing(topics):
    client, _ = _connect(topics, "a", hz=10.0)
    kinds = []
    for step in range(50):
        topics.publish(Topic("a"), step, ts_ms=0)
        kinds.append(_take(client, 100 + 0.1 * step + (0.03 if step % 2 else -0.03)))

    assert [k and k["t"] for k in kinds] == ["snap"] + ["d"] * 49


@given(
    hz=st.floats(0.1, 20.0),
    gaps_s=st.lists(st.floats(0.0, 3.0), min_size=1, max_size=60),
)
def test_rate_is_never_exceeded_in_the_mean(hz, gaps_s):
    topics = Topics(encode=msgspec.json.encode, change=lambda old, new: None)
    client, _ = _connect(topics, "a", hz=hz)
    now_s, sent = 1_000.0, 0
    for value, gap_s in enumerate(gaps_s):
        now_s += gap_s
        topics.publish(Topic("a"), value, ts_ms=0)
        sent += client.take(now_s) is not None

    # One at the start, and one that may come a little early.
    assert sent <= (now_s - 1_000.0) * hz + 2.0


@given(
    steps=st.lists(
        st.one_of(st.just("publish"), st.just("take"), st.just("fail"), st.just("again")),
        max_size=80,
    )
)
def test_slow_reader_sees_a_subsequence_that_ends_in_the_latest(steps):
    topics = Topics(encode=msgspec.json.encode, change=lambda old, new: {"add": new - old})
    client, _ = _connect(topics, "a")
    reader, published, now_s = _Reader(), [], 0.0

    for step in [*steps, "take"]:
        now_s += 1.0
        if step == "publish":
            published.append(len(published) ** 2)
            topics.publish(Topic("a"), published[-1], ts_ms=0)
        elif step == "fail":
            topics.fail(Topic("a"), "no-data", "none", ts_ms=0)
        elif step == "again":
            client.subscribe("a", hz=10.0)
        elif (message := _take(client, now_s)) is not None:
            reader.read(message)

    assert client.take(now_s + 10.0) is None
    # A topic that is subscribed to again is sent again.
    distinct = [value for i, value in enumerate(reader.seen) if value not in reader.seen[:i]]
    assert distinct == sorted(distinct)
    assert set(distinct) <= set(published)
    assert reader.has_failed or reader.seen[-1:] == published[-1:]


def test_slow_rate_of_one_topic_holds_up_no_other(topics):
    client, _ = _connect(topics)
    client.subscribe("slow", hz=0.1)
    client.subscribe("quick", hz=20.0)
    for name in ("slow", "quick"):
        topics.publish(Topic(name), 1, ts_ms=0)
        client.take(0.0)
    for name in ("slow", "quick"):
        topics.publish(Topic(name), 2, ts_ms=0)

    assert _take(client, 1.0)["topic"] == "quick"
    assert client.take(1.0) is None


def test_changed_rate_applies_to_every_subscription(topics):
    client, _ = _connect(topics, "a", "b", hz=20.0)
    client.set_hz(0.1)
    for value in (1, 2):
        for name in ("a", "b"):
            topics.publish(Topic(name), value, ts_ms=0)
        if value == 1:
            client.take(0.0)
            client.take(0.0)

    assert client.take(9.0) is None
    assert client.take(10.0) is not None


@pytest.mark.parametrize("hz", [0.0, 0.09, 20.1, float("nan"), float("inf"), -1.0])
def test_rate_outside_of_the_bounds_is_refused(topics, hz):
    client, _ = _connect(topics)

    with pytest.raises(BadInput, match=r"hz is 0.1 to 20"):
        client.subscribe("a", hz=hz)


def test_one_subscription_too_many_is_refused(topics):
    client, _ = _connect(topics, *(f"t{i}" for i in range(MAX_SUBSCRIPTIONS)))

    with pytest.raises(Conflict, match="a client may hold 64"):
        client.subscribe("more", hz=1.0)
    client.subscribe("t0", hz=1.0)

    assert len(topics.wanted()) == MAX_SUBSCRIPTIONS


def test_notes_come_first_and_are_bounded(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 1, ts_ms=0)

    taken = [client.note("n") for _ in range(MAX_NOTES + 1)]

    assert taken == [True] * MAX_NOTES + [False]
    assert client.due_s() == 0.0
    assert client.take(0.0) == "n"


def test_unsubscribed_topic_is_sent_no_more(topics):
    client, _ = _connect(topics, "a")
    topics.publish(Topic("a"), 1, ts_ms=0)

    client.unsubscribe("a")
    client.unsubscribe("a")

    assert client.take(0.0) is None
    assert client.due_s() is None


@pytest.mark.parametrize(
    "text",
    [
        "", "A", "a b", "../a", "a?x", "a?x=1&x=2", "a?X=1", "a?=1", "a?x=1&", "a?x=1;y=2&z",
        "x" * 65, "a?x=" + "y" * 2100, "a?x=%ff",
    ],
)  # fmt: skip
def test_text_that_is_no_topic_is_refused(text):
    with pytest.raises(BadInput):
        parse_topic(text)


@given(
    pairs=st.dictionaries(
        st.from_regex("[a-z][a-z0-9_]{0,8}", fullmatch=True), st.text(max_size=10), max_size=5
    )
)
def test_topic_spelled_out_and_read_back_is_the_same(pairs):
    topic = Topic("pairs.zscore", tuple(sorted(pairs.items())))

    assert parse_topic(str(topic)) == topic
    assert parse_topic(str(topic)).params == pairs
