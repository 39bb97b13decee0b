# What all chapters share: the checked configuration, and where results and logs go. No rules.

import re

from snakemake.exceptions import WorkflowError

from pathlode.ecg.records import RECORDS, SUFFIXES
from pathlode.registry import DATA_SETS, ENCODERS, FLOWS, LOSSES, POLICIES, SYSTEMS
from workflow.configuration import InvalidConfig, check
from workflow.configuration.dynamics import COMPARED, candidate_steps, losses_by_encoder, tuning
from workflow.configuration.ecg import balance, latent_ode
from workflow.configuration.inference import flow_settings, latents_of, summary_settings
from workflow.configuration.scheduler import (
    chosen_runs,
    example_files,
    fit_settings,
    fitted_to,
    look_ahead_settings,
    task_modules,
    task_settings,
)
from workflow.sources import sources

try:
    check(config)
except InvalidConfig as error:
    raise WorkflowError(str(error))

RESULTS, LOGS = (
    folder if config["scale"] == "default" else f"{folder}/{config['scale']}" for folder in ("results", "logs")
)
TABLES = f"{RESULTS}/tables"
