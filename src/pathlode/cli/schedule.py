"""The commands of ``pathlode schedule``: a model of past training runs, from their logs."""

from pathlib import Path
from typing import Literal

import click
import torch

from pathlode.cli.options import output_file
from pathlode.cli.outputs import FIGURE_ENDINGS, check_ending, check_output
from pathlode.errors import ConfigError
from pathlode.files import writing
from pathlode.schedule.any_logs import LOG_SOURCES, read_logs
from pathlode.schedule.fitting import fit
from pathlode.schedule.forecast import MOMENTS
from pathlode.schedule.run_files import tables_in
from pathlode.schedule.run_model import FitConfig, RunModel, load_run_model


@click.group("schedule")
def schedule_group() -> None:
    """Learning rates from past training runs.

    \b
    Examples:
      pathlode schedule fit logs --mode max -o runs.pt
      pathlode schedule fit lightning_logs --lr lr-AdamW --metric val_acc --mode max -o runs.pt
      pathlode schedule show runs.pt -o runs.png
    """


@schedule_group.command("fit")
@click.argument("logs")
@click.option("--source", type=click.Choice(LOG_SOURCES), help="What logged the runs; by default the files show it.")
@click.option("--lr", help="Name of the learning rate in the logs.  [default: lr]")
@click.option("--loss", help="Name of the training loss.  [default: train_loss]")
@click.option(
    "--metric", help="Name of the metric; that of the loss if nothing else was logged.  [default: val_metric]"
)
@click.option("--step", help="Name of the steps, in tables and in logs of W&B.")
@click.option("--experiment", help="Name of MLflow's experiment, or of Optuna's study.")
@click.option(
    "--mode",
    type=click.Choice(["max", "min"]),
    help="Whether a good metric is large or small; needed unless it is the training loss.",
)
@click.option("--steps", default=FitConfig.steps, show_default=True, help="Optimiser steps.")
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=FitConfig.seed,
    show_default=True,
    help="Of the weights and the held-out runs.",
)
@output_file("the model")
def schedule_fit_command(
    logs: str,
    source: str | None,
    lr: str | None,
    loss: str | None,
    metric: str | None,
    step: str | None,
    experiment: str | None,
    mode: Literal["max", "min"] | None,
    steps: int,
    seed: int,
    output: Path,
) -> None:
    """Fits a model to the runs in LOGS: a folder, a file, or the address of a database.

    \b
    Examples:
      pathlode schedule fit logs --metric train_loss -o runs.pt
      pathlode schedule fit runs --lr opt/lr --loss loss --metric val/loss --mode min -o runs.pt
      pathlode schedule fit sqlite:///mlflow.db --source mlflow --experiment rates --metric acc --mode max -o runs.pt
    """
    torch.set_num_threads(1)  # networks this small are slower on several
    given = {"lr": lr, "train_loss": loss, "val_metric": metric}
    names = {column: name for column, name in given.items() if name is not None}
    runs = read_logs(logs, names, source, step, experiment)
    check_output(output, *tables_in(Path(logs), below=True))
    if mode is None and not runs.metric_is_loss:
        raise ConfigError(
            f"--mode is missing: give max if a good {metric or 'val_metric'} is large, or min if it is small, as of a loss"
        )
    model = fit(runs, FitConfig(mode=mode or "min", steps=steps, seed=seed))
    model.save(output)
    click.echo("\n".join([f"{output}:", *run_model_lines(model)]), err=True)


@schedule_group.command("show")
@click.argument("model", type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Figure to write: .png, .pdf or .svg.")
def schedule_show_command(model: Path, output: Path | None) -> None:
    """Reports which runs MODEL was fitted to and how well it predicts, and draws what it proposes.

    \b
    Example:
      pathlode schedule show runs.pt -o runs.png
    """
    if output is not None:
        check_ending(output, FIGURE_ENDINGS)
        check_output(output, model)
    found = load_run_model(model)
    click.echo("\n".join(run_model_lines(found)))
    if output is not None:
        from pathlode.plots.run_models import run_model_proposals  # here, because matplotlib takes a second
        from pathlode.plots.style import save_figure
        from pathlode.schedule.proposals import propose

        figure = run_model_proposals(found, [propose(found, seen) for seen in MOMENTS[:2]])
        with writing(output) as temporary:
            save_figure(figure, temporary)


def run_model_lines(model: RunModel) -> list[str]:
    """What a model was fitted to and how well it predicts, in lines."""
    card, config = model.card, model.config
    low, high = torch.tensor(card.ranges["log_lr"]).exp().tolist()
    metric = "the training loss" if card.metric_is_loss else "the metric"
    errors = (
        f"{label} {card.error[name] / card.spread[name]:.2g}"
        for name, label in (("train_loss", "training loss"), ("log_lr", "log of the rate"), ("val_metric", "metric"))
        if card.spread[name] > 0
    )
    return [
        f"model {config.model}, fitted for a {'large' if config.mode == 'max' else 'small'} value of {metric}",
        f"{len(card.runs)} runs: {', '.join(card.runs)}",
        f"held out: {', '.join(card.held_out)}",
        *(f"left out: {run}, as {reason}" for run, reason in card.left_out.items()),
        f"rates from {low:.3g} to {high:.3g}",
        f"errors on held-out runs, in standard deviations: {', '.join(errors)}",
    ]
