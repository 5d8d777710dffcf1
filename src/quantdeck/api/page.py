"""The built page: its files, its one HTML document for every view, and the way in.

A navigation without a session is answered with a short page that says where the link is; with the
right ``?token=`` it is given a session and sent on to the address without the token. Where there are
accounts, the page itself has the forms to log in and holds nothing else until somebody has.
"""

from __future__ import annotations

import mimetypes
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response

from quantdeck.api.cookies import session_of, set_session
from quantdeck.api.sessions import Sessions

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.api.entrance import Entrance

_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_FIRST = "no-cache"

_FRAME = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark light"><title>quantdeck</title>
<link rel="icon" type="image/svg+xml" href="/favicon.svg">
<style>:root{{--back:#0e1216;--card:#151a20;--line:#2a323b;--text:#e6eaee;--accent:#1f7686}}
@media(prefers-color-scheme:light){{:root{{--back:#f4f6f8;--card:#fff;--line:#d5dbe1;--text:#1a2027;
--accent:#0f6b7b}}}}
body{{font:15px/1.5 system-ui,sans-serif;background:var(--back);color:var(--text);margin:0}}
main{{max-width:30rem;margin:14vh auto 0;padding:1.25rem 1.5rem;background:var(--card);
border:1px solid var(--line);border-radius:6px}}h1{{font-size:1.15rem;margin:0 0 .75rem}}
h1 img{{height:1.1em;margin-right:.5rem;vertical-align:-.15em}}
code{{font-family:ui-monospace,monospace}}input,button{{font:inherit;border-radius:4px;
border:1px solid var(--line);padding:.4rem .7rem}}input{{width:100%;box-sizing:border-box;
margin:.25rem 0 .75rem;background:var(--back);color:var(--text)}}button{{background:var(--accent);
color:#fff;border-color:var(--accent);cursor:pointer}}</style>
</head><body><main><h1><img src="/favicon.svg" alt="">quantdeck</h1>{body}</main></body></html>
"""
_LOGIN = """<p>{sentence}</p>
<p>Open the link that quantdeck printed in the terminal when it started, or run
<code>quantdeck open</code>. It logs this browser in; each link works once.</p>
<form method="get"><label for="token">Or paste its token:</label>
<input id="token" name="token" autocomplete="off" spellcheck="false" maxlength="200" required>
<button type="submit">Log in</button></form>"""
_NOT_BUILT = """<p>The page is not built here; the API works without it.</p>
<p>In a checkout run <code>make run</code>, or <code>scripts/build-page</code> alone, and load this
address again. An installed package always holds the page.</p>"""


def page_routes(folder: Path, sessions: Entrance) -> APIRouter:
    """Return the routes of everything that is not the API; include them last.

    Parameters
    ----------
    folder : Path
        Where the built page is: ``index.html``, and ``assets/`` with names that hold a hash.
    sessions : Entrance
        Who comes in.

    Returns
    -------
    APIRouter
        To be included without a prefix.
    """
    router = APIRouter(include_in_schema=False)
    root = folder.resolve()

    @router.api_route("/{path:path}", methods=["GET", "HEAD"])
    async def page(request: Request, path: str) -> Response:
        file = _file(root, path)
        if file is not None:
            return _send(request, file, _FOR_EVER if path.startswith("assets/") else _ASK_FIRST)
        is_api = path == "api" or path.startswith("api/")
        if is_api and request.method == "HEAD":
            raise HTTPException(405, "ask the API with GET", headers={"Allow": "GET"})
        if is_api or not _is_navigation(request, path):
            raise HTTPException(404, f"there is nothing at /{path[:200]}")
        return _document(request, root, sessions)

    return router


def _document(request: Request, root: Path, sessions: Entrance) -> Response:
    if isinstance(sessions, Sessions):
        refusal = _let_in(request, sessions)
        if refusal is not None:
            return refusal
    index = root / "index.html"
    if not index.is_file():
        return _plain(_NOT_BUILT, 503)
    return _send(request, index, _ASK_FIRST)


def _let_in(request: Request, sessions: Sessions) -> Response | None:
    token = request.query_params.get("token")
    valid = sessions.is_valid(session_of(request.scope, sessions.cookie))
    if token is not None:
        session_id = sessions.redeem(token)
        if session_id is not None or valid:
            reply = RedirectResponse(_without_token(request), status_code=303)
            if session_id is not None:
                set_session(reply, sessions.cookie, session_id)
            return reply
        used = sessions.was_used(token)
        sentence = "This link has been used already." if used else "This link is not valid."
        return _plain(_LOGIN.format(sentence=sentence), 401)
    return None if valid else _plain(_LOGIN.format(sentence="This browser is not logged in."), 401)


def _plain(body: str, status: int) -> Response:
    return HTMLResponse(
        _FRAME.format(body=body), status_code=status, headers={"Cache-Control": "no-store"}
    )


def _without_token(request: Request) -> str:
    pairs = [(k, v) for k, v in parse_qsl(request.url.query) if k != "token"]
    # A path that begins with two slashes would lead to another host.
    path = "/" + request.url.path.lstrip("/\\")
    return f"{path}?{urlencode(pairs)}" if pairs else path


def _is_navigation(request: Request, path: str) -> bool:
    wants_page = "text/html" in request.headers.get("accept", "")
    return wants_page and "." not in path.rpartition("/")[2]


def _file(root: Path, path: str) -> Path | None:
    if not path or path == "index.html" or path.endswith(".gz") or "\0" in path:
        return None
    file = (root / path).resolve()
    return file if file.is_relative_to(root) and file.is_file() else None


def _send(request: Request, file: Path, cache: str) -> Response:
    headers = {"Cache-Control": cache, "Vary": "Accept-Encoding"}
    media_type = mimetypes.guess_type(file.name)[0] or "application/octet-stream"
    packed = file.with_name(f"{file.name}.gz")
    if "gzip" in request.headers.get("accept-encoding", "") and packed.is_file():
        headers["Content-Encoding"] = "gzip"
        file = packed
    return FileResponse(file, headers=headers, media_type=media_type)
