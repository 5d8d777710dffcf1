"""Reads the text of a rule into data; nothing of it is ever run as code."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from quantdeck.alerts.catalogue import FUNCTIONS, METRICS
from quantdeck.alerts.clauses import CLAUSES, clauses
from quantdeck.alerts.cursor import KEYWORDS, Cursor
from quantdeck.alerts.metric import ArgumentType
from quantdeck.alerts.syntax import (
    All,
    Arithmetic,
    Compare,
    Condition,
    Crossing,
    Either,
    Expression,
    Function,
    Negative,
    Not,
    Number,
    Rule,
)
from quantdeck.alerts.units import mismatch
from quantdeck.alerts.values import Use, call, nearest, number
from quantdeck.model.errors import BadRule

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from quantdeck.alerts.cursor import Token

LONGEST = 4000
"""Characters of a rule."""
_DEEPEST = 30
_MOST_FIGURES = 50
_COMPARISONS = (">", ">=", "<", "<=", "==", "!=")


class Remark(NamedTuple):
    """Something that a text may have meant otherwise, though it can be read.

    Parameters
    ----------
    message : str
        One sentence.
    start, end : int
        The characters that are meant.
    """

    message: str
    start: int
    end: int


class Reading(NamedTuple):
    """A text that was read.

    Parameters
    ----------
    rule : Rule
        What it says.
    uses : tuple of Use
        Its symbols and roots, with their places.
    """

    rule: Rule
    uses: tuple[Use, ...]

    def remarks(self, *, symbols: Sequence[str], roots: Sequence[str] = ()) -> list[Remark]:
        """Return what is said of symbols that are not captured, and so have no figures.

        Parameters
        ----------
        symbols, roots : sequence of str
            Canonical symbols and roots of contracts that there are.
        """
        known = {
            ArgumentType.SYMBOL: {*symbols, *(each.partition(":")[2] for each in symbols)},
            ArgumentType.ROOT: set(roots),
        }
        return [
            Remark(
                f"{use.text} is not captured now, so this is unknown until it is"
                f"{nearest(use.text, known[use.type])}",
                use.start,
                use.end,
            )
            for use in self.uses
            if use.text not in known[use.type]
        ]


class _Part(NamedTuple):
    # What was read, and where it stands
    node: Expression | Condition
    start: int
    end: int


def parse(text: str) -> Rule:
    """Return what a text says.

    Parameters
    ----------
    text : str
        In the language of alert rules.

    Returns
    -------
    Rule
        Data; the same for texts that mean the same.

    Raises
    ------
    BadRule
        If it is not a rule; it names the place.

    Examples
    --------
    >>> rule = parse("last(BTCUSDT) crosses above 65000 cooldown 5m")
    >>> rule.condition.direction, rule.cooldown
    ('above', Number(value=5.0, unit='m'))
    >>> parse("lats(BTCUSDT) > 1")
    Traceback (most recent call last):
        ...
    quantdeck.model.errors.BadRule: line 1, column 1: there is no figure 'lats'; did you mean last?
    """
    return read(text).rule


def read(text: str) -> Reading:
    """Return what a text says, with the places of its symbols.

    Raises
    ------
    BadRule
        If it is not a rule; it names the place.
    """
    if len(text) > LONGEST:
        raise BadRule(
            f"a rule has at most {LONGEST} characters, this has {len(text)}",
            text=text,
            start=LONGEST,
            end=len(text),
        )
    parser = _Parser(text)
    return Reading(parser.rule(), tuple(parser.uses))


class _Parser:
    def __init__(self, text: str) -> None:
        self.cursor = Cursor(text)
        self.uses: list[Use] = []
        self._depth = self._figures = 0

    def rule(self) -> Rule:
        cursor = self.cursor
        if cursor.peek().kind == "end":
            raise cursor.error("a rule begins with a condition, such as last(BTCUSDT) > 65000")
        part = self._any()
        condition = self._condition(part)
        return clauses(cursor, condition)

    def _any(self) -> _Part:
        return self._joined("or", self._all, Either)

    def _all(self) -> _Part:
        return self._joined("and", self._not, All)

    def _joined(
        self, word: str, inner: Callable[[], _Part], join: type[All] | type[Either]
    ) -> _Part:
        first = inner()
        parts = [first]
        while self.cursor.take_if(word):
            parts.append(inner())
        if len(parts) == 1:
            return first
        return _Part(join(tuple(map(self._condition, parts))), first.start, parts[-1].end)

    def _not(self) -> _Part:
        token = self.cursor.take_if("not")
        if token is None:
            return self._comparison()
        part = self._deeper(self._not)
        return _Part(Not(self._condition(part)), token.start, part.end)

    def _comparison(self) -> _Part:
        left = self._sum()
        cursor = self.cursor
        if (operator := cursor.take_if(*_COMPARISONS)) is not None:
            right = self._sum()
            pair = self._figure(left), self._figure(right)
            self._agree(left, right)
            hysteresis = self._hysteresis(operator, pair[0])
            node: Condition = Compare(pair[0], operator.text, pair[1], hysteresis)
        elif cursor.take_if("crosses"):
            token = cursor.take_if("above", "below")
            right = self._sum()
            pair = self._figure(left), self._figure(right)
            self._agree(left, right)
            direction = "either" if token is None else token.text
            node = Crossing(pair[0], direction, pair[1], self._hysteresis(None, pair[0]))
        else:
            if cursor.take_if("="):
                raise cursor.error("equality is written ==", cursor.end - 1, cursor.end)
            return left
        if (again := cursor.take_if(*_COMPARISONS, "crosses")) is not None:
            raise cursor.error(
                "comparisons do not chain; write a > 1 and a < 2", again.start, again.end
            )
        return _Part(node, left.start, cursor.end)

    def _hysteresis(self, operator: Token | None, left: Expression) -> Number | None:
        cursor = self.cursor
        word = cursor.take_if("hysteresis")
        if word is None:
            return None
        if operator is not None and operator.text in {"==", "!="}:
            raise cursor.error(
                "only a limit can have a hysteresis, not an equality", word.start, word.end
            )
        token = cursor.peek()
        if token.kind != "number":
            raise cursor.error(
                f"hysteresis needs a number, such as hysteresis 0.5; found {cursor.found()}"
            )
        cursor.take()
        found = number(cursor, token)
        if found.amount <= 0:
            raise cursor.error("a hysteresis must be more than 0", token.start, token.end)
        if (reason := mismatch(found, left)) is not None:
            raise cursor.error(reason, token.start, token.end)
        return found

    def _sum(self) -> _Part:
        return self._arithmetic(("+", "-"), self._product)

    def _product(self) -> _Part:
        return self._arithmetic(("*", "/"), self._unary)

    def _arithmetic(self, signs: tuple[str, str], inner: Callable[[], _Part]) -> _Part:
        left = inner()
        while (sign := self.cursor.take_if(*signs)) is not None:
            right = inner()
            pair = self._figure(left), self._figure(right)
            if sign.text in "+-":
                self._agree(left, right)
            left = _Part(Arithmetic(sign.text, *pair), left.start, right.end)
            self._count(left)
        return left

    def _unary(self) -> _Part:
        sign = self.cursor.take_if("-")
        if sign is None:
            return self._primary()
        part = self._deeper(self._unary)
        return _Part(Negative(self._figure(part)), sign.start, part.end)

    def _primary(self) -> _Part:
        cursor = self.cursor
        token = cursor.peek()
        if token.kind == "number":
            cursor.take()
            return _Part(number(cursor, token), token.start, token.end)
        if opening := cursor.take_if("("):
            part = self._deeper(self._any)
            if not cursor.take_if(")"):
                raise cursor.error(f"expected a closing parenthesis; found {cursor.found()}")
            return _Part(part.node, opening.start, cursor.end)
        if token.kind != "word" or token.text in KEYWORDS:
            raise cursor.error(
                f"expected a figure, such as last(BTCUSDT), or a number; found {cursor.found()}"
            )
        cursor.take()
        return self._named(token)

    def _named(self, token: Token) -> _Part:
        cursor = self.cursor
        if token.text in FUNCTIONS:
            node: Expression = self._function(token)
        elif token.text in METRICS:
            node = call(cursor, METRICS[token.text], self.uses)
        else:
            written = cursor.text[token.start : token.end]
            hint = nearest(token.text, (*METRICS, *FUNCTIONS))
            if not hint and written.isupper():
                hint = f"; a symbol stands inside of one, such as last({written})"
            raise cursor.error(f"there is no figure {written!r}{hint}", token.start, token.end)
        part = _Part(node, token.start, cursor.end)
        self._count(part)
        return part

    def _function(self, name: Token) -> Function:
        cursor = self.cursor
        example = "abs(zscore(ETHUSDT, BTCUSDT))" if name.text == "abs" else f"{name.text}(1, 2)"
        if not cursor.take_if("("):
            raise cursor.error(f"{name.text} needs parentheses: {example}", name.start, name.end)
        parts = [self._deeper(self._sum)]
        while cursor.take_if(","):
            parts.append(self._deeper(self._sum))
        if not cursor.take_if(")"):
            raise cursor.error(f"expected a closing parenthesis; found {cursor.found()}")
        if (len(parts) == 1) is not (name.text == "abs"):
            wanted = "one figure" if name.text == "abs" else "two figures or more"
            raise cursor.error(f"{name.text} takes {wanted}: {example}", name.start, cursor.end)
        return Function(name.text, tuple(map(self._figure, parts)))

    def _deeper(self, inner: Callable[[], _Part]) -> _Part:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self.cursor.error(f"nested more than {_DEEPEST} deep")
        part = inner()
        self._depth -= 1
        return part

    def _count(self, part: _Part) -> None:
        self._figures += 1
        if self._figures > _MOST_FIGURES:
            raise self.cursor.error(
                f"more than {_MOST_FIGURES} figures in a rule", part.start, part.end
            )

    def _condition(self, part: _Part) -> Condition:
        if isinstance(part.node, (Compare, Crossing, Not, All, Either)):
            return part.node
        cursor = self.cursor
        token = cursor.peek()
        if token.kind == "word" and token.text not in (*KEYWORDS, *CLAUSES):
            # More likely a word that was meant otherwise than a figure without a limit.
            raise cursor.error(
                f"expected a comparison; found {cursor.found()}{nearest(token.text, KEYWORDS)}"
            )
        written = " ".join(cursor.text[part.start : part.end].split())
        text = written if len(written) < 60 else "it"
        raise cursor.error(
            f"this is a figure; compare it with something, such as {text} > 2",
            part.start,
            part.end,
        )

    def _figure(self, part: _Part) -> Expression:
        if isinstance(part.node, (Compare, Crossing, Not, All, Either)):
            raise self.cursor.error(
                "this is a condition, and a figure is needed here", part.start, part.end
            )
        return part.node

    def _agree(self, left: _Part, right: _Part) -> None:
        for part, other in ((left, right), (right, left)):
            reason = mismatch(self._figure(part), self._figure(other))
            if reason is not None:
                raise self.cursor.error(reason, part.start, part.end)
