"""What the stream sends: per topic the latest state, encoded once, however many clients there are.

A client and a topic meet in a subscription that knows only the number of the last state sent. When
the client can take more it is given the newest state: as a change where it holds the one before, as
a whole otherwise. So a slow client skips states, nothing queues up, and nobody waits for anybody.
There is no I/O and no clock here; all calls come from one thread.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from quantdeck.hub.latest import Change, Encode, Latest
from quantdeck.hub.topic import Topic, parse_topic
from quantdeck.model.errors import BadInput, Conflict

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_SUBSCRIPTIONS = 64
"""Topics one client may hold."""
MIN_HZ, MAX_HZ = 0.1, 20.0
"""Messages a second one subscription may ask for. [1/s]"""
MAX_NOTES = 256
"""Answers (not states) that may wait for one client."""


class _Subscription:
    __slots__ = ("due_s", "interval_s", "latest", "name", "sent")

    def __init__(self, latest: Latest, name: str, interval_s: float) -> None:
        self.latest = latest
        self.name = name
        self.interval_s = interval_s
        self.due_s = 0.0
        # Number of the state sent last; 0 before the first, which is never a state's number.
        self.sent = 0

    def earliest_s(self) -> float:
        # A little early is let pass, so that a publisher of the same rate whose timer wavers does
        # not make every other state be skipped; the mean rate still holds.
        return self.due_s - min(0.9 * self.interval_s, 0.1)


class _Channel:
    __slots__ = ("latest", "readers")

    def __init__(self, latest: Latest) -> None:
        self.latest = latest
        self.readers: dict[Client, _Subscription] = {}


class Topics:
    """All topics and their readers. Owned by the hub, which publishes; the stream reads.

    Parameters
    ----------
    encode : callable
        Payload (or change) to JSON bytes.
    change : callable
        ``change(old, new)`` gives what makes `new` of `old`, or None where only the whole will do.

    Examples
    --------
    >>> import msgspec
    >>> topics = Topics(encode=msgspec.json.encode, change=lambda old, new: None)
    >>> client = topics.connect(wake=lambda: None)
    >>> topic = client.subscribe("dashboard.rate", hz=10)
    >>> topics.publish(topic, {"text": "5"}, ts_ms=1000)
    >>> client.take(now_s=0.0)
    '{"t":"snap","topic":"dashboard.rate","seq":1,"ts":1000,"data":{"text":"5"}}'
    """

    def __init__(self, *, encode: Encode, change: Change) -> None:
        self._encode = encode
        self._change = change
        self._channels: dict[Topic, _Channel] = {}
        self._clients: set[Client] = set()

    def connect(self, wake: Callable[[], None]) -> Client:
        """Return a new client; `wake` is called when there is something for it to take."""
        client = Client(self._channels, self._new_channel, self._clients.discard, wake)
        self._clients.add(client)
        return client

    def clients(self) -> int:
        """Return how many clients are connected."""
        return len(self._clients)

    def wanted(self) -> list[Topic]:
        """Return the topics that somebody reads; no others need be computed."""
        return list(self._channels)

    def has_state(self, topic: Topic) -> bool:
        """Return whether a topic has been published (or failed) since its first reader came."""
        channel = self._channels.get(topic)
        return channel is not None and channel.latest.number > 0

    def publish(self, topic: Topic, payload: Any, *, ts_ms: int) -> None:
        """Make `payload` the latest state of a topic; without readers it is forgotten.

        Parameters
        ----------
        topic : Topic
            One of `wanted`.
        payload : Payload or StatusPayload
            Not changed afterwards by anybody.
        ts_ms : int
            The server's time, UTC. [ms]
        """
        channel = self._channels.get(topic)
        if channel is not None:
            channel.latest.put(payload, ts_ms)
            _wake_readers(channel)

    def fail(self, topic: Topic, code: str, message: str, *, ts_ms: int) -> bool:
        """Tell the readers of a topic, once, that it cannot be served now.

        Parameters
        ----------
        topic : Topic
            One of `wanted`.
        code : str
            ``bad-input``, ``no-data`` or ``internal``.
        message : str
            For a person.
        ts_ms : int
            The server's time, UTC. [ms]

        Returns
        -------
        bool
            Whether it is told; not where nobody reads the topic or all know already.
        """
        channel = self._channels.get(topic)
        if channel is None or not channel.latest.put_failure(code, message, ts_ms):
            return False
        _wake_readers(channel)
        return True

    def _new_channel(self) -> _Channel:
        return _Channel(Latest(encode=self._encode, change=self._change))


def _wake_readers(channel: _Channel) -> None:
    for client, subscription in channel.readers.items():
        client.mark(subscription)


class Client:
    """One reader of many topics. Owned by its connection, made by `Topics.connect`."""

    __slots__ = (
        "_channels", "_new_channel", "_notes", "_on_close", "_pending", "_subscriptions", "_wake",
    )  # fmt: skip

    def __init__(
        self,
        channels: dict[Topic, _Channel],
        new_channel: Callable[[], _Channel],
        on_close: Callable[[Client], None],
        wake: Callable[[], None],
    ) -> None:
        self._channels = channels
        self._new_channel = new_channel
        self._on_close = on_close
        self._wake = wake
        self._subscriptions: dict[Topic, _Subscription] = {}
        self._pending: dict[_Subscription, None] = {}
        self._notes: deque[str] = deque()

    def subscribe(self, text: str, *, hz: float) -> Topic:
        """Read a topic from now on; its latest state is due at once.

        Parameters
        ----------
        text : str
            The topic as the client writes it; messages repeat it like that.
        hz : float
            Most messages a second, 0.1 to 20. [1/s]

        Returns
        -------
        Topic
            What `text` names.

        Raises
        ------
        BadInput
            If text or rate cannot be.
        Conflict
            If the client holds 64 subscriptions already.
        """
        topic = parse_topic(text)
        interval_s = _interval_s(hz)
        held = topic in self._subscriptions
        if not held and len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise Conflict(
                f"{text[:80]!r} would be subscription {MAX_SUBSCRIPTIONS + 1}; a client may hold "
                f"{MAX_SUBSCRIPTIONS}: unsubscribe from some first"
            )
        if held:
            self._pending.pop(self._subscriptions[topic], None)
        channel = self._channels.get(topic)
        if channel is None:
            channel = self._channels[topic] = self._new_channel()
        subscription = _Subscription(channel.latest, text, interval_s)
        channel.readers[self] = self._subscriptions[topic] = subscription
        if channel.latest.number:
            self.mark(subscription)
        return topic

    def unsubscribe(self, text: str) -> None:
        """Read a topic no more; nothing happens where it was not read.

        Raises
        ------
        BadInput
            If the text is not a topic.
        """
        topic = parse_topic(text)
        subscription = self._subscriptions.pop(topic, None)
        if subscription is not None:
            self._pending.pop(subscription, None)
            self._leave(topic)

    def set_hz(self, hz: float) -> None:
        """Change the rate of every subscription. [1/s].

        Raises
        ------
        BadInput
            If the rate is not 0.1 to 20.
        """
        interval_s = _interval_s(hz)
        for subscription in self._subscriptions.values():
            subscription.interval_s = interval_s
            subscription.due_s = 0.0
        if self._pending:
            self._wake()

    def note(self, text: str) -> bool:
        """Queue an answer that is not a state; False where too many wait already."""
        if len(self._notes) >= MAX_NOTES:
            return False
        self._notes.append(text)
        self._wake()
        return True

    def take(self, now_s: float) -> str | None:
        """Return the next message that is due, newest state of its topic, or None.

        Parameters
        ----------
        now_s : float
            Any time that never steps back. [s]

        Returns
        -------
        str or None
            A JSON text; answers first, then topics in the order in which they changed.
        """
        if self._notes:
            return self._notes.popleft()
        for subscription in self._pending:
            if now_s >= subscription.earliest_s():
                del self._pending[subscription]
                subscription.due_s = max(subscription.due_s, now_s) + subscription.interval_s
                latest = subscription.latest
                text = latest.text(subscription.name, subscription.sent)
                subscription.sent = latest.number
                return text
        return None

    def due_s(self) -> float | None:
        """Return when the next waiting state may be sent, on the clock of `take`, or None. [s]."""
        if self._notes:
            return 0.0
        return min((s.earliest_s() for s in self._pending), default=None)

    def mark(self, subscription: _Subscription) -> None:
        """Note that a subscription has a newer state than was sent."""
        self._pending[subscription] = None
        self._wake()

    def close(self) -> None:
        """Leave every topic. Idempotent."""
        for topic in self._subscriptions:
            self._leave(topic)
        self._subscriptions.clear()
        self._pending.clear()
        self._on_close(self)

    def _leave(self, topic: Topic) -> None:
        # A topic that nobody reads is not kept fresh, so its state is forgotten.
        channel = self._channels[topic]
        del channel.readers[self]
        if not channel.readers:
            del self._channels[topic]


def _interval_s(hz: float) -> float:
    if not MIN_HZ <= hz <= MAX_HZ:
        raise BadInput(f"hz is {MIN_HZ:g} to {MAX_HZ:g} messages a second, was {hz:g}")
    return 1.0 / hz
