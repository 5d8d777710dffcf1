"""A Slack channel, by an incoming webhook (or whatever else takes Slack's messages)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from quantdeck.notify.posting import Poster
from quantdeck.notify.wording import figures, headline, many_lines, moment, one_line

if TYPE_CHECKING:
    from quantdeck.model.alerts import FiredAlert
    from quantdeck.ports.clock import Clock

_MOST_FIELDS = 10
"""Of a section; Slack refuses more."""
_MOST_DETAILS = 2900
"""Characters of a block; Slack refuses more than 3000, marks of the code block included."""


class SlackNotifier:
    """Fulfils `quantdeck.ports.notifier.Notifier`.

    Slack knows no idempotency key: a message whose answer was lost is sent again.

    Parameters
    ----------
    url : str
        Of the incoming webhook; a secret, see `quantdeck.notify.posting.checked_address`.
    clock : Clock
        Where the time comes from.
    timeout_s : float
        For one attempt. [s]
    """

    kind = "slack"

    def __init__(self, url: str, *, clock: Clock, timeout_s: float = 10.0) -> None:
        self.name = self.kind
        self._poster = Poster(url, clock=clock, timeout_s=timeout_s)

    async def send(self, alert: FiredAlert) -> None:
        """Post a message of blocks; see `Poster.post` for what it raises."""
        await self._poster.post(msgspec.json.encode(slack_message(alert)), {})

    async def close(self) -> None:
        """Close the connection. Idempotent."""
        await self._poster.close()


def slack_message(alert: FiredAlert) -> dict[str, Any]:
    """Return the message as Slack's Block Kit has it.

    Parameters
    ----------
    alert : FiredAlert
        What fired.

    Returns
    -------
    dict
        Text for notices, and blocks: name and sentence, the figures, the rule and the time.

    Examples
    --------
    >>> from quantdeck.model.alerts import FiredAlert
    >>> slack_message(FiredAlert("1", "r", "A & B", "a > b", 0, "3 > 2"))["text"]
    'A &amp; B: 3 &gt; 2'
    """
    title = f"*{_escaped(one_line(alert.rule_name))}*"
    blocks: list[dict[str, Any]] = [
        {"type": "section", "text": _text(f"{title}\n{_escaped(one_line(alert.message, 1000))}")}
    ]
    fields = [
        _text(f"{_escaped(one_line(name))}\n*{value}*") for name, value in figures(alert).items()
    ]
    if fields:
        blocks.append({"type": "section", "fields": fields[:_MOST_FIELDS]})
    if alert.details:
        blocks.append({"type": "section", "text": _text(_code(alert.details))})
    notes = [f"`{_escaped(one_line(alert.text, 1000)).replace('`', chr(39))}`", moment(alert)]
    if alert.simulated:
        notes.append("simulated or replayed data")
    blocks.append({"type": "context", "elements": [_text(note) for note in notes]})
    return {"text": _escaped(headline(alert)), "blocks": blocks}


def _text(text: str) -> dict[str, str]:
    return {"type": "mrkdwn", "text": text}


# Columns stand below each other in a code block alone.
def _code(text: str) -> str:
    plain = _escaped(many_lines(text)).replace("`", "'")
    kept: list[str] = []
    room = _MOST_DETAILS
    for line in plain.splitlines():
        room -= len(line) + 1
        if room < 0:
            kept.append("…")
            break
        kept.append(line)
    lines = "\n".join(kept)
    return f"```\n{lines}\n```"


def _escaped(text: str) -> str:
    # The three characters that Slack reads as markup, so that no text becomes a mention or a link.
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
