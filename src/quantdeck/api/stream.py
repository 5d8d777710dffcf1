"""The WebSocket of ``docs/reference/stream.md``: one connection, many topics."""

from __future__ import annotations

import asyncio
import logging
import secrets
from typing import TYPE_CHECKING

import msgspec

from quantdeck.api.access import needed_for_topic
from quantdeck.api.errors import code_and_status
from quantdeck.hub.latest import error_text
from quantdeck.hub.topics import MAX_SUBSCRIPTIONS
from quantdeck.model.errors import BadInput, Conflict, QuantdeckError, StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from typing import Any

    from starlette.types import Receive, Scope, Send

    from quantdeck.api.deck import Deck
    from quantdeck.api.entrance import Entrance
    from quantdeck.hub.topic import Topic
    from quantdeck.model.users import Caller

_LOG = logging.getLogger(__name__)

BEAT_S = 15.0
"""A message is sent at least so often, and has to be taken within as long. [s]"""
DEFAULT_HZ = 10.0
NO_SESSION, TOO_SLOW, TRY_LATER = 4401, 4408, 1013


class _Sub(msgspec.Struct, tag_field="op", tag="sub"):
    topic: str
    hz: float = DEFAULT_HZ


class _Unsub(msgspec.Struct, tag_field="op", tag="unsub"):
    topic: str


class _Hz(msgspec.Struct, tag_field="op", tag="hz"):
    hz: float


class _Ping(msgspec.Struct, tag_field="op", tag="ping"):
    id: int | str = 0


_decode = msgspec.json.Decoder(_Sub | _Unsub | _Hz | _Ping).decode


