"""Who may use the simulator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Keys:
    """One pair of keys; without it any pair is good that is not empty.

    Parameters
    ----------
    key, secret : str or None
        The pair.
    """

    key: str | None = None
    secret: str | None = None

    def are_known(self, key: object, secret: object) -> bool:
        """Whether a key and a secret are good.

        Examples
        --------
        >>> Keys().are_known("K", "S"), Keys("K", "S").are_known("K", "T")
        (True, False)
        """
        if not (isinstance(key, str) and isinstance(secret, str) and key and secret):
            return False
        if self.key is None:
            return True
        # A token stands for both; it is the secret of the pair.
        return key in (self.key, "oauth", "access_token") and secret == self.secret
