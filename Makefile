# Everything a developer runs: `make help` lists it. A fresh clone needs Python 3.11, make and git.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/set-up-for
BENCH_VENV := .venv-bench
BENCH_STAMP := $(BENCH_VENV)/set-up-for
DRIFT_VENV := .venv-drift
DRIFT_STAMP := $(DRIFT_VENV)/set-up-for

IS_3_11 := import sys; sys.exit(sys.version_info[:2] != (3, 11))
PYTHON ?= $(shell for python in python3.11 python3 python; do \
	if $$python -c '$(IS_3_11)' 2> /dev/null; then echo $$python; break; fi; done)

# Without its stamp a set-up is made from nothing. One that was cut short has none; one that was moved, or lost
# its Python, loses it here.
ifneq ($(wildcard $(STAMP)),)
$(shell grep -qxF '$(CURDIR)' $(STAMP) && $(BIN)/python -c '$(IS_3_11)' 2> /dev/null || rm -f $(STAMP))
endif

IMAGES := runtime scorer explainer drift_monitor drift_tools query_api producer training mlflow
UV ?= uv
CONTAINER_TOOL ?= docker
IMAGE_PREFIX ?= creditstream
IMAGE_TAG ?= dev
SECRETS ?= deploy/secrets

.PHONY: help setup spark demo test check bench train notebooks images locks secrets clean

help: ## print this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "make %-9s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## the locked dependencies in .venv; nothing to do when they are current

spark: setup ## pyspark into .venv, for --engine local or spark://host:port; needs a Java 17
	$(PIP_INSTALL) --require-hashes -r requirements-spark.lock

demo: setup ## everything on a real Kafka, live in the terminal; ONCE=1: a bounded round; DATA=folder: Kaggle data
	$(BIN)/python -m deploy.local.demo $(if $(filter-out 0,$(ONCE)),--once) $(if $(DATA),--data '$(DATA)')

test: setup ## all tests but the slow ones, on a real Kafka; ARGS="-k word" passes options to pytest
	$(BIN)/python -m pytest -m "not slow" $(ARGS)

check: setup ## format, lint, types, import rules, generated files
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m contracts.documents --check
	$(BIN)/python -m query_api openapi --check
	$(BIN)/python -m deploy.dashboards --check
	$(BIN)/python -m deploy.local.notebooks --check

bench: setup $(BENCH_STAMP) $(DRIFT_STAMP) ## measure all, beside other frameworks, into docs/benchmarks.md; QUICK=1: ten minutes, into var/bench/quick
	$(BIN)/python -m bench $(if $(filter-out 0,$(QUICK)),--quick)

train: setup ## train and register a model from a Kaggle folder: DATA=folder
	@test -n '$(DATA)' || { echo 'make train: say which folder, as in: make train DATA=path/to/kaggle' >&2; exit 2; }
	$(BIN)/python -m training train --data '$(DATA)' $(ARGS)

notebooks: setup ## execute the notebooks on a demo of their own and write them with what they show
	$(BIN)/python -m deploy.local.notebooks

images: ## the images of all services; CONTAINER_TOOL=podman, IMAGE_TAG=..., IMAGES="scorer explainer", BUILD_ARGS=...
	for image in $(IMAGES); do $(CONTAINER_TOOL) build $(if $(findstring podman,$(CONTAINER_TOOL)),--format docker) \
		--file deploy/Dockerfile --target $$image --tag $(IMAGE_PREFIX)/$$image:$(IMAGE_TAG) \
		--label org.opencontainers.image.version='$(IMAGE_TAG)' \
		--label org.opencontainers.image.revision="$$(git rev-parse HEAD 2> /dev/null || echo unknown)" $(BUILD_ARGS) .; done

locks: ## what each image has installed, from the groups of pyproject.toml and requirements.lock; needs uv
	for image in $(IMAGES); do $(UV) pip compile --universal --python-version 3.11 --generate-hashes \
		--no-emit-index-url --no-emit-find-links --no-header --no-annotate --quiet --group pyproject.toml:$$image \
		--constraint requirements.lock --output-file deploy/images/$$image.lock > /dev/null; done

secrets: ## passwords and database addresses for deploy/compose.yaml, where there are none: SECRETS=folder
	deploy/compose/make-secrets '$(SECRETS)'

clean: ## remove the set-up, the caches and what the demo left; no data or models of yours
	rm -rf $(VENV) $(BENCH_VENV) $(DRIFT_VENV) var/demo var/bench build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -prune -exec rm -rf {} +

PIP_INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
NO_PYTHON := make: Python 3.11 is needed; say where it is, as in: make setup PYTHON=/path/to/python3.11

$(STAMP): requirements.lock pyproject.toml
	@$(PYTHON) -c '$(IS_3_11)' 2> /dev/null || { echo '$(NO_PYTHON)' >&2; exit 1; }
	@test -f $@ || $(PYTHON) -m venv --clear $(VENV)
	@rm -f $@
	@echo 'make: installing the locked dependencies into $(VENV), a few minutes the first time'
	$(PIP_INSTALL) --require-hashes -r requirements.lock
	$(PIP_INSTALL) --no-deps --no-build-isolation -e .
	@echo '$(CURDIR)' > $@

# What is compared with has an environment of its own, which nothing of the product is run in.
$(BENCH_STAMP): bench/requirements.txt
	@$(PYTHON) -c '$(IS_3_11)' 2> /dev/null || { echo '$(NO_PYTHON)' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(BENCH_VENV)
	@echo 'make: installing the frameworks to compare with into $(BENCH_VENV)'
	$(BENCH_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r bench/requirements.txt
	@echo '$(CURDIR)' > $@

# The two drift tools cannot be with the others. Their list is whole but for a library for graphics cards.
$(DRIFT_STAMP): bench/drift-requirements.txt
	@$(PYTHON) -c '$(IS_3_11)' 2> /dev/null || { echo '$(NO_PYTHON)' >&2; exit 1; }
	@$(PYTHON) -m venv --clear $(DRIFT_VENV)
	@echo 'make: installing the drift tools to compare with into $(DRIFT_VENV)'
	$(DRIFT_VENV)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r bench/drift-requirements.txt
	@echo '$(CURDIR)' > $@
