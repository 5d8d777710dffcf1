"""How a command ends: one sentence for a person, and an exit code that means something.

====  =====================================================================================
code  meaning
====  =====================================================================================
0     done
2     wrong usage, configuration or input
3     a vendor, the disk or another process refused
4     nothing recorded for the question
5     ``quality`` or ``audit`` found something to look at twice; ``train`` kept a model that
      is not used
6     ``quality`` or ``audit`` found something wrong
130   interrupted
====  =====================================================================================
"""

from __future__ import annotations

import logging
import os
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from quantdeck.app.memory import give_memory_back
from quantdeck.model.errors import BadInput, ConfigError, NoData, QuantdeckError

if TYPE_CHECKING:
    from collections.abc import Generator

EXIT_BAD_INPUT = 2
EXIT_REFUSED = 3
EXIT_NO_DATA = 4
EXIT_INTERRUPTED = 130


def exit_code(error: QuantdeckError) -> int:
    """Return the exit code of an error.

    Examples
    --------
    >>> exit_code(NoData("nothing"))
    4
    """
    match error:
        case BadInput() | ConfigError():
            return EXIT_BAD_INPUT
        case NoData():
            return EXIT_NO_DATA
        case _:
            return EXIT_REFUSED


@contextmanager
def reporting() -> Generator[None]:
    """Turn the errors of quantdeck into a sentence on stderr and an exit code."""
    try:
        yield
    except QuantdeckError as error:
        print(f"quantdeck: {error}", file=sys.stderr)
        raise SystemExit(exit_code(error)) from error
    except KeyboardInterrupt as error:
        raise SystemExit(EXIT_INTERRUPTED) from error
    except BrokenPipeError as error:
        # The reader of a pipe has gone: not a failure, and nothing more may be written to it.
        sys.stderr.close()
        raise SystemExit(0) from error


@contextmanager
def serving() -> Generator[None]:
    """As `reporting`, for a command that has closed everything it owns when it returns.

    Tearing down an interpreter that has compiled kernels loaded takes longer than ending the deck, and
    a person who pressed Ctrl-C waits for it; so the process is left at once. Memory that is freed goes
    back to the system meanwhile: it runs for days.
    """
    give_memory_back()
    with reporting():
        yield
        logging.shutdown()
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(0)
