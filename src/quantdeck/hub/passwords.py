"""Passwords: what is taken as one, and their hashes (argon2id, RFC 9106)."""

from __future__ import annotations

import asyncio
import re

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from quantdeck.model.errors import BadInput

SHORTEST, LONGEST = 10, 256
"""Characters of a password."""
_FEWEST_DIFFERENT = 5
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{1,63}")
_AT_ONCE = 2


def check_name(name: str) -> str:
    """Return a name as it is kept.

    Parameters
    ----------
    name : str
        As typed.

    Returns
    -------
    str
        Without spaces around it.

    Raises
    ------
    BadInput
        If it cannot be the name of an account.

    Examples
    --------
    >>> check_name(" ann@example.org ")
    'ann@example.org'
    """
    plain = name.strip()
    if not _NAME.fullmatch(plain):
        raise BadInput(
            "a name has 2 to 64 letters, digits or any of . _ @ + -, and begins with a letter or a "
            "digit",
            field="name",
        )
    return plain


def check_password(password: str, *, name: str, field: str = "password") -> None:
    """Refuse a password that is guessed soon.

    Parameters
    ----------
    password : str
        As typed; every character counts, spaces as well.
    name : str
        Of the account, which it must not hold.
    field : str
        Name of the form's field, for the error.

    Raises
    ------
    BadInput
        If it is too short, too long, hardly varied, or holds the name.
    """
    if not SHORTEST <= len(password) <= LONGEST:
        raise BadInput(
            f"a password has {SHORTEST} to {LONGEST} characters, this one {len(password)}; a few "
            "words do well",
            field=field,
        )
    if len(set(password)) < _FEWEST_DIFFERENT:
        raise BadInput(
            f"the password has fewer than {_FEWEST_DIFFERENT} different characters; vary it",
            field=field,
        )
    if name.casefold() in password.casefold():
        raise BadInput("the password holds the name of the account; leave it out", field=field)


class Passwords:
    """Hashes and checks passwords in threads, a few at once: each takes 64 MiB for a moment.

    Parameters
    ----------
    hasher : PasswordHasher or None
        The library's defaults where None; tests take a quick one.
    """

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turns = asyncio.Semaphore(_AT_ONCE)
        self._nobodys = ""

    async def hash(self, password: str) -> str:
        """Return the hash of a password, with its parameters and salt."""
        async with self._turns:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def fits(self, kept: str | None, password: str) -> bool:
        """Return whether a password is the one of a hash.

        Without a hash (an unknown account) the answer is False after as much work.
        """
        # Whoever is checked first pays for it, so that this tells nobody who is known.
        self._nobodys = self._nobodys or await self.hash("nobody's password")
        async with self._turns:
            fits = await asyncio.to_thread(self._fits, kept or self._nobodys, password)
        return fits and kept is not None

    def is_dated(self, kept: str) -> bool:
        """Return whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(kept)

    def _fits(self, kept: str, password: str) -> bool:
        try:
            return self._hasher.verify(kept, password)
        except (VerificationError, InvalidHashError):
            return False
