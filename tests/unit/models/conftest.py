"""Fixtures that run a test over every case."""

import pytest
from combinations import CASES, name_of


@pytest.fixture(params=CASES, ids=name_of)
def case(request):
    return request.param


@pytest.fixture(params=[case for case in CASES if case.loss], ids=name_of)
def trained(request):
    return request.param
