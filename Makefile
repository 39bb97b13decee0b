# make reproduce   environment, then every figure and table   (SCALE=smoke, long or paper for another scale)
# make test        environment, then all tests, the pipeline at smoke scale among them
# make test-cluster   the tests that need SLURM or a browser
# make lint        style, types, workflow lint
# make report      results/report.html: every figure and table with its caption, in one file
# make docs        the site, in build/site
# make bench       a training step, simulations, draws and decisions beside their peers, and a whole training
# make plan        what the paper scale would take, into docs/cluster.md, after make reproduce
# make faults      the table of faults in docs/, from the tests that try them
# make reruns      the table of what runs again when code is edited, in tests/workflow
# make clean       remove what the pipeline made (the environment stays, and so does what was downloaded)
#
# PYTHON names the interpreter of the environment (3.11 or newer). TORCH_INDEX names a PyTorch wheel index to take torch
# from, for example https://download.pytorch.org/whl/cpu or .../whl/cu130; without it, pip's own index decides.

PYTHON ?= python3
SCALE ?= default
VENV := .venv
BIN := $(VENV)/bin
INDEX := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet $(INDEX)
BUILD := pyproject.toml setup.py $(wildcard src/pathlode/core/kernels/*.[ch])
OVERLAY := $(if $(filter-out default,$(SCALE)),--configfile config/$(SCALE).yaml)

.PHONY: reproduce test test-cluster lint report docs faults reruns bench plan clean

reproduce: $(VENV)/workflow
	$(BIN)/snakemake $(OVERLAY)

test: $(VENV)/dev
	$(BIN)/python -m pytest -n 2

test-cluster: $(VENV)/dev
	$(BIN)/python -m pytest tests/cluster

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow/Snakefile rules
	$(BIN)/snakemake --lint

report: $(VENV)/workflow
	$(BIN)/snakemake $(OVERLAY) --report $(if $(OVERLAY),results/$(SCALE)/report.html,results/report.html)

docs: $(VENV)/docs
	$(BIN)/sphinx-build -W --keep-going -q docs build/site

bench: $(VENV)/bench
	$(BIN)/python benchmarks/step.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/answers.py

plan: $(VENV)/workflow
	PYTHONPATH=. $(BIN)/python benchmarks/plan.py

faults: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 -m fault --faults=docs/faults_table.md

reruns: $(VENV)/workflow
	PYTHONPATH=. $(BIN)/python tests/workflow/reruns.py

clean:
	rm -rf results logs .snakemake build

# Each stamp is an environment with one more requirements file; all of them hold the package itself, editable.
$(VENV)/workflow: requirements/workflow.txt $(BUILD)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/workflow.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/slurm $(VENV)/docs $(VENV)/dev $(VENV)/bench: $(VENV)/%: requirements/%.txt $(VENV)/workflow
	$(PIP) -r requirements/$*.txt
	touch $@
