"""A classifier of beats in one file: encoder, trees, what the training data looked like, and a card of its scores."""

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from pathlode.core.shapes import Times, Values
from pathlode.core.tensor_files import load_tensors, save_tensors
from pathlode.ecg.beat_model_card import BeatModelCard
from pathlode.ecg.features import Features, Probabilities, median_of
from pathlode.ecg.records import CLASSES
from pathlode.ecg.relative import unhurried
from pathlode.ecg.representations import Latents
from pathlode.ecg.trees import Trees
from pathlode.errors import CheckpointError
from pathlode.models.contract import SequenceModel
from pathlode.models.saving import model_content, model_of

KIND, EDITION = "classifier of heartbeats", 4
"""What the file says that it is, and the number of its layout."""
UNUSUAL = 0.99
"""Share of the validation beats that count as like the training data."""


@dataclass(frozen=True)
class Familiar:
    """How far features lie from those of the training beats: their Mahalanobis distance, in units of the distance that a share
    :data:`UNUSUAL` of the validation beats keeps.

    With mean m and covariance S of the training features, the squared distance of x is (x - m)ᵀ S⁻¹ (x - m).

    Attributes:
        mean: (feature,).
        whitening: maps a difference to one of unit covariance, divided by the distance that counts as 1: (feature, feature).
    """

    mean: NDArray[np.float32]
    whitening: NDArray[np.float32]

    @classmethod
    def of(cls, train: Features, validation: Features) -> "Familiar":
        """From features of training and validation beats. Along each principal axis, the variance counts as at least a
        millionth of the largest one."""
        mean, spread = train.mean(axis=0, dtype=np.float64), np.cov(train.astype(np.float64), rowvar=False)
        variances, axes = np.linalg.eigh(np.atleast_2d(spread))
        whitening = axes / np.sqrt(variances.clip(1e-6 * variances.max()))
        limit = np.quantile(cls(mean, whitening).distances(validation), UNUSUAL)
        return cls(mean.astype(np.float32), (whitening / limit).astype(np.float32))

    def distances(self, features: Features) -> NDArray[np.float64]:
        """Distance of each beat, above 1 for beats unlike the training data, (beat,)."""
        return np.asarray(np.linalg.norm((features - self.mean) @ self.whitening, axis=1), np.float64)


@dataclass(frozen=True)
class TreeScorer:
    """Fitted trees, without what fitting them took.

    Attributes:
        booster: of XGBoost.
        known: index in :data:`pathlode.ecg.records.CLASSES` of each of its classes.
        corrections: factor of each of their probabilities in the correction to the training beats' own prior.
    """

    booster: Any
    known: Sequence[int]
    corrections: Sequence[float]

    @classmethod
    def of(cls, trees: Trees) -> "TreeScorer":
        """The trees up to the best round."""
        return cls(trees.booster, [int(label) for label in trees.known], trees.corrections)

    @classmethod
    def load(cls, path: Path) -> "TreeScorer":
        """The trees of a file that :meth:`pathlode.ecg.trees.Trees.save` wrote, without corrections of their probabilities."""
        import xgboost  # here, because the import takes one and a half seconds

        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(bytearray(path.read_bytes()))  # a path would need a suffix known to XGBoost
        known = [int(label) for label in booster.attr("classes").split()]
        return cls(booster, known, [1.0] * len(known))

    def probabilities(self, features: Features) -> Probabilities:
        """Probability of each of :data:`pathlode.ecg.records.CLASSES`, (beat, class)."""
        table = np.zeros((len(features), len(CLASSES)), dtype=np.float32)
        found = self.booster.inplace_predict(features)
        table[:, list(self.known)] = found if found.ndim == 2 else np.stack([1 - found, found], axis=1)
        return table

    def corrected(self, probabilities: Probabilities) -> Probabilities:
        """Probabilities under the prior of the training beats, (beat, class)."""
        factors = np.zeros(len(CLASSES), np.float32)
        factors[list(self.known)] = self.corrections
        corrected: Probabilities = probabilities * factors
        return corrected / corrected.sum(axis=1, keepdims=True)

    def content(self) -> dict[str, Any]:
        """As plain values and tensors."""
        packed = zlib.compress(bytes(self.booster.save_raw("ubj")), level=9)
        trees = torch.frombuffer(bytearray(packed), dtype=torch.uint8)
        return {"known": list(self.known), "corrections": list(self.corrections), "trees": trees}

    @classmethod
    def from_content(cls, content: Mapping[str, Any]) -> "TreeScorer":
        """From what :meth:`content` gave."""
        import xgboost  # here, because the import takes one and a half seconds

        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(bytearray(zlib.decompress(content["trees"].numpy().tobytes())))
        return cls(booster, content["known"], content["corrections"])


