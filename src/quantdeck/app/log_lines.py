"""Lines of the log: for a person or for a collector of logs, and never with a key in them."""

from __future__ import annotations

import copy
import json
import logging
import re
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

HIDDEN = "***"
"""Stands for what is not written down."""

_FORM = "%(asctime)s.%(msecs)03dZ %(levelname)s %(name)s %(message)s"
_TIMES = "%Y-%m-%dT%H:%M:%S"
_SECRET_NAME = re.compile(r"(?:KEY|SECRET|TOKEN|PASSWORD|PASSWD|REFRESH|WEBHOOK_URL)$")
# Shorter ones would hide words of ordinary lines.
_SHORTEST = 6
_NAMES = (
    r"[\w-]*(?:api[_-]?key|secret|token|passw(?:or)?d|signature|authori[sz]ation|cookie)[\w-]*"
    r"|key|sig"
)
_PATTERNS = (
    # The value of a parameter, of a header, or of a field of JSON or of Python.
    re.compile(
        rf"((?<![\w-])(?:{_NAMES})[\"']?\s*[=:]\s*[\"']?(?:Bearer\s+|Basic\s+)?)[^\s&\"',;)}}\]]+",
        re.IGNORECASE,
    ),
    re.compile(r"(\b(?:Bearer|Basic)\s+)[\w.~+/=-]{8,}", re.IGNORECASE),
    re.compile(r"(\bqd_)[\w-]{16,}"),
    re.compile(r"(hooks\.slack\.com/(?:services|workflows)/)\S+"),
    re.compile(r"(://[^/\s:@]+:)[^/\s@]+(?=@)"),
)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f\x85\u2028\u2029]")
_OURS = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class Redactor:
    """Takes out of a text what must not be written down.

    Parameters
    ----------
    secrets : iterable of str
        Values that are known, such as keys; those of fewer than six characters are passed over.

    Examples
    --------
    >>> Redactor(["PK123456"]).clean("asked with PK123456 at https://x.example/?token=abc&n=5")
    'asked with *** at https://x.example/?token=***&n=5'
    """

    def __init__(self, secrets: Iterable[str] = ()) -> None:
        long = {each for each in secrets if len(each) >= _SHORTEST}
        known = sorted(long, key=len, reverse=True)
        self._known = re.compile("|".join(map(re.escape, known))) if known else None

    def clean(self, text: str) -> str:
        """Return the text with `HIDDEN` for every secret.

        Parameters
        ----------
        text : str
            A line, or a trace.
        """
        if self._known is not None:
            text = self._known.sub(HIDDEN, text)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<1>{HIDDEN}", text)
        return text


def secrets_in(environ: Mapping[str, str]) -> list[str]:
    """Return what variables hold whose names are those of keys, secrets, tokens and passwords.

    Parameters
    ----------
    environ : mapping
        The environment.

    Examples
    --------
    >>> secrets_in({"ALPACA_API_SECRET": "s3cr3t", "QUANTDECK_PORT": "8050"})
    ['s3cr3t']
    """
    return [value.strip() for name, value in environ.items() if is_secret_name(name)]


def is_secret_name(name: str) -> bool:
    """Return whether a variable is named like a key, a secret, a token or a password.

    Examples
    --------
    >>> is_secret_name("NEWS_API_KEY"), is_secret_name("QUANTDECK_PORT")
    (True, False)
    """
    return _SECRET_NAME.search(name.upper()) is not None


class TextLines(logging.Formatter):
    """A line for a person, in UTC; what it says stays on it, and a trace follows.

    Parameters
    ----------
    redactor : Redactor
        What is taken out.
    more : str
        Where the traces of failures are: then a failure is told in words alone; empty tells its trace.
    """

    converter = time.gmtime

    def __init__(self, redactor: Redactor, *, more: str = "") -> None:
        super().__init__(_FORM, _TIMES)
        self._redactor = redactor
        self._more = more

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        plain = copy.copy(record)
        # Text from elsewhere must not pass for lines of its own.
        plain.msg, plain.args = _CONTROL.sub(_escaped, record.getMessage()), None
        error = record.exc_info[1] if record.exc_info else None
        if self._more:
            plain.exc_info = plain.exc_text = plain.stack_info = None
        line = super().format(plain)
        if self._more and error is not None:
            line = f"{line} ({type(error).__name__}: {error}; more in {self._more})"
        return self._redactor.clean(line)


class JsonLines(logging.Formatter):
    r"""A JSON object a line, for a collector of logs.

    Fields: ``time`` (ISO 8601, UTC), ``level``, ``logger``, ``message``, ``service``, ``process``; of
    a failure also ``error`` (``type``, ``message``, ``trace``); and what was handed over as `extra`.

    Parameters
    ----------
    redactor : Redactor
        What is taken out.
    service : str
        Which of the processes speaks.

    Examples
    --------
    >>> record = logging.makeLogRecord({"name": "quantdeck.hub", "levelname": "INFO", "msg": "a\nb"})
    >>> import json
    >>> told = json.loads(JsonLines(Redactor(), service="api").format(record))
    >>> told["service"], told["message"]
    ('api', 'a\nb')
    """

    converter = time.gmtime

    def __init__(self, redactor: Redactor, *, service: str) -> None:
        super().__init__(datefmt=_TIMES)
        self._redactor = redactor
        self._service = service

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        told: dict[str, Any] = {
            "time": f"{self.formatTime(record, _TIMES)}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": self._redactor.clean(record.getMessage()),
            "service": self._service,
            "process": record.process,
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and record.exc_info:
            told["error"] = {
                "type": type(error).__name__,
                "message": self._redactor.clean(str(error)),
                "trace": self._redactor.clean(self.formatException(record.exc_info)),
            }
        for name, value in vars(record).items():
            if name not in _OURS:
                told.setdefault(name, self._plain(name, value))
        return json.dumps(told, ensure_ascii=False)

    def _plain(self, name: str, value: object) -> object:
        if value is None or isinstance(value, bool | int | float):
            return value
        # With its name, by which a key is known.
        prefix = f"{name}="
        return self._redactor.clean(f"{prefix}{value}").removeprefix(prefix)


def _escaped(found: re.Match[str]) -> str:
    return found[0].encode("unicode_escape").decode("ascii")