class Stream:
    """ASGI application of the stream's path; the guard in front has checked host and origin.

    Parameters
    ----------
    deck : Deck
        What is streamed.
    sessions : Entrance
        Who comes in.
    beat_s : float
        Longest silence, and longest wait for a client. [s]
    """

    def __init__(self, deck: Deck, sessions: Entrance, *, beat_s: float = BEAT_S) -> None:
        self._deck = deck
        self._sessions = sessions
        self._beat_s = beat_s

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection until it ends."""
        await receive()
        await send({"type": "websocket.accept"})
        try:
            caller = await self._sessions.caller(scope)
        except StoreError as error:
            _LOG.error("stream not begun error=%s", error)
            # Within the 123 bytes that a reason may have.
            reason = "it cannot be found out now who asks; try again"
            await send({"type": "websocket.close", "code": TRY_LATER, "reason": reason})
            return
        if caller is None:
            # Only a connection that was accepted can be told why it is closed.
            await send({"type": "websocket.close", "code": NO_SESSION, "reason": "log in first"})
            return
        connection = _Connection(self._deck, receive, send, caller=caller, beat_s=self._beat_s)
        code = await connection.run(lambda: self._is_still_known(scope))
        if code is not None:
            await send({"type": "websocket.close", "code": code, "reason": ""})

    async def _is_still_known(self, scope: Scope) -> bool:
        try:
            return await self._sessions.caller(scope) is not None
        except StoreError:
            # While nothing can be read, no session can have been ended either.
            return True


class _Connection:
    # Three tasks: one reads what the client asks, one answers first questions, one sends. Whichever
    # ends first ends the connection.
    def __init__(
        self, deck: Deck, receive: Receive, send: Send, *, caller: Caller, beat_s: float
    ) -> None:
        self._deck = deck
        self._scopes = caller.scopes
        self._receive = receive
        self._send = send
        self._beat_s = beat_s
        self._loop = asyncio.get_running_loop()
        self._woken = asyncio.Event()
        self._client = deck.topics.connect(self._woken.set)
        self._questions: asyncio.Queue[tuple[str, Topic]] = asyncio.Queue(2 * MAX_SUBSCRIPTIONS)
        self._sending_since: float | None = None
        self._sent_at = self._loop.time()

    async def run(self, still_valid: Callable[[], Awaitable[bool]]) -> int | None:
        # Return the code to close with; None where the client has gone.
        self._note({"t": "hello", "session": secrets.token_hex(8), "hz": DEFAULT_HZ,
                    "mode": self._deck.mode, "version": self._deck.version})  # fmt: skip
        tasks = [
            asyncio.create_task(work)
            for work in (self._read(), self._answer(), self._write(), self._watch(still_valid))
        ]
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            return next(iter(done)).result()
        finally:
            self._client.close()
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _read(self) -> int | None:
        while True:
            message = await self._receive()
            if message["type"] == "websocket.disconnect":
                return None
            text = message.get("text") or message.get("bytes") or ""
            if not self._obey(text):
                return TOO_SLOW

    def _obey(self, text: str | bytes) -> bool:
        try:
            op: _Sub | _Unsub | _Hz | _Ping = _decode(text)
        except msgspec.DecodeError as error:
            return self._note_error("", "bad-input", f"the message is not understood: {error}")
        try:
            match op:
                case _Sub():
                    return self._subscribe(op)
                case _Unsub():
                    self._client.unsubscribe(op.topic)
                case _Hz():
                    self._client.set_hz(op.hz)
                case _Ping():
                    return self._note({"t": "pong", "id": op.id, "ts": self._now_ms()})
        except BadInput as error:
            name = op.topic if isinstance(op, _Sub | _Unsub) else ""
            return self._note_error(name, "bad-input", str(error))
        except Conflict as error:
            name = op.topic if isinstance(op, _Sub) else ""
            return self._note_error(name, "too-many", str(error))
        return True

    def _subscribe(self, op: _Sub) -> bool:
        need = needed_for_topic(op.topic.partition("?")[0])
        if need not in self._scopes:
            return self._note_error(op.topic, "not-allowed", f"it needs the scope {need}")
        return self._ask(op.topic, self._client.subscribe(op.topic, hz=op.hz))

    def _ask(self, name: str, topic: Topic) -> bool:
        if self._deck.topics.has_state(topic):
            return True
        if self._questions.full():
            return False
        self._questions.put_nowait((name, topic))
        return True

    async def _answer(self) -> int | None:
        # The first state of a topic that nobody reads yet does not wait for the publisher, and a
        # topic that cannot be is refused here.
        while True:
            name, topic = await self._questions.get()
            topics = self._deck.topics
            if topics.has_state(topic):
                continue
            task = asyncio.ensure_future(self._deck.answer(topic.name, topic.params))
            try:
                await asyncio.wait([task])
            finally:
                task.cancel()
            error = task.exception()
            if topics.has_state(topic):
                continue
            if error is None:
                topics.publish(topic, task.result(), ts_ms=self._now_ms())
            elif isinstance(error, BadInput):
                self._client.unsubscribe(name)
                self._note_error(name, "bad-input", str(error))
            else:
                code, message = _failure(topic, error)
                topics.fail(topic, code, message, ts_ms=self._now_ms())

    async def _write(self) -> int | None:
        client, send, now = self._client, self._send, self._loop.time
        while True:
            text = client.take(now())
            if text is not None:
                self._sending_since = now()
                await send({"type": "websocket.send", "text": text})
                self._sending_since = None
                self._sent_at = now()
                continue
            self._woken.clear()
            due_s = client.due_s()
            timer = None if due_s is None else self._loop.call_at(due_s, self._woken.set)
            await self._woken.wait()
            if timer is not None:
                timer.cancel()

    async def _watch(self, still_valid: Callable[[], Awaitable[bool]]) -> int | None:
        while True:
            await asyncio.sleep(self._beat_s / 3)
            now = self._loop.time()
            if self._sending_since is not None and now - self._sending_since > self._beat_s:
                return TOO_SLOW
            if not await still_valid():
                return NO_SESSION
            if self._sending_since is None and now - self._sent_at > self._beat_s * 2 / 3:
                self._note({"t": "beat", "ts": self._now_ms()})

    def _note(self, body: dict[str, Any]) -> bool:
        return self._client.note(msgspec.json.encode(body).decode())

    def _note_error(self, topic: str, code: str, message: str) -> bool:
        return self._client.note(error_text(topic[:200], code, message))

    def _now_ms(self) -> int:
        return self._deck.clock.now_ns() // 1_000_000


def _failure(topic: Topic, error: BaseException) -> tuple[str, str]:
    if isinstance(error, QuantdeckError):
        code, _ = code_and_status(error)
        return ("no-data" if code == "no-data" else "internal"), str(error)
    _LOG.error("topic failed topic=%s", topic, exc_info=error)
    return "internal", "something went wrong here; the server's log says what"
