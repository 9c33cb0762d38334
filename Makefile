# SPDX-License-Identifier: MIT
# Everything a person types. The build itself is CMake's: see CMakePresets.json.
BUILD := build/release

.PHONY: run test build bench corpus clean

run: ## Install, build, start coordinator and runner with the sample project.
	@packaging/setup build
	@$(MAKE) --no-print-directory build TARGETS="capstan capstan-runner"
	@packaging/run $(BUILD)/bin

test: ## Install, build, run every test.
	@packaging/setup test
	@$(MAKE) --no-print-directory build TARGETS=all
	@packaging/test $(BUILD)

bench: ## Install, build, print the benchmarks with their floors.
	@packaging/setup bench
	@$(MAKE) --no-print-directory build TARGETS=all
	@tests/bench/run $(BUILD)/bin

build:
	@mkdir -p build
	@cmake --preset release >$(BUILD).log 2>&1 || { cat $(BUILD).log; exit 1; }
	@cmake --build --preset release --target $(TARGETS)

TARGETS ?= all

clean:
	rm -rf build

corpus: ## Score the CI language: make corpus CORPUS=folder of cases
	@$(MAKE) --no-print-directory build TARGETS=ci-cli
	@tests/conformance/corpus $(abspath $(CORPUS)) $(abspath $(BUILD))/bin/ci-cli
