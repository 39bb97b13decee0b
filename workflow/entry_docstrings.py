"""What docstrings say of the entries of the registries, for tables in Markdown.

What an entry is stands in the first sentence of its module's docstring. Its formula is the first sentence of its own docstring,
and its source a paragraph of it, ``Source: authors year, title (link)``, or ``Source: ours``. Entries that share a module, as
solvers do, say what they are in the first paragraph of their own docstring, and their formula in the second.
"""

import ast
import importlib
import inspect
import itertools
import re
from dataclasses import dataclass
from typing import Any

from pathlode.entries import Registry


@dataclass(frozen=True)
class About:
    """What an entry's docstrings say: what it is, its formula, and its source, with links."""

    what: str
    formula: str
    source: str


def about(entries: Registry, name: str) -> About:
    """What the docstrings of an entry say; texts are empty where they are silent."""
    module = importlib.import_module(entries.module(name))
    document = _docstring(entries, name, module)
    own = _paragraphs(document)
    alone = [entries.module(other) for other in entries].count(module.__name__) == 1
    first = _paragraphs(module.__doc__ or "") if alone else own[:1]
    rest = own if alone else own[1:]
    source = re.search(r"(?ms)^Source: (.*?)(?=\n\n|\Z)", document)
    formula = next((text for text in rest if not text.startswith("Source: ")), "")
    return About(_sentence(first[0]), _sentence(formula), " ".join(source[1].split()) if source else "")


def _docstring(entries: Registry, name: str, module: Any) -> str:
    """The docstring of a class or function. Of a constant: the string below it, followed by that of its class."""
    entry = entries[name]
    if inspect.isclass(entry) or inspect.isfunction(entry):
        return inspect.cleandoc(entry.__doc__ or "")
    attribute = entries.path(name).partition(":")[2]
    body = ast.parse(inspect.getsource(module)).body
    below = next(
        after.value.value
        for statement, after in itertools.pairwise(body)
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == attribute
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant)
    )
    return "\n\n".join(inspect.cleandoc(text) for text in (str(below), type(entry).__doc__ or ""))


def _paragraphs(text: str) -> list[str]:
    return [" ".join(part.split()) for part in text.split("\n\n")]


def _sentence(text: str) -> str:
    """The first sentence, without its full stop."""
    return re.split(r"(?<!\bal)\.(?:\s+(?=[A-Z])|$)", text, maxsplit=1)[0]


def markdown_of(text: str) -> str:
    """A docstring's text for a cell of a table."""
    parts = re.split(r"(:\w+:`[^`]+`|``[^`]+``)", text)
    for number, part in enumerate(parts):
        if number % 2 == 0:
            parts[number] = re.sub(r"([_*|\[\]<])", r"\\\1", re.sub(r"\\(.)", r"\1", part))
        elif part.startswith(":"):
            _, role, target = part.split(":", 2)
            parts[number] = f"{{py:{role}}}`~{target.strip('`')}`"
        else:
            parts[number] = part[1:-1].replace("|", r"\|")
    return "".join(parts)


def linked(source: str) -> str:
    """Authors and years of a source as links, or the whole text if it has none."""
    found = re.findall(r"(?:^|; )(.*?\b\d{4})\b[^;]*?\((https?://.*?)\)(?=[\s;:.,]|$)", source)
    plain = str.maketrans({"<": "%3C", ">": "%3E"})
    links = [f"[{markdown_of(authors)}](<{link.translate(plain)}>)" for authors, link in found]
    return "; ".join(links) or markdown_of(source.rstrip("."))
