"""Settings of the schedule."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta

from quantdeck.analytics.due_times import parse_when
from quantdeck.app.feed_settings import Positive
from quantdeck.model.errors import BadInput, ConfigError
from quantdeck.ports.jobs import JobQuestion
from quantdeck.ports.scheduled import SchedulePlan

if TYPE_CHECKING:
    from collections.abc import Mapping

_HOUR_S = 3_600.0

When = Annotated[
    str,
    Meta(
        description="due times, such as 'close + 5 h', 'open - 60 min', 'daily 03:30 UTC' or "
        "'every 15 min'"
    ),
]
Enabled = Annotated[
    bool,
    Meta(description="whether it is run by the clock until somebody switches it on or off"),
]
OnMiss = Annotated[
    Literal["latest", "all", "skip"],
    Meta(
        description="due times at which nobody was there: the newest is made up for, all are, or none"
    ),
]
Grace = Annotated[
    float, Meta(ge=0, le=240, description="so late it is still begun, at most [hours]")
]


class DailyTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The daily run; day bars are whole some hours after the close."""

    when: When = "close + 5 h"
    enabled: Enabled = False
    misfire: OnMiss = "latest"
    grace_hours: Grace = 12


class VerifyTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The check of every vendor's key."""

    when: When = "open - 60 min"
    enabled: Enabled = False
    misfire: OnMiss = "skip"
    grace_hours: Grace = 1


class DetectTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The search for large trades, breaking news and unusual option activity."""

    when: When = "every 15 min"
    enabled: Enabled = True
    misfire: OnMiss = "skip"
    grace_hours: Grace = 1


class BackupTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The backup of what is kept in SQLite."""

    when: When = "daily 03:30 UTC"
    enabled: Enabled = True
    misfire: OnMiss = "latest"
    grace_hours: Grace = 48


class CompactTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The merging of the tape's small files."""

    when: When = "daily 04:00 UTC"
    enabled: Enabled = True
    misfire: OnMiss = "latest"
    grace_hours: Grace = 48


class RetentionTimes(msgspec.Struct, frozen=True, kw_only=True):
    """The removal of what ``tape.retention`` and ``schedule.raw_days`` do not keep."""

    when: When = "daily 04:30 UTC"
    enabled: Enabled = True
    misfire: OnMiss = "latest"
    grace_hours: Grace = 48


class ScheduleSettings(msgspec.Struct, frozen=True, kw_only=True):
    """What is run by the clock, by ``quantdeck up``, ``scheduler`` and ``run-due`` alike."""

    in_deck: Annotated[
        bool,
        Meta(description="whether `quantdeck up` runs what is due; Start on the page does, too"),
    ] = True
    daily: DailyTimes = msgspec.field(default_factory=DailyTimes)
    verify: VerifyTimes = msgspec.field(default_factory=VerifyTimes)
    detect: DetectTimes = msgspec.field(default_factory=DetectTimes)
    backup: BackupTimes = msgspec.field(default_factory=BackupTimes)
    compact: CompactTimes = msgspec.field(default_factory=CompactTimes)
    retention: RetentionTimes = msgspec.field(default_factory=RetentionTimes)
    backups_kept: Annotated[
        int, Meta(ge=1, le=1000, description="backups that stay, the newest of them")
    ] = 7
    raw_days: Annotated[
        Positive | None,
        Meta(
            description="frames of capture.raw_log whose file is older are removed; None keeps them "
            "[days]",
        ),
    ] = None


_TITLES: Mapping[str, str] = {
    "daily": "Collect, check, train, playbook, reports, message",
    "verify": "Ask every vendor what its key may do",
    "detect": "Large trades, breaking news, unusual option activity",
    "backup": "Copy of the databases, checked",
    "compact": "Small files of the tape made one",
    "retention": "Remove what the rules no longer keep",
}


_OF_FOLDERS = frozenset({"backup", "compact", "retention"})


def schedule_plans(
    settings: ScheduleSettings, *, demo: bool, folder: str = ""
) -> tuple[SchedulePlan, ...]:
    """Return the jobs and their due times, in the order in which they are shown.

    Parameters
    ----------
    settings : ScheduleSettings
        The section ``schedule``.
    demo : bool
        Whether the data are simulated: then all are on.
    folder : str
        What the run ledger knows the data folder by; see `quantdeck.app.folder_name.folder_name`. Jobs
        that see to files of a folder have due times of their own in each.

    Raises
    ------
    ConfigError
        If the times of a job are none.
    """
    return tuple(
        _plan(
            getattr(settings, name),
            name,
            title,
            demo=demo,
            folder=folder if name in _OF_FOLDERS else "",
        )
        for name, title in _TITLES.items()
    )


def _plan(times: Any, name: str, title: str, *, demo: bool, folder: str) -> SchedulePlan:
    try:
        when = parse_when(times.when)
    except BadInput as error:
        raise ConfigError(f"schedule.{name}.when: {error}") from error
    return SchedulePlan(
        name=name,
        title=title,
        when=when,
        question=JobQuestion(kind=name),
        misfire=times.misfire,
        grace_s=times.grace_hours * _HOUR_S,
        is_on=times.enabled or demo,
        folder=folder,
    )
