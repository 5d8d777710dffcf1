"""Starts a deck again in the same process, on the same port, with what was changed meanwhile."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from quantdeck.app.places import tape_folder

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from quantdeck.app.settings import Settings
    from quantdeck.ports.setup import Start

_FLAGS = {"host": "--host", "data_dir": "--data-dir"}
_MOMENT_S = 0.5


class Again:
    """Ends a deck the way Ctrl-C does, and starts it again. Made and used by ``quantdeck up``.

    Parameters
    ----------
    mode : str
        What it runs on now.
    symbols : tuple of str
        What to capture, as typed.
    offline : bool
        Whether it runs no feed.
    config : Path or None
        Settings file of the command line.
    flags : mapping of str to object
        Settings of the command line.
    """

    def __init__(
        self,
        *,
        mode: Start,
        symbols: tuple[str, ...] = (),
        offline: bool = False,
        config: Path | None = None,
        flags: Mapping[str, Any],
    ) -> None:
        self.chosen: Start | None = None
        """What it is to be started on; None where it just ends."""
        self.port = 0
        """Port it listens on, once it does."""
        self._mode = mode
        self._symbols = symbols
        self._offline = offline
        self._config = config
        self._flags = dict(flags)

    def ask(self, mode: Start) -> None:
        """End the deck in a moment, so that whoever asks is answered before. On its event loop."""
        self.chosen = mode
        asyncio.get_running_loop().call_later(_MOMENT_S, signal.raise_signal, signal.SIGTERM)

    def words(self) -> list[str]:
        """Return the command line that starts it again.

        Examples
        --------
        >>> again = Again(mode="demo", flags={"data_dir": "data"})
        >>> again.chosen, again.port = "live", 8050
        >>> again.words()
        ['up', '--data-dir', 'data', '--port', '8050', '--no-open']
        """
        words = ["up"]
        if self.chosen == "demo":
            words.append("--demo")
        if self.chosen == self._mode:
            # Symbols of a simulator are none of a vendor's.
            words += [word for symbol in self._symbols for word in ("--symbols", symbol)]
            words += ["--offline"] if self._offline else []
        if self._config is not None:
            words += ["--config", str(self._config)]
        for key, option in _FLAGS.items():
            if self._flags.get(key) is not None:
                words += [option, str(self._flags[key])]
        return [*words, "--port", str(self.port), "--no-open"]

    def take_sessions_along(self, settings: Settings) -> None:
        """Let whoever is logged in stay so: simulated and real data are in folders of their own."""
        if self.chosen is None or self.chosen == self._mode:
            return
        name = f"sessions-{self.port}.json"
        old = tape_folder(settings, demo=self._mode == "demo") / "run" / name
        new = tape_folder(settings, demo=self.chosen == "demo") / "run" / name
        # Without them the login asks for the link that is printed.
        with suppress(OSError):
            new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            shutil.copy2(old, new)

    def begin(self) -> None:
        """Become the deck that is started again; does not return."""
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(  # noqa: S606 - our own interpreter, without a shell
            sys.executable, [sys.executable, "-m", "quantdeck.cli.main", *self.words()]
        )
