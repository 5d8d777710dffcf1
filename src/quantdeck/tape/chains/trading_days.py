"""What files of chains leave out and the exchange's calendar tells: which moment quotes are of."""

from __future__ import annotations

import numpy as np

from quantdeck.analytics.sessions import us_sessions
from quantdeck.model.errors import BadInput

_DELAY_NS = 15 * 60 * 1_000_000_000


def quoted_at_ns(download_ns: int) -> int:
    """Return the moment of quotes that are shown, a quarter of an hour late, at some other moment.

    Parameters
    ----------
    download_ns : int
        When a page of delayed quotes was saved, UTC. [ns]

    Returns
    -------
    int
        A quarter of an hour earlier where the market was open then, the last close before
        otherwise, UTC. [ns]

    Raises
    ------
    BadInput
        If the calendar does not reach that day.
    """
    moment_ns = download_ns - _DELAY_NS
    sessions = us_sessions()
    at = int(np.searchsorted(sessions.open_ns, moment_ns, side="right")) - 1
    if not 0 <= at < len(sessions.days) - 1:
        first, last = sessions.days[0], sessions.days[-1]
        raise BadInput(
            f"the exchange calendar spans {first} to {last}; the file is of another time"
        )
    return min(moment_ns, int(sessions.close_ns[at]))
