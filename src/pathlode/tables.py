"""Tables: what is derived from the scores of single runs, and how tables are written for people."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from pathlode.errors import ConfigError

if TYPE_CHECKING:
    from pathlode.train import Validation  # imported for real it would bring PyTorch to jobs that only make tables


LONG = 40
"""Rows beyond which a table does not fit a printed page."""


def training_history(history: Sequence["Validation"], seeds: Sequence[int], **labels: str) -> pd.DataFrame:
    """A trainer's validations as a table, one row a step and seed, with the labels as first columns.

    The stack's seconds are shared equally among its seeds.
    """
    return pd.concat(
        pd.DataFrame(
            labels
            | {
                "seed": list(seeds),
                "step": row.step,
                "train_loss": row.train_loss.tolist(),
                "validation_mse": row.mse.tolist(),
                "solver_share": row.solver_share.tolist(),
                "solver_steps": row.solver_steps,
                "seconds": row.seconds / len(seeds),
            }
        )
        for row in history
    )


def time_to_target(histories: pd.DataFrame, compared: Sequence[str]) -> pd.DataFrame:
    """Steps and seconds until each run's validation error first reaches a target, one row a run.

    The target is common to all losses of one system and encoder: the error that the median run of every compared loss
    reaches at some time, that is, the largest of their medians of the best error. A run that never reaches it is charged
    its whole length (``reached`` is False), which favours it.

    Args:
        histories: rows of the training histories: system, encoder, loss, seed, step, seconds, validation_mse.
        compared: the losses that define the target; encoders that train none of them have no rows.

    Returns:
        system, encoder, loss, seed, target_mse, reached, steps_to_target, seconds_to_target, train_seconds.
    """
    rows = []
    for (system, encoder), group in histories.groupby(["system", "encoder"], sort=False):
        best = group[group["loss"].isin(compared)].groupby(["loss", "seed"])["validation_mse"].min()
        if best.empty:  # this encoder trains none of them
            continue
        target = best.groupby("loss").median().max()
        for (loss, seed), run in group.groupby(["loss", "seed"], sort=False):
            below = run[run["validation_mse"] <= target]
            at = (below if len(below) else run.iloc[-1:]).iloc[0]
            rows.append(
                {
                    "system": system,
                    "encoder": encoder,
                    "loss": loss,
                    "seed": seed,
                    "target_mse": target,
                    "reached": len(below) > 0,
                    "steps_to_target": at["step"],
                    "seconds_to_target": at["seconds"],
                    "train_seconds": run["seconds"].iloc[-1],
                }
            )
    return pd.DataFrame(rows)


def parameters_needed(sizes: pd.DataFrame, compared: Sequence[str], metric: str) -> pd.DataFrame:
    """The fewest parameters with which each seed's error reaches a target, one row a system, loss and seed.

    The target is common to all losses of one system: the error that the median run of every compared loss reaches at some
    size, that is, the largest of their best medians. A seed that never reaches it is charged the largest size, which
    favours it.

    Args:
        sizes: system, loss, seed, n_parameters, train_seconds and the metric.
        compared: the losses that define the target.
        metric: name of the error.

    Returns:
        system, loss, seed, target, reached, parameters_needed, train_seconds.
    """
    rows = []
    for system, group in sizes.groupby("system", sort=False):
        medians = group[group["loss"].isin(compared)].groupby(["loss", "n_parameters"])[metric].median()
        target = medians.groupby("loss").min().max()
        for (loss, seed), runs in group.groupby(["loss", "seed"], sort=False):
            enough = runs.loc[runs[metric] <= target, "n_parameters"]
            rows.append(
                {
                    "system": system,
                    "loss": loss,
                    "seed": seed,
                    "target": target,
                    "reached": len(enough) > 0,
                    "parameters_needed": enough.min() if len(enough) else runs["n_parameters"].max(),
                    "train_seconds": runs["train_seconds"].sum(),
                }
            )
    return pd.DataFrame(rows)


def summarise(table: pd.DataFrame, by: Sequence[str], columns: Mapping[str, str], digits: int = 2) -> pd.DataFrame:
    """Median and range over seeds, as text, one row a setting; of a single run its value alone.

    Args:
        table: one row a run.
        by: columns that name a setting.
        columns: metric -> heading.
        digits: significant ones.
    """

    def text(values: pd.Series) -> str:
        if not values.notna().any():
            return "–"
        middle, *ends = (f"{value:.{digits}g}" for value in (values.median(), values.min(), values.max()))
        return middle if len(values) == 1 else f"{middle} [{', '.join(ends)}]"

    grouped = table.groupby(list(by), sort=False)
    return pd.DataFrame({heading: grouped[metric].agg(text) for metric, heading in columns.items()}).reset_index()


def joined(paths: Iterable[str | Path]) -> pd.DataFrame:
    """The rows of many CSV files, one after the other."""
    return pd.concat([pd.read_csv(path) for path in paths], ignore_index=True)


def write(table: pd.DataFrame, *paths: str | Path, widths: Mapping[str, float] | None = None) -> None:
    """Writes a table in the format of each path's suffix: .csv, .md, or .tex.

    LaTeX wants the packages booktabs and longtable: a table of more than :data:`LONG` rows breaks across pages.

    Args:
        table: the table.
        paths: the files.
        widths: shares of the line for columns whose text LaTeX breaks; others are as wide as it is.

    Raises:
        ConfigError: for another suffix.
    """
    for path in map(Path, paths):
        match path.suffix:
            case ".csv":
                table.to_csv(path, index=False)
            case ".md":
                path.write_text(table.to_markdown(index=False) + "\n")
            case ".tex":
                styler = table.style.hide(axis="index").format(escape="latex", na_rep="--")
                columns = {name: name.replace("_", r"\_").replace("%", r"\%") for name in table.columns}
                path.write_text(
                    styler.relabel_index(list(columns.values()), axis="columns").to_latex(
                        hrules=True,
                        column_format="".join(
                            rf"p{{{widths[name]}\linewidth}}" if widths and name in widths else "l" for name in columns
                        ),
                        environment="longtable" if len(table) > LONG else None,
                    )
                )
            case _:
                raise ConfigError(f"{path}: tables are written as .csv, .md or .tex")
