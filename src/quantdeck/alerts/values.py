"""Numbers and arguments of figures, read from the text of a rule."""

from __future__ import annotations

import math
from difflib import get_close_matches
from typing import TYPE_CHECKING, NamedTuple

from quantdeck.alerts.metric import Argument, ArgumentType
from quantdeck.alerts.syntax import TIMES, UNITS, Call, Number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from quantdeck.alerts.cursor import Cursor, Token
    from quantdeck.alerts.metric import Metric, Value

_SYMBOL = r"[A-Za-z0-9][A-Za-z0-9-]*:[A-Za-z0-9][A-Za-z0-9._-]*|[A-Za-z0-9][A-Za-z0-9._-]*"
_WORD = r"[A-Za-z0-9][A-Za-z0-9_-]*"
_NAME = r"([A-Za-z_]+)\s*=(?!=)\s*"
_EXAMPLES = {
    ArgumentType.SYMBOL: "BTCUSDT or BINANCE-USDM:BTCUSDT",
    ArgumentType.ROOT: "SPX",
    ArgumentType.INTEGER: "500",
    ArgumentType.TIME: "5m",
    ArgumentType.DAYS: "180d",
}


class Use(NamedTuple):
    """A symbol or root in the text of a rule.

    Parameters
    ----------
    text : str
        In capitals.
    type : ArgumentType
        Which of both.
    start, end : int
        Where it stands.
    """

    text: str
    type: ArgumentType
    start: int
    end: int


class _Reader(NamedTuple):
    cursor: Cursor
    metric: Metric
    uses: list[Use]


def number(cursor: Cursor, token: Token) -> Number:
    """Return the number that was taken."""
    value, unit = float(token.text.replace("_", "")), token.unit.lower()
    if unit not in UNITS:
        units = ", ".join(filter(None, UNITS))
        raise cursor.error(
            f"there is no unit {token.unit!r}; there are {units}", token.start, token.end
        )
    if not math.isfinite(value * UNITS[unit]):
        raise cursor.error("this number is too large", token.start, token.end)
    return Number(value, unit)


