"""A simulated robot that falls to the ground: the trajectories on which Rubanova et al. compare latent ODEs.

Source: Rubanova et al. 2019, Latent ordinary differential equations for irregularly-sampled time series
(https://arxiv.org/abs/1907.03907), whose code starts the robot. It is the hopper of Tassa et al. 2018, DeepMind control suite
(https://arxiv.org/abs/1801.00690).
"""

from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
from numpy.typing import NDArray

from pathlode.arrays import Array
from pathlode.artefacts import ArrayFile, axes
from pathlode.errors import ConfigError, DataError
from pathlode.real.hopper_shares import SIMULATED_TIMES

JOINTS = ("x", "z", "torso", "waist", "hip", "knee", "ankle")
"""Two positions and five angles; the features are these and then their velocities."""
STATE_NAMES = [*JOINTS, *(f"velocity of {name}" for name in JOINTS)]
STATE_UNITS = ["m", "m", *["rad"] * 5, "m/s", "m/s", *["rad/s"] * 5]
SIMULATED_STEP = 0.005
"""Seconds from one time to the next, a step of the simulator."""
LOWEST = np.array([0.0, 0.0, *[-2.0] * 5, *[-5.0] * 7])
HIGHEST = np.array([0.5, 0.5, *[2.0] * 5, *[5.0] * 7])
"""Initial states are uniform between these."""
PUBLISHED_SEED = 123
"""Seed of the published initial states."""


@dataclass(frozen=True)
class HopperTrajectories(ArrayFile):
    """Trajectories of the robot.

    Attributes:
        source: ``simulated``, or ``invented`` without the simulator.
        states: in the units of :data:`STATE_UNITS`.
    """

    source: str
    states: NDArray[np.float32] = axes("trajectory", "time", "feature")


def initial_states(number: int) -> Array:
    """The published initial states, the first ones first, (number, feature)."""
    return LOWEST + (HIGHEST - LOWEST) * np.random.RandomState(PUBLISHED_SEED).random_sample((number, len(LOWEST)))


def simulate_hoppers(robot: Path, number: int) -> HopperTrajectories:
    """Trajectories of a robot without control, from :func:`initial_states`; 1 CPU millisecond each.

    Args:
        robot: its description, ``hopper.xml`` of the control suite.
        number: number of trajectories.

    Raises:
        ConfigError: if the simulator is not installed.
        DataError: if the file does not describe this robot.
    """
    try:
        import mujoco
        from mujoco import rollout
    except ImportError as error:
        raise ConfigError(
            f"simulating the hopper needs the package {error.name}, which is not installed: pip install 'pathlode[mujoco]'"
        ) from None
    try:
        model = mujoco.MjModel.from_xml_string(_without_looks(robot))
    except (OSError, ElementTree.ParseError, ValueError) as error:
        raise DataError(f"{robot} does not describe a robot ({error}): delete it, and it is fetched again") from error
    if (model.nq, model.nv, model.opt.timestep) != (len(JOINTS), len(JOINTS), SIMULATED_STEP):
        raise DataError(f"{robot} describes another robot than the hopper: delete it, and it is fetched again")
    start = initial_states(number)
    timed = np.concatenate([np.zeros((number, 1)), start], axis=1)
    states, _ = rollout.rollout(model, mujoco.MjData(model), timed, nstep=SIMULATED_TIMES - 1)
    return HopperTrajectories("simulated", np.concatenate([start[:, None], states[..., 1:]], axis=1, dtype=np.float32))


def _without_looks(robot: Path) -> str:
    """The description without materials and the files that define them, which have no effect on the motion."""
    root = ElementTree.parse(robot).getroot()
    for included in root.findall("include"):
        root.remove(included)
    for part in root.iter():
        part.attrib.pop("material", None)
    return ElementTree.tostring(root, encoding="unicode")


def invented_hoppers(number: int) -> HopperTrajectories:
    """Damped waves from :func:`initial_states`, in the form of simulated trajectories, for trying the pipeline."""
    start, elapsed = initial_states(number), SIMULATED_STEP * np.arange(SIMULATED_TIMES)[:, None]
    position, velocity = start[:, None, : len(JOINTS)], start[:, None, len(JOINTS) :]
    frequency = 2 * np.pi * (1 + np.arange(len(JOINTS)) / 4)
    wave, cowave = np.cos(frequency * elapsed), np.sin(frequency * elapsed)
    positions = np.exp(-elapsed) * (position * wave + velocity / frequency * cowave)
    velocities = np.exp(-elapsed) * (velocity * wave - position * frequency * cowave)
    return HopperTrajectories("invented", np.concatenate([positions, velocities], axis=-1, dtype=np.float32))
