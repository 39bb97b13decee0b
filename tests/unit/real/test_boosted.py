import numpy as np

from pathlode.core.simple import neighbours
from pathlode.real.boosted import summary_features, tree_classifier, tree_predictions, varied

NAN = np.nan


def test_trees_learn_what_the_neighbours_tell_and_leave_the_rest_open():
    """Each series is constant: the hidden value is its neighbour's. The second feature is asked of no training series."""
    rng = np.random.default_rng(0)
    levels = rng.normal(size=(300, 1, 1))
    whole = np.concatenate([np.broadcast_to(levels, (300, 4, 1)), np.full((300, 4, 1), NAN)], axis=-1)
    times = np.broadcast_to(np.arange(4.0), (300, 4))
    seen, asked = whole.copy(), np.full_like(whole, NAN)
    seen[:, 2, 0], asked[:, 2, 0] = NAN, whole[:, 2, 0]
    asked[290:, 1, 1] = 1.0
    found = tree_predictions({"max_iter": 80}, neighbours(times, seen), times, asked, np.arange(250), most=240, seed=0)
    tested = found[250:, 2, 0] - whole[250:, 2, 0]
    assert np.sqrt((tested**2).mean()) < 0.25 * whole[250:, 2, 0].std()
    assert np.isnan(found[:, [0, 1, 3]]).all()
    assert np.isnan(found[..., 1]).all()


def test_what_a_classifier_sees_of_a_series():
    seen = np.array([[[1.0, NAN], [4.0, NAN], [NAN, 2.0]]])
    found = summary_features(seen, neighbours(np.array([[0.0, 1, 2]]), seen), np.array([[54.0]]))
    assert found.tolist() == [[4, 2, 2.5, 2, 1, 2, 4, 2, 2, 1, 54]]  # last, mean, lowest, highest, number, age


def test_trees_classify():
    inputs = np.linspace(-1, 1, 200)[:, None]
    for step in (2, 8):  # of 25 series too
        trees = tree_classifier({"max_iter": 5}, 0, 200 // step).fit(inputs[::step], inputs[::step, 0] > 0)
        assert (trees.predict(inputs[1::2]) == (inputs[1::2, 0] > 0)).mean() > 0.9


def test_inputs_that_do_not_vary_are_known():
    inputs = np.array([[1.0, NAN, 2.0, NAN], [1.0, NAN, 3.0, 4.0]])
    assert varied(inputs).tolist() == [False, False, True, False]
