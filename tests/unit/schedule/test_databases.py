import sqlite3
from contextlib import closing

import pytest

from pathlode.errors import DataError
from pathlode.schedule.databases import refuse_other_database


@pytest.fixture
def database(tmp_path):
    file = tmp_path / "other.db"
    with closing(sqlite3.connect(file)) as connection:
        connection.execute("create table runs (number)")
        connection.commit()
    return file


def test_a_tools_own_database_and_a_server_are_let_through(database):
    refuse_other_database(f"sqlite:///{database}", "runs", "MLflow")
    refuse_other_database("http://localhost:5000", "runs", "MLflow")


def test_a_database_of_something_else_is_refused_and_left_as_it_is(database):
    before = database.read_bytes()
    with pytest.raises(DataError, match="without the table 'experiments', expected one of MLflow"):
        refuse_other_database(f"sqlite:///{database}", "experiments", "MLflow")
    assert database.read_bytes() == before


def test_what_is_no_database_is_refused_with_the_cause(database):
    with pytest.raises(DataError, match=f"is a file, expected an address of Optuna; write sqlite:///{database}"):
        refuse_other_database(str(database), "studies", "Optuna")
    database.write_bytes(b"text" * 1000)
    with pytest.raises(DataError, match="file is not a database"):
        refuse_other_database(f"sqlite:///{database}", "studies", "Optuna")
    database.unlink()
    with pytest.raises(DataError, match="does not exist, expected a database of Optuna"):
        refuse_other_database(f"sqlite:///{database}", "studies", "Optuna")
    assert not database.exists()
