"""Request weights, warnings and bans, per client address.

Binance USD-M futures documentation, "General Info": IP limits, 429 and 418; a ban lasts from two
minutes to three days and grows with every repetition.
"""

from __future__ import annotations

from dataclasses import dataclass

from quantdeck.sims.binance.refusals import Refusal

FIRST_BAN_S = 120
LONGEST_BAN_S = 3 * 86_400
WARNINGS_BEFORE_BAN = 10
"""Requests answered 429 in one minute before the address is banned."""

FUNDING_POOL = 500
"""Requests for funding rates and funding information in five minutes."""

_MINUTE_MS = 60_000


@dataclass(slots=True)
class _Address:
    minute: int = 0
    used: int = 0
    warnings: int = 0
    bans: int = 0
    banned_until_ms: int = 0
    pool_window: int = 0
    pool_used: int = 0


class Limiter:
    """Counts the weight each address has used in the current minute.

    Parameters
    ----------
    per_minute : int
        Weight allowed.
    """

    def __init__(self, per_minute: int) -> None:
        self.per_minute = per_minute
        self._addresses: dict[str, _Address] = {}

    def used(self, address: str, now_ms: int) -> int:
        """Return the weight used in this minute."""
        return self._of(address, now_ms).used

    def spend(self, address: str, weight: int, now_ms: int) -> int:
        """Count a request, and return the weight used in this minute.

        Raises
        ------
        Refusal
            If the address is banned or has used too much.
        """
        known = self._of(address, now_ms)
        if now_ms < known.banned_until_ms:
            raise self._banned(address, known, now_ms)
        known.used += weight
        if known.used <= self.per_minute:
            return known.used
        known.warnings += 1
        if known.warnings <= WARNINGS_BEFORE_BAN:
            wait_ms = (known.minute + 1) * _MINUTE_MS - now_ms
            raise Refusal(
                429,
                -1003,
                f"Too many requests; current limit of IP({address}) is {self.per_minute} requests "
                "per minute. Please use the websocket for live updates to avoid polling the API.",
                retry_after_s=max(1, -(-wait_ms // 1_000)),
            )
        known.bans += 1
        known.warnings = 0
        length_s = min(FIRST_BAN_S * 2 ** (known.bans - 1), LONGEST_BAN_S)
        known.banned_until_ms = now_ms + length_s * 1_000
        raise self._banned(address, known, now_ms)

    def spend_funding(self, address: str, now_ms: int) -> None:
        """Count a request for funding data.

        Raises
        ------
        Refusal
            If the pool of five minutes is used up.
        """
        known = self._of(address, now_ms)
        window = now_ms // (5 * _MINUTE_MS)
        if known.pool_window != window:
            known.pool_window, known.pool_used = window, 0
        known.pool_used += 1
        if known.pool_used > FUNDING_POOL:
            raise Refusal(
                429,
                -1003,
                f"Too many requests; current limit is {FUNDING_POOL} requests per 5 minutes.",
                retry_after_s=max(1, ((window + 1) * 5 * _MINUTE_MS - now_ms) // 1_000),
            )

    def _of(self, address: str, now_ms: int) -> _Address:
        known = self._addresses.setdefault(address, _Address())
        minute = now_ms // _MINUTE_MS
        if known.minute != minute:
            known.minute, known.used, known.warnings = minute, 0, 0
        return known

    def _banned(self, address: str, known: _Address, now_ms: int) -> Refusal:
        return banned(address, known.banned_until_ms, now_ms)


def banned(address: str, until_ms: int, now_ms: int) -> Refusal:
    """Return the answer a banned address gets."""
    return Refusal(
        418,
        -1003,
        f"Way too many requests; IP({address}) banned until {until_ms}. Please use the websocket "
        "for live updates to avoid bans.",
        retry_after_s=max(1, -(-(until_ms - now_ms) // 1_000)),
    )
