import pytest
import torch

from pathlode.errors import ConfigError, DataError
from pathlode.registry import DATA_SETS
from pathlode.schedule.tasks.data import Data, DataSet, Examples

PARTS = {"train": 24, "validation": 10, "test": 8}


@pytest.fixture(params=DATA_SETS)
def read(request, folder_of):
    return lambda: DATA_SETS[request.param](**PARTS).read(folder_of(request.param))


def test_the_most_frequent_class_is_that_of_training():
    """Class 2 is the most frequent among characters of training, class 1 in the test."""
    train, test = torch.tensor([[0, 2, 2], [1, 2, 0]]), torch.tensor([[1, 1, 2], [1, 2, 1]])
    parts = {name: Examples(given, given) for name, given in (("train", train), ("validation", train), ("test", test))}
    assert Data(**parts, classes=3).frequent == pytest.approx(2 / 6)


def test_every_data_set_has_the_examples_that_are_wanted(read):
    data = read()
    for name, count in PARTS.items():
        examples = getattr(data, name)
        assert len(examples) == count
        assert examples.inputs.shape[1:] == data.shape
        assert examples.targets.dtype == torch.int64
        assert examples.targets.min() >= 0
        assert examples.targets.max() < data.classes
        if len(data.shape) == 1:
            assert examples.inputs.dtype == torch.int64
            assert examples.targets[:, :-1].equal(examples.inputs[:, 1:])
        else:
            assert examples.inputs.dtype == torch.float32
            assert examples.targets.shape == (count,)


def test_every_data_set_is_the_same_each_time(read):
    first, second = read(), read()
    for name in PARTS:
        assert getattr(first, name).inputs.equal(getattr(second, name).inputs)
        assert getattr(first, name).targets.equal(getattr(second, name).targets)


def test_examples_go_to_a_device(read):
    assert read().to("meta").test.inputs.device.type == "meta"


@pytest.mark.parametrize("name", DATA_SETS)
def test_every_data_set_is_documented(name):
    assert issubclass(DATA_SETS[name], DataSet)
    assert len(DATA_SETS[name].__doc__) > 40


@pytest.mark.parametrize("name", DATA_SETS)
@pytest.mark.parametrize("part", PARTS)
def test_a_part_without_examples_is_refused(name, part):
    with pytest.raises(ConfigError, match=f"{part} is 0, expected at least 1"):
        DATA_SETS[name](**PARTS | {part: 0})


@pytest.mark.parametrize("name", ["fashion_mnist", "cifar100", "tinyshakespeare", "tinystories"])
class TestFiles:
    def test_a_missing_file_is_named(self, name, tmp_path):
        with pytest.raises(DataError, match=rf"{tmp_path}/\S+ does not exist: save the data set's file"):
            DATA_SETS[name](**PARTS).read(tmp_path)

    def test_more_examples_than_there_are_are_refused(self, name, folder_of):
        with pytest.raises(ConfigError, match=r"test is 999, expected at most \d+, the size of the data set"):
            DATA_SETS[name](**PARTS | {"test": 999}).read(folder_of(name))

    def test_fewer_training_examples_are_the_first_of_more(self, name, folder_of):
        few, more = (DATA_SETS[name](**PARTS | {"train": count}).read(folder_of(name)) for count in (5, 20))
        assert few.train.targets.equal(more.train.targets[:5])
        for part in ("validation", "test"):
            assert getattr(few, part).targets.equal(getattr(more, part).targets)
