"""The file beside a job's log that says what made its outputs, and what that cost."""

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
        commit: of the code, see :func:`pathlode.reporting.provenance.commit`.
        config: digest of the configuration.
        seeds: everything in the parameters that is called a seed, by its place there.
        packages: versions of the packages, by name.
        device: name of the GPU, or else of the CPU.
        cores: of the machine.
        threads: that the job was given.
        begun: when it began, in UTC, as ISO 8601.
        seconds: wall time with the imports.
        cpu_seconds: CPU time with the imports.
        peak_mb: the largest memory, in MB.
        modules: of the package that were loaded.
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
