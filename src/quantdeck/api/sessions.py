"""Who may use a local deck: whoever opened the printed link.

The link holds a token that works once; it is exchanged for a session whose id lives in a cookie and
whose hash lives here. When a token has been used the next one is made, so that there is always one
link to open, and it is kept in a file that only the user of the machine can read.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import os
import secrets
from typing import TYPE_CHECKING

import msgspec

from quantdeck.api.cookies import session_of
from quantdeck.model.users import LOCAL

if TYPE_CHECKING:
    from pathlib import Path

    from starlette.types import Scope

    from quantdeck.model.users import Caller
    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)

IDLE_NS = 12 * 3_600 * 1_000_000_000
"""A session ends when it has not been used for so long. [ns]"""
ABSOLUTE_NS = 30 * 86_400 * 1_000_000_000
"""A session ends so long after it began. [ns]"""
MAX_SESSIONS = 64
"""The session idle longest is ended when there are more."""
_REWRITE_NS = 600 * 1_000_000_000
_RETRY_NS = 5 * 1_000_000_000
_USED_KEPT = 256


class _Session(msgspec.Struct):
    began_ns: int
    seen_ns: int


class Sessions:
    """Sessions of one deck on one port. Owned by the server; used on its event loop only.

    Parameters
    ----------
    clock : Clock
        Where the time comes from.
    port : int
        Port of the server: browsers share cookies across ports, so the name must hold it.
    folder : Path or None
        Where sessions (as hashes) and the link are kept, so that a restart does not log the tab
        out; None keeps both in memory.
    """

    def __init__(self, clock: Clock, *, port: int, folder: Path | None = None) -> None:
        self.cookie = f"qd_session_{port}"
        """Name of the cookie."""
        self.advice = "open the link that quantdeck printed when it started"
        """What somebody who is not known should do."""
        self.origins: frozenset[str] = frozenset()
        """None beside our own."""
        self._clock = clock
        self._origin = f"http://127.0.0.1:{port}"
        self._sessions_file = folder / f"sessions-{port}.json" if folder else None
        self._link_file = folder / f"link-{port}.txt" if folder else None
        self._sessions: dict[str, _Session] = self._load()
        self._written_ns = 0
        self._token = ""
        self._used: dict[str, None] = {}
        self._is_link_kept = True
        self._link_tried_ns = 0
        self._new_token()

    @property
    def link(self) -> str:
        """The address to open: it logs the first browser in that opens it."""
        return f"{self._origin}/?token={self._token}"

    def redeem(self, token: str) -> str | None:
        """Return a new session id for the right token, which is used up by that; else None."""
        if not secrets.compare_digest(token.encode(), self._token.encode()):
            return None
        session_id = secrets.token_urlsafe(32)
        now = self._clock.now_ns()
        self._drop_old(now)
        if len(self._sessions) >= MAX_SESSIONS:
            del self._sessions[min(self._sessions, key=lambda key: self._sessions[key].seen_ns)]
        self._sessions[_hash(session_id)] = _Session(now, now)
        self._used[_hash(token)] = None
        if len(self._used) > _USED_KEPT:
            del self._used[next(iter(self._used))]
        self._new_token()
        self._save(now)
        return session_id

    def was_used(self, token: str) -> bool:
        """Return whether a token has been exchanged for a session before."""
        return _hash(token) in self._used

    def is_valid(self, session_id: str | None) -> bool:
        """Return whether a session is alive, and note that it was used."""
        if not self._is_link_kept and self._clock.now_ns() - self._link_tried_ns > _RETRY_NS:
            self._keep_link()
        session = self._sessions.get(_hash(session_id)) if session_id else None
        if session is None:
            return False
        now = self._clock.now_ns()
        if _is_over(session, now):
            self._drop_old(now)
            self._save(now)
            return False
        session.seen_ns = now
        if now - self._written_ns > _REWRITE_NS:
            self._save(now)
        return True

    async def caller(self, scope: Scope) -> Caller | None:
        """Return the user of the deck where a request carries a session that is alive."""
        return LOCAL if self.is_valid(session_of(scope, self.cookie)) else None

    async def note(self, scope: Scope, caller: Caller, status: int) -> None:
        """Take no note: there is nobody but the user of the machine."""

    def revoke(self, session_id: str) -> None:
        """End a session. Idempotent."""
        if self._sessions.pop(_hash(session_id), None) is not None:
            self._save(self._clock.now_ns())

    def close(self) -> None:
        """Save the sessions and remove the link, which nothing serves any more."""
        self._save(self._clock.now_ns())
        if self._link_file is not None:
            with contextlib.suppress(OSError):
                self._link_file.unlink(missing_ok=True)

    def _new_token(self) -> None:
        self._token = secrets.token_urlsafe(32)
        self._keep_link()

    def _keep_link(self) -> None:
        if self._link_file is None:
            return
        self._link_tried_ns = self._clock.now_ns()
        content = f"{self.link}\n".encode()
        # On a full disk a file can still be overwritten with as many bytes. Failing that, no link is
        # better than one that is spent.
        self._is_link_kept = write_private(self._link_file, content) or _overwrite(
            self._link_file, content
        )
        if not self._is_link_kept:
            with contextlib.suppress(OSError):
                self._link_file.unlink()

    def _drop_old(self, now_ns: int) -> None:
        self._sessions = {k: s for k, s in self._sessions.items() if not _is_over(s, now_ns)}

    def _save(self, now_ns: int) -> None:
        self._written_ns = now_ns
        if self._sessions_file is not None:
            write_private(self._sessions_file, msgspec.json.encode(self._sessions))

    def _load(self) -> dict[str, _Session]:
        if self._sessions_file is None:
            return {}
        try:
            return msgspec.json.decode(self._sessions_file.read_bytes(), type=dict[str, _Session])
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.DecodeError) as error:
            _LOG.warning("sessions not read file=%s reason=%s", self._sessions_file.name, error)
            return {}


def kept_links(folder: Path) -> list[str]:
    """Return the links of the decks that keep theirs in a folder, newest first.

    Parameters
    ----------
    folder : Path
        As `Sessions` was given it.

    Returns
    -------
    list of str
        One per deck. A deck that was killed leaves its link behind: ask ``/health`` at its address
        before opening it.
    """
    files = sorted(folder.glob("link-*.txt"), key=lambda f: f.stat().st_mtime_ns, reverse=True)
    return [file.read_text(encoding="utf-8").strip() for file in files]


def _hash(session_id: str) -> str:
    return hashlib.sha256(session_id.encode()).hexdigest()


def _is_over(session: _Session, now_ns: int) -> bool:
    return now_ns - session.seen_ns > IDLE_NS or now_ns - session.began_ns > ABSOLUTE_NS


def write_private(path: Path, content: bytes) -> bool:
    """Write a small file for the user of the machine alone, whole or not at all.

    Parameters
    ----------
    path : Path
        Its folder is made where absent.
    content : bytes
        All of it.

    Returns
    -------
    bool
        False where it could not be written, which is logged.
    """
    # Readable by the user alone from its first byte on, and never half written. A folder that
    # cannot be written costs the convenience, not the deck.
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.replace(path)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        _LOG.warning("not kept file=%s reason=%s", path.name, error)
        return False
    return True


def _overwrite(path: Path, content: bytes) -> bool:
    try:
        if path.stat().st_size != len(content):
            return False
        with path.open("r+b", buffering=0) as file:
            return file.write(content) == len(content)
    except OSError:
        return False
