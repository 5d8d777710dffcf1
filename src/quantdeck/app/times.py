"""Times as people type them."""

from __future__ import annotations

from datetime import UTC, datetime

from quantdeck.model.errors import BadInput


def parse_time(text: str | None) -> int | None:
    """Return the time a person wrote in ns UTC, or None for none.

    Parameters
    ----------
    text : str or None
        ISO 8601, such as ``2024-08-08`` or ``2024-08-08T23:55:00+02:00``; UTC where no zone is given.

    Raises
    ------
    BadInput
        If it is not a time.

    Examples
    --------
    >>> parse_time("1970-01-01T00:00:01.5")
    1500000000
    """
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(
            f"{text!r} is not a time; write ISO 8601, such as 2024-08-08T23:55:00 (UTC)"
        ) from error
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    whole = int(aware.replace(microsecond=0).timestamp())
    return whole * 1_000_000_000 + aware.microsecond * 1000
