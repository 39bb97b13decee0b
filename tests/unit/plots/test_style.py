import matplotlib.pyplot as plt
import pytest

from pathlode.plots.style import log_scale, mark_invented, save_figure, save_figures


def labels(axis):
    axis.figure.draw_without_rendering()
    ticks = [*axis.yaxis.get_major_ticks(), *axis.yaxis.get_minor_ticks()]
    low, high = axis.get_ylim()
    return {tick.get_loc(): tick.label1.get_text() for tick in ticks if low <= tick.get_loc() <= high}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        ((1e-3, 1e2), {1e-3: "10⁻³", 1.0: "10⁰", 1e2: "10²", 2.0: ""}),
        ((1e-12, 1e-10), {1e-12: "10⁻¹²", 1e-10: "10⁻¹⁰"}),
        ((0.15, 0.7), {0.2: "2×10⁻¹", 0.6: "6×10⁻¹"}),
    ],
)
def test_logarithmic_axes_have_labels_of_plain_characters(limits, expected):
    figure, axis = plt.subplots()
    log_scale(axis, "y")
    axis.set_ylim(*limits)
    found = labels(axis)
    plt.close(figure)
    for place, label in expected.items():
        assert next(text for at, text in found.items() if at == pytest.approx(place)) == label
    assert not any("$" in text for text in found.values())


def test_each_figure_goes_to_the_paths_of_its_name(tmp_path):
    figures = {name: plt.figure(figsize=(size, 1), layout="constrained") for name, size in (("a", 1), ("b", 2))}
    for figure in figures.values():
        figure.subplots()
    save_figures(figures, [str(tmp_path / file) for file in ("a.png", "b.png", "b.pdf")])
    heights = {path.name: plt.imread(path).shape[1] for path in tmp_path.glob("*.png")}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.png", "b.pdf", "b.png"]
    assert heights["b.png"] - heights["a.png"] == pytest.approx(200, abs=5)  # an inch more, at 200 dots per inch
    for figure in figures.values():
        plt.close(figure)


@pytest.mark.parametrize("ending", ["png", "PNG", "pdf", "svg"])
def test_equal_figures_give_equal_files(ending, tmp_path):
    figure = plt.figure(figsize=(1, 1))
    figure.subplots().plot([1, 2], [1, 2])
    for name in "ab":
        save_figure(figure, tmp_path / f"{name}.{ending}")
    plt.close(figure)
    assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize(("source", "said"), [("invented", ["invented data"]), ("mitdb", []), ("public", [])])
def test_invented_data_are_called_so_in_a_figure(source, said):
    figure = plt.figure()
    mark_invented(figure, source)
    assert [text.get_text() for text in figure.texts] == said
    plt.close(figure)
