import atexit
import errno
import gc
import json
import logging
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.errors import DataError
from pathlode.reporting.job import device, job
from pathlode.reporting.job_record import JobRecord


def given(folder, threads=1, **changes):
    """What Snakemake gives a script."""
    wildcards, params = {"system": "lorenz"}, {"seeds": [3, 4], "steps": 10}
    return SimpleNamespace(
        **{
            "rule": "train",
            "log": [str(folder / "job.log")],
            "threads": threads,
            "resources": {"gpu": 0},
            "wildcards": wildcards,
            "params": params,
            "input": [],
            "output": [str(folder / "model.pt")],
            "config": {"scale": "smoke"},
        }
        | changes
    )


@pytest.fixture(autouse=True)
def restored():
    """Logging, and PyTorch's threads."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)
    torch.set_num_threads(1)


def test_a_users_error_is_one_sentence_and_a_failing_exit(tmp_path, capfd):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as exit_, job(given(tmp_path)):
        raise DataError("data.npz: trajectory 3 is empty; remove it")
    assert exit_.value.code == 1
    assert log.read_text().endswith("error: data.npz: trajectory 3 is empty; remove it\n")
    assert "Traceback" not in log.read_text()
    assert "data.npz: trajectory 3 is empty" in capfd.readouterr().err


def test_any_other_error_keeps_its_traceback(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError), job(given(tmp_path)):
        _ = 1 / 0
    assert "Traceback" in log.read_text()


def test_a_job_that_ends_well_says_what_it_took(tmp_path):
    with job(given(tmp_path)):
        pass
    words = (tmp_path / "job.log").read_text().split()
    assert words[1:3] == ["done", "in"]
    assert float(words[3]) < 60
    assert 10 < float(words[words.index("MB") - 1]) < 100_000


def test_a_record_says_what_made_the_outputs_and_what_it_cost(tmp_path):
    with job(given(tmp_path)):
        pass
    record = JobRecord.load(tmp_path / "job.json")
    assert (record.rule, record.wildcards, record.seeds) == ("train", {"system": "lorenz"}, {"seeds": [3, 4]})
    assert record.outputs == [str(tmp_path / "model.pt")]
    assert {"python", "pathlode", "torch", "scipy"} <= set(record.packages)
    assert record.device
    assert record.commit
    assert record.cpu_seconds > 0
    assert record.seconds > 0
    assert record.peak_mb > 10


def test_a_model_carries_its_jobs_record(tmp_path):
    with job(given(tmp_path)) as origin:
        save_tensors(tmp_path / "model.pt", {"origin": origin()})
    carried = load_tensors(tmp_path / "model.pt")["origin"]
    record = json.loads((tmp_path / "job.json").read_text())
    assert carried.keys() == record.keys()
    assert {name for name in record if carried[name] != record[name]} <= {"seconds", "cpu_seconds", "peak_mb"}
    assert 0 < carried["seconds"] <= record["seconds"]


def test_a_failed_job_leaves_no_record(tmp_path):
    with job(given(tmp_path)):
        pass
    with pytest.raises(SystemExit), job(given(tmp_path)):
        raise DataError("no")
    assert not (tmp_path / "job.json").exists()


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (MemoryError(), "out of memory: run the same command with fewer jobs at once"),
        (
            OSError(errno.ENOMEM, "Cannot allocate memory"),
            "out of memory: run the same command with fewer jobs at once",
        ),
        (torch.OutOfMemoryError("CUDA out of memory"), "out of memory: run the same command with fewer jobs at once"),
        (OSError(errno.ENOSPC, "No space left on device"), "No space left on device: free disk space"),
        (PermissionError(errno.EACCES, "Permission denied", "a.csv"), "Permission denied: 'a.csv': check the file"),
    ],
)
@pytest.mark.fault("a job lacks memory, disk space or permission", "a sentence says what to do")
def test_what_the_machine_lacks_is_told_in_one_sentence(tmp_path, error, advice):
    with pytest.raises(SystemExit), job(given(tmp_path)):
        raise error
    log = (tmp_path / "job.log").read_text()
    assert advice in log
    assert "Traceback" not in log


@pytest.mark.parametrize("unreadable", ["/proc/self/mem", "/proc"])  # an error of the device, and a directory
@pytest.mark.fault("a file cannot be read", "a sentence says which file and what to check; no traceback")
def test_a_file_that_cannot_be_read_is_told_in_one_sentence(tmp_path, unreadable):
    with pytest.raises(SystemExit), job(given(tmp_path)):
        Path(unreadable).read_bytes()
    log = (tmp_path / "job.log").read_text()
    assert "check the file, its permissions and its disk" in log
    assert "Traceback" not in log


def test_an_allocation_that_fails_is_told_in_one_sentence(tmp_path):
    with pytest.raises(SystemExit), job(given(tmp_path)):
        torch.empty(2**60)
    assert "error: out of memory: run the same command with fewer jobs at once" in (tmp_path / "job.log").read_text()


def test_threads_are_set(tmp_path):
    with job(given(tmp_path, threads=2)):
        assert torch.get_num_threads() == 2


def test_the_exit_after_a_job_collects_no_garbage(tmp_path, monkeypatch):
    at_exit = []
    monkeypatch.setattr(atexit, "register", at_exit.append)
    with job(given(tmp_path)):
        pass
    assert gc.freeze in at_exit


def test_no_gpu_granted_means_cpu():
    assert device(0) == "cpu"
