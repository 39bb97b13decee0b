"""A small classifier of invented heartbeats, for tests of reports."""

from functools import partial
from pathlib import Path

from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.beat_model_fit import fit_beat_model
from pathlode.ecg.beats import Beats, cut_beats
from pathlode.ecg.conditions import Condition
from pathlode.ecg.records import read_record
from pathlode.ecg.splitters import inter_patient_split
from pathlode.ecg.study import Study
from pathlode.ecg.synthetic import write_records
from pathlode.ecg.weighted_trees import WeightedTreeConfig, WeightedTrees
from pathlode.models.latent_ode import LatentODE
from pathlode.models.settings import ModelConfig

CONDITIONS = {"360 Hz": Condition(), "90 Hz": Condition(stride=4)}


def small_model(beats: Beats) -> BeatModel:
    """An encoder that is not trained, and trees that are, on two of four invented patients."""
    encoder = LatentODE(ModelConfig(features=1, hidden=4, latent=12, width=5, encoder="interpolation"), seeds=(0,))
    study = Study(beats, inter_patient_split(beats, 0), CONDITIONS, centred=True)
    return fit_beat_model(
        study,
        encoder,
        partial(WeightedTrees, WeightedTreeConfig(rounds=12, depth=4, most=200), 0),
        list(CONDITIONS),
        {"split": "inter_patient", "model": "path", "seed": 0},
        commit="abc",
    )


def four_patients(folder: Path) -> Beats:
    """Writes invented records of a minute, 101 and 208 for training, 100 and 200 for tests, and gives their beats."""
    names = ("101", "208", "100", "200")
    write_records(folder, names, seconds=60, seed=1)
    return cut_beats((read_record(folder, name) for name in names), "invented")
