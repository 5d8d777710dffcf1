"""Sets a deck up from its page: fulfils `quantdeck.ports.setup.Setup` with files and vendors."""

from __future__ import annotations

import os
import threading
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from quantdeck.app.config_file import replace_file, with_value
from quantdeck.app.credentials import surroundings
from quantdeck.app.key_file import (
    ENV_FILE,
    file_keys,
    forget,
    has_keyring,
    is_exposed,
    keep_in_file,
    keep_in_keyring,
    keyring_keys,
)
from quantdeck.app.settings import DEFAULT_FILE, load
from quantdeck.app.settings_rows import environment_keys, fields, rows, typed, untyped, value_at
from quantdeck.app.setup_checks import check_vendor
from quantdeck.app.setup_vendors import VENDORS, Vendor, vendor_of
from quantdeck.model.errors import BadInput, ConfigError, Conflict, StoreError
from quantdeck.ports.setup import KeyState, SetupState, VendorState

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from quantdeck.app.settings import Settings
    from quantdeck.app.setup_vendors import Key
    from quantdeck.ports.clock import Clock
    from quantdeck.ports.setup import KeyCheck, KeyPlace, SettingRow, Start

DONE_FILE = "setup-done"
"""Beside the tape: setting up is over, or was passed over."""
_SHOWN = 4
_LONG_ENOUGH = 12


