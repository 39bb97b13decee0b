"""Constants and defaults of the package, read from its source: imports would load torch or pandas at every start."""

import ast
from functools import cache
from typing import Any

from pathlode.reporting.identity import PACKAGE


def constant_at(path: str) -> Any:
    """The value of a constant that a module defines as a literal.

    Args:
        path: ``"module:NAME"``.

    Raises:
        LookupError: if the module has no such constant.
    """
    module, _, name = path.partition(":")
    for statement in _module(module).body:
        if isinstance(statement, ast.Assign) and any(ast.unparse(target) == name for target in statement.targets):
            return ast.literal_eval(statement.value)
    raise LookupError(f"{module} has no constant {name}")


def defaults(path: str) -> dict[str, Any]:
    """The defaults of the arguments of a class, by name.

    Args:
        path: ``"module:Class"``, with an ``__init__`` of its own whose defaults are literals.

    Raises:
        LookupError: if the module has no such class.
    """
    module, _, name = path.partition(":")
    methods = (
        method
        for defined in _module(module).body
        if isinstance(defined, ast.ClassDef) and defined.name == name
        for method in defined.body
        if isinstance(method, ast.FunctionDef) and method.name == "__init__"
    )
    if (found := next(methods, None)) is None:
        raise LookupError(f"{module} has no class {name} with an __init__ of its own")
    given = found.args.defaults
    names = [argument.arg for argument in found.args.args[len(found.args.args) - len(given) :]]
    return {key: ast.literal_eval(value) for key, value in zip(names, given, strict=True)}


@cache
def _module(name: str) -> ast.Module:
    return ast.parse(PACKAGE.parent.joinpath(*name.split(".")).with_suffix(".py").read_bytes())
