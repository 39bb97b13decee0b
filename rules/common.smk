# What all chapters share: the checked configuration, and where results and logs go. No rules.

import re

from snakemake.exceptions import WorkflowError

from pathlode.ecg.records import RECORDS, SUFFIXES
from pathlode.registry import ENCODERS, LOSSES, SYSTEMS
from workflow.configuration import (
    COMPARED,
    InvalidConfig,
    balance,
    candidate_steps,
    check,
    latent_ode,
    losses_by_encoder,
    sources,
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
