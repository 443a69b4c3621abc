# `make` lists the targets. Each first installs what it needs: tools/setup_env.sh.

# Interpreter of the environments; empty: the first one that is supported.
PYTHON ?=

SETUP := @PYTHON='$(PYTHON)' tools/setup_env.sh
BIN := .venv/bin
# Waiting threads sleep. Spinning is hardly faster on idle cores, and several times slower
# if other processes run.
export OMP_WAIT_POLICY ?= PASSIVE
# On two cores, two processes of one thread are faster than one process of two.
PYTEST := OMP_NUM_THREADS=1 $(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder
CONFIG := configs/upernet_convformer.py
WORK_DIR := work_dirs/upernet_convformer_sample

.DEFAULT_GOAL := help
.PHONY: help setup setup-tests setup-slow setup-lint setup-docs setup-newest setup-onedl \
	train test test-slow test-faults \
	test-newest test-onedl \
	lint format docs clean

help:  ## List the targets
	@echo 'Usage: make TARGET [PYTHON=python3.11]'
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-12s %s\n", $$1, $$2 }' Makefile

setup:  ## Create or update the environment for training, .venv
	$(SETUP) .venv lite report

setup-tests:
	$(SETUP) .venv lite report optional tests

setup-slow:  # the notebook and the site need `docs`, the pages the others
	$(SETUP) .venv lite report optional tests docs track export completion

setup-lint:
	$(SETUP) .venv lite lint

setup-docs:
	$(SETUP) .venv lite docs

setup-newest:
	$(SETUP) --newest .venv-newest lite report optional tests

setup-onedl:
	$(SETUP) --onedl .venv-onedl onedl report tests

train: setup  ## Train on synthetic data, print the mIoU, draw predictions
	@echo '==> Training $(CONFIG) on synthetic data'
	$(BIN)/python tools/train.py $(CONFIG) --sample-data --work-dir $(WORK_DIR) \
		--overwrite
	@echo '==> Testing the checkpoint and drawing its predictions'
	$(BIN)/python tools/test.py $(CONFIG) "$$(cat $(WORK_DIR)/last_checkpoint)" \
		--sample-data --show-dir $(WORK_DIR)/pictures
	@echo '==> Done: the mIoU is above, the pictures are in' \
		'$(WORK_DIR)/pictures/vis_data/vis_image'

test: setup-tests  ## Run the tests, except the slow ones
	@echo '==> Running the tests'
	$(PYTEST) -m 'not slow'

test-slow: setup-slow  ## Run the slow tests, except those of faults
	@echo '==> Running the slow tests: an hour on two cores'
	$(BIN)/python -m pytest -m 'slow and not faults' -v

test-faults: setup-tests  ## Kill, damage, starve and hang runs; print a table
	@echo '==> Running the tests of faults: an hour on two cores'
	OMP_NUM_THREADS=1 $(BIN)/python -m pytest -m faults -v

test-newest: setup-newest  ## Run the tests with the newest versions, in .venv-newest
	@echo '==> Running the tests with the newest versions'
	$(subst .venv/,.venv-newest/,$(PYTEST)) -m 'not slow'

test-onedl: setup-onedl  ## Run the tests with OneDL's forks, in .venv-onedl
	@echo "==> Running the tests with OneDL's forks"
	$(subst .venv/,.venv-onedl/,$(PYTEST)) -m 'not slow'

lint: setup-lint  ## Check style, types, imports and spelling
	@echo '==> Checking style, types, imports and spelling'
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/codespell

format: setup-lint  ## Format the code
	@echo '==> Formatting'
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

docs: setup-docs  ## Build the site to site/, with every warning an error
	@echo '==> Building the site'
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict  # with --quiet nothing is an error
	@echo '==> Done: open site/index.html'

clean:  ## Remove build outputs and caches; keep data, work_dirs and .venv
	rm -rf build dist site *.egg-info .mypy_cache .pytest_cache .ruff_cache
	find . -path './.venv*' -prune -o -path ./data -prune -o \
		-name __pycache__ -type d -exec rm -rf {} +
