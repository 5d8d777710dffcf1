"""How a deck is set up: keys, settings, and what a key turned out to allow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

KeyPlace = Literal["file", "keyring"]
"""Where keys are kept that a person hands over."""
Start = Literal["demo", "live"]
"""What a deck runs on."""


class KeyState(msgspec.Struct, frozen=True):
    """One key, never the key itself.

    Parameters
    ----------
    name : str
        Environment variable that holds it.
    title : str
        What its vendor calls it.
    is_set : bool
        Whether there is one.
    source : str
        ``environment``, ``keyring`` or ``file``; empty where there is none.
    ending : str
        Its last four characters; empty where it is too short to show any.
    """

    name: str
    title: str
    is_set: bool
    source: str = ""
    ending: str = ""


class KeyCheck(msgspec.Struct, frozen=True):
    """What a vendor did when it was asked for one thing.

    Parameters
    ----------
    what : str
        What it was asked for.
    verdict : str
        ``ok``, ``not in the plan``, ``nothing``, ``failed`` or ``not tried``.
    found : str
        What came, or why nothing did.
    """

    what: str
    verdict: str
    found: str


class VendorState(msgspec.Struct, frozen=True):
    """A vendor or a channel, and how it is set up.

    Parameters
    ----------
    id, title : str
        Which.
    about : str
        What it is for, in one sentence.
    hint : str
        How a person comes by its keys; empty where it needs none.
    keys : tuple of KeyState
        What it needs.
    is_ready : bool
        Whether nothing is missing.
    switch : str
        Setting that turns its feed on; empty where a key is all it takes.
    is_on : bool
        Whether that setting is on.
    symbols : str
        Setting that lists what is captured from it; empty where there is none.
    checks : tuple of KeyCheck
        What it did when it was asked last.
    checked_ms : int or None
        When that was, ms UTC.
    """

    id: str
    title: str
    about: str
    hint: str
    keys: tuple[KeyState, ...]
    is_ready: bool
    switch: str = ""
    is_on: bool = False
    symbols: str = ""
    checks: tuple[KeyCheck, ...] = ()
    checked_ms: int | None = None


class SettingRow(msgspec.Struct, frozen=True):
    """One setting, as a form needs it.

    Parameters
    ----------
    key : str
        Dotted.
    section : str
        Part of the key before its last dot; empty for those at the top.
    kind : str
        ``text``, ``integer``, ``number``, ``toggle``, ``choice``, ``list`` (separated by commas), or
        ``fixed``: to be changed in the file alone.
    options : tuple of str
        What a choice, or an entry of a list, may be; empty where anything may.
    minimum, maximum : float or None
        Limits of a number.
    may_be_empty : bool
        Whether it may be left out, as None.
    value, default : str
        As a person types them.
    source : str
        ``default``, ``file``, ``environment`` or ``flag``.
    help : str
        What it means.
    """

    key: str
    section: str
    kind: Literal["text", "integer", "number", "toggle", "choice", "list", "fixed"]
    options: tuple[str, ...]
    minimum: float | None
    maximum: float | None
    may_be_empty: bool
    value: str
    default: str
    source: Literal["default", "file", "environment", "flag"]
    help: str


class SetupState(msgspec.Struct, frozen=True):
    """How the deck is set up.

    Parameters
    ----------
    is_first : bool
        Whether nothing was ever set up here, and nobody has said that it need not be.
    mode : str
        What this deck runs on.
    vendors : tuple of VendorState
        Vendors and channels.
    has_keyring : bool
        Whether keys can be kept in a keyring.
    key_file, config_file : str
        Where keys and settings are kept.
    is_exposed : bool
        Whether others on this machine can read the file of keys.
    needs_restart : bool
        Whether something was changed that counts from the next start on.
    can_restart : bool
        Whether the deck can start itself again.
    """

    is_first: bool
    mode: Start
    vendors: tuple[VendorState, ...]
    has_keyring: bool
    key_file: str
    config_file: str
    is_exposed: bool
    needs_restart: bool
    can_restart: bool


class Setup(Protocol):
    """What sets a deck up. It reads and writes files: all of it may block but `check_keys` and `restart`."""

    def is_first(self) -> bool:
        """Return whether nothing was ever set up here, and nobody has said that it need not be."""
        ...

    def state(self) -> SetupState:
        """Return how the deck is set up; no key is in it."""
        ...

    def settings(self) -> tuple[SettingRow, ...]:
        """Return every setting with its value and where that comes from.

        Raises
        ------
        ConfigError
            If the file has been edited and is wrong now.
        """
        ...

    def change_settings(self, values: Mapping[str, str]) -> tuple[str, ...]:
        """Write settings to the file, all or none, and return the keys that changed.

        Raises
        ------
        BadInput
            If a key is unknown or a value not allowed.
        Conflict
            If the environment or a flag says otherwise, which counts before the file.
        StoreError
            If the file cannot be written.
        """
        ...

    def keep_keys(self, vendor: str, values: Mapping[str, str], place: KeyPlace) -> None:
        """Keep keys of a vendor; they count from the next start on.

        Raises
        ------
        BadInput
            If the vendor has no such key, or it is unfit; it is not told.
        Conflict
            If the environment holds one, which counts before.
        StoreError
            If they cannot be written.
        """
        ...

    def forget_keys(self, vendor: str) -> None:
        """Forget the keys of a vendor that are kept here. Idempotent.

        Raises
        ------
        Conflict
            If they are in the environment.
        """
        ...

    async def check_keys(self, vendor: str, values: Mapping[str, str]) -> tuple[KeyCheck, ...]:
        """Ask a vendor for a little of everything, with the kept keys and those given.

        Raises
        ------
        BadInput
            If the vendor is unknown, or a key is missing.
        """
        ...

    def finish(self) -> None:
        """Remember that setting up is over, or was passed over. Idempotent."""
        ...

    def restart(self, mode: Start) -> None:
        """End the deck in a moment, and start it again on what was chosen.

        Raises
        ------
        Conflict
            If it cannot.
        """
        ...
