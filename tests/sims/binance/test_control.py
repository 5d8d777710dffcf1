from __future__ import annotations

import asyncio
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from quantdeck.sims.binance.control import ControlState, answer
from quantdeck.sims.binance.names import MAX_STREAMS
from tests.sims.harness import bench


def _answer(text: bytes | dict[str, Any], state: ControlState | None = None, **how: Any) -> Any:
    raw = text if isinstance(text, bytes) else msgspec.json.encode(text)
    options = {"refuses": lambda _name: False, "as_object": False} | how
    return msgspec.json.decode(answer(raw, state or ControlState(), **options))


def test_subscribe_is_answered_with_null_and_kept_in_order() -> None:
    state = ControlState()

    reply = _answer({"method": "SUBSCRIBE", "params": ["b@trade", "a@trade"], "id": 7}, state)

    assert reply == {"result": None, "id": 7}
    assert list(state.names) == ["b@trade", "a@trade"]


def test_subscribing_twice_subscribes_once() -> None:
    state = ControlState()

    for _ in range(2):
        _answer({"method": "SUBSCRIBE", "params": ["a@trade"], "id": 1}, state)

    assert list(state.names) == ["a@trade"]


def test_unsubscribe_of_what_is_not_subscribed_is_fine() -> None:
    reply = _answer({"method": "UNSUBSCRIBE", "params": ["a@trade"], "id": 1})

    assert reply == {"result": None, "id": 1}


def test_list_subscriptions_tells_them() -> None:
    state = ControlState({"a@trade": None, "b@trade": None})

    reply = _answer({"method": "LIST_SUBSCRIPTIONS", "id": 3}, state)

    assert reply == {"result": ["a@trade", "b@trade"], "id": 3}


def test_combined_is_set_and_told() -> None:
    state = ControlState()

    before = _answer({"method": "GET_PROPERTY", "params": ["combined"], "id": 1}, state)
    _answer({"method": "SET_PROPERTY", "params": ["combined", True], "id": 2}, state)
    after = _answer({"method": "GET_PROPERTY", "params": ["combined"], "id": 3}, state)

    assert (before["result"], after["result"]) == (False, True)


@pytest.mark.parametrize("request_id", [0, 2**63 - 1, -5, "x" * 36, None])
def test_id_comes_back_as_it_was(request_id: object) -> None:
    reply = _answer({"method": "LIST_SUBSCRIPTIONS", "id": request_id})

    assert reply == {"result": [], "id": request_id}


@pytest.mark.parametrize(
    ("message", "code", "words"),
    [
        (b"{", 3, "Invalid JSON"),
        (b"\xff", 3, "Invalid JSON"),
        (b"[]", 2, "Invalid request"),
        ({"id": 1}, 2, "missing field `method`"),
        ({"method": "JUMP", "id": 1}, 2, "unknown variant `JUMP`"),
        ({"method": 5, "id": 1}, 2, "unknown variant"),
        ({"method": "SUBSCRIBE", "id": 1}, 2, "missing field `params`"),
        ({"method": "SUBSCRIBE", "params": [1], "id": 1}, 2, "strings"),
        ({"method": "SUBSCRIBE", "params": ["a@trade"], "id": 1.5}, 2, "unsigned integer"),
        ({"method": "SUBSCRIBE", "params": ["a@trade"], "id": "x" * 37}, 2, "unsigned integer"),
        ({"method": "SUBSCRIBE", "params": ["a@trade"], "id": True}, 2, "unsigned integer"),
        ({"method": "SET_PROPERTY", "params": ["combined", 1], "id": 1}, 1, "expected Boolean"),
        ({"method": "SET_PROPERTY", "params": ["combined"], "id": 1}, 1, "expected Boolean"),
        ({"method": "SET_PROPERTY", "params": ["colour", True], "id": 1}, 0, "Unknown property"),
        ({"method": "GET_PROPERTY", "params": ["colour"], "id": 1}, 0, "Unknown property"),
        ({"method": "GET_PROPERTY", "params": ["combined", 1], "id": 1}, 2, "too many"),
        ({"method": "GET_PROPERTY", "params": [5], "id": 1}, 2, "must be a string"),
        ({"method": "GET_PROPERTY", "id": 1}, 2, "missing field `params`"),
    ],
)
def test_wrong_message_gets_the_code_of_the_venue(message: Any, code: int, words: str) -> None:
    reply = _answer(message)

    assert reply["code"] == code
    assert words in reply["msg"]


def test_more_streams_than_allowed_are_refused_as_a_whole() -> None:
    state = ControlState()
    names = [f"s{number}@trade" for number in range(MAX_STREAMS + 1)]

    reply = _answer({"method": "SUBSCRIBE", "params": names, "id": 1}, state)

    assert reply["code"] == 2
    assert not state.names


def test_errors_as_objects_hold_code_and_message() -> None:
    reply = _answer({"method": "JUMP", "id": 4}, as_object=True)

    assert reply["id"] == 4
    assert reply["error"]["code"] == 2


def test_refused_subscription_subscribes_nothing() -> None:
    state = ControlState()

    reply = _answer(
        {"method": "SUBSCRIBE", "params": ["a@trade", "b@trade"], "id": 1},
        state,
        refuses=lambda name: name == "b@trade",
    )

    assert reply["code"] == 2
    assert not state.names


@given(
    st.binary()
    | st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    ).map(msgspec.json.encode)
)
def test_any_message_gets_one_answer(text: bytes) -> None:
    reply = _answer(text)

    assert "id" in reply
    assert ("result" in reply) != ("code" in reply)


def test_acknowledgement_of_a_wrapped_connection_is_not_wrapped() -> None:
    async def scenario() -> Any:
        async with bench() as b:
            client = await b.connect("/market/stream?streams=btcusdt@aggTrade")
            b.pass_time(1)
            return await client.say("LIST_SUBSCRIPTIONS")

    assert asyncio.run(scenario()) == {"result": ["btcusdt@aggTrade"], "id": 1}


def test_too_many_streams_in_an_address_are_refused() -> None:
    import aiohttp

    names = "/".join(f"s{number}@t" for number in range(MAX_STREAMS + 1))

    async def scenario() -> int:
        async with bench() as b:
            with pytest.raises((aiohttp.WSServerHandshakeError, ValueError)) as caught:
                await b.connect(f"/market/ws/{names}")
            return getattr(caught.value, "status", 400)

    assert asyncio.run(scenario()) in {400, 414}
