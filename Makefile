# Copyright 2026 The hbm_runtime_ros authors
# SPDX-License-Identifier: Apache-2.0

SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help setup build test test-kilted test-boards test-aarch64 sanitize wheel lock sbom lint stubs format demo bench soak recordings reliability fuzz clean

# Every target that needs the environment sets it up first; where it is there, that takes a second.
ENVIRONMENT := . ./env.sh

help: ## what can be made
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: environment ## everything the project needs, into .workspace/, and the first build
	@scripts/build
	@echo "Done. '. ./env.sh' gives a shell with ros2, hbm and hbm_runtime_core; 'make demo' shows it at work."

.PHONY: environment
environment:
	@scripts/setup

build: environment ## the ament package and the C++ tests
	@scripts/build --tests

test: build ## C++ tests, Python tests, launch tests, lint (PARTS="cpp core ros alone kilted demo boards lint" for some of them)
	@$(ENVIRONMENT) && scripts/test $(PARTS)

test-kilted: ## the node's tests on ROS 2 Kilted with newer tools, in .workspace/kilted; part of make test
	@scripts/test_kilted

test-boards: ## the API's tests with the compiler, CMake, pybind11, Python and NumPy of the S100's image; part of make test
	@scripts/test_boards

test-aarch64: environment ## C++ and API tests on the boards' processor, emulated
	@$(ENVIRONMENT) && scripts/test_aarch64

sanitize: build ## C++ and Python tests under ASan with UBSan and TSan, `hbm run` under valgrind (PARTS="address-cpp address-python thread-cpp thread-python valgrind" for some)
	@$(ENVIRONMENT) && scripts/sanitize $(PARTS)

wheel: ## hbm_runtime_core as a manylinux wheel, in dist/ (PYTHONS="python3.10 python3.12" for some interpreters)
	@scripts/wheel $(PYTHONS)

lock: ## hashes of every Python package in scripts/versions.txt, into scripts/hashes/
	@scripts/lock

sbom: build ## the components of the package as CycloneDX JSON: out/sbom.cdx.json
	@$(ENVIRONMENT) && scripts/sbom

lint: build ## ruff, mypy, type stubs, clang-format, clang-tidy, xmllint, shellcheck
	@$(ENVIRONMENT) && scripts/lint

stubs: build ## types of the native modules (hbm_runtime_core/_*.pyi), from their signatures
	@$(ENVIRONMENT) && scripts/stubs

format: environment ## formats the C++ sources, fixes the Python ones
	@$(ENVIRONMENT) && scripts/format

demo: ## real text, page layout and faces found in real pictures over a real ROS 2 graph: out/demo/ (INPUT=picture, folder or video; RATE=6)
	@scripts/demo $(if $(INPUT),--input "$(INPUT)") $(if $(RATE),--rate "$(RATE)") $(DEMO_ARGUMENTS)

bench: setup ## measures the runtime and the node: out/bench/
	@$(ENVIRONMENT) && scripts/bench $(BENCH_ARGUMENTS)

soak: setup ## the node and the runtime under changing load: out/soak/ (MINUTES=60)
	@$(ENVIRONMENT) && scripts/soak $(if $(MINUTES),--minutes "$(MINUTES)")

recordings: setup ## frames that fail in many ways, and the replay of each recording of them (COUNT=100)
	@$(ENVIRONMENT) && scripts/soak recordings $(if $(COUNT),--count "$(COUNT)")

reliability: build ## lets everything go wrong: out/reliability/ (CHECKS="kill=200 signals" for some checks; LONG=1 for long ones; DOCUMENT=1 writes docs/reliability.md)
	@$(ENVIRONMENT) && python3 -m reliability $(if $(LONG),--long) $(if $(DOCUMENT),--document) $(CHECKS)

fuzz: setup ## hostile bytes for everything that reads them (SECONDS=60 for each target, TARGETS="jpeg decode")
	@$(ENVIRONMENT) && python -m fuzz $(if $(SECONDS),--seconds "$(SECONDS)") $(TARGETS)

clean: ## removes builds and results, keeps the environment (rm -r .workspace removes that)
	@rm -rf .workspace/build .workspace/install .workspace/log .workspace/test_interfaces \
		.workspace/*/build .workspace/*/install .workspace/*/log .workspace/*/test_interfaces out build dist *.egg-info
