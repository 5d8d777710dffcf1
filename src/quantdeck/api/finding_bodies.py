"""Answers about findings."""

from __future__ import annotations

import msgspec

from quantdeck.api.study_bodies import Rows


class FindingsReply(msgspec.Struct, frozen=True):
    """What was detected, newest first.

    Parameters
    ----------
    findings : list of dict
        ``ts_ns, ts, kind`` (``trade``, ``news`` or ``options``), ``symbol, score, text, url, source,
        found_ns, key``.
    until : str or None
        Up to when everything was looked at, ISO 8601; None where it never was.
    notes : list of str
        What the last look at everything could not judge, and why.
    simulated : bool
        Whether the data are simulated.
    """

    findings: Rows
    until: str | None
    notes: list[str]
    simulated: bool
