# The two commands: `make run` and `make test`.
export CARGO_BUILD_JOBS ?= 2

.PHONY: test fmt
test: ## Format, lints, documents, then every test; the runner's own count comes last.
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --quiet
	cargo nextest run --workspace

fmt:
	cargo fmt --all
