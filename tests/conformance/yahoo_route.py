"""The way from Yahoo's addresses to a simulator, for clients whose addresses cannot be chosen."""

from __future__ import annotations

from urllib.parse import urlsplit

import requests


def routed(base_url: str, url: str) -> str:
    """Return the simulator's address for one of Yahoo's."""
    parts = urlsplit(url)
    return base_url + (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


class _Adapter(requests.adapters.HTTPAdapter):
    def __init__(self, base_url: str) -> None:
        super().__init__()
        self._base_url = base_url

    def send(self, request, **kwargs):
        theirs = request.url
        request.headers["X-Orig-Host"] = urlsplit(theirs).hostname
        request.url = routed(self._base_url, theirs)
        try:
            response = super().send(request, **kwargs)
        finally:
            # Cookies are then kept for the host that was meant.
            request.url = theirs
        response.url = theirs
        return response


def session(base_url: str) -> requests.Session:
    """Return a session that sends what is meant for Yahoo to a simulator."""
    made = requests.Session()
    made.mount("https://", _Adapter(base_url))
    return made
