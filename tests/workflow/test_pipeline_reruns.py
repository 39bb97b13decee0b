"""What runs again after a run at smoke scale."""

import pytest
from smoke_scale import EVALUATED, OF_RIVALS, RESULTS, ROWS, SIZED, SYSTEMS, TUNED

pytestmark = pytest.mark.xdist_group("pipeline")  # all tests on the finished copy in one worker: it is made once


def test_a_second_run_has_nothing_to_do(finished):
    assert "Nothing to be done" in finished.snakemake(as_users_do=True).stderr
    assert finished.to_run() == {}


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "config/smoke.yaml",
            "validate_every: 20",
            "validate_every: 40",
            {"tune": 4 + 2, "train": 8 + 2, "evaluate": 1, "size": SIZED, "score_rows": 1, "score_graphs": 1},
        ),
        ("config.yaml", "rtol: 1.0e-5", "rtol: 1.0e-6", {"tune": 0, "train": 0, "evaluate": EVALUATED, "size": SIZED}),
        (  # more replicates are another batch, and the first stays as it is
            "config/smoke.yaml",
            "replicates: 4",
            "replicates: 6",
            {
                "simulate": len(SYSTEMS),
                "tune": TUNED - 1,
                "train": ROWS + OF_RIVALS,
                "evaluate": EVALUATED,
                "size": SIZED,
            },
        ),
        (
            "config.yaml",
            "confidence: 0.95",
            "confidence: 0.9",
            {
                "plot_ecg": 1,
                "tabulate_scheduler": 1,
                "plot_scheduler": 1,
                "tabulate_solvable": 1,
                "tabulate_past_runs": 1,
                "plot_solvable": 1,
                "trace": 1,
                "claims": 1,
                "plot_claims": 1,
                "all": 1,
            },
        ),
        (
            "config.yaml",
            "looks: [5, 10, 20, 40]",
            "looks: [10, 20]",
            {"trace": 1, "claims": 1, "plot_claims": 1, "all": 1},
        ),
        ("config/dynamics.yaml", "replicates: 10 #", "replicates: 12 #", {}),  # the overlay has a number of its own
        (
            "claims.yaml",
            "keeps the latent path",
            "holds the latent path",
            {
                "claims": 1,
                "plot_claims": 1,
                "plot_scheduler": 1,
                "tabulate_rivals": 1,
                "plot_rivals": 1,
                "trace": 1,
                "all": 1,
            },
        ),
    ],
)
def test_a_change_runs_again_what_depends_on_it_and_nothing_else(finished, file, old, new, expected):
    planned = finished.to_run_after(file, old, new)
    assert {rule: planned.get(rule, 0) for rule in expected} == expected
    if "evaluate" not in expected and "tune" not in expected:
        assert planned == expected
    else:
        assert planned.get("simulate", 0) == expected.get("simulate", 0)


@pytest.mark.parametrize(
    "file", ["data.npz", "tuning/path/chosen.json", "path/model.pt", "evaluation.npz", "sizes/kl/sizes.csv"]
)
@pytest.mark.fault("an intermediate file is missing", "it and what depends on it are made again")
def test_a_missing_file_in_the_middle_is_made_again(finished, tmp_path, file):
    """A run that is killed while it replaces a file leaves it missing."""
    path = finished.folder / RESULTS / "dynamics/coupled_oscillator/0-3" / file
    path.rename(tmp_path / "away")
    try:
        assert finished.to_run()
    finally:
        (tmp_path / "away").rename(path)


def test_named_targets(checkout, finished):
    chapter = checkout.to_run("dynamics")
    assert (chapter["train"], chapter["plot_system"]) == (ROWS, 2)
    assert "claims" not in chapter
    figure = f"{RESULTS}/figures/dynamics/coupled_oscillator/training.png"
    assert checkout.to_run(figure)["plot_system"] == 1
    assert finished.to_run(figure, "--force") == {"plot_system": 1}
