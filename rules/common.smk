# What all chapters share: the checked configuration, and where results and logs go. No rules.

import os
from pathlib import Path

import yaml
from snakemake.exceptions import WorkflowError

from workflow.chapters import CHAPTERS
from workflow.code import code
from workflow.configuration import InvalidConfig, check
from workflow.configuration.command_line import read_texts
from workflow.variations import vary

read_texts(config)
try:
    check(config)
except InvalidConfig as error:
    raise WorkflowError(str(error))
THREADS = vary(config)  # of a job


def own(name):
    """A file of this workflow, relative to the working directory, which differs from the workflow's folder if it is a module."""
    return os.path.relpath(Path(workflow.current_basedir).parent / name)


SUBJECTS = {
    name: {"category": CHAPTERS[part].title if part in CHAPTERS else part, "subcategory": subject}
    for part, subjects in yaml.safe_load(Path(own("workflow/report/subjects.yaml")).read_text()).items()
    for subject, names in subjects.items()
    for name in names
}


def shown(path, name=None, of="all"):
    """A table or figure in the report, under its claims, with the caption of its own name or of another."""
    stem, suffix = Path(path).stem, Path(path).suffix
    labels = {"what": stem.replace("_", " "), "of": of, "file": suffix.removeprefix(".")}
    return report(path, caption=f"../workflow/report/{name or stem}.rst", labels=labels, **SUBJECTS[name or stem])


BASE, LOGS = (folder if config["scale"] == "hour" else f"{folder}/{config['scale']}" for folder in ("results", "logs"))
RESULTS = BASE
if config["variation"] != "none":
    RESULTS, LOGS = (f"{folder}/stability/{config['variation']}" for folder in (BASE, LOGS))
TABLES = f"{RESULTS}/tables"


def drawn(chapter, names):
    """The figures of a chapter in both formats. The report shows the PNG, with the caption of <chapter>_<name>_figure."""
    folder = f"{RESULTS}/figures/{chapter}"
    shown_in_report = [shown(f"{folder}/{name}.png", f"{chapter}_{name}_figure") for name in names]
    return [*shown_in_report, *(f"{folder}/{name}.pdf" for name in names)]
