"""Looks into the objects that a vendor's client has parsed."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

DEADLINE_S = 30.0
_EXTRA = "additional_properties"


def holes(value: Any, path: str = "") -> Iterator[str]:
    """Yield what a parsed object lacks, and what the client did not know."""
    if isinstance(value, list):
        for item in value:
            yield from holes(item, f"{path}[]")
    elif hasattr(value, "actual_instance"):
        yield from holes(value.actual_instance, path)
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            inner = getattr(value, name)
            if name == _EXTRA:
                yield from (f"{path}.{key} is unknown" for key in inner or {})
            elif inner is None:
                yield f"{path}.{name} is missing"
            else:
                yield from holes(inner, f"{path}.{name}")


def unwrapped(value: Any) -> Any:
    """Return what a one-of model holds."""
    return getattr(value, "actual_instance", value)


async def first_messages(
    subscribe: dict[str, Callable[[], Awaitable[Any]]], *, pause_s: float = 0.0
) -> dict[str, Any]:
    """Subscribe to streams, and return the first message of each.

    Parameters
    ----------
    subscribe : dict
        Calls that return a handle of the client, by name.
    pause_s : float
        Between subscriptions; spot allows five messages a second.
    """
    loop = asyncio.get_running_loop()
    first = {name: loop.create_future() for name in subscribe}

    def taker(name: str) -> Callable[[Any], None]:
        def take(message: Any) -> None:
            if not first[name].done():
                first[name].set_result(message)

        return take

    for name, call in subscribe.items():
        handle = await call()
        handle.on("message", taker(name))
        await asyncio.sleep(pause_s)
    async with asyncio.timeout(DEADLINE_S):
        return {name: await future for name, future in first.items()}
