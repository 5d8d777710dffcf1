"""Messages that are told once: kept in the records first, sent then, and sent again where nobody heard.

A message lies in the records like an alert, so that the page lists it and what did not get through
waits there: for the outbox of a deck, or for the next call. While one process sends a message, it is
put off for the others. A message may go out twice where the end came between sending it and noting
that; the alert's id, which is the same then, is its idempotency key.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from msgspec import structs

from quantdeck.model.alerts import DeliveryState
from quantdeck.ports.notifier import Refused, Unreachable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from quantdeck.model.alerts import Delivery, FiredAlert
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.notifier import Notifier
    from quantdeck.ports.records import AlertStore

_NS = 1_000_000_000
_HELD_S = 120.0
"""So long nobody else sends what is being sent. [s]"""
_LATER_S = 30.0
_ATTEMPT_S = 60.0
_MOST = 50


async def tell_once(
    store: AlertStore, channels: Sequence[Notifier], alert: FiredAlert, *, clock: Clock
) -> list[Delivery]:
    """Keep a message, send it to every channel, and return what became of it.

    Parameters
    ----------
    store : AlertStore
        Where it waits until it is sent; asked in threads.
    channels : sequence of Notifier
        Who is told.
    alert : FiredAlert
        The message. One whose `id` is known is not kept again, and sent where it still waits.
    clock : Clock
        Where the time comes from.

    Returns
    -------
    list of Delivery
        One of each channel: sent, failed for good, or waiting with the reason.

    Raises
    ------
    StoreError
        If it cannot be kept.
    """
    await asyncio.to_thread(store.add_fired, alert, [each.name for each in channels])
    by_name = {each.name: each for each in channels}
    for delivery in await asyncio.to_thread(store.deliveries, alert_ids=[alert.id]):
        channel = by_name.get(delivery.channel)
        if channel is not None and _is_free(delivery, alert, clock.now_ns()):
            await _sent(store, channel, alert, delivery, clock)
    return await asyncio.to_thread(store.deliveries, alert_ids=[alert.id])


async def tell_waiting(
    store: AlertStore,
    channels: Sequence[Notifier],
    rule_id: str,
    *,
    simulated: bool,
    clock: Clock,
) -> list[Delivery]:
    """Send what an earlier run could not, and return what became of it.

    Parameters
    ----------
    store : AlertStore
        Where it waits.
    channels : sequence of Notifier
        Who is told.
    rule_id : str
        Of the messages.
    simulated : bool
        Whether they are about simulated data.
    clock : Clock
        Where the time comes from.

    Raises
    ------
    StoreError
        If the records cannot be read or written.
    """
    by_name = {each.name: each for each in channels}
    now_ns = clock.now_ns()
    due = await asyncio.to_thread(store.due, now_ns, limit=_MOST, simulated=simulated)
    return [
        await _sent(store, by_name[delivery.channel], alert, delivery, clock)
        for alert, delivery in due
        if alert.rule_id == rule_id and delivery.channel in by_name
    ]


# New, it is due at the time of the message itself: anything later was put off by somebody.
def _is_free(delivery: Delivery, alert: FiredAlert, now_ns: int) -> bool:
    is_new = not delivery.attempts and delivery.next_ns <= alert.fired_ns
    return delivery.state is DeliveryState.WAITING and (is_new or delivery.next_ns <= now_ns)


async def _sent(
    store: AlertStore, channel: Notifier, alert: FiredAlert, before: Delivery, clock: Clock
) -> Delivery:
    held = structs.replace(before, next_ns=clock.now_ns() + int(_HELD_S * _NS))
    await asyncio.to_thread(store.put_delivery, held)
    tried = structs.replace(held, attempts=before.attempts + 1, detail="")
    try:
        async with asyncio.timeout(_ATTEMPT_S):
            await channel.send(alert)
        after = structs.replace(tried, state=DeliveryState.SENT)
    except Refused as error:
        after = structs.replace(tried, state=DeliveryState.FAILED, detail=str(error))
    except (Unreachable, TimeoutError) as error:
        why, wait_s = f"no end within {_ATTEMPT_S:g} s", _LATER_S
        if isinstance(error, Unreachable):
            why, wait_s = str(error), max(_LATER_S, error.retry_after_s or 0.0)
        next_ns = clock.now_ns() + int(wait_s * _NS)
        after = structs.replace(tried, next_ns=next_ns, detail=why)
    await asyncio.to_thread(store.put_delivery, after)
    return after
