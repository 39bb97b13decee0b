import sys

import numpy as np
import pytest

from pathlode.errors import ConfigError, DataError
from pathlode.real.hopper import JOINTS, SIMULATED_STEP, STATE_NAMES, initial_states, invented_hoppers, simulate_hoppers

FREE = """
<mujoco>
  <include file="./common/skybox.xml"/>
  <option timestep="{step}"/>
  <worldbody>{bodies}</worldbody>
</mujoco>
"""
BODY = '<body pos="0 {place} 0"><joint type="{kind}" axis="{axis}"/><geom size="0.1" material="self"/></body>'


def free_bodies(path, step=SIMULATED_STEP):
    """A robot whose joints do not know each other: one slides aside, one falls, five spin."""
    joints = [("slide", "1 0 0"), ("slide", "0 0 1"), *[("hinge", "0 1 0")] * 5]
    bodies = [BODY.format(place=place, kind=kind, axis=axis) for place, (kind, axis) in enumerate(joints)]
    path.write_text(FREE.format(step=step, bodies="".join(bodies)))
    return path


def test_initial_states_are_drawn_in_the_published_order():
    rng = np.random.RandomState(123)
    one_by_one = [[*rng.uniform(0, 0.5, 2), *rng.uniform(-2, 2, 5), *rng.uniform(-5, 5, 7)] for _ in range(3)]
    assert np.allclose(initial_states(3), one_by_one, rtol=0, atol=1e-14)


def test_what_falls_freely_follows_the_parabola_of_the_simulators_steps(tmp_path):
    """Velocities are updated first, so z_k = z_0 + v k h - g h² k (k + 1) / 2."""
    pytest.importorskip("mujoco")
    found = simulate_hoppers(free_bodies(tmp_path / "free.xml"), 2)
    start, k = initial_states(2)[:, None], np.arange(200)[:, None]
    fall = np.where(np.arange(len(JOINTS)) == 1, 9.81, 0.0)
    position, velocity = start[..., :7], start[..., 7:]
    assert np.allclose(found.states[..., 7:], velocity - fall * SIMULATED_STEP * k, atol=1e-4)
    expected = position + velocity * SIMULATED_STEP * k - fall * SIMULATED_STEP**2 * k * (k + 1) / 2
    assert np.allclose(found.states[..., :7], expected, atol=1e-4)
    assert (found.source, len(STATE_NAMES)) == ("simulated", 14)


def test_a_file_of_another_robot_is_refused(tmp_path):
    pytest.importorskip("mujoco")
    (tmp_path / "empty.xml").write_text("<mujoco>")
    with pytest.raises(DataError, match=r"empty.xml does not describe a robot \(no element found: line 1, column 8\)"):
        simulate_hoppers(tmp_path / "empty.xml", 1)
    with pytest.raises(DataError, match=r"slow.xml describes another robot than the hopper"):
        simulate_hoppers(free_bodies(tmp_path / "slow.xml", step=0.01), 1)


def test_without_the_simulator_a_sentence_says_what_to_install(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "mujoco", None)
    with pytest.raises(
        ConfigError, match=r"needs the package mujoco, which is not installed: pip install 'pathlode\[mujoco\]'"
    ):
        simulate_hoppers(tmp_path / "hopper.xml", 1)


def test_velocities_of_invented_trajectories_are_slopes_of_their_damped_positions():
    states = invented_hoppers(4).states.astype(float)
    position, velocity = states[..., :7], states[..., 7:]
    slope = np.gradient(position, SIMULATED_STEP, axis=1)
    assert np.allclose((slope + position)[:, 1:-1], velocity[:, 1:-1], atol=0.05)
    assert np.allclose(states[:, 0], initial_states(4), atol=1e-6)
