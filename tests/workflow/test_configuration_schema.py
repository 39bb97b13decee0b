"""The schema: closed, described, and at one with the package."""

import inspect
import math
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml
from configuration_cases import DEFAULT, merged
from workflow_checkout import PROJECT

from pathlode.ecg.conditions import Condition
from pathlode.ecg.splitters import SPLITTERS
from pathlode.parts import PARTS
from pathlode.registry import DATA_SETS, LOSSES, MODELS, NETWORKS, SYSTEMS
from pathlode.schedule.decisions import LookAheadConfig
from pathlode.training.rates import RATES
from pathlode.training.settings import OPTIMISERS, TrainingConfig
from pathlode.training.views import Views
from workflow.configuration import FILES, InvalidConfig, check, rows
from workflow.configuration.schema import SCHEMAS, schema

OPTIONAL = {
    "properties.dynamics": {"seeds"},
    "properties.ecg": {"seeds"},
    "properties.inference": {"seeds"},
    "properties.scheduler": {"seeds"},
    "properties.real": {"seeds"},
    "properties.rivals": {"seeds"},
    "properties.chaos": {"seeds"},
    "$defs.measured.properties.read": {"interval"},
    "real.properties.rows.additionalProperties": {"model", *PARTS, "head", "sizes", "views", "train"},
    "systems.additionalProperties": {"replicates", "trained", "parts", "tune"},
    "$defs.flow": {"epochs"},
    "$defs.row": {
        *("model", *PARTS, "tuned_as", "tuned_by", "weight", "context"),
        *("sizes", "views", "train", "systems"),
    },
    "config.$defs.simulate": {"noise_kind"},
    "config.$defs.split": {"balance"},
    "ecg.properties.rows.additionalProperties": {
        *("model", *PARTS, "weight", "learning_rate"),
        *("sizes", "views", "train", "splits"),
    },
    "scheduler.properties.fit": {"model", *PARTS},
    "$defs.parts": {"model", *PARTS},
    "classifiers.additionalProperties": {
        "latents",
        "components",
        "grid",
        "balance",
        "cnn",
        "vote",
        "rr",
        "relative",
        "splits",
    },
    "properties.examples": {"context"},
    "network": {"cnn", "resnet", "transformer"},
    "network.properties.cnn": {"channels", "strides", "hidden"},
    "network.properties.resnet": {"channels", "blocks", "stride"},
    "network.properties.transformer": {"layers", "width", "heads"},
    "learners.additionalProperties": {"mixes", "horizon", "reading", "tasks", "learnt_from"},
    "budgets.items": {"steps", "epochs", "learning_rate", "weight_decay", "warmup", "validate_every"},
    "summaries.additionalProperties": {
        "latents",
        "grid",
        "statistics",
        "bins",
        "perceptron",
        "convolution",
        "attention",
        "weight_decay",
        "blocks",
        "end",
        "recurrent",
        "start",
        "steps",
        "embedded",
        "learning_rate",
    },
}


ANY_PART = {"config.$defs.tune", "config.$defs.balance"} | {
    f"config.properties.ecg.properties.{place}"
    for place in ("splits", "conditions.additionalProperties", "rows.additionalProperties.properties.views")
}


ANY_PART |= {f"config.properties.scheduler.properties.{place}" for place in ("policies", "rows.additionalProperties")}


ANY_PART |= {
    "config.$defs.some_train",
    "config.$defs.some_sizes",
    "config.$defs.some_views",
    "config.properties.inference.properties.robustness.additionalProperties",
    "config.properties.systems.additionalProperties.properties.parts",
}


def test_the_schema_is_closed_and_described_everywhere():
    def visit(node, path):
        if not isinstance(node, dict):
            return
        for name, child in node.get("properties", {}).items():
            assert "description" in child or "$ref" in child, f"{path}.{name}"
        if node.get("type") == "object":
            assert "additionalProperties" in node, path
            optional = next((names for end, names in OPTIONAL.items() if path.endswith(end)), set())
            if path not in ANY_PART:
                assert {*node.get("required", []), *optional} == set(node.get("properties", {})), path
        for name, child in node.items():
            visit(child, f"{path}.{name}")

    visit(schema(), "config")
    assert set(schema()["properties"]["tune"]["required"]) == set(schema()["$defs"]["tune"]["properties"])


def schema_files():
    """The content of each file of the schema, by the file of the configuration that it describes."""
    names = ["config.schema.yaml", *(Path(file).name for file in FILES[1:])]
    assert sorted(names) == sorted(path.name for path in SCHEMAS.iterdir())
    return {file: yaml.safe_load((SCHEMAS / name).read_text()) for file, name in zip(FILES, names, strict=True)}


