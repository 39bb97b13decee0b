"""The ECG chapter's data, with invented records in the place of the real ones."""

import hashlib

import numpy as np
import pandas as pd
import pytest
import yaml

from pathlode.core.tensor_files import load_tensors
from pathlode.ecg.beat_model import BeatModel
from pathlode.ecg.beat_model_card import BeatModelCard
from pathlode.ecg.beats import Beats
from pathlode.ecg.synthetic import write_record
from pathlode.reporting.provenance import processor

BEATS, COUNTS = "results/smoke/ecg/beats.npz", "results/smoke/tables/ecg_counts.csv"


@pytest.fixture
def with_mirror(checkout):
    """A checkout that takes records for real, from a mirror with a list of digests of its own."""
    mirror = checkout.folder / "mirror"
    mirror.mkdir()
    for seed, name in enumerate(("100", "101", "106")):
        write_record(mirror, name, seconds=20, seed=seed)
    lines = [f"{hashlib.sha256(file.read_bytes()).hexdigest()} {file.name}\n" for file in mirror.iterdir()]
    (checkout.folder / "config/checksums/mitdb.sha256").write_text("".join(lines))
    overlay = '  source: mitdb\n  mirrors: [nowhere, mirror]\n  records: ["100", "101", "106"]'
    checkout.edit("config/smoke.yaml", '  source: invented\n  records: ["101", "208", "100", "200"]', overlay)
    return checkout


@pytest.mark.xdist_group("pipeline")
def test_invented_beats_are_called_so_everywhere(finished):
    beats = Beats.load(finished.folder / BEATS)
    assert beats.source == "invented"
    assert beats.names.tolist() == ["101", "208", "100", "200"]
    counts = pd.read_csv(finished.folder / COUNTS)
    assert set(counts["source"]) == {"invented", "paper [B]"}
    of_all = counts.set_index("record").loc["all"]
    assert of_all["total"] == len(beats.classes)
    assert [of_all[name] for name in "NSVFQ"] == np.bincount(beats.classes, minlength=5).tolist()
    assert counts["total"].iloc[-1] == 88_887


@pytest.mark.xdist_group("pipeline")
def test_the_file_of_a_classifier_of_heartbeats_and_scores_as_worn_are_targets_of_their_own(finished):
    model, card = (finished.folder / f"results/smoke/ecg/heartbeats.{suffix}" for suffix in ("pt", "json"))
    worn = [f"results/smoke/{name}" for name in ("tables/ecg_worn.csv", "figures/ecg/worn.png", "figures/ecg/worn.pdf")]
    done = finished.snakemake("ecg_model", "ecg_worn")
    assert done.returncode == 0, done.stderr
    scores = pd.read_csv(finished.folder / worn[0])
    assert set(scores["model"]) == {"path", "cnn"}
    assert len(scores) == 2 * (1 + 3 * 2 + 3) * 6  # without, noises, changes; five classes and macro
    told = BeatModel.load(model).card
    assert told == BeatModelCard.load(card)
    assert told.source == "invented"
    assert told.new_patients is False  # at this scale the classifier is that of the random split
    for file in (
        model,
        card,
        finished.folder / "logs/smoke/save_ecg_model.log",
        finished.folder / "logs/smoke/save_ecg_model.json",
        finished.folder / "logs/smoke/score_worn.log",
        finished.folder / "logs/smoke/score_worn.json",
        *(finished.folder / name for name in worn),
    ):
        file.unlink()


