"""What a key turned out to be allowed, remembered over restarts.

No endpoint of the vendor tells what a plan includes: it is learnt from answers and refusals. A refusal is
believed for a day, so that what a plan lacks is not asked for again and again, and an upgraded plan is
noticed by the next day at the latest.
"""

from __future__ import annotations

import hashlib
import logging
import os
from typing import TYPE_CHECKING

import msgspec

from quantdeck.feeds.polygon.endpoints import SOURCE
from quantdeck.model.errors import NotEntitled

if TYPE_CHECKING:
    from pathlib import Path

    from quantdeck.ports.clock import Clock

_LOG = logging.getLogger(__name__)
_BELIEVED_NS = 24 * 3600 * 1_000_000_000
_MOST = 100


class Entitlement(msgspec.Struct, frozen=True):
    """What is known of one endpoint, or of one channel of a stream.

    Parameters
    ----------
    name : str
        An endpoint's name, or stream, market and channel such as ``delayed stocks trades``.
    allowed : bool
        Whether the plan includes it.
    delay : str
        ``delayed`` or ``real time`` where the vendor told; else empty.
    said : str
        The vendor's words, where it refused.
    at_ns : int
        When it was learnt, UTC. [ns]
    """

    name: str
    allowed: bool
    delay: str = ""
    said: str = ""
    at_ns: int = 0

    def words(self) -> str:
        """Return a sentence.

        Examples
        --------
        >>> Entitlement("quotes", allowed=False, said="upgrade").words()
        'quotes: not in the plan (upgrade)'
        """
        if not self.allowed:
            return f"{self.name}: not in the plan{f' ({self.said})' if self.said else ''}"
        return f"{self.name}: {self.delay or 'included'}"


class _Kept(msgspec.Struct, frozen=True):
    key: str
    learnt: dict[str, Entitlement] = {}


class Entitlements:
    """The map of one key. Owned by whoever owns the REST client; the stream learns into it, too.

    Parameters
    ----------
    key : str
        The credential; a short hash of it tells on disk whose map it is.
    clock : Clock
        Tells how old what is known is.
    path : Path or None
        Where it is kept; nowhere if None. A disk that cannot be written to is no reason to stop.
    """

    def __init__(self, key: str, clock: Clock, path: Path | None = None) -> None:
        self._owner = hashlib.sha256(f"quantdeck {key}".encode()).hexdigest()[:12]
        self._clock = clock
        self._path = path
        self._learnt = self._read()

    def known(self) -> list[Entitlement]:
        """Return all that is known, by name."""
        return [self._learnt[name] for name in sorted(self._learnt)]

    def forget(self) -> None:
        """Forget everything, so that everything is tried again."""
        self._learnt = {}
        self._write()

    def refused(self, name: str) -> Entitlement | None:
        """Return the refusal of an endpoint or channel that is still believed, or None."""
        found = self._learnt.get(name)
        if found is None or found.allowed:
            return None
        age_ns = self._clock.now_ns() - found.at_ns
        return found if 0 <= age_ns < _BELIEVED_NS else None

    def check(self, name: str) -> None:
        """Refuse what is known not to be in the plan.

        Raises
        ------
        NotEntitled
            If it was refused within a day.
        """
        found = self.refused(name)
        if found is not None:
            raise NotEntitled(SOURCE, f"the plan does not include {name}: {found.said}")

    def note(self, name: str, *, allowed: bool, delay: str = "", said: str = "") -> None:
        """Learn what an answer or a refusal tells.

        Parameters
        ----------
        name : str
            Endpoint or channel.
        allowed : bool
            Whether it answered.
        delay : str
            ``delayed`` or ``real time`` where it told.
        said : str
            The words of a refusal.
        """
        before = self._learnt.get(name)
        if before is not None and (before.allowed, before.delay) == (allowed, delay) and allowed:
            return
        if before is None and len(self._learnt) >= _MOST:
            return
        found = Entitlement(name, allowed, delay, said, self._clock.now_ns())
        self._learnt[name] = found
        _LOG.info("%s: %s", SOURCE, found.words())
        self._write()

    def _read(self) -> dict[str, Entitlement]:
        if self._path is None:
            return {}
        try:
            kept = msgspec.json.decode(self._path.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return {}
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            _LOG.warning("%s: what the plan includes is learnt anew: %s", SOURCE, error)
            return {}
        return dict(kept.learnt) if kept.key == self._owner else {}

    def _write(self) -> None:
        if self._path is None:
            return
        whole = self._path.with_name(f"{self._path.name}.{os.getpid()}.tmp")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            whole.write_bytes(msgspec.json.encode(_Kept(self._owner, self._learnt)))
            whole.replace(self._path)
        except OSError as error:
            _LOG.warning("%s: what the plan includes is not remembered: %s", SOURCE, error)