def time(cursor: Cursor, what: str, example: str) -> Number:
    """Take a time, such as ``30s``.

    Raises
    ------
    BadRule
        If there is none, or it is zero.
    """
    token = cursor.peek()
    if token.kind != "number":
        raise cursor.error(f"{what} needs a time, such as {example}; found {cursor.found()}")
    cursor.take()
    found = number(cursor, token)
    if found.unit not in TIMES:
        units = ", ".join(TIMES)
        raise cursor.error(
            f"a time needs a unit ({units}), such as {example}", token.start, token.end
        )
    if not 0 < found.amount <= 3650 * UNITS["d"]:
        raise cursor.error("a time must be more than 0 and at most 3650d", token.start, token.end)
    return found


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ``; did you mean ...?`` for a word that is not known, or nothing.

    Examples
    --------
    >>> nearest("zscor", ["zscore", "last"])
    '; did you mean zscore?'
    """
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return f"; did you mean {close[0]}?" if close else ""


def signature(metric: Metric) -> str:
    """Return how a figure is written, with its defaults.

    Examples
    --------
    >>> from quantdeck.alerts.catalogue import METRICS
    >>> signature(METRICS["box_rate"])
    'box_rate(root, tenor)'
    """
    words = [
        each.name if each.default is None else f"{each.name}={value_text(each.default)}"
        for each in metric.arguments
    ]
    return f"{metric.name}({', '.join(words)})"


def value_text(value: Value) -> str:
    """Return an argument or number as it is written.

    Examples
    --------
    >>> value_text(Number(5.0, "m")), value_text(Number(0.25)), value_text("BTCUSDT")
    ('5m', '0.25', 'BTCUSDT')
    """
    if isinstance(value, Number):
        return f"{repr(value.value).removesuffix('.0')}{value.unit}"
    return str(value)


def call(cursor: Cursor, metric: Metric, uses: list[Use]) -> Call:
    """Take the arguments of a figure, its name taken already.

    Parameters
    ----------
    cursor : Cursor
        Stands at the parenthesis.
    metric : Metric
        Whose arguments.
    uses : list of Use
        Takes the symbols met.

    Raises
    ------
    BadRule
        If they are not what the figure takes.
    """
    reader = _Reader(cursor, metric, uses)
    name_start = cursor.end - len(metric.name)
    if not cursor.take_if("("):
        raise cursor.error(
            f"{metric.name} needs its arguments in parentheses: {metric.example}",
            name_start,
            cursor.end,
        )
    written: dict[str, Value] = {}
    places: dict[str, tuple[int, int]] = {}
    while not cursor.take_if(")"):
        if written and not cursor.take_if(","):
            raise cursor.error(
                f"expected a comma or a closing parenthesis; found {cursor.found()}. "
                f"{_usage(metric)}"
            )
        argument = _argument(reader, written)
        start = cursor.peek().start
        written[argument.name] = _value(reader, argument)
        places[argument.name] = start, cursor.end
    missing = [a.name for a in metric.arguments if a.default is None and a.name not in written]
    if missing:
        raise cursor.error(
            f"{metric.name} lacks its {missing[0]}: {_usage(metric)}", name_start, cursor.end
        )
    values = {a.name: written.get(a.name, a.default) for a in metric.arguments}
    _check_together(cursor, values, places, (name_start, cursor.end))
    return Call(metric.name, tuple(value for value in values.values() if value is not None))


def _usage(metric: Metric) -> str:
    return f"{signature(metric)}, such as {metric.example}"


def _argument(reader: _Reader, written: dict[str, Value]) -> Argument:
    cursor, metric, _ = reader
    names = [each.name for each in metric.arguments]
    start = cursor.peek().start
    named = cursor.match(_NAME)
    if named is not None:
        name = named[1].lower()
        place = start, start + len(name)
        if name not in names:
            raise cursor.error(
                f"{metric.name} has no argument {name!r}{nearest(name, names)}: {_usage(metric)}",
                *place,
            )
        if name in written:
            raise cursor.error(f"{name} is given twice", *place)
        return metric.arguments[names.index(name)]
    if len(written) >= len(names):
        raise cursor.error(f"{metric.name} takes no more arguments: {_usage(metric)}")
    # After a named one only named ones: places would say something else than they seem to.
    if list(written) != names[: len(written)]:
        raise cursor.error("after an argument with a name, each needs its name")
    return metric.arguments[len(written)]


def _value(reader: _Reader, argument: Argument) -> Value:
    cursor, metric, uses = reader
    start = cursor.peek().start
    expected = f"{metric.name} needs {argument.name} here"
    match argument.type:
        case ArgumentType.SYMBOL | ArgumentType.ROOT:
            found = cursor.match(_SYMBOL)
            if found is None:
                example = _EXAMPLES[argument.type]
                raise cursor.error(
                    f"{expected}: a {argument.type.value}, such as {example}; "
                    f"found {cursor.found()}"
                )
            text = found.group().upper()
            uses.append(Use(text, argument.type, start, cursor.end))
            return text
        case ArgumentType.CHOICE:
            return _choice(reader, argument, expected)
        case _:
            return _measure(reader, argument, expected)


def _choice(reader: _Reader, argument: Argument, expected: str) -> str:
    cursor = reader.cursor
    start = cursor.peek().start
    found = cursor.match(_WORD)
    options = ", ".join(argument.options)
    if found is None:
        raise cursor.error(f"{expected}, one of {options}; found {cursor.found()}")
    word = found.group().lower()
    if word not in argument.options:
        raise cursor.error(
            f"{expected}, one of {options}; found {found.group()!r}", start, cursor.end
        )
    return word


def _measure(reader: _Reader, argument: Argument, expected: str) -> Value:
    cursor = reader.cursor
    example = _EXAMPLES[argument.type]
    token = cursor.peek()
    if token.kind != "number":
        raise cursor.error(f"{expected}, such as {example}; found {cursor.found()}")
    cursor.take()
    found = number(cursor, token)
    place = token.start, token.end
    wanted: tuple[str, ...] = {
        ArgumentType.INTEGER: ("",),
        ArgumentType.DAYS: ("d",),
        ArgumentType.TIME: TIMES,
    }[argument.type]
    if found.unit not in wanted:
        raise cursor.error(f"{expected}, such as {example}", *place)
    whole = argument.type is not ArgumentType.TIME
    amount = found.amount if argument.type is ArgumentType.TIME else found.value
    if whole and amount != int(amount):
        raise cursor.error(f"{expected}, a whole number such as {example}", *place)
    low, high = argument.minimum or 0.0, argument.maximum or 1e9
    if not low <= amount <= high:
        unit = {ArgumentType.TIME: "s", ArgumentType.DAYS: "d"}.get(argument.type, "")
        raise cursor.error(
            f"{argument.name} must be from {low:.12g}{unit} to {high:.12g}{unit}", *place
        )
    return int(amount) if argument.type is ArgumentType.INTEGER else found


def _check_together(
    cursor: Cursor,
    values: dict[str, Value | None],
    places: dict[str, tuple[int, int]],
    whole: tuple[int, int],
) -> None:
    if "y" in values and values["y"] == values["x"]:
        raise cursor.error("a pair needs two different symbols", *places["x"])
    window, lookback = values.get("window"), values.get("lookback")
    if isinstance(window, int) and isinstance(lookback, int) and window >= lookback:
        raise cursor.error(
            f"the lookback of {lookback} rows must be longer than the window of {window}",
            *places.get("window", places.get("lookback", whole)),
        )
