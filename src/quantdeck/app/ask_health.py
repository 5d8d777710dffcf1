"""Asks a quantdeck process how it is doing; loads nothing but the standard library."""

from __future__ import annotations

import http.client
import json
from urllib.parse import urlsplit

from quantdeck.model.errors import BadInput, VenueError


def run_health(url: str, *, ready: bool, timeout_s: float) -> None:
    """Print in a line how the process at an address is doing.

    Parameters
    ----------
    url : str
        Such as ``http://127.0.0.1:8050``; a path in it does not matter.
    ready : bool
        Whether being alive is not enough.
    timeout_s : float
        Longest wait. [s]

    Raises
    ------
    BadInput
        If it is no address.
    VenueError
        If nobody answers, or it is not ready and that is asked for.
    """
    host, port = _address(url)
    connection = http.client.HTTPConnection(host, port, timeout=timeout_s)
    try:
        connection.request("GET", "/health/ready")
        answer = connection.getresponse()
        found = json.loads(answer.read())
        state, detail = bool(found["ready"]), str(found["detail"])
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError) as error:
        raise VenueError("health", f"{url} does not answer as quantdeck does: {error}") from error
    finally:
        connection.close()
    if ready and not state:
        raise VenueError("health", f"{url} is alive but not ready: {detail}")
    print("ready" if state else f"alive, not ready: {detail}")  # noqa: T201


def _address(url: str) -> tuple[str, int]:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        parts, host, port = urlsplit(""), None, None
    if host is None or parts.scheme != "http":
        raise BadInput(f"{url!r} is no address; write one such as http://127.0.0.1:8050")
    return host, port or 80
