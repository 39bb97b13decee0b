import pytest

from pathlode.errors import DataError
from pathlode.reporting.pages import insert, markers

BEGIN, END = markers("claims")


def test_a_block_is_replaced_and_the_rest_stays():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    new = insert(text, "claims", "| new |\n", "README.md")
    assert new == f"before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"
    assert insert(new, "claims", "| new |\n", "README.md") == new


@pytest.mark.parametrize("text", ["nothing here", f"{END}\n{BEGIN}", BEGIN])
def test_missing_markers_are_named(text):
    with pytest.raises(DataError, match="README.md lacks the lines"):
        insert(text, "claims", "| new |", "README.md")
