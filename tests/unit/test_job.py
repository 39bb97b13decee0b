import logging

import pytest
import torch

from pathlode.errors import DataError
from pathlode.job import device, job


@pytest.fixture(autouse=True)
def restored_logging():
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    for handler in root.handlers:
        if handler not in handlers:
            handler.close()
    root.handlers, root.level = handlers, level
    logging.captureWarnings(False)


def test_a_users_error_is_one_sentence_and_a_failing_exit(tmp_path, capfd):
    log = tmp_path / "job.log"
    with pytest.raises(SystemExit) as exit_, job(log):
        raise DataError("data.npz: trajectory 3 is empty; remove it")
    assert exit_.value.code == 1
    assert log.read_text().endswith("error: data.npz: trajectory 3 is empty; remove it\n")
    assert "Traceback" not in log.read_text()
    assert "data.npz: trajectory 3 is empty" in capfd.readouterr().err


def test_any_other_error_keeps_its_traceback(tmp_path):
    log = tmp_path / "job.log"
    with pytest.raises(ZeroDivisionError), job(log):
        _ = 1 / 0
    assert "Traceback" in log.read_text()


def test_a_job_that_ends_well_says_what_it_took(tmp_path):
    with job(tmp_path / "job.log"):
        pass
    words = (tmp_path / "job.log").read_text().split()
    assert words[1:3] == ["done", "in"]
    assert float(words[3]) < 60
    assert 10 < float(words[words.index("MB") - 1]) < 100_000


def test_threads_are_set(tmp_path):
    with job(tmp_path / "job.log", threads=2):
        assert torch.get_num_threads() == 2


def test_no_gpu_granted_means_cpu():
    assert device(0) == "cpu"