@dataclass(frozen=True)
class BeatModel:
    """A classifier of beats.

    Attributes:
        encoder: a latent ODE of one member, whose z0 are features.
        trees: boosted trees on the features and :func:`pathlode.ecg.relative.relative_features`.
        familiar: says how far features lie from those of the training beats.
        centred: whether the record's usual beat is subtracted from the features.
        card: what it was made of, and how well it does.
    """

    encoder: SequenceModel
    trees: TreeScorer
    familiar: Familiar
    centred: bool
    card: BeatModelCard

    def encode(self, times: Times, values: Values) -> Features:
        """Features of windows, (beat, feature), not centred and alone."""
        return Latents(self.encoder)(times, values)

    def classify(
        self, features: Features, relative: Features, usual: NDArray[np.float32] | None = None
    ) -> tuple[NDArray[np.int8], NDArray[np.float32], NDArray[np.float64]]:
        """Classes of beats of one record, their probabilities, and distances from the training data, (beat,) each.

        The class is the most probable one under the trees' own prior, in which rare classes have more than their share. Its
        probability is that under the prior of the training beats, and can be below that of another class.

        Args:
            features: of :meth:`encode`, (beat, feature).
            relative: of :func:`pathlode.ecg.relative.relative_features`, (beat, 38).
            usual: features of the record's usual beat, (feature,); by default the median of those of these beats that are
                :func:`pathlode.ecg.relative.unhurried`.
        """
        if self.centred:
            features = features - (median_of(features, unhurried(relative)) if usual is None else usual)
        probabilities = self.trees.probabilities(np.hstack([features, relative]))
        classes = probabilities.argmax(axis=1).astype(np.int8)
        chosen = self.trees.corrected(probabilities)[np.arange(len(classes)), classes]
        return classes, chosen, self.familiar.distances(features)

    def save(self, path: Path) -> None:
        """Writes the file, whole or not at all.

        Raises:
            CheckpointError: if the card holds something else than plain values.
        """
        familiar = {name: torch.from_numpy(value) for name, value in vars(self.familiar).items()}
        save_tensors(
            path,
            {
                "kind": KIND,
                "edition": EDITION,
                "encoder": model_content(self.encoder),
                "trees": self.trees.content(),
                "familiar": familiar,
                "centred": self.centred,
                "card": asdict(self.card),
            },
        )

    @classmethod
    def load(cls, path: Path) -> "BeatModel":
        """Reads a file that :meth:`save` wrote, without executing code from it.

        Raises:
            CheckpointError: if it is missing, damaged, of another version, or another kind of file.
        """
        content = load_tensors(path)
        if content.get("kind") != KIND:
            raise CheckpointError(f"{path} is no {KIND}: make one by `snakemake ecg_model`")
        if content.get("edition") != EDITION:
            raise CheckpointError(
                f"{path} has the layout {content.get('edition')}, and this version of pathlode reads {EDITION}: make it again "
                "by `snakemake ecg_model`, or use the version that wrote it"
            )
        try:
            encoder, _ = model_of(content["encoder"], path)
            familiar = Familiar(**{name: value.numpy() for name, value in content["familiar"].items()})
            trees = TreeScorer.from_content(content["trees"])
            return cls(encoder, trees, familiar, content["centred"], BeatModelCard(**content["card"]))
        except CheckpointError:
            raise
        except (AttributeError, KeyError, TypeError, ValueError, zlib.error) as error:  # XGBoost's own are ValueErrors
            reason = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise CheckpointError(f"{path} is damaged ({reason}): restore a copy of it, or make it again") from error
