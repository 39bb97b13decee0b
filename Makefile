# make reproduce   environment, then every figure and table   (SCALE=smoke, night or paper for another scale than hour)
#                  CHAPTERS=dynamics,real makes these chapters alone
# make pages       README, docs/ and published.csv with the results of that scale, or of these chapters of it
# make stability   CHAPTERS of that scale (default: dynamics) three times more, each time with one thing changed; needs their run first
# make test        environment, then the tests, including the pipeline at smoke scale
# make test-cluster   the tests that need SLURM or a browser
# make lint        style, types, workflow lint
# make report      results/report.html: every figure and table with its caption, in one file
# make docs        the site, in build/site
# make bench       times of a training step, simulations, draws and decisions, each beside its peers, and of a whole training; memory of solvers;
#                  a step with every model, loss and part; cost of gaps; coverage of intervals
# make plan        estimated cost of the paper scale, in docs/cluster.md; needs make reproduce first
# make faults      the table of faults in docs/, from the tests that cause them
# make registry    the list of models, losses and all else with a name in docs/, from docstrings and the configuration
# make reruns      the table of rules that rerun after an edit of code, in tests/workflow
# make clean       remove the pipeline's outputs (the environment and downloaded files stay)
#
# PYTHON is the interpreter of the environment (3.11 or newer). TORCH_INDEX is an index of PyTorch wheels, for example
# https://download.pytorch.org/whl/cpu or .../whl/cu130; without it, pip's own index is used.

PYTHON ?= python3
SCALE ?= hour
VENV := .venv
BIN := $(VENV)/bin
INDEX := $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX))
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet $(INDEX)
BUILD := pyproject.toml setup.py $(wildcard src/pathlode/core/kernels/*.[ch])
RESULTS := results$(if $(filter-out hour default,$(SCALE)),/$(SCALE))
OVERLAY := $(if $(filter-out hour default,$(SCALE)),--configfile config/$(SCALE).yaml)
ONLY := $(if $(CHAPTERS),--config 'chapters=[$(CHAPTERS)]')

.PHONY: reproduce pages stability test test-cluster lint report docs faults registry reruns bench plan clean

reproduce: $(VENV)/workflow
	$(BIN)/snakemake $(OVERLAY) $(ONLY)

# Not a job of `reproduce`: a run leaves the checkout as it is.
pages: $(VENV)/workflow
	$(BIN)/snakemake pages $(OVERLAY) $(ONLY)
	cp -R $(RESULTS)/pages/. .

# One run after the other, as each one's jobs take all cores. All go on from where they were stopped.
stability: $(VENV)/workflow
	for variation in replicates threads kernels; do \
	  echo "The run with other $$variation:"; \
	  $(BIN)/snakemake claims $(OVERLAY) --config variation=$$variation 'chapters=[$(or $(CHAPTERS),dynamics)]' || exit 1; \
	done
	$(BIN)/snakemake stability $(OVERLAY) --allowed-rules stability
	@sed '/^$$/q' $(RESULTS)/stability.md

# The tests' bytecode is kept, even where the shell's environment forbids it: each worker would compile all of them again.
test: $(VENV)/dev
	PYTHONDONTWRITEBYTECODE= $(BIN)/python -m pytest -n 2

test-cluster: $(VENV)/dev
	$(BIN)/python -m pytest tests/cluster

lint: $(VENV)/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/snakefmt --check Snakefile workflow/Snakefile rules
	$(BIN)/snakemake --lint

report: $(VENV)/workflow
	$(BIN)/snakemake all $(if $(wildcard $(RESULTS)/stability.csv),stability) $(OVERLAY) --report $(RESULTS)/report.html

docs: $(VENV)/docs
	$(BIN)/sphinx-build -W --keep-going -q docs build/site

bench: $(VENV)/bench
	$(BIN)/python benchmarks/step.py
	$(BIN)/python benchmarks/training.py
	PYTHONPATH=. $(BIN)/python benchmarks/answers.py
	$(BIN)/python benchmarks/solvers.py
	$(BIN)/python benchmarks/gaps.py
	$(BIN)/python benchmarks/coverage.py
	PYTHONPATH=. $(BIN)/python benchmarks/entries.py
	$(BIN)/python -m workflow.registry_page

plan: $(VENV)/workflow
	PYTHONPATH=. $(BIN)/python benchmarks/plan.py

faults: $(VENV)/dev
	$(BIN)/python -m pytest -n 2 -m fault --faults=docs/faults_table.md

registry: $(VENV)/workflow
	$(BIN)/python -m workflow.registry_page

reruns: $(VENV)/workflow
	PYTHONPATH=. $(BIN)/python tests/workflow/reruns.py

clean:
	rm -rf results logs .snakemake build

# Each stamp is an environment with one more requirements file; all contain the package itself, in editable form.
$(VENV)/workflow: requirements/workflow.txt $(BUILD)
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(PIP) -r requirements/workflow.txt
	$(PIP) --no-deps --no-build-isolation --editable .
	touch $@

$(VENV)/slurm $(VENV)/docs $(VENV)/dev $(VENV)/bench: $(VENV)/%: requirements/%.txt $(VENV)/workflow
	$(PIP) -r requirements/$*.txt
	touch $@
