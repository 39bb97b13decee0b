"""Generated parts of hand-written pages: blocks of tables, single values in sentences, and a search for typed numbers.

A block is the text between two marker lines and is replaced as a whole. A value is part of a sentence:

    the error is <!-- = claims.value id=A1 system=lorenz | .2g -->1.9<!-- . --> times as large

The marker names a table, a column, values of the row in other columns, and a format. With ``config`` in place of a table it
names a setting by its keys. Markers are comments, so the page shows the value alone. A line must not begin with a marker,
because Markdown would take the line for HTML.
"""

import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pathlode.errors import DataError

if TYPE_CHECKING:
    import pandas as pd

VALUE = re.compile(r"<!-- = (.*?) -->(.*?)<!-- \. -->", re.DOTALL)
"""A value in a sentence: its description, and the text that is shown."""
AGGREGATES = ("min", "max", "mean", "median", "sum", "count")
"""Functions that aggregate the values of several rows; their name precedes the format."""


def markers(block: str) -> tuple[str, str]:
    """The lines before and after a generated block."""
    return f"<!-- {block}: begin (generated, do not edit) -->", f"<!-- {block}: end -->"


def insert(text: str, block: str, content: str, source: str) -> str:
    """The text with new content between the block's markers.

    Args:
        text: the page, with the markers.
        block: the block's name.
        content: new text between the markers.
        source: origin of the page, for messages.

    Raises:
        DataError: if a marker is missing or they are in the wrong order.
    """
    begin, end = markers(block)
    start, stop = text.find(begin), text.find(end)
    if start < 0 or stop < start:
        raise DataError(f"{source} lacks the lines {begin!r} and {end!r}: add them where the table should be")
    return f"{text[: start + len(begin)]}\n\n{content.strip()}\n\n{text[stop:]}"


def insert_rows(text: str, block: str, table: str, source: str) -> str:
    """As :func:`insert`, with a Markdown table. Rows that stand between the markers stay if the new table has none with their
    first cell, so that a run of some chapters leaves the rows of the others.
    """
    begin, end = markers(block)
    present = text.partition(begin)[2].partition(end)[0]
    rows = {line.split("|")[1].strip(): line for each in (present, table) for line in _table_lines(each)[2:]}
    return insert(text, block, "\n".join([*_table_lines(table)[:2], *rows.values()]), source)


def _table_lines(text: str) -> list[str]:
    """The lines of a Markdown table: head, rule and rows."""
    return [line for line in text.splitlines() if line.startswith("|")]


class _NotMade(LookupError):
    """The run made no such table, rows or entry of a list."""


def fill(
    text: str,
    table: "Callable[[str], pd.DataFrame]",
    config: Mapping[str, Any],
    source: str,
    kept: Callable[[str], object] | None = None,
) -> str:
    """The text with every value in a sentence updated.

    Args:
        text: the page, with the values' markers.
        table: returns a table by its name.
        config: the run's configuration.
        source: origin of the page, for messages.
        kept: called with each value for which the run made no table, row or number. Its text is then kept, as is right in a run
            of some chapters or systems only. Without ``kept``, such a value raises an error too.

    Raises:
        DataError: naming the value, if there is no such column or setting, or several rows match.
    """

    def filled(found: re.Match[str]) -> str:
        try:
            value = _value(found[1], table, config)
        except _NotMade as error:
            if kept is not None:
                kept(found[1])
                return found[0]
            raise DataError(f"{source}: the value {found[1]!r} cannot be filled: {error}") from error
        except (KeyError, ValueError, TypeError, OSError) as error:
            reason = f"{error.args[0]!r} does not exist" if isinstance(error, KeyError) else str(error)
            raise DataError(f"{source}: the value {found[1]!r} cannot be filled: {reason}") from error
        return f"<!-- = {found[1]} -->{value}<!-- . -->"

    return VALUE.sub(filled, text)


def _value(wanted: str, table: "Callable[[str], pd.DataFrame]", config: Mapping[str, Any]) -> str:
    expression, _, form = wanted.partition("|")
    name, *conditions = shlex.split(expression)
    *aggregate, form = form.split() or [""]
    owner, _, column = name.partition(".")
    if owner == "config":
        return format(_setting(column, config), form)
    if form in AGGREGATES:
        aggregate, form = [form], ""
    values = _chosen(owner, conditions, table)[column]
    if aggregate:
        value = values.agg(aggregate[0])
    elif values.nunique(dropna=False) == 1:
        value = values.iloc[0]
    else:
        raise ValueError(f"{len(values)} rows match, expected one, or one of {', '.join(AGGREGATES)} before the format")
    if value != value:
        raise _NotMade("it is not a number")
    return format(value, form)


