from pathlode.registry import SYSTEMS
from pathlode.reporting.naming import PROPER, readable


def test_names_become_words():
    assert readable("lotka_volterra_fixed_start") == "Lotka-Volterra fixed start"
    assert readable("coupled_oscillator") == "coupled oscillator"
    assert (readable("lorenz"), readable("lorenz96")) == ("Lorenz-63", "lorenz96")


def test_what_has_a_proper_name_is_there():
    assert set(PROPER) <= set(SYSTEMS)
