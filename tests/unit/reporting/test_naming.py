from pathlode.registry import SYSTEMS
from pathlode.reporting.naming import PROPER, SYMBOLS, readable, symbol


def test_names_become_words():
    assert readable("lotka_volterra_fixed_start") == "Lotka-Volterra fixed start"
    assert readable("coupled_oscillator") == "coupled oscillator"
    assert (readable("lorenz"), readable("lorenz96")) == ("Lorenz-63", "lorenz96")


def test_what_has_a_proper_name_is_there():
    assert set(PROPER) <= set(SYSTEMS)


def test_quantities_become_symbols():
    assert [symbol(name) for name in ("theta", "delta", "x0")] == ["θ", "δ", "x₀"]
    quantities = {name for system in SYSTEMS.values() for name in (*system.features, *system.parameters)}
    assert set(SYMBOLS) <= quantities
