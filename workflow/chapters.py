"""The chapters of the pipeline, one entry each."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Chapter:
    """One chapter.

    Its name is also that of its target, also in its claims, of its folders under results/ and results/figures/, of its part of
    the report, which the first lines of captions name, and of its files:

    * rules/<name>.smk, and rules/<name>_results.smk for tables and figures, which are one group on SLURM, <name>_results;
    * config/<name>.yaml and its schema, workflow/schemas/<name>.yaml;
    * workflow/configuration/<name>.py, which checks these settings and derives others from them;
    * docs/<name>.md, its page.

    Attributes:
        name: the chapter's name.
        title: heading of its page, and of its part of the report.
        claimed: the tables in results/tables that its claims read: name -> ``"module:class"`` of the file that it is.
        told: the other tables there whose values its page has in sentences, in the same way.
        extra: the package's extra that its jobs need, if any.
        statistic: description of the scores on its page.
    """

    name: str
    title: str
    claimed: Mapping[str, str]
    told: Mapping[str, str] = field(default_factory=dict)
    extra: str | None = None
    statistic: str = "median over replicates [range]"


CHAPTERS = {
    chapter.name: chapter
    for chapter in (
        Chapter(
            "dynamics",
            "Dynamical systems [A]",
            claimed={
                "dynamics": "pathlode.dynamics.artefacts:Scores",
                "training": "pathlode.dynamics.step_costs:TimedToTarget",
                "sizes_needed": "pathlode.dynamics.artefacts:SizesNeeded",
                "probes": "pathlode.dynamics.artefacts:Probes",
            },
        ),
        Chapter(
            "inference",
            "Inference [A]",
            claimed={"inference": "pathlode.inference.scores:ComparedFlows"},
            extra="inference",
        ),
        Chapter(
            "ecg",
            "Heartbeats [B]",
            claimed={
                "ecg": "pathlode.ecg.results:ComparedBeatScores",
                "ecg_left_out": "pathlode.ecg.results:ComparedScoresWithoutRecord",
            },
            extra="ecg",
        ),
        Chapter(
            "scheduler",
            "Learning rates [C]",
            claimed={
                "scheduler": "pathlode.schedule.artefacts:PolicyScores",
                "solvable_scores": "pathlode.schedule.solvable.artefacts:SolvableScores",
            },
            told={
                "scheduler_budgets": "pathlode.schedule.artefacts:PolicyBudgets",
                "solvable_past_runs_centres": "pathlode.schedule.solvable.artefacts:PastRunsCentres",
            },
            extra="schedule",
            statistic="means over runs, median eigenvalue; differences in points [interval]; CPU seconds",
        ),
        Chapter(
            "real",
            "Real data",
            claimed={
                "real": "pathlode.real.results:RealScores",
                "hudson_bay_scores": "pathlode.real.pelt_results:PeltScores",
            },
            extra="real",
        ),
        Chapter("rivals", "Rivals", claimed={"rivals_errors": "pathlode.rivals.results:RivalScores"}, extra="rivals"),
        Chapter("chaos", "Chaos", claimed={"chaos_scores": "pathlode.chaos.results:ChaosScores"}, extra="chaos"),
    )
}
"""All chapters by name, in reading order."""
