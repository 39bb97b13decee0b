"""Checks of databases before a tool opens them, in which it would otherwise make its own tables."""

import sqlite3
from contextlib import closing
from pathlib import Path

from pathlode.errors import DataError

_SQLITE = "sqlite:///"


def refuse_other_database(address: str, table: str, tool: str) -> None:
    """Refuses a file of SQLite that is not the tool's, and leaves it as it is; other addresses are not looked at.

    Args:
        address: as the tool writes it, for example ``sqlite:///mlflow.db``.
        table: a table that each of the tool's databases has.
        tool: its name, for messages.

    Raises:
        DataError: if the file does not exist, is no database or lacks the table, or the address is the path of a file.
    """
    if "://" not in address and Path(address).is_file():
        raise DataError(f"{address} is a file, expected an address of {tool}; write {_SQLITE}{address}")
    if not address.startswith(_SQLITE):
        return
    file = Path(address.removeprefix(_SQLITE))
    if not file.is_file():
        raise DataError(f"{file} does not exist, expected a database of {tool}")
    asked = "select count(*) from sqlite_master where type = 'table' and name = ?"
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as connection:
            (found,) = connection.execute(asked, [table]).fetchone()
    except sqlite3.Error as error:
        raise DataError(f"{file} cannot be read ({error}), expected a database of {tool}") from error
    if not found:
        raise DataError(f"{file} is a database without the table {table!r}, expected one of {tool}")
