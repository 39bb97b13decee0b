"""The chapters of the pipeline, one entry each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Its name is also that of its target, also in its claims, of its folders under results/ and results/figures/, of its captions
    in workflow/report/subjects.yaml, and of its files:

    * rules/<name>.smk, and rules/<name>_results.smk for tables and figures, which are one group on SLURM, <name>_results;
    * config/<name>.yaml and its schema, workflow/schemas/<name>.yaml;
    * workflow/configuration/<name>.py, which checks these settings and derives others from them;
    * docs/<name>.md, its page.

    Attributes:
        name: the chapter's name.
        title: heading of its page, and of its part of the report.
        claimed: the tables in results/tables that its claims read.
        extra: the package's extra that its jobs need, if any.
        statistic: description of the scores on its page.
    """

    name: str
    title: str
    claimed: tuple[str, ...]
    extra: str | None = None
    statistic: str = "median over replicates [range]"


CHAPTERS = {
    chapter.name: chapter
    for chapter in (
        Chapter("dynamics", "Dynamical systems [A]", claimed=("dynamics", "training", "sizes_needed", "probes")),
        Chapter("inference", "Inference [A]", claimed=("inference",), extra="inference"),
        Chapter("ecg", "Heartbeats [B]", claimed=("ecg", "ecg_left_out"), extra="ecg"),
        Chapter(
            "scheduler",
            "Learning rates [C]",
            claimed=("scheduler", "solvable_scores"),
            extra="schedule",
            statistic="means over runs, median eigenvalue; differences in points [interval]; CPU seconds",
        ),
        Chapter("real", "Real data", claimed=("real", "hudson_bay_scores"), extra="real"),
        Chapter("rivals", "Rivals", claimed=("rivals_errors",), extra="rivals"),
        Chapter("chaos", "Chaos", claimed=("chaos_scores",), extra="chaos"),
    )
}
"""All chapters by name, in reading order."""
