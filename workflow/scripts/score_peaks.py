"""Compares detectors of R peaks with the annotated beats of the chapter's records, and of recordings of another source."""

from collections.abc import Iterator
from pathlib import Path

from pathlode.ecg.detection import detection_scores, thinned
from pathlode.ecg.elsewhere import records_in
from pathlode.ecg.record_files import RecordFiles
from pathlode.ecg.recording.recording_files import read_recording
from pathlode.ecg.recording.recordings import Recording
from pathlode.progress import Progress
from pathlode.reporting.job import job

with job(snakemake):
    listed, elsewhere = RecordFiles.load(Path(snakemake.input.records)), snakemake.params.elsewhere
    paths = [(listed.source, Path(listed.folder) / name, snakemake.params.strides) for name in listed.names]
    paths += [(elsewhere["source"], path, [1]) for path in records_in(Path(elsewhere["folder"]))]
    progress = Progress("R peaks", len(paths))

    def recordings() -> Iterator[tuple[str, bool, Recording]]:
        """Each with its source, at its own rate and at lower ones, these without and with a low-pass filter before."""
        for number, (source, path, strides) in enumerate(paths, start=1):
            recording = read_recording(path)
            for stride in strides:
                for filtered in [False, True] if stride > 1 else [False]:
                    yield source, filtered, thinned(recording, stride, filtered)
            progress(number, "recordings")

    detection_scores(recordings(), snakemake.params.detectors).save(Path(snakemake.output.table))
