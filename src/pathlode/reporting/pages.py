"""Generated blocks in a text that people write: each stands between two markers and is replaced as a whole."""

from pathlode.errors import DataError

README_BLOCKS = ("claims", "cost")  # in the README; those on the pages of the chapters are the configuration's


def markers(block: str) -> tuple[str, str]:
    """The lines before and after a generated block."""
    return f"<!-- {block}: begin (generated, do not edit) -->", f"<!-- {block}: end -->"


def insert(text: str, block: str, content: str, source: str) -> str:
    """The text with new content between the block's markers.

    Args:
        text: what people wrote, with the markers.
        block: the block's name.
        content: what goes between the markers.
        source: where the text came from, for messages.

    Raises:
        DataError: if a marker is missing or they are in the wrong order.
    """
    begin, end = markers(block)
    start, stop = text.find(begin), text.find(end)
    if start < 0 or stop < start:
        raise DataError(f"{source} lacks the lines {begin!r} and {end!r}: put them where the table belongs")
    return f"{text[: start + len(begin)]}\n\n{content.strip()}\n\n{text[stop:]}"
