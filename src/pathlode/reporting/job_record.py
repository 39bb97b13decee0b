"""The file beside a job's log with the provenance and cost of its outputs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pathlode.artefacts import JsonFile


@dataclass(frozen=True)
class JobRecord(JsonFile):
    """Record of a job.

    Attributes:
        rule: the job's rule.
        wildcards: their values, by name.
        inputs: files that were read.
        outputs: files that were made.
        commit: commit of the code, see :func:`pathlode.reporting.provenance.commit`.
        config: digest of the configuration.
        seeds: all seeds among the parameters, by their place.
        packages: versions of the packages, by name.
        device: name of the GPU, or else of the CPU.
        cores: number of the machine's cores.
        threads: number of the job's threads.
        begun: start of the job in UTC, as ISO 8601.
        seconds: wall time, including imports of the job's own.
        cpu_seconds: CPU time, including imports of the job's own.
        peak_mb: peak memory in MB, including libraries that jobs of a run share.
        modules: loaded modules of the package.
    """

    rule: str
    wildcards: Mapping[str, str]
    inputs: Sequence[str]
    outputs: Sequence[str]
    commit: str
    config: str
    seeds: Mapping[str, Any]
    packages: Mapping[str, str]
    device: str
    cores: int
    threads: int
    begun: str
    seconds: float
    cpu_seconds: float
    peak_mb: float
    modules: Sequence[str]
