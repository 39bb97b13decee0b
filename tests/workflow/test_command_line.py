"""Settings of the command line: `snakemake --config` hands nested values on as text."""

import pytest
from workflow_checkout import PROJECT

from workflow.configuration import check, default_config
from workflow.configuration.command_line import read_texts


def as_texts(node):
    """What Snakemake makes of a mapping on its command line."""
    if isinstance(node, dict):
        return {key: as_texts(value) for key, value in node.items()}
    if isinstance(node, list):
        return [as_texts(value) for value in node]
    return {"True": "true", "False": "false", "None": "null"}.get(str(node), str(node))


def test_a_whole_configuration_comes_back_from_text():
    default = default_config(PROJECT)
    texts = as_texts(default)
    assert texts["inference"]["replicates"] == "5"
    read_texts(texts)
    assert texts == default
    check(texts)


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        (("dynamics", "seeds"), ["0", "1"], [0, 1]),
        (("evaluate", "rtol"), "1e-6", 1e-6),
        (("evaluate", "atol"), "1", 1),
        (("ecg", "records"), "null", None),
        (("ecg", "records"), ["100", "101"], ["100", "101"]),  # names, though of digits
        (("ecg", "classifiers", "pca", "grid"), "90", 90),
        (("ecg", "classifiers", "kl", "vote"), "true", True),
        (("ecg", "rows", "path", "train", "steps"), "20", 20),  # described by a reference to another place
        (("systems", "lorenz", "simulate", "window"), ["1.5", "2"], [1.5, 2]),
        (("scheduler", "tasks", "cnn", "network"), {"cnn": {"channels": ["4"]}}, {"cnn": {"channels": [4]}}),
        (("tune", "steps"), "20.0", "20.0"),  # no whole number
        (("tune", "steps"), "many", "many"),
        (("tune", "stps"), "20", "20"),  # no key of the schema
        (("claims", "readme"), "3", "3"),
    ],
)
def test_a_text_becomes_what_the_schema_expects(path, text, expected):
    config = nested = {}
    for key in path[:-1]:
        nested[key] = nested = {}
    nested[path[-1]] = text
    read_texts(config)
    for key in path:
        config = config[key]
    assert (config, type(config)) == (expected, type(expected))


def test_snakemake_takes_nested_numbers(checkout):
    config = [
        'dynamics={"seeds": [0, 1, 2], "trained": ["path", "kl"]}',
        'ecg={"gpus": 0, "splits": {"random": {"centred": true}}}',
    ]
    assert checkout.to_run("dynamics", "--config", *config)["train"] == 3 + 2


def test_fewer_replicates_of_one_chapter_leave_the_others_as_they_are(checkout):
    assert checkout.to_run("--config", 'dynamics={"seeds": [0, 1]}', scale="hour")["fit_flows"] == 7


def test_snakemake_refuses_a_text_where_a_number_belongs(checkout):
    done = checkout.snakemake("--dry-run", "--config", 'dynamics={"seeds": [0, one]}')
    assert done.returncode != 0
    assert "config: dynamics.seeds[1] is 'one', expected a whole number" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
