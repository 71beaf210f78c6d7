# The two commands: «make run» starts the map, «make test» checks everything.
# Both install what a bare Debian is missing. «make help» lists the rest.

SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# One kind of build for all that is built, so that each takes from the cache what another has compiled.
export CGO_ENABLED := 0
export GOFLAGS := -trimpath

tool := go tool -modfile=tools/go.mod
pages := web/dist/index.html
page_sources := $(shell find web graph \
	\( -path web/node_modules -o -path web/dist -o -path web/out -o -path web/test \) -prune -o \
	-type f \( -path 'web/*' -o -name '*.graphql' \) ! -name '*.go' -print)

.PHONY: run
run: install build ## Start the map, with all that it needs (arguments: make run args="--listen :8080")
	@exec bin/xiangtu serve $(args)

.PHONY: test
test: install-test build graph/transport/audit/node_modules ## Check everything: generated code, lint, Go tests with PostGIS, page in a browser
	@scripts/test.sh

.PHONY: build
build: $(pages) ## Build the pages and bin/xiangtu, which holds them
	@go build -o bin/xiangtu ./server

.PHONY: generate
generate: web/node_modules ## Write the generated code of graph and web anew
	@# A deleted schema file would leave its generated one behind.
	@rm -rf graph/internal/generated
	@go tool gqlgen generate
	@go generate ./...
	@npm --prefix web run --silent generate

.PHONY: verify
verify: web/node_modules ## Tell whether the generated code is current
	@scripts/current.sh

.PHONY: lint
lint: web/node_modules $(pages) ## Check the style of Go and TypeScript
	@$(tool) golangci-lint run ./...
	@npm --prefix web run --silent check

.PHONY: bench
bench: install-bench build ## Measure against peers and limits (BENCH=quick for three minutes; see bench/README.md)
	@go build -o bin/ ./bench ./bench/limit
	@BENCH=$(BENCH) bin/bench

.PHONY: install
install: ## Install the packages that «make run» needs
	@scripts/install.sh run

.PHONY: install-test
install-test: ## Install the packages that «make test» needs
	@scripts/install.sh test

.PHONY: install-bench
install-bench: ## Install the packages that «make bench» needs
	@scripts/install.sh bench

.PHONY: clean
clean: ## Remove what was built; data and downloads stay
	@rm -rf bin web/out var/test
	@find web/dist -mindepth 1 ! -name .gitkeep -delete 2>/dev/null || true

.PHONY: help
help: ## List the commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

web/node_modules: web/package.json web/package-lock.json
	@npm --prefix web ci --no-audit --no-fund --loglevel=error
	@touch $@

graph/transport/audit/node_modules: graph/transport/audit/package.json graph/transport/audit/package-lock.json
	@npm --prefix graph/transport/audit ci --no-audit --no-fund --loglevel=error
	@touch $@

$(pages): web/node_modules $(page_sources)
	@npm --prefix web run --silent build -- --logLevel warn
	@touch $@