class DeckSetup:
    """Fulfils `quantdeck.ports.setup.Setup`. Made by `quantdeck up`; called by the API, in any thread.

    Parameters
    ----------
    settings : Settings
        What the deck runs with.
    config : Path or None
        Settings file; None for that of the working directory.
    flags : mapping of str to object
        Settings of the command line, which count before the file.
    mode : str
        What the deck runs on.
    clock : Clock
        Where the time comes from.
    again : callable or None
        Has the deck start again on what it is given; None where it cannot.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        config: Path | None,
        flags: Mapping[str, Any],
        mode: Start,
        clock: Clock,
        again: Callable[[Start], None] | None = None,
    ) -> None:
        self._settings = settings
        self._config = config or Path(DEFAULT_FILE)
        self._flags = dict(flags)
        self._mode: Start = mode
        self._clock = clock
        self._again = again
        self._folder = Path(settings.data_dir)
        self._writing = threading.Lock()
        self._checked: dict[str, tuple[int, tuple[KeyCheck, ...]]] = {}
        self._needs_restart = False

    def is_first(self) -> bool:
        """Return whether nothing was ever set up here, and nobody has said that it need not be."""
        given = {**file_keys(), **os.environ}
        names = [name for vendor in VENDORS.values() for name in vendor.names]
        has_any = bool(file_keys()) or any(given.get(name, "").strip() for name in names)
        return not (has_any or self._config.exists() or self._done.exists())

    def state(self) -> SetupState:
        """Return how the deck is set up; no key is in it."""
        environ, in_keyring = surroundings(is_strict=False), keyring_keys()

        def key_state(key: Key) -> KeyState:
            name = next((each for each in key.names if environ.get(each, "").strip()), None)
            if name is None:
                return KeyState(key.names[0], key.title, is_set=False)
            source = (
                "environment"
                if os.environ.get(name, "").strip()
                else "keyring"
                if name in in_keyring
                else "file"
            )
            text = environ[name].strip()
            ending = text[-_SHOWN:] if len(text) >= _LONG_ENOUGH else ""
            return KeyState(key.names[0], key.title, is_set=True, source=source, ending=ending)

        settings = self._now()
        vendors = tuple(
            self._vendor_state(vendor, tuple(map(key_state, vendor.keys)), settings)
            for vendor in VENDORS.values()
        )
        return SetupState(
            is_first=self.is_first(),
            mode=self._mode,
            vendors=vendors,
            has_keyring=has_keyring(),
            key_file=str(ENV_FILE.absolute()),
            config_file=str(self._config.absolute()),
            is_exposed=is_exposed(),
            needs_restart=self._needs_restart,
            can_restart=self._again is not None,
        )

    def settings(self) -> tuple[SettingRow, ...]:
        """Return every setting with its value and where that comes from."""
        return rows(self._config, environ=surroundings(is_strict=False), flags=self._flags)

    def change_settings(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Write settings to the file, all or none, and return the keys that changed."""
        known, environ = fields(), surroundings(is_strict=False)
        held = environment_keys(environ)
        changes: dict[str, Any] = {}
        for key, text in values.items():
            if key not in known:
                raise BadInput(f"there is no setting {key[:80]!r}")
            if key in held:
                raise Conflict(f"{key} is set by {held[key]} of the environment; change it there")
            if self._flags.get(key) is not None:
                raise Conflict(f"{key} is set on the command line; start without that option")
            changes[key] = untyped(known[key], text)
        with self._writing:
            return self._write(changes, environ)

    def keep_keys(self, vendor: str, values: Mapping[str, str], place: KeyPlace) -> None:
        """Keep keys of a vendor; they count from the next start on."""
        chosen = vendor_of(vendor)
        texts = _of_vendor(chosen, values)
        if not texts:
            raise BadInput(f"no key of {chosen.title} was given")
        _refuse_environment(chosen, texts)
        with self._writing:
            (keep_in_keyring if place == "keyring" else keep_in_file)(texts)
            # A key under an older name of its variable would be left behind.
            others = {n for key in chosen.keys if key.names[0] in texts for n in key.names[1:]}
            if others:
                forget(others)
        self._needs_restart = True

    def forget_keys(self, vendor: str) -> None:
        """Forget the keys of a vendor that are kept here. Idempotent."""
        chosen = vendor_of(vendor)
        _refuse_environment(chosen, chosen.names)
        with self._writing:
            forget(chosen.names)
        self._checked.pop(vendor, None)
        self._needs_restart = True

    async def check_keys(self, vendor: str, values: Mapping[str, str]) -> tuple[KeyCheck, ...]:
        """Ask a vendor for a little of everything, with the kept keys and those given."""
        chosen = vendor_of(vendor)
        environ = {**surroundings(is_strict=False), **_of_vendor(chosen, values)}
        found = await check_vendor(
            self._now(), vendor, environ, folder=self._folder, clock=self._clock
        )
        self._checked[vendor] = self._clock.now_ns() // 1_000_000, found
        return found

    def finish(self) -> None:
        """Remember that setting up is over, or was passed over. Idempotent."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            self._done.touch()
        except OSError as error:
            raise StoreError(f"{self._done} cannot be written ({error.strerror})") from error

    def restart(self, mode: Start) -> None:
        """End the deck in a moment, and start it again on what was chosen."""
        if self._again is None:
            raise Conflict("this deck cannot start itself again; stop it and start it anew")
        # What would end it at its start must not be found out then: nobody may be at the terminal.
        load(self._file, environ=surroundings(), flags=self._flags)
        lacking = [v.title for v in self.state().vendors if v.is_on and not v.is_ready]
        if mode == "live" and lacking:
            raise Conflict(
                f"{lacking[0]} is to be used and lacks what it needs; give it that, or leave it out"
            )
        self._again(mode)

    @property
    def _done(self) -> Path:
        return self._folder / DONE_FILE

    @property
    def _file(self) -> Path | None:
        return self._config if self._config.exists() else Path(os.devnull)

    def _now(self) -> Settings:
        try:
            return load(self._file, environ=surroundings(is_strict=False), flags=self._flags)
        except ConfigError:
            return self._settings

    def _vendor_state(
        self, vendor: Vendor, keys: tuple[KeyState, ...], settings: Settings
    ) -> VendorState:
        checked_ms, checks = self._checked.get(vendor.id, (None, ()))
        return VendorState(
            vendor.id,
            vendor.title,
            vendor.about,
            vendor.hint,
            keys,
            is_ready=all(key.is_set for key in keys) and not _lacks_library(vendor, settings),
            switch=vendor.switch,
            is_on=bool(vendor.switch) and value_at(settings, vendor.switch),
            symbols=vendor.symbols,
            checks=checks,
            checked_ms=checked_ms,
        )

    def _write(self, changes: dict[str, Any], environ: Mapping[str, str]) -> tuple[str, ...]:
        text = self._config.read_text(encoding="utf-8") if self._config.exists() else ""
        before = load(self._file, environ=environ, flags=self._flags)
        made = text
        for key, value in changes.items():
            if typed(value) != typed(value_at(before, key)):
                made = with_value(made, key, value)
        if made == text:
            return ()
        # Looked at before it counts, beside the file so that a wrong value is told with its name.
        trial = self._config.with_name(f".{self._config.name}.trial")
        replace_file(trial, made)
        try:
            after = load(trial, environ=environ, flags=self._flags)
        except ConfigError as error:
            raise BadInput(str(error).removeprefix(f"{trial}: ")) from None
        finally:
            trial.unlink(missing_ok=True)
        replace_file(self._config, made)
        self._needs_restart = True
        return tuple(key for key in changes if value_at(before, key) != value_at(after, key))


def _lacks_library(vendor: Vendor, settings: Settings) -> bool:
    return (
        vendor.id == "yahoo"
        and settings.feeds.yahoo.rest_url is None
        and find_spec("yfinance") is None
    )


def _of_vendor(vendor: Vendor, values: Mapping[str, str]) -> dict[str, str]:
    known = {key.names[0] for key in vendor.keys}
    for name in values:
        if name not in known:
            raise BadInput(
                f"{vendor.title} has no key {name[:80]!r}; it has {', '.join(sorted(known)) or 'none'}"
            )
    return {name: text.strip() for name, text in values.items() if text.strip()}


def _refuse_environment(vendor: Vendor, names: Mapping[str, str] | tuple[str, ...]) -> None:
    wanted = {each for key in vendor.keys if key.names[0] in names for each in key.names}
    held = [name for name in vendor.names if name in wanted and os.environ.get(name, "").strip()]
    if held:
        raise Conflict(
            f"{held[0]} is in the environment the deck was started in, which counts before what is "
            "kept here; unset it there"
        )