@pytest.mark.xdist_group("pipeline")
def test_every_table_and_figure_of_the_chapter_is_made(finished):
    tables = finished.folder / "results/smoke/tables"
    config = yaml.safe_load((finished.folder / "config/ecg.yaml").read_text())
    scores = pd.read_csv(tables / "ecg.csv")
    assert set(scores["source"]) == {"invented", "paper [B]"}
    ours = scores[scores["source"] == "invented"]
    conditions = config["ecg"]["conditions"]
    rows = dict.fromkeys(("path", "pca", "cnn"), 2 * len(conditions))  # without and with RR intervals
    rows["path_relative"] = len(conditions)
    rows["path_vote"] = 2 * len(config["ecg"]["vote"]["conditions"])
    rows["one_class"] = len(conditions)
    models = {
        "random": {"path", "path_vote", "path_relative", "cnn", "one_class"},
        "inter_patient": {"pca", "one_class"},
    }
    for split, classes in (("random", "NSVFQ"), ("inter_patient", "NSVF")):
        of_split = ours[ours["split"] == split]
        assert set(of_split["model"]) == models[split]
        assert set(of_split["class"]) == {*classes, "macro"}
        assert len(of_split) == sum(rows[name] for name in models[split]) * 2 * (len(classes) + 1)
    assert ours["f1"].between(0, 1).all()
    summary = pd.read_csv(tables / "ecg_summary.csv").set_index(["split", "model", "rr"])
    assert summary.loc[("random", "paper", False), "360 Hz"] == "0.86"
    assert (
        len(summary) == 1 + 2 * sum(map(len, models.values())) - 3
    )  # the published one; path_relative has RR intervals alone, and one_class has none in either split
    left_out = pd.read_csv(tables / "ecg_left_out.csv", dtype={"without": str})
    assert set(left_out["split"]) == {"inter_patient"}
    assert set(left_out["without"]) == {"100", "200"}
    assert len(left_out) == 2 * len(ours[(ours["split"] == "inter_patient") & (ours["model"] != "one_class")])
    patients = pd.read_csv(tables / "ecg_patients.csv")
    assert set(patients["record"]) == {"100", "200", "gross", "average"}
    assert set(patients["class"]) == set("NSVF")
    errors = pd.read_csv(tables / "ecg_reconstruction.csv")
    assert set(zip(errors["split"], errors["latent_ode"], strict=True)) == {("random", "path"), ("random", "plain")}
    assert (errors["nmse"] > 0).all()
    device = pd.read_csv(tables / "ecg_device.csv")
    assert device["condition"].tolist() == config["ecg"]["rates"]
    assert (device["largest_difference_in_std"] < 1e-3).all()
    for name in (
        "reconstructions",
        "latent_map",
        "roc",
        "confusion",
        "confusion_by_split",
        "f1_against_rate",
        "f1_by_class",
        "by_patient",
    ):
        assert (finished.folder / f"results/smoke/figures/ecg/{name}.png").stat().st_size > 10_000


@pytest.mark.xdist_group("pipeline")
@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        ("config/ecg.yaml", "share: 0.7 } #", "share: 0.6 } #", {"train_encoder": 0, "classify": 1, "measure_device": 1}),
        ("config/ecg.yaml", "encoder: gru\n", "encoder: lstm\n",
         {"train_encoder": 1, "reconstruct": 1, "classify": 0, "tune": 0}),
        ("config/smoke.yaml", "pca: { splits: [inter_patient] }", "pca: { splits: [random, inter_patient] }",
         {"train_encoder": 0, "reconstruct": 0, "classify": 1, "tabulate_ecg": 1}),
        ("config/smoke.yaml", "replicates: 2\n  sizes: { hidden: 8", "replicates: 3\n  sizes: { hidden: 8", {"cut_beats": 0, "split_beats": 1, "train_encoder": 2, "train": 0}),
        ("config/published/ecg.csv", "0.86,0.984", "0.87,0.984", {"tabulate_ecg": 1, "claims": 1, "classify": 0}),
    ],
)  # fmt: skip
def test_a_change_runs_again_what_depends_on_it_and_nothing_else(finished, file, old, new, expected):
    planned = finished.to_run_after(file, old, new)
    assert {rule: planned.get(rule, 0) for rule in expected} == expected


def test_a_training_that_asks_for_a_gpu_runs_without_one(checkout):
    checkout.edit("config/ecg.yaml", "gpus: 0 # GPUs that each of these trainings requests", "gpus: 1")
    model = "results/smoke/ecg/random/latent_odes/path/model.pt"
    done = checkout.snakemake(model, "--resources", "gpu=0")
    assert done.returncode == 0, done.stderr
    assert load_tensors(checkout.folder / model)["origin"]["device"] == processor()


def test_records_come_from_the_first_mirror_that_has_them(with_mirror):
    done = with_mirror.snakemake(BEATS)
    assert done.returncode == 0, done.stderr
    assert Beats.load(with_mirror.folder / BEATS).source == "mitdb"
    assert with_mirror.to_run(BEATS) == {}


@pytest.mark.fault(
    "a mirror serves an altered record", "a sentence refuses it; everything that does not need it is still made"
)
def test_an_altered_record_is_refused_in_a_sentence_and_the_rest_is_still_made(with_mirror):
    file = with_mirror.folder / "mirror/100.dat"
    whole = file.read_bytes()
    file.write_bytes(whole[:-10])
    simulated = "results/smoke/dynamics/coupled_oscillator/0-3/data.npz"
    done = with_mirror.snakemake(BEATS, simulated)
    assert done.returncode != 0
    assert (
        "100.dat could not be fetched from any of ecg.mirrors (nowhere: no such folder; mirror: its SHA-256 is"
        in done.stderr
    )
    assert "add to ecg.mirrors a folder or URL that has it, or save it as " in done.stderr
    assert "Traceback" not in done.stderr
    assert (with_mirror.folder / simulated).exists()
    assert not (with_mirror.folder / BEATS).exists()
    fetched = with_mirror.folder / "resources/mitdb/100.hea"
    first = fetched.stat().st_ino
    file.write_bytes(whole)
    assert with_mirror.snakemake(BEATS).returncode == 0
    assert fetched.stat().st_ino == first  # what was fetched before the failure is kept
