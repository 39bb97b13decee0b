# What all chapters share: the checked configuration, and where results and logs go. No rules.

import re

from snakemake.exceptions import WorkflowError

from pathlode.ecg.records import RECORDS, SUFFIXES
from pathlode.registry import ENCODERS, FLOWS, LOSSES, SYSTEMS
from workflow.configuration import (
    COMPARED,
    InvalidConfig,
    balance,
    candidate_steps,
    check,
    flow_settings,
    latent_ode,
    latents_of,
    losses_by_encoder,
    sources,
    summary_settings,
    tuning,
)

try:
    check(config)
except InvalidConfig as error:
    raise WorkflowError(str(error))

RESULTS, LOGS = (
    folder if config["scale"] == "default" else f"{folder}/{config['scale']}" for folder in ("results", "logs")
)
TABLES = f"{RESULTS}/tables"
