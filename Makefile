# SPDX-License-Identifier: Apache-2.0
# Firmament. `make run` and `make test` do all their own set-up on a fresh Debian 12; `make help` tells the rest.

.DEFAULT_GOAL := all
include tools/make/rules.mk
-include tools/make/kernel.mk
-include tools/make/image.mk
-include tools/make/biscuit.mk

.PHONY: all run test test-biscuit-corpus test-quick test-long check prove bench fuzz tidy layers setup help clean FORCE

all: $(host_files) ## the Linux libraries and programs (build/host)

setup: $(SETUP) $(IMPORT) ## install what a fresh Debian 12 lacks, import pinned third-party sources

run: all ## set up, build, and walk through the whole story on a fresh node
	@tools/story/run

check: tidy layers $(host_files) $(gcc_files) $(free_files) ## style, layering, and every config compiled

test: check $(test_files) $(fuzz_files) $(script_needs) $(extra_test_needs) build/test/plan.tsv ## set up, build and run all tests
	@tools/test/all $(test_files) $(fuzz_files) $(script_files)

test-quick: tidy $(test_files) build/test/plan.tsv ## the C tests alone, without fuzzing and scripts
	@tools/test/all $(test_files)

test-long: $(long_files) $(long_script_needs) build/test/plan.tsv ## what does not fit into `make test`
	@tools/test/all $(long_files) $(long_script_files)

test-biscuit-corpus: build/host/test/biscuit-corpus build/test/plan.tsv ## the Biscuit specification's corpus alone
	@tools/test/all build/host/test/biscuit-corpus

fuzz: $(fuzz_files) ## run every fuzzer, FUZZ_SECONDS each (default 60)
	@for f in $(fuzz_files); do FUZZ_SECONDS=$${FUZZ_SECONDS:-60} tools/test/fuzz $$f; done

bench: $(bench_files) all $(extra_bench_needs) ## measure; prints a table and writes build/bench.tsv
	@tools/test/bench $(bench_files) $(bench_scripts)

prove: | $(SETUP) ## the machine-checked proofs (Frama-C/WP); proofs/STATUS.md says what they mean
	@proofs/prove

tidy: | $(SETUP) ## style rules that a program can check
	@tools/check/tidy && tools/check/layouts && tools/check/errors

layers: $(free_files) ## who may include and call whom
	@tools/check/layers build/aarch64 build/riscv64

help: ## this list
	@grep -hE '^[a-z0-9-]+:.*##' Makefile tools/make/*.mk | sed -E 's/^([a-z0-9-]+):.*## */\1\t/' | sort | awk -F'\t' '{printf "  %-16s %s\n", $$1, $$2}'

clean: ## remove build/
	rm -rf build
