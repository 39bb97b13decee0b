import subprocess
import sys

import pathlode
from pathlode.reporting.identity import PACKAGE


def test_every_name_of_the_package_can_be_imported():
    for name in pathlode.__all__:
        assert getattr(pathlode, name) is not None


def test_the_typed_names_are_the_lazy_ones():
    typed = {
        line.split()[-1]
        for line in (PACKAGE / "__init__.py").read_text().splitlines()
        if line.startswith("    from pathlode.")
    }
    assert typed == set(pathlode.__all__)


def test_importing_the_package_or_its_registry_does_not_import_torch():
    code = "import sys, pathlode, pathlode.registry, pathlode.reporting.identity; print('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "False\n"
