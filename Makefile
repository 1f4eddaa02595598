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
CLIENTS := acceptance/node

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

WEB := web
.PHONY: web
web: web-packages ## Build the web application; the next build of weir takes it in
	@if command -v npm > /dev/null; then cd $(WEB) && npm run --silent build; \
	else echo "no npm: the web application is not built, and weir serves none"; fi

.PHONY: web-dev
web-dev: web-packages ## The web application as it is written, in front of a weir serve that runs (WEIR_SERVER=http://127.0.0.1:8719)
	@cd $(WEB) && npm run --silent dev

.PHONY: web-packages
web-packages:
	@if command -v npm > /dev/null; then cd $(WEB) && { [ -d node_modules ] || npm ci --silent --no-audit --no-fund; }; fi

.PHONY: pictures
pictures: web build ## Pictures of every page over the demo, light and dark, of three widths, into docs/pages; needs Chromium, and make demo before
	@sh scripts/pictures.sh $(WEIR) $(DEMO)/data $(abspath docs/pages)

.PHONY: test-web
test-web: web-packages ## Unit tests of the web application; left out where there is no npm
	@if command -v npm > /dev/null; then cd $(WEB) && npm run --silent check && npm test --silent; \
	else echo "no npm: the tests of the web application are skipped"; fi

.PHONY: test
test: format-check test-rust test-web test-acceptance ## Run every test

.PHONY: test-rust
test-rust: oracle ## Unit, integration, conformance and documentation tests
	cargo test --locked --workspace

.PHONY: conformance
conformance: ## Score against recorded answers of Microsoft's engine
	cargo test --locked -p weir-query --test it conformance -- --nocapture

.PHONY: test-acceptance
test-acceptance: web build $(VENV)/ready clients ## The finished program against other engines
	WEIR_BIN=$(WEIR) $(VENV)/bin/python -m pytest -q acceptance

.PHONY: oracle
oracle: ## Microsoft's parser, to compare ours with; left out where there is no npm
	@if command -v npm > /dev/null; then cd $(ORACLE) && { [ -d node_modules ] || npm ci --silent --no-audit --no-fund; }; \
	else echo "no npm: the comparison with Microsoft's parser is skipped"; fi

.PHONY: clients
clients: ## Microsoft's clients for Node; left out where there is no npm
	@if command -v npm > /dev/null; then cd $(CLIENTS) && { [ -d node_modules ] || npm ci --silent --no-audit --no-fund; }; \
	else echo "no npm: the tests with Microsoft's clients for Node are skipped"; fi

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
fuzz: ## Read and plan texts, and decode blobs, that nobody thought of for three quarters of an hour (SECONDS_MAX=1800)
	@command -v cargo-fuzz > /dev/null || cargo install --locked cargo-fuzz
	@mkdir -p fuzz/corpus/kql fuzz/corpus/bind && for file in queries/*.kql testdata/kql/*.kql testdata/errors/*.txt; do \
		name=$$(echo $$file | tr / -); \
		cp $$file fuzz/corpus/kql/$$name && printf '\0' | cat - $$file > fuzz/corpus/bind/$$name; done
	RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$(CACHE)/target-fuzz cargo fuzz run kql -- \
		-max_total_time=$$(($(or $(SECONDS_MAX),1800) / 2)) -timeout=10 -max_len=4096
	RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$(CACHE)/target-fuzz cargo fuzz run --features bind --sanitizer none bind -- \
		-max_total_time=$$(($(or $(SECONDS_MAX),1800) / 2)) -timeout=20 -max_len=4096
	@mkdir -p fuzz/corpus/decode && for file in fuzz/seeds/decode/*.json; do \
		printf 'x' | cat - $$file > fuzz/corpus/decode/$$(basename $$file); done
	RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$(CACHE)/target-fuzz cargo fuzz run --sanitizer none decode -- \
		-max_total_time=$$(($(or $(SECONDS_MAX),1800) / 2)) -timeout=10 -max_len=16384

.PHONY: bench
bench: ## Measure each stage of the path on a simulated corpus (MEGABYTES=200, FORMATS=vnet,nsg-v2,nsg-v1, RUNS=5, INVENTORY_NICS=0)
	cargo build --locked --release -p weir -p weir-bench
	$(RELEASE)/weir-bench --folder $(CACHE)/bench --json $(CACHE)/bench/figures.json \
		--megabytes $(or $(MEGABYTES),200) --formats $(or $(FORMATS),vnet$(COMMA)nsg-v2$(COMMA)nsg-v1) --runs $(or $(RUNS),5) \
		--inventory-nics $(or $(INVENTORY_NICS),0) \
		$(PEERS)

.PHONY: bench-peers
bench-peers: $(CACHE)/peers/ready ## Measure chdb and DuckDB beside, on VNet logs
	$(MAKE) bench FORMATS=vnet PEERS="--peers $(CACHE)/peers/bin/python"

$(CACHE)/peers/ready: crates/bench/peers/requirements.txt
	python3 -m venv --clear $(CACHE)/peers
	$(CACHE)/peers/bin/pip install --quiet --disable-pip-version-check -r $<
	@touch $@

.PHONY: bench-pages
bench-pages: web-packages ## Time pages of a server that runs, in a new browser each time (SERVER=http://127.0.0.1:8719, TIME="last 24 hours", RUNS=3)
	cd $(WEB) && node browser/timing.mjs "$(or $(SERVER),http://127.0.0.1:8719)" "$(or $(TIME),last 24 hours)" $(or $(RUNS),3) $(PAGES)

.PHONY: bench-serve
bench-serve: ## Measure the server: small queries, then a minute of many clients (CLIENTS=64, SECONDS=60)
	cargo build --locked --release -p weir -p weir-bench
	$(RELEASE)/weir-bench --folder $(CACHE)/bench --json $(CACHE)/bench/serve.json \
		--serve $(or $(CLIENTS),64) --seconds $(or $(SECONDS),60)

COMMA := ,
