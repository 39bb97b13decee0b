"""What the Snakemake workflow catalogue asks of a workflow with standardised usage."""

import re
import shutil

import yaml
from workflow_checkout import PROJECT, Checkout

MODULE = """
configfile: "config/config.yaml"
module pathlode:
    snakefile: "CLONE/workflow/Snakefile"
    config: config
use rule * from pathlode as of_*
"""


def test_the_catalogue_finds_what_it_looks_for():
    usage = yaml.safe_load((PROJECT / ".snakemake-workflow-catalog.yml").read_text())["usage"]
    assert usage["software-stack-deployment"].keys() == {"conda", "apptainer", "apptainer+conda"}
    for file in ("workflow/Snakefile", "config/README.md", "config/config.yaml"):
        assert (PROJECT / file).is_file()
    readme = (PROJECT / "README.md").read_text().lower()
    assert "snakemake" in readme
    assert "workflow" in readme


def test_the_instructions_name_every_file_of_the_configuration():
    text = (PROJECT / "config/README.md").read_text()
    for path in (PROJECT / "config").iterdir():
        assert f"`{path.name}{'/' * path.is_dir()}`" in text or path.name == "README.md", path


def test_the_catalogues_entry_plans_what_the_snakefile_does(checkout):
    planned = checkout.to_run("--snakefile", "workflow/Snakefile")
    assert planned["all"] == 1
    assert planned == checkout.to_run()


def test_the_workflow_is_a_module_of_another(checkout):
    """As snakedeploy writes it: a copy of config/, and a Snakefile that takes the rules from a clone."""
    folder = checkout.folder / "deployed"
    shutil.copytree(checkout.folder / "config", folder / "config")
    (folder / "workflow").mkdir()
    (folder / "workflow/Snakefile").write_text(MODULE.replace("CLONE", str(checkout.folder)))
    overlay = (folder / "config/config.yaml").read_text() + "chapters: [dynamics]\ndynamics: { seeds: [0, 1, 2] }\n"
    (folder / "config/config.yaml").write_text(overlay)
    package = {"PYTHONPATH": str(checkout.folder / "src")}
    done = Checkout(folder).snakemake("--dry-run", "--cores", "1", scale="hour", environment=package)
    assert done.returncode == 0, done.stdout + done.stderr
    counts = re.findall(r"^of_(\w+) +(\d+)$", done.stdout + done.stderr, re.MULTILINE)
    asked = ["chapters=[dynamics]", 'dynamics={"seeds": [0, 1, 2]}', 'claims={"readme": null, "pages": null}']
    assert {rule: int(count) for rule, count in counts} == checkout.to_run("--config", *asked, scale="hour")
