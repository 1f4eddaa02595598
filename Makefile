# Everything a developer types. `make help` lists it.
#
# Build output and Python packages stay outside the clone, so that another clone finds them built.

CACHE ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/weir
export CARGO_TARGET_DIR ?= $(CACHE)/target
WEIR := $(CARGO_TARGET_DIR)/debug/weir
RELEASE := $(CARGO_TARGET_DIR)/release
DEMO := $(CACHE)/demo
VENV := $(CACHE)/venv
REQUIREMENTS := acceptance/requirements.txt
ORACLE := crates/kql/oracle

.DEFAULT_GOAL := help
.PHONY: help
help: ## Say what can be made
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.PHONY: demo
demo: build ## Simulate a week of logs, read them, ask three questions
	@sh scripts/demo.sh $(WEIR) $(DEMO)

.PHONY: build
build:
	cargo build --locked -p weir

.PHONY: release
release: ## Build the program as it is shipped
	cargo build --locked --release -p weir
	@echo "built $(RELEASE)/weir"

.PHONY: test
test: format-check test-rust test-acceptance ## Run every test

.PHONY: test-rust
test-rust: oracle ## Unit, integration, conformance and documentation tests
	cargo test --locked --workspace

.PHONY: conformance
conformance: ## Score against recorded answers of Microsoft's engine
	cargo test --locked -p weir-query --test it conformance -- --nocapture

.PHONY: test-acceptance
test-acceptance: build $(VENV)/ready ## The finished program against other engines
	WEIR_BIN=$(WEIR) $(VENV)/bin/python -m pytest -q acceptance

.PHONY: oracle
oracle: ## Microsoft's parser, to compare ours with; left out where there is no npm
	@if command -v npm > /dev/null; then cd $(ORACLE) && { [ -d node_modules ] || npm ci --silent --no-audit --no-fund; }; \
	else echo "no npm: the comparison with Microsoft's parser is skipped"; fi

# A virtual environment with the pinned packages; made anew when a pin changes.
$(VENV)/ready: $(REQUIREMENTS)
	python3 -m venv --clear $(VENV)
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r $(REQUIREMENTS)
	@touch $@

.PHONY: format-check
format-check:
	cargo fmt --all --check

.PHONY: check
check: format-check ## Lints, documentation, dependency policy
	cargo clippy --locked --workspace --all-targets -- -D warnings
	RUSTDOCFLAGS="-D warnings" cargo doc --locked --workspace --no-deps --quiet
	@command -v cargo-deny > /dev/null || cargo install --locked cargo-deny
	cargo deny --locked check bans licenses sources

.PHONY: audit
audit: ## Known vulnerabilities among the dependencies; needs the network
	cargo deny --locked check advisories

.PHONY: fuzz
fuzz: ## Read and plan texts that nobody thought of for half an hour (SECONDS_MAX=1800)
	@command -v cargo-fuzz > /dev/null || cargo install --locked cargo-fuzz
	@mkdir -p fuzz/corpus/kql && cp queries/*.kql testdata/kql/*.kql testdata/errors/*.txt fuzz/corpus/kql
	@mkdir -p fuzz/corpus/bind && for file in fuzz/corpus/kql/*; do \
		printf '\0' | cat - $$file > fuzz/corpus/bind/$$(basename $$file); done
	RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$(CACHE)/target-fuzz cargo fuzz run kql -- \
		-max_total_time=$$(($(or $(SECONDS_MAX),1800) / 2)) -timeout=10 -max_len=4096
	RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$(CACHE)/target-fuzz cargo fuzz run --sanitizer none bind -- \
		-max_total_time=$$(($(or $(SECONDS_MAX),1800) / 2)) -timeout=20 -max_len=4096

.PHONY: bench
bench: ## Measure each stage of the path on a simulated corpus (MEGABYTES=200, FORMATS=vnet,nsg-v2,nsg-v1, RUNS=5)
	cargo build --locked --release -p weir -p weir-bench
	$(RELEASE)/weir-bench --folder $(CACHE)/bench --json $(CACHE)/bench/figures.json \
		--megabytes $(or $(MEGABYTES),200) --formats $(or $(FORMATS),vnet$(COMMA)nsg-v2$(COMMA)nsg-v1) --runs $(or $(RUNS),5)

COMMA := ,
