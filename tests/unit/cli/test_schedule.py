import numpy as np
import pandas as pd
import pytest

from pathlode.cli.main import main
from pathlode.schedule import load_run_model


@pytest.fixture(scope="module")
def logs(tmp_path_factory):
    """Three runs, of which the third diverged, with metrics on every second row and names of their own."""
    folder = tmp_path_factory.mktemp("runs")
    steps = np.arange(1, 41)
    for number, peak in enumerate((0.1, 0.03, 0.3)):
        loss = 2 * np.exp(-steps * peak) + 0.1
        accuracy = np.where(steps % 2 == 0, 1 - loss / 3, np.nan)
        table = pd.DataFrame({"step": steps, "opt/lr": peak * (1 - steps / 40), "loss": loss, "acc": accuracy})
        table.astype({"loss": object}).to_csv(folder / f"run {number}.csv", index=False)
    text = (folder / "run 2.csv").read_text().replace(f"20,0.15,{loss[19]}", "20,0.15,nan")
    (folder / "run 2.csv").write_text(text)
    return folder


NAMES = ["--lr", "opt/lr", "--loss", "loss", "--steps", "10"]


def test_a_model_is_fitted_and_shown(logs, tmp_path, capsys):
    output = tmp_path / "runs.pt"
    assert main(["schedule", "fit", str(logs), *NAMES, "--metric", "acc", "--mode", "max", "-o", str(output)]) == 0
    model = load_run_model(output)
    assert (model.card.runs, model.config.mode, model.config.steps) == (["run 0", "run 1"], "max", 10)
    capsys.readouterr()
    assert main(["schedule", "show", str(output), "-o", str(tmp_path / "runs.png")]) == 0
    said = capsys.readouterr().out
    assert "2 runs: run 0, run 1\n" in said
    assert "left out: run 2, as its train_loss at step 20 is nan\n" in said
    assert "rates from 2.85e-05 to 0.095\n" in said  # the floor of the lower one, and the first of the upper one
    assert "errors on held-out runs, in standard deviations: training loss " in said
    assert (tmp_path / "runs.png").stat().st_size > 10_000


def test_logs_of_a_loss_only_are_fitted_for_a_small_one(logs, tmp_path, capsys):
    output = tmp_path / "runs.pt"
    assert main(["schedule", "fit", str(logs), *NAMES, "--metric", "loss", "-o", str(output)]) == 0
    assert load_run_model(output).config.mode == "min"
    assert "fitted for a small value of the training loss" in capsys.readouterr().err


def test_a_validation_loss_is_never_taken_for_a_metric_that_is_good_if_large(logs, tmp_path, capsys):
    given = ["schedule", "fit", str(logs), *NAMES, "--metric", "acc", "-o", str(tmp_path / "runs.pt")]
    assert main(given) == 2
    message = "--mode is missing: give max if a good acc is large, or min if it is small, as of a loss"
    assert message in " ".join(capsys.readouterr().err.split())
    assert not (tmp_path / "runs.pt").exists()
    assert main([*given, "--mode", "min"]) == 0
    assert load_run_model(tmp_path / "runs.pt").config.mode == "min"


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ["fit", "{logs}", "-o", "{out}"],
            1,
            "holds no run that logged lr, train_loss, val_metric, only acc, loss, opt/lr, step",
        ),
        (["fit", "{logs}/absent", "-o", "{out}"], 1, "absent does not exist, expected a folder or file of logs"),
        (["fit", "sqlite:///x.db", "-o", "{out}"], 2, "source is missing"),
        (["fit", "", "-o", "{out}"], 2, "the place of the logs is empty"),
        (
            ["fit", "{logs}", "-o", "{logs}", *NAMES, "--metric", "acc"],
            2,
            "is a folder: give --output the name of a file",
        ),
        (
            ["fit", "{logs}", "-o", "{logs}/run 0.csv", *NAMES, "--metric", "acc"],
            2,
            "run 0.csv is read by this command",
        ),
        (["fit", "{logs}", "-o", "{out}", "--seed", "-1"], 2, "-1 is not in the range x>=0"),
        (["show", "{logs}/run 0.csv"], 1, "run 0.csv"),
        (["show", "{out}", "-o", "{out}"], 2, "out.pt ends with '.pt', expected .png or .pdf or .svg"),
    ],
)
def test_faults_are_one_sentence(logs, tmp_path, capsys, options, code, message):
    given = [each.format(logs=logs, out=tmp_path / "out.pt") for each in options]
    assert main(["schedule", *given]) == code
    said = capsys.readouterr().err
    assert message in said
    assert "Traceback" not in said
