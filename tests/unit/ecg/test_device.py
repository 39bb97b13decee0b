import json
import subprocess
import sys

import numpy as np

from pathlode.ecg import device
from pathlode.ecg.conditions import Condition, millivolts
from pathlode.ecg.representations import Latents
from pathlode.ecg.trees import TreeConfig, Trees
from pathlode.models.export import export_encoder
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig


def test_a_device_needs_three_files_and_no_package(beats, tmp_path):
    config = ModelConfig(features=1, hidden=4, latent=3, width=5, encoder="interpolation")
    model = LatentODE(config, seeds=(0,))
    times, values = Condition(stride=8).observe(millivolts(beats, np.arange(40)), 0)
    latents = Latents(model)(times, values)
    trees = Trees(TreeConfig(rounds=5), 0).fit(latents, beats.classes[:40], latents, beats.classes[:40])
    trees.save(tmp_path / "trees.bin")
    export_encoder(model, tmp_path / "encoder.pt2", member=0, missing=False)
    np.savez(tmp_path / "beats.npz", times=times.numpy(), values=values.numpy())
    files = [str(tmp_path / name) for name in ("encoder.pt2", "trees.bin", "beats.npz", "beats.npz")]
    without = f"import runpy, sys; sys.modules['pathlode'] = None; sys.argv[1:] = {files}; "
    command = [sys.executable, "-c", f"{without}runpy.run_path({device.__file__!r}, run_name='__main__')"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    measured, again = json.loads(done.stdout)
    assert set(measured) == set(again)
    assert set(measured) == {"encode_ms", "trees_ms", "peak_mb"}
    assert 0 < measured["encode_ms"] < 1000
    assert 50 < measured["peak_mb"] < 5000
