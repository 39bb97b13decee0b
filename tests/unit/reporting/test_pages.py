import pandas as pd
import pytest

from pathlode.errors import DataError
from pathlode.reporting.pages import fill, insert, insert_rows, markers, typed_numbers

BEGIN, END = markers("claims")


def test_a_block_is_replaced_and_the_rest_stays():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    new = insert(text, "claims", "| new |\n", "README.md")
    assert new == f"before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"
    assert insert(new, "claims", "| new |\n", "README.md") == new


def test_rows_that_a_run_did_not_make_stay():
    begin, end = markers("cost")
    page = f"{begin}\n\n| chapter | jobs |\n|:--|--:|\n| a | 1 |\n| b | 2 |\n\n{end}\n"
    expected = page.replace("| a | 1 |\n| b | 2 |", "| a | 1 |\n| b | 7 |\n| c | 3 |")
    assert insert_rows(page, "cost", "| chapter | jobs |\n|:--|--:|\n| b | 7 |\n| c | 3 |\n", "costs.md") == expected
    empty = f"{begin}\n\nNot run yet.\n\n{end}\n"
    assert "| b | 7 |" in insert_rows(empty, "cost", "| chapter | jobs |\n|:--|--:|\n| b | 7 |", "costs.md")


@pytest.mark.parametrize("text", ["nothing here", f"{END}\n{BEGIN}", BEGIN])
def test_missing_markers_are_named(text):
    with pytest.raises(DataError, match="README.md lacks the lines"):
        insert(text, "claims", "| new |", "README.md")


CLAIMS = pd.DataFrame(
    {
        "id": ["A1", "A1", "A2", "A3"],
        "system": ["ring", "long rope", "ring", "ring"],
        "value": [1.234, 5.0, 7.5, float("nan")],
    }
)
CONFIG = {"ecg": {"train": {"steps": 1500}, "rates": [360, 90]}}


def filled(expression):
    text = fill(f"a <!-- = {expression} -->old<!-- . --> b", {"claims": CLAIMS}.__getitem__, CONFIG, "docs/a.md")
    return text.partition(" -->")[2].partition("<!-- . -->")[0]


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("claims.value id=A1 system=ring | .2g", "1.2"),
        ("claims.value id=A1 'system=long rope' | .2f", "5.00"),
        ("claims.value id=A2", "7.5"),
        ("claims.value id=A1 | median .3g", "3.12"),
        ("claims.value | max .1f", "7.5"),
        ("claims.value id=A1 | count", "2"),
        ("config.ecg.train.steps | ,", "1,500"),
        ("config.ecg.rates.1", "90"),
    ],
)
def test_a_value_in_a_sentence_comes_from_a_table_or_the_configuration(expression, expected):
    assert filled(expression) == expected


@pytest.mark.parametrize(
    ("expression", "reason"),
    [
        ("claims.value id=A1", "2 rows match, expected one"),
        ("claims.value id=A9", "no row matches"),
        ("claims.value id=A9 | median .2g", "no row matches"),
        ("claims.high id=A1", "'high' does not exist"),
        ("config.ecg.seeds", "'seeds' does not exist"),
        ("costs.value", "'costs' does not exist"),
        ("claims.value id=A3", "it is not a number"),
        ("config.ecg.rates.2", "the list has no entry 2"),
    ],
)
def test_a_value_that_cannot_be_had_is_named(expression, reason):
    with pytest.raises(DataError, match=f"docs/a.md: the value .*{reason}"):
        filled(expression)


@pytest.mark.parametrize(
    "expression", ["claims.value id=A9", "costs.value", "claims.value id=A3 | .2g", "config.ecg.rates.2"]
)
def test_a_value_that_a_run_did_not_make_keeps_its_text(expression):
    text, kept = f"a <!-- = {expression} -->old<!-- . --> b", []
    assert fill(text, {"claims": CLAIMS}.__getitem__, CONFIG, "docs/a.md", kept.append) == text
    assert kept == [expression]
    with pytest.raises(DataError, match="'high' does not exist"):
        fill(f"{text} <!-- = claims.high -->1<!-- . -->", {"claims": CLAIMS}.__getitem__, CONFIG, "a", kept.append)


def test_a_filled_text_is_filled_again():
    text = "x <!-- = claims.value id=A2 -->1<!-- . --> y"
    once = fill(text, {"claims": CLAIMS}.__getitem__, CONFIG, "a")
    assert once == "x <!-- = claims.value id=A2 -->7.5<!-- . --> y"
    assert fill(once, {"claims": CLAIMS}.__getitem__, CONFIG, "a") == once


def test_typed_numbers_are_found():
    typed = [
        *(
            "it takes 12 minutes",
            "an error of 0.2",
            "a share of 95 %",
            "2.5 times",
            "1 % of it",
            "after 1 hour",
            "½ of them",
        ),
        *("trained for 2000 steps", "published 2020-12", "    indented 12", "a factor of $12.5$", "cut-12"),
        *("`x = 4`  # in 3 minutes", "# about an hour, or two hours"),
        *("it takes Twelve minutes", "half an hour", "a quarter of an hour", "An hour", "ten times as far"),
        *("twenty-one CPU seconds", "ninety percent", "twice as fast", "ten-fold", "a factor of four"),
        *("two of three tasks", "an order of magnitude", "the F1 is `0.93`", "of `95 %`"),
    ]
    others = [
        "A1, B2-22.5 and F1 of Lorenz-63 ([2410.08923](https://a.b/2)), Rubanova 2019, published in 2020.",
        "`y = 4` above 1, not 0",
        "1. first",
        "<!-- = claims.value id=A2 -->7.5<!-- . --> or so",
        f"{BEGIN}\n| 12 |\n{END}",
        "```\n7  # (3 models, 20 times)\n```",
        "$$\n\\tfrac{1}{2} x\n$$ $x_2$, $[1, 3]$",
        "two models, and half of the systems, at times, with twice as many layers",
        "Python `3.11`, record `232`, a second model",
    ]
    text = "\n".join([*others, *typed])
    first = text[: text.index(typed[0])].count("\n") + 1
    assert typed_numbers(text) == [f"{first + number}: {line}" for number, line in enumerate(typed)]
