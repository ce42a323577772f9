# Everything that is done with this repository; `make` lists it, CI calls the same targets.
# A machine needs make and Python 3.11 or newer, nothing else: the first target that runs fills .venv.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VENV := .venv
BIN := $(VENV)/bin
INSTALLED := $(VENV)/.installed
QUICK_START := $(VENV)/.quick-start
TYPED := src functions spark_jobs $(if $(wildcard benchmarks/*.py),benchmarks)
SOURCES := $(TYPED) openapi tests

# The first Python that really runs, is new enough and can make an environment; `make PYTHON=...` names another.
PYTHON ?= $(shell for python in python3.13 python3.12 python3.11 python3; do \
	$$python -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 && echo $$python && break; done)

# Programs in benchmarks/ that measure; those that take longer than some minutes are run by name.
BENCHMARKS ?= training quality replicas job spark_start cold_start warm search

PORT ?= 8080
DATA ?= .ophicleide
ARGS ?=

##@ Use it

.PHONY: run
run: setup ## Start everything on one address (PORT=8080, DATA=.ophicleide, MONGODB_URI=... for your own store)
	@exec $(BIN)/python -m ophicleide.runner --port $(PORT) --data $(DATA) $(ARGS)

.PHONY: demo
demo: setup ## In a second terminal: train on six novels and ask a few words
	@$(BIN)/ophicleide demo --url http://localhost:$(PORT)/api $(ARGS)

##@ Work on it

.PHONY: setup
setup: $(QUICK_START) ## Make .venv, install what requirements.lock pins, ready Java for quick starts; instant when nothing changed

.PHONY: check
check: setup ## Format, lint, types, import rules, contract drift
	$(BIN)/ruff format --check $(SOURCES)
	$(BIN)/ruff check $(SOURCES)
	$(BIN)/mypy $(TYPED)
	$(BIN)/lint-imports
	$(BIN)/python -m openapi.generate --check

.PHONY: contract
contract: setup ## Write the contract's schemas anew from the classes that validate
	$(BIN)/python -m openapi.generate

.PHONY: format
format: setup ## Format the code and fix what the linter can fix
	$(BIN)/ruff format $(SOURCES)
	$(BIN)/ruff check --fix $(SOURCES)

.PHONY: test
test: setup ## All tests; ARGS goes to pytest, e.g. make test ARGS="tests/unit -k life"
	$(BIN)/python -m pytest $(ARGS)

.PHONY: bench
bench: setup ## Measure, beside peers, and print what was measured on what
	@for program in $(BENCHMARKS); do echo "== $$program"; $(BIN)/python -m benchmarks.$$program $(ARGS); done

##@ Keep it

.PHONY: lock
lock: setup ## Resolve pyproject.toml anew into requirements.lock
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
		--prerelease if-necessary --extra local --group dev --output-file requirements.lock pyproject.toml

.PHONY: clean
clean: ## Remove what was built and cached (.venv and data stay)
	rm -rf dist build .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find $(SOURCES) -name __pycache__ -prune -exec rm -rf {} +

.PHONY: distclean
distclean: clean ## Remove .venv too, as in a new clone; data in .ophicleide stays
	rm -rf $(VENV)

.PHONY: help
help: ## Print this
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} \
		/^[a-z-]+:.*## / {printf "  \033[36mmake %-10s\033[0m %s\n", $$1, $$2}' $(MAKEFILE_LIST)

$(INSTALLED): requirements.lock pyproject.toml tools/install.sh
	@PYTHON="$(PYTHON)" VENV="$(VENV)" bash tools/install.sh
	@touch $@

# Spark starts in half the time from an archive of its classes (.cache/spark); without one all works, only slower.
$(QUICK_START): $(INSTALLED)
	@echo "Preparing Java for quick starts of Spark; once, about half a minute."
	@$(BIN)/python -m spark_jobs.spark_start.archive .cache/spark >/dev/null 2>&1 || echo "That did not work here; Spark will start more slowly."
	@touch $@
