"""Looks at a stream from outside: for a person who wants to know how it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from nats.js.errors import APIError, NotFoundError

from quantdeck.model.errors import StoreError
from quantdeck.scale.nats.link import NatsLink

if TYPE_CHECKING:
    from quantdeck.scale.nats.link import NatsPlace

_OLDEST = (2, 11)


async def look_at(place: NatsPlace) -> tuple[str, str]:
    """Return what a stream holds, and why nothing new comes; empty where it does.

    Parameters
    ----------
    place : NatsPlace
        Which stream of which server.

    Raises
    ------
    StoreError
        If it does not answer, or cannot be read as followers do.
    """
    link = NatsLink(place)
    try:
        return await _look(link)
    except NotFoundError:
        return f"it has no stream {place.stream} yet", "the first quantdeck ingest makes it"
    except APIError as error:
        raise StoreError(f"the bus {place.url} refuses: {error.description}") from error
    finally:
        await link.close()


async def _look(link: NatsLink) -> tuple[str, str]:
    place = link.place
    info = await link.ask(lambda stream: stream.stream_info(place.stream))
    version = link.server_version()
    if version < _OLDEST:
        raise StoreError(
            f"the bus {place.url} is NATS {'.'.join(map(str, version))}; followers need 2.11 or newer"
        )
    if not info.config.allow_direct:
        raise StoreError(
            f"stream {place.stream} of {place.url} does not allow direct access; allow it: nats "
            f"stream edit {place.stream} --allow-direct"
        )
    found = f"{info.state.messages:,} messages, {info.state.bytes / 1e6:,.1f} MB"
    publishes = await link.is_answered(place.alive)
    trouble = "" if publishes else "no quantdeck ingest publishes on it now"
    return f"stream {place.stream} holds {found}", trouble
