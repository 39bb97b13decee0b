"""Makes a classifier of beats from the chapter's own parts, and its card."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pathlode import __version__
from pathlode.ecg.beat_model import BeatModel, Familiar, TreeScorer
from pathlode.ecg.beat_model_card import SPLIT_PARTS, BeatModelCard
from pathlode.ecg.classification import fit_classifiers
from pathlode.ecg.outcome_scores import score_outcomes
from pathlode.ecg.relative_beats import RelativeBeats
from pathlode.ecg.representations import Latents
from pathlode.ecg.study import Study
from pathlode.ecg.trees import Trees
from pathlode.ecg.weighted_trees import as_they_are
from pathlode.models.contract import SequenceModel


def fit_beat_model(
    study: Study,
    encoder: SequenceModel,
    new: Callable[[], Trees],
    trained_on: Sequence[str],
    labels: Mapping[str, Any],
    commit: str,
) -> BeatModel:
    """Fits weighted trees to latents and relative features as :func:`pathlode.ecg.classification.fit_classifiers` does, and
    scores them on the test beats under every condition.

    Args:
        study: the beats and their split.
        encoder: a latent ODE of one member, trained on the training beats of the split.
        new: makes the trees.
        trained_on: names of the conditions under which the training and validation beats are recorded, in turn.
        labels: ``split``, ``model`` and ``seed``, columns of the scores.
        commit: commit of the code, for the card.
    """
    represent = Latents(encoder)
    relative = RelativeBeats(study.beats, study.conditions)
    study = replace(study, usual=relative.usual)
    (outcome,) = fit_classifiers(study, represent, new, trained_on, as_they_are, rhythms=(True,), relative=relative)
    assert isinstance(outcome.classifier, Trees)
    train, held_out = (study.mixed(represent, part, trained_on) for part in ("train", "validation"))
    scores = score_outcomes([outcome], study, **labels).table
    rows: list[Any] = scores.astype(object).where(scores.notna(), None).to_dict("records")
    card = BeatModelCard(
        source=study.beats.source,
        beats={part: len(study.positions(part)) for part in SPLIT_PARTS},
        records={part: _records(study, part) for part in SPLIT_PARTS},
        new_patients=study.split.has_new_patients(study.beats),
        version=__version__,
        commit=commit,
        scores=rows,
    )
    trees = TreeScorer.of(outcome.classifier)
    return BeatModel(encoder, trees, Familiar.of(train, held_out), study.centred, card)


def _records(study: Study, part: str) -> list[str]:
    """Names of the records of a part's beats."""
    numbers = sorted(set(study.beats.records[study.positions(part)].tolist()))
    return [str(study.beats.names[number]) for number in numbers]
