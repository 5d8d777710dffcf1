"""Any program, by a signed HTTP request after the Standard Webhooks specification.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from typing import TYPE_CHECKING

import msgspec

from quantdeck.model.errors import ConfigError
from quantdeck.notify.posting import Poster
from quantdeck.notify.wording import moment

if TYPE_CHECKING:
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.ports.clock import Clock

_PREFIX = "whsec_"
_LEAST_BYTES, _MOST_BYTES = 24, 64


def signing_key(secret: str, *, name: str) -> bytes:
    """Return the bytes of a secret in the specification's form.

    Parameters
    ----------
    secret : str
        ``whsec_`` and 24 to 64 bytes in base64.
    name : str
        Where it was configured, for the error, which does not show it.

    Returns
    -------
    bytes
        The key of the signature.

    Raises
    ------
    ConfigError
        If it is of another form.

    Examples
    --------
    >>> len(signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", name="ALERT_WEBHOOK_SECRET"))
    24
    """
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except binascii.Error:
        key = b""
    if not secret.startswith(_PREFIX) or not _LEAST_BYTES <= len(key) <= _MOST_BYTES:
        raise ConfigError(
            f"{name} must be {_PREFIX} followed by {_LEAST_BYTES} to {_MOST_BYTES} bytes in base64; "
            f'make one with: echo "{_PREFIX}$(openssl rand -base64 32)"'
        )
    return key


def signature(key: bytes, *, message_id: str, timestamp: int, body: bytes) -> str:
    """Return the value of the header ``webhook-signature``.

    Parameters
    ----------
    key : bytes
        See `signing_key`.
    message_id : str
        Value of ``webhook-id``.
    timestamp : int
        Value of ``webhook-timestamp``, seconds since 1970 UTC. [s]
    body : bytes
        Exactly as it is sent.

    Returns
    -------
    str
        ``v1,`` and HMAC-SHA256 of ``id.timestamp.body`` in base64.

    Examples
    --------
    >>> key = signing_key("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", name="")
    >>> signature(
    ...     key,
    ...     message_id="msg_p5jXN8AQM9LWM0D4loKWxJek",
    ...     timestamp=1614265330,
    ...     body=b'{"test": 2432232314}',
    ... )
    'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='
    """
    signed = f"{message_id}.{timestamp}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


class WebhookNotifier:
    """Fulfils `quantdeck.ports.notifier.Notifier`.

    Parameters
    ----------
    url : str
        A secret, see `quantdeck.notify.posting.checked_address`.
    key : bytes
        See `signing_key`.
    clock : Clock
        Where the time of the signature comes from.
    timeout_s : float
        For one attempt. [s]
    """

    kind = "webhook"

    def __init__(self, url: str, key: bytes, *, clock: Clock, timeout_s: float = 10.0) -> None:
        self.name = self.kind
        self._key = key
        self._clock = clock
        self._poster = Poster(url, clock=clock, timeout_s=timeout_s)

    async def send(self, alert: FiredAlert) -> None:
        """Post the alert with its signature; see `Poster.post` for what it raises.

        ``webhook-id`` is the alert's id at every attempt: what a receiver knows already it drops.
        """
        body = webhook_body(alert)
        timestamp = self._clock.now_ns() // 1_000_000_000
        signed = signature(self._key, message_id=alert.id, timestamp=timestamp, body=body)
        headers = {
            "webhook-id": alert.id,
            "webhook-timestamp": str(timestamp),
            "webhook-signature": signed,
        }
        await self._poster.post(body, headers)

    async def close(self) -> None:
        """Close the connection. Idempotent."""
        await self._poster.close()


def webhook_body(alert: FiredAlert) -> bytes:
    """Return what is posted: type, time and data, as the specification advises.

    Parameters
    ----------
    alert : FiredAlert
        What fired.

    Returns
    -------
    bytes
        JSON; figures that are not known are null.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> webhook_body(FiredAlert("1", "r", "n", "t", 0, "m"))[:62]
    b'{"type":"alert.fired","timestamp":"1970-01-01T00:00:00Z","data'
    """
    data = {
        "id": alert.id,
        "rule_id": alert.rule_id,
        "rule_name": alert.rule_name,
        "rule": alert.text,
        "fired_ns": alert.fired_ns,
        "message": alert.message,
        "details": alert.details,
        "values": alert.values,
        "simulated": alert.simulated,
    }
    return msgspec.json.encode({"type": "alert.fired", "timestamp": moment(alert), "data": data})
