import logging

import pandas as pd
import pytest
from small import FIT, table

from pathlode.cli.main import main
from pathlode.cli.wording import INSTEAD, ShellFormatter, for_the_shell
from pathlode.forecasting.forecaster import Forecaster

PYTHON = ("pandas", "=True", "missing=", "_rate", "table.sort", "model=", "Views(", "ModelConfig", "(", "values;")
"""What no message to a shell has."""


@pytest.mark.parametrize(
    ("changed", "options", "told"),
    [
        (
            {"y": "high"},
            [],
            "'high' is text, expected a number; correct it, empty it if no value is known, leave the column",
        ),
        (
            {"x": "1,5"},
            [],
            "'1,5' is text, expected a number; write it without commas, and with a point before its decimals",
        ),
        ({"t": table()["t"][::-1].to_numpy()}, [], "sort the rows by 'id', 't'"),
        ({}, ["--steps", "3"], "--steps is 3, expected at least 20"),
        ({}, ["--learning-rate", "0"], "--learning-rate is 0.0, expected a number above 0"),
        ({}, ["--time-unit", "-1"], "--time-unit is -1.0, expected a duration above 0"),
        (
            {},
            ["--static", "y", "--values", "x"],
            "but a static column does not change in a series; name it in --values",
        ),
    ],
)
def test_messages_name_options_and_no_calls(changed, options, told, tmp_path, capsys):
    table().assign(**changed).to_csv(tmp_path / "data.csv", index=False)
    assert main(["fit", str(tmp_path / "data.csv"), *FIT, *options, "-o", str(tmp_path / "model.pt")]) != 0
    said = capsys.readouterr().err
    assert told in said
    assert not [word for word in PYTHON if word in said]


def test_every_pattern_fits_a_message_of_the_package():
    """Messages that the package raises or logs; those that a test above causes are not here."""
    messages = (
        "is earlier than 3, the first observation; ask for later times, or set backward=True",
        "device is 'abacus', which is not there",
        "the training of every member diverged: give a smaller learning_rate",
        "if it stands for a missing one, give missing=[-999, 99.9]",
        "but the model has 2: set features of ModelConfig",
        "but is slower: model={'field': 'controlled'}",
        "or train with Views(subsets=0.5) or the encoder interpolation",
        "sort with table.sort_values(['id', 't'])",
        "series; name it under values",
        "make columns of its categories with pandas.get_dummies, or leave it out",
        "write it without commas: pandas.read_csv takes them with thousands=',' or decimal=',', whichever they mean",
        "give them as dates, by pandas.to_datetime(table['t'], format='%Y%m%d')",
        "give both in the same way, for example with tz_localize of pandas",
    )
    assert len(messages) == len(INSTEAD)
    for message, (pattern, instead) in zip(messages, INSTEAD, strict=True):
        assert for_the_shell(message) != message, (pattern, instead)
        assert not [word for word in PYTHON if word in for_the_shell(message)]
    assert for_the_shell(messages[3]).endswith("give --missing -999,99.9")


def test_what_is_logged_is_worded_for_the_shell():
    record = logging.makeLogRecord({"msg": "give missing=[%s]", "args": ("-1",)})
    assert ShellFormatter("%(message)s").format(record) == "give --missing -1"


def test_a_model_remembers_which_entries_were_missing(folder, tmp_path):
    given = table().assign(x=table()["x"].where(table().index % 5 > 0, -999), y=table()["y"].astype(object).fillna("?"))
    given.to_csv(tmp_path / "coded.csv", index=False)
    model, data = str(tmp_path / "model.pt"), str(tmp_path / "coded.csv")
    assert main(["fit", data, *FIT, "--missing", "-999, ?", "-o", model]) == 0
    assert Forecaster.load(model).fitted.layout.missing == (-999.0, "?")
    assert main(["impute", model, data, "-o", str(tmp_path / "whole.csv")]) == 0
    whole = pd.read_csv(tmp_path / "whole.csv")
    assert whole["x"].min() > -100
    assert whole["y"].dtype == float
    assert whole.notna().all(axis=None)
