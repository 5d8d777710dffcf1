"""Answers kept on disk for a while, so that the same question is not asked twice.

A file an answer: first its time, then the body. Files appear whole or not at all, several processes may
share the folder, and the oldest go when there are too many.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NS = 1_000_000_000
_HEAD = 8
_ENDING = ".answer"
_LOOK_EVERY = 50


class KeptAnswers:
    """Keeps answers. Owned by `YahooRest`.

    Parameters
    ----------
    folder : Path or None
        Where; None keeps nothing.
    most_bytes : int
        About how much at most. [B]
    """

    def __init__(self, folder: Path | None, *, most_bytes: int = 64_000_000) -> None:
        self._folder, self._most_bytes = folder, most_bytes
        self._puts = 0

    def get(self, name: str, *, now_ns: int, fresh_s: float) -> bytes | None:
        """Return an answer that is younger than so many seconds, None where there is none."""
        if self._folder is None or fresh_s <= 0:
            return None
        try:
            whole = self._path(name).read_bytes()
        except OSError:
            return None
        age_ns = now_ns - int.from_bytes(whole[:_HEAD], "little")
        return whole[_HEAD:] if 0 <= age_ns < fresh_s * _NS else None

    def put(self, name: str, body: bytes, *, now_ns: int) -> None:
        """Keep an answer; a disk that refuses costs nothing but the answer."""
        if self._folder is None:
            return
        with contextlib.suppress(OSError):
            self._folder.mkdir(parents=True, exist_ok=True)
            handle, path = tempfile.mkstemp(dir=self._folder, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(now_ns.to_bytes(_HEAD, "little") + body)
                Path(path).replace(self._path(name))
            except OSError:
                Path(path).unlink(missing_ok=True)
                raise
            self._puts += 1
            if self._puts % _LOOK_EVERY == 1:
                self._trim()

    def _path(self, name: str) -> Path:
        digest = hashlib.blake2b(name.encode(), digest_size=16).hexdigest()
        return (self._folder or Path()) / f"{digest}{_ENDING}"

    def _trim(self) -> None:
        if self._folder is None:
            return
        files: list[tuple[float, int, Path]] = []
        for path in self._folder.glob(f"*{_ENDING}"):
            with contextlib.suppress(OSError):
                stat = path.stat()
                files.append((stat.st_mtime, stat.st_size, path))
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._most_bytes:
                return
            path.unlink(missing_ok=True)
            total -= size


def question(path: str, query: Mapping[str, str | int]) -> str:
    """Return what names a question.

    Examples
    --------
    >>> question("/v8/finance/chart/SPY", {"range": "1d", "interval": "1m"})
    '/v8/finance/chart/SPY?interval=1m&range=1d'
    """
    return path + "?" + "&".join(f"{name}={query[name]}" for name in sorted(query))
