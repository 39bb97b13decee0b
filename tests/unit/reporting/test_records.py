import json

import pytest

from pathlode.reporting.job_record import JobRecord
from pathlode.reporting.records import by_chapter, by_file


def record(rule, begun, seconds, outputs=("a.csv",), **more):
    made = {
        "rule": rule,
        "wildcards": {},
        "inputs": [],
        "outputs": list(outputs),
        "commit": "abc",
        "config": "def",
        "seeds": {"seeds": [0]},
        "packages": {"torch": "2"},
        "device": "cpu",
        "cores": 2,
        "threads": 1,
        "begun": f"2026-01-01T00:{begun:02}:00+00:00",
        "seconds": seconds,
        "cpu_seconds": seconds / 2,
        "peak_mb": 100.4,
        "modules": [],
    }
    return JobRecord(**made | more)


def test_every_output_has_a_row():
    table = by_file([record("train", 0, 60, ("z.pt", "b.csv")), record("plot", 1, 60)]).table
    assert table["file"].tolist() == ["a.csv", "b.csv", "z.pt"]
    assert table["rule"].tolist() == ["plot", "train", "train"]
    assert json.loads(table["packages"][0]) == {"torch": "2"}


def test_a_file_names_the_seeds_of_all_that_it_goes_back_to():
    simulated = record("simulate", 0, 60, ("data.npz",), seeds={"simulate.seed": 7})
    trained = [
        record("train", 1, 60, (f"{name}.pt",), inputs=["data.npz", "unknown"], seeds={"seeds": seeds})
        for name, seeds in (("one", [0, 1]), ("two", [1, 2]))
    ]
    told = record("tabulate", 2, 60, ("table.csv",), inputs=["one.pt", "two.pt"], seeds={})
    alone = record("fetch", 2, 60, ("record.dat",), seeds={})
    table = by_file([told, *trained, alone, simulated]).table.set_index("file")["seeds"].map(json.loads)
    assert table["table.csv"] == {"simulate.seed": [7], "train.seeds": [0, 1, 2]}
    assert table["two.pt"] == {"simulate.seed": [7], "train.seeds": [1, 2]}
    assert table["record.dat"] == {}


def test_jobs_side_by_side_count_once_in_the_minutes():
    jobs = [record("a1", 0, 120), record("a2", 1, 120, peak_mb=300.0), record("a2", 10, 60), record("b1", 4, 600)]
    table = by_chapter(jobs, {"b1": "second", "a1": "first", "a2": "first"}).table.set_index("chapter")
    assert table.index.tolist() == ["second", "first"]
    assert table.loc["first", ["jobs", "minutes", "CPU minutes", "longest job (min)"]].tolist() == pytest.approx(
        [3, 4, 2.5, 2]
    )
    assert table.loc["first", "peak memory of a job (MB)"] == 300
    assert table.loc["second", "minutes"] == pytest.approx(10)


def test_without_a_record_of_a_chapter_the_table_of_costs_is_empty():
    """As after the logs were deleted: the job that asks has a record, but belongs to no chapter."""
    table = by_chapter([record("claims", 0, 5)], {"a1": "first"}).table
    assert table.empty
    assert table.columns.tolist()[:2] == ["chapter", "jobs"]
