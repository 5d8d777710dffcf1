"""YAML with the line of everything in it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, cast

import msgspec
import yaml

_TEXT = "tag:yaml.org,2002:str"
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")


class Fault(msgspec.Struct, frozen=True):
    """Something that is wrong with a file.

    Parameters
    ----------
    line : int
        Counted from 1.
    text : str
        What was found there and what was expected.
    """

    line: int
    text: str


@dataclass(frozen=True, slots=True)
class Place:
    """A value of a file and where it stands.

    Parameters
    ----------
    value : object
        As YAML understands it; times are text.
    node : yaml.Node
        The same with its marks.
    """

    value: Any
    node: Any

    @property
    def line(self) -> int:
        """Where it begins, counted from 1."""
        return int(self.node.start_mark.line) + 1

    def fault(self, text: str, *, key: str | None = None) -> Fault:
        """Return a fault of this place, or of one of its keys.

        Parameters
        ----------
        text : str
            What is wrong.
        key : str or None
            Of the mapping that stands here.
        """
        return Fault(self._line_of(key) if key is not None else self.line, text)

    def entries(self) -> dict[str, Place] | None:
        """Return the values of a mapping, where they begin with their key; None for anything else."""
        value: object = self.value
        if not isinstance(value, dict):
            return None
        values = cast("dict[str, Any]", value)
        return {name.value: Place(values[name.value], node) for name, node in self.node.value}

    def items(self) -> list[Place] | None:
        """Return the items of a list; None for anything else."""
        value: object = self.value
        if not isinstance(value, list):
            return None
        pairs = zip(cast("list[Any]", value), self.node.value, strict=True)
        return [Place(value, node) for value, node in pairs]

    def at(self, path: str) -> Place:
        """Return the place below this one that a path such as ``$.items[2].level`` names.

        Parameters
        ----------
        path : str
            Empty for this place itself; it ends early where there is no such place.
        """
        step = _STEP.search(path)
        inner = None if step is None else self._inner(step[1], step[2])
        return self if step is None or inner is None else inner.at(path[step.end() :])

    def _inner(self, name: str | None, number: str | None) -> Place | None:
        if name is not None:
            return (self.entries() or {}).get(name)
        found = self.items() or []
        return found[int(number)] if number is not None and int(number) < len(found) else None

    def _line_of(self, key: str) -> int:
        pairs: Any = self.node.value if isinstance(self.value, dict) else []
        lines = [int(name.start_mark.line) + 1 for name, _ in pairs if name.value == key]
        return lines[0] if lines else self.line


def read_yaml(text: bytes) -> Place | tuple[Fault, ...]:
    r"""Return a document with its places, or what is wrong with it.

    Parameters
    ----------
    text : bytes
        YAML in UTF-8, one document without anchors.

    Examples
    --------
    >>> read_yaml(b"a: 1\nb: [2, 3]").at("$.b[1]").value
    3
    >>> read_yaml(b"a: 1\na: 2")
    (Fault(line=2, text='a stands here a second time'),)
    """
    try:
        written = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        return (Fault(text.count(b"\n", 0, error.start) + 1, "this is not UTF-8"),)
    try:
        loader = _Loader(written)
        node = cast("Any", loader).get_single_node()
        if node is None:
            return (Fault(1, "the file is empty"),)
        faults = _bad_keys(node)
        return faults or Place(cast("Any", loader).construct_document(node), node)
    except yaml.YAMLError as error:
        return (_fault_of(error, written),)
    except RecursionError:
        return (Fault(1, "this is nested too deeply"),)


def _fault_of(error: yaml.YAMLError, text: str) -> Fault:
    if isinstance(error, yaml.reader.ReaderError):
        position: Any = error.position
        return Fault(text.count("\n", 0, int(position)) + 1, str(error.reason))
    mark: Any = getattr(error, "problem_mark", None)
    problem = str(getattr(error, "problem", None) or error)
    return Fault(1 if mark is None else int(mark.line) + 1, " ".join(problem.split()))


class _Loader(yaml.SafeLoader):
    # Anchors could repeat a text without end, and nobody needs them here.
    def compose_node(self, parent: Any, index: Any) -> Any:
        plain = cast("Any", self)
        event = plain.peek_event()
        if isinstance(event, yaml.AliasEvent):
            raise yaml.MarkedYAMLError(
                problem="aliases (*name) are not read here; write it out",
                problem_mark=event.start_mark,
            )
        return cast("Any", super()).compose_node(parent, index)


# What looks like a time stays the text it is.
_Loader.yaml_implicit_resolvers = {
    first: [(tag, shape) for tag, shape in known if tag != "tag:yaml.org,2002:timestamp"]
    for first, known in cast("Any", yaml.SafeLoader).yaml_implicit_resolvers.items()
}


def _bad_keys(node: Any) -> tuple[Fault, ...]:
    # Each key once, and as text: then the value that YAML makes has the keys that are written.
    faults: list[Fault] = []
    pending: list[Any] = [node]
    while pending:
        found = pending.pop()
        if isinstance(found, yaml.SequenceNode):
            pending.extend(cast("list[Any]", found.value))
        if not isinstance(found, yaml.MappingNode):
            continue
        known: set[str] = set()
        for key, value in cast("list[tuple[Any, Any]]", found.value):
            line = int(key.start_mark.line) + 1
            if key.tag != _TEXT:
                faults.append(Fault(line, "a key must be text; put it in quotes"))
            elif key.value in known:
                faults.append(Fault(line, f"{key.value} stands here a second time"))
            else:
                known.add(key.value)
            pending.append(value)
    return tuple(sorted(faults, key=lambda fault: fault.line))
