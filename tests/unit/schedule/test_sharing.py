import os
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import distributed, nn

from pathlode.schedule import LatentODELR, LookAheadConfig, load_run_model
from pathlode.schedule.sharing import decided_once

OTHER = """
import importlib.util, sys
from pathlib import Path
import torch
torch.set_num_threads(1)
place, here, folder = Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3])
spec = importlib.util.spec_from_file_location("other", here)
other = importlib.util.module_from_spec(spec)
spec.loader.exec_module(other)
other.begin(folder, 1)
torch.save(other.trained(place, 1), folder / "other.pt")
torch.distributed.destroy_process_group()
"""


def begin(folder, rank):
    distributed.init_process_group("gloo", init_method=f"file://{folder}/store", rank=rank, world_size=2)


def trained(path, rank, shared=True):
    """Rates and decisions of a training whose losses the other process does not know; only rank 0 has a metric."""
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(2))], lr=0.1)
    scheduler = LatentODELR(optimizer, load_run_model(path), 200, LookAheadConfig(every=4), shared=shared)
    rates, loss, noise = [], 2.0, np.random.default_rng(rank).standard_normal(200)
    for each in noise:
        rates.append(optimizer.param_groups[0]["lr"])
        loss += -0.5 * rates[-1] * (loss - rates[-1]) + 0.002 * each
        optimizer.step()
        scheduler.step(loss=loss, metric=None if rank else 1 - loss / 2)
    return rates, [(each.step, each.loss, each.outcome) for each in scheduler.decisions]


def test_processes_take_the_decisions_of_the_first_one(model, tmp_path):
    model.save(tmp_path / "model.pt")
    alone = trained(tmp_path / "model.pt", 0)
    arguments = [sys.executable, "-c", OTHER, tmp_path / "model.pt", __file__, tmp_path]
    with subprocess.Popen(arguments, env=os.environ | {"OMP_NUM_THREADS": "1"}) as other:
        begin(tmp_path, 0)
        try:
            ours = trained(tmp_path / "model.pt", 0)
            apart = trained(tmp_path / "model.pt", 0, shared=False)  # without the other process, which does not wait
            assert other.wait(120) == 0
        finally:
            distributed.destroy_process_group()
            other.kill()
    theirs = torch.load(tmp_path / "other.pt", weights_only=True)
    assert theirs == ours == alone == apart  # to the last bit
    assert "new schedule" in {outcome for _, _, outcome in ours[1]}


def test_a_process_alone_decides_by_itself():
    assert decided_once(lambda: 3) == 3
    with pytest.raises(ZeroDivisionError):
        decided_once(lambda: 1 / 0)
