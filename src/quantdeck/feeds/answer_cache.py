"""Answers of a vendor kept on disk for a while, so that asking again costs no request.

One file an answer, named by a hash of what was asked (never of the key), written whole or not at all.
Several processes may share a folder. The oldest go when the folder grows beyond its size.
"""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_NS = 1_000_000_000
_LONGEST_HEAD = 16 * 1024
_PRUNE_EVERY = 64


class CachedAnswer(msgspec.Struct, frozen=True):
    """An answer that was kept.

    Parameters
    ----------
    body : bytes
        As received.
    fetched_ns : int
        When, UTC. [ns]
    """

    body: bytes
    fetched_ns: int


class _Head(msgspec.Struct, frozen=True):
    asked: str
    fetched_ns: int
    length: int


class AnswerCache:
    """A folder of answers. Owned by a REST client; blocking, so asked for in a thread.

    A disk that cannot be read or written is no reason to stop: then everything is fetched.

    Parameters
    ----------
    folder : Path
        Made when the first answer comes.
    ttl_s : float
        So long an answer stands; 0 keeps none. [s]
    clock : Clock
        Tells the age.
    most_bytes : int
        Size of the folder. [B]

    Attributes
    ----------
    hits, misses : int
        Answers found, and not.
    """

    def __init__(
        self, folder: Path, *, ttl_s: float, clock: Clock, most_bytes: int = 512 << 20
    ) -> None:
        self.hits = self.misses = 0
        self._folder = folder
        self._ttl_s = ttl_s
        self._clock = clock
        self._most_bytes = most_bytes
        self._written = 0

    @property
    def is_off(self) -> bool:
        """Whether nothing is kept."""
        return self._ttl_s <= 0

    def find(self, asked: str, *, within_s: float) -> CachedAnswer | None:
        """Return a kept answer that is not older than allowed.

        Parameters
        ----------
        asked : str
            Address and parameters; see `question`.
        within_s : float
            Age beyond which it is of no use, beside that of the cache. [s]
        """
        age_s = min(self._ttl_s, within_s)
        if age_s <= 0:
            return None
        found = self._load(asked)
        now_ns = self._clock.now_ns()
        if found is None or not 0 <= now_ns - found.fetched_ns < age_s * _NS:
            self.misses += 1
            return None
        self.hits += 1
        return found

    def keep(self, asked: str, body: bytes) -> None:
        """Keep an answer that came now."""
        if self.is_off:
            return
        path = self._path(asked)
        whole = path.with_name(f"{path.name}.{os.getpid()}.tmp")
        now_ns = self._clock.now_ns()
        head = msgspec.json.encode(_Head(asked, now_ns, len(body)))
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            whole.write_bytes(head + b"\n" + body)
            os.utime(whole, ns=(now_ns, now_ns))
            whole.replace(path)
            self._written += 1
            if self._written % _PRUNE_EVERY == 1:
                self.prune()
        except OSError as error:
            _LOG.warning("cache %s: nothing is kept: %s", self._folder.name, error)

    def prune(self) -> int:
        """Drop answers that stand no longer, then the oldest beyond the size; return how many."""
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.glob("*.answer*"):
            try:
                told = path.stat()
            except OSError:
                continue
            files.append((told.st_mtime, told.st_size, path))
        files.sort(key=lambda each: each[0], reverse=True)
        oldest_s = self._clock.now_ns() / _NS - self._ttl_s
        kept = dropped = 0
        for at_s, size, path in files:
            kept += size
            if kept > self._most_bytes or at_s < oldest_s:
                path.unlink(missing_ok=True)
                dropped += 1
        return dropped

    def _load(self, asked: str) -> CachedAnswer | None:
        try:
            head, _, body = self._path(asked).read_bytes().partition(b"\n")
            told = msgspec.json.decode(head[:_LONGEST_HEAD], type=_Head)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
            _LOG.warning("cache %s: an answer cannot be read: %s", self._folder.name, error)
            return None
        is_whole = told.asked == asked and told.length == len(body)
        return CachedAnswer(body, told.fetched_ns) if is_whole else None

    def _path(self, asked: str) -> Path:
        return self._folder / f"{hashlib.sha256(asked.encode()).hexdigest()}.answer"


def question(base_url: str, path: str, params: Mapping[str, object]) -> str:
    """Return what names a question: address and parameters in order, never a credential.

    Examples
    --------
    >>> question("https://host", "/v1/news", {"limit": 5, "a": "x"})
    'https://host/v1/news?a=x&limit=5'
    """
    told = "&".join(f"{name}={params[name]}" for name in sorted(params))
    return f"{base_url}{path}?{told}"