def _setting(keys: str, config: Mapping[str, Any]) -> Any:
    """The setting at a path of keys and indices of list entries, separated by dots."""
    setting: Any = config
    for key in keys.split("."):
        try:
            setting = setting[int(key) if isinstance(setting, list) else key]
        except IndexError as error:
            raise _NotMade(f"the list has no entry {key}") from error
    return setting


def _chosen(name: str, conditions: Sequence[str], table: "Callable[[str], pd.DataFrame]") -> "pd.DataFrame":
    """The rows of a table that meet all conditions."""
    try:
        rows = table(name)
    except KeyError as error:
        raise _NotMade(f"{name!r} does not exist") from error
    for condition in conditions:
        key, _, value = condition.partition("=")
        rows = rows[rows[key].astype(str) == value]
    if not len(rows):
        raise _NotMade("no row matches")
    return rows


MEASURES = (
    r"(?:%|(?:ms|s|min|h|Hz|MB|GB|per ?cent|times|milliseconds?|seconds?|minutes?|hours?|days?|nights?)\b"
    r"|(?:mega|giga)bytes?\b)"
)
"""Units of what a run measures."""
LEFT_OUT = (
    r"(?s)<!-- (\w+): begin \(generated, do not edit\) -->.*?<!-- \1: end -->",
    rf"(?s){VALUE.pattern}",
    r"\b(?:Python|SLURM) \(?`[\d.]+`",  # versions
    r"(?s)```.*?```|`(?!\d+(?: ?%|[.,]\d+)`)[^`\n]+`",  # code, but for a share or a fraction that is written as code
    r"(?s)\$\$.*?\$\$|\$[^$\n]*[A-Za-z([][^$\n]*\$",  # formulas
    r"\[\d{4}\.\d{4,5}(?=\])",  # names of papers on arXiv
    r"\]\([^)]*\)|<https?://[^>]*>|https?://\S+|\bdoi:\S+",
    r"(?m)^\s*\d+\. ",  # numbered lists
    r"\b(?:19|20)\d\d\b(?!\s*[\w%×-])",  # years
    rf"(?<![\d.,])[01](?!\d|[.,]\d|\s*{MEASURES})",  # references of ratios and differences
    r"\b(?:[A-Z]\w*(?:[-–]\w+(?:\.\d+)?)*|[A-Za-z]\w*)",  # names, also with digits in them, such as F1, Lorenz-63 and B2-22.5
)
"""Parts of a page that do not count as typed numbers."""
_WORD = (
    "(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|(?:thir|four|fif|six|seven|eigh|nine)teen|twenty|thirty|forty"
    "|fifty|sixty|seventy|eighty|ninety|dozen|hundred|thousand|million)"
)
_NUMBER = rf"{_WORD}(?:[- ](?:one|{_WORD}))*"
"""A number above one in words."""
IN_WORDS = (
    rf"\b(?:(?:half|quarter|{_NUMBER})(?:-| (?:an? |the |of an? )?(?:CPU |GPU )?){MEASURES}"
    r"|(?:one|an?) (?:CPU |GPU )?(?:per ?cent|minute|hour|millisecond)\b"
    rf"|{_WORD}-?fold\b|factor of (?:an? )?{_NUMBER}\b|orders? of magnitude\b"
    r"|(?:twice|thrice|half|quarter|third|tenth) as (?!many\b)"
    rf"|(?:one|{_NUMBER}) (?:out )?of (?:all |its |our )?{_NUMBER}\b)"
)
"""A number in words that is likely to be measured: before a unit, as a factor, or of a number of cases."""
_COMMENT = rf"(?i)(?:^|\s)#\s.*(?:\d\s*(?!times){MEASURES}|{IN_WORDS})"
"""A comment, also in code, with a measured number."""


def typed_numbers(text: str) -> list[str]:
    """Lines of a page with a number that was filled neither from results nor from the configuration: line number and line.

    Code, except for what its comments say was measured, formulas, links, generated blocks, numbered lists, names with digits in
    them, years and numbers of publications do not count, nor do 0 and 1 without a unit. A number in words counts as
    :data:`IN_WORDS` says.
    """
    words = without = text
    for number, pattern in enumerate(LEFT_OUT):
        without = re.sub(pattern, lambda found: "\n" * found[0].count("\n") or " ", without)
        words = without if number < 4 else words
    lines = zip(*(each.split("\n") for each in (text, without, words)), strict=True)
    return [
        f"{number}: {whole}"
        for number, (whole, digits, named) in enumerate(lines, start=1)
        if re.search(r"[\d½⅓⅔¼¾]", digits) or re.search(IN_WORDS, named, re.IGNORECASE) or re.search(_COMMENT, whole)
    ]
