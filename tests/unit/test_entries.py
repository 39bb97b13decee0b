import pytest

from pathlode.entries import Registry
from pathlode.errors import ConfigError
from pathlode.registry import ENCODERS, LOSSES, MODELS


def test_unknown_name():
    with pytest.raises(
        ConfigError, match="unknown loss 'pth': expected one of path, kl, kl_annealed, none, displacement, path\\+kl"
    ):
        LOSSES["pth"]
    assert "pth" not in LOSSES
    assert "path" in LOSSES


def test_a_class_has_the_name_under_which_it_is_registered():
    assert [MODELS.name(model) for model in MODELS.values()] == list(MODELS)
    with pytest.raises(ConfigError, match="test_entries:Other is not registered as a model: add it"):
        MODELS.name(Other)


class Other:
    pass


def test_a_line_says_more_than_a_path():
    assert LOSSES.path("path+kl") == (
        "pathlode.training.losses.path_length_and_kullback_leibler:PathLengthAndKullbackLeibler"
    )
    assert LOSSES.words("path+kl") == {"training", "path", "posterior"}
    assert ENCODERS.words("gru") == frozenset()


def test_a_line_has_words_facts_and_limits():
    entries = Registry("part", {"one": "a.b:C even takes=width,depth width>=2 width%2", "two": "a.b:D"})
    assert entries.words("one") == {"even"}
    assert entries.fact("one", "takes") == ("width", "depth")
    assert [entries.limit("one", "width", sign) for sign in (">=", "%", "<=")] == ["2", "2", None]
    assert (entries.words("two"), entries.fact("two", "takes")) == (frozenset(), ())