def test_every_file_of_the_configuration_has_a_schema_of_its_own():
    for file, described in schema_files().items():
        assert described["properties"].keys() == yaml.safe_load((PROJECT / file).read_text()).keys(), file
    assert set(schema()["required"]) == set(DEFAULT)


def test_a_definition_stands_where_it_is_read():
    """In the file that reads it, or in config.schema.yaml if several do."""
    files = schema_files()
    homes = [(name, home) for home, described in files.items() for name in described.get("$defs", {})]
    assert sorted(name for name, _ in homes) == sorted(schema()["$defs"])
    for name, home in homes:
        readers = [file for file, described in files.items() if re.search(rf"#/\$defs/{name}\b", str(described))]
        assert readers == [home] or (home == FILES[0] and len(readers) > 1), name


@pytest.mark.parametrize(
    ("path", "value", "file"),
    [
        (("ecg", "gpus"), 2, "/ecg.yaml"),
        (("systems", "lorenz", "simulate", "points"), 9, "/systems.yaml"),
        (("tune", "steps"), 0, "/dynamics.yaml"),
        (("evaluate", "rtol"), 0, "/config.schema.yaml"),
        (("scheduler", "fit", "steps"), ..., "/scheduler.yaml"),
        (("sclae",), "default", ""),
        (("systems",), ..., ""),
    ],
)
def test_a_refusal_names_the_file_that_describes_the_key(path, value, file):
    with pytest.raises(InvalidConfig, match=rf"\(every key is described in \S*workflow/schemas{file}\)$"):
        check(merged((path, value)))


def test_what_may_be_left_out_has_its_value_in_one_class_and_none_in_the_schema():
    def keys(node):
        items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
        for key, child in items:
            yield key
            yield from keys(child)

    assert "default" not in set(keys(schema()))
    ecg = schema()["properties"]["ecg"]["properties"]
    views = ecg["rows"]["additionalProperties"]["properties"]["views"]
    for part, kind in ((ecg["conditions"]["additionalProperties"], Condition), (views, Views)):
        kind()  # needs no value
        assert set(part["properties"]) <= {field.name for field in fields(kind)}
    assert LookAheadConfig().horizon == 1.0  # as the rules have it, which are spared the import


def test_what_the_configuration_knows_of_the_package_without_importing_it_is_so():
    limited = {name: loss.largest_weight for name, loss in LOSSES.items() if loss.largest_weight < math.inf}
    assert limited == {name: rows.largest_weight(name) for name in LOSSES if rows.largest_weight(name) < math.inf}
    assert [name for name, loss in LOSSES.items() if not loss.penalised] == [
        name for name in LOSSES if not rows.is_penalised(name)
    ]
    quarter = float(MODELS.limit("latent_sde", "step", "<="))  # of the period of sin τ, which its posterior reads
    assert quarter == pytest.approx(math.pi / 2, abs=1e-3)
    for name, read in DATA_SETS.items():
        assert ("context" in inspect.signature(read).parameters) == ("text" in DATA_SETS.words(name))
    for kind, network in NETWORKS.items():
        known = set(inspect.signature(network).parameters)
        sizes = schema()["properties"]["scheduler"]["properties"]["tasks"]["additionalProperties"]["properties"]
        assert set(sizes["network"]["properties"][kind]["properties"]) == known - {"shape", "classes"}


def test_names_come_from_the_registries():
    properties = schema()["properties"]
    parts = schema()["$defs"]["parts"]["properties"]
    assert parts.pop("model")["enum"] == list(MODELS)
    assert {part: parts[part]["enum"] for part in parts} == {part: list(registry) for part, registry in PARTS.items()}
    beats, fits = (
        properties[chapter]["properties"][name]["additionalProperties"]["properties"]
        for chapter, name in (("ecg", "rows"), ("scheduler", "rows"))
    )
    row = schema()["$defs"]["row"]["properties"]
    for entry in (row, beats, fits, properties["scheduler"]["properties"]["fit"]["properties"]):
        assert all(entry[part]["$ref"] == f"#/$defs/parts/properties/{part}" for part in ("model", *PARTS))
    assert properties["systems"]["additionalProperties"]["properties"]["system"]["enum"] == list(SYSTEMS)


def test_schema_and_package_know_the_same_training_settings():
    known = set(TrainingConfig.__dataclass_fields__) - {"learning_rate"}
    settings = schema()["$defs"]["some_train"]["properties"]
    assert set(settings) == known
    assert settings["optimiser"]["enum"] == list(OPTIMISERS)
    assert settings["schedule"]["enum"] == list(RATES)


def test_the_splits_are_the_packages():
    assert set(schema()["properties"]["ecg"]["properties"]["splits"]["properties"]) == set(SPLITTERS)
