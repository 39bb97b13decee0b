"""Messages of the package in the words of a shell: options in place of arguments and calls in Python."""

import logging
import re

OPTIONS = "loss|weight|members|steps|learning_rate|time_unit|encoder|seed|device|level"
"""Settings that are options of the same name."""

INSTEAD = (
    (r"or set backward=True", "or give --backward"),
    (r"^(" + OPTIONS + r") is ", lambda found: f"{_option(found[1])} is "),
    (r"a smaller (learning_rate)", lambda found: f"a smaller {_option(found[1])}"),
    (r"give missing=\[(.*)\]", lambda found: f"give --missing {found[1].replace(', ', ',')}"),
    (r"(, or|:) set ([a-z]+) of ModelConfig", r"\1 set \2 in the table [model] of --settings"),
    (r"model=\{'field': 'controlled'\}", 'field = "controlled" in the table [model] of --settings'),
    (
        r"Views\(subsets=0.5\) or the encoder interpolation",
        "subsets = 0.5 in the table [views] of --settings, or --encoder interpolation",
    ),
    (r"sort with table\.sort_values\(\[(.*?)\]\)", r"sort the rows by \1"),
    (r"name it under values", "name it in --values"),
    (
        r"make columns of (its )?categories with pandas\.get_dummies, or leave (the column|it) out",
        "leave the column out by naming the others in --values, or name its entry in --missing",
    ),
    (
        r": pandas\.read_csv takes them with thousands=',' or decimal=',', whichever they mean",
        ", and with a point before its decimals",
    ),
    (r", by pandas\.to_datetime\(.*?\)$", ", as 2024-01-31"),
    (r", for example with (pandas|tz_localize)[^;:]*$", ""),
)
"""Patterns of what only fits in Python, and what fits in a shell."""


def for_the_shell(message: str) -> str:
    """A message with options in place of Python's words."""
    for pattern, instead in INSTEAD:
        message = re.sub(pattern, instead, message)
    return message


class ShellFormatter(logging.Formatter):
    """Writes what is logged as :func:`for_the_shell` says it."""

    def format(self, record: logging.LogRecord) -> str:
        return for_the_shell(super().format(record))


def _option(setting: str) -> str:
    return "--" + setting.replace("_", "-")
