# `make` alone says what there is.
SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help

VERSION  := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
BIN      := bin/bellwether
TOOL     := go tool -modfile=tools/go.mod

ARGS     ?=
PKG      ?= ./...
FUZZTIME ?= 20s
ROUNDS   ?= 2000
BENCH    ?= .
COUNT    ?= 6
EVENTS   ?= 70
SEED     ?=

.PHONY: help
help: ## what can be made
	@echo 'make TARGET [NAME=value]...'
	@echo
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  \1\t\2/p' Makefile | expand -t 12

.PHONY: build
build: ## bin/bellwether, a static binary
	CGO_ENABLED=0 go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(BIN) ./cmd/bellwether

.PHONY: run
run: build ## build, then `bellwether run`; flags in ARGS='--once'
	@$(BIN) run $(ARGS)

.PHONY: test
test: ## all tests with the race detector and a Redis of their own; PKG=./alerts/..., ARGS='-run Name'
	@scripts/test.sh $(ARGS) $(PKG)

.PHONY: chaos
chaos: ## replicas, Redis, Slack and Discord fail at random times; EVENTS=70 in each set-up, SEED= of an earlier run
	BELLWETHER_CHAOS_EVENTS=$(EVENTS) BELLWETHER_CHAOS_SEED=$(SEED) \
		scripts/test.sh -run '^TestChaos' -count 1 -v -timeout 60m ./cmd/bellwether

.PHONY: lint
lint: ## golangci-lint, go vet, gofumpt, go mod tidy: says what is wrong, changes nothing
	$(TOOL) golangci-lint run
	go vet ./...
	@unformatted="$$($(TOOL) gofumpt -l .)"; if [ -n "$$unformatted" ]; then \
		echo 'not formatted (make fmt mends it):'; echo "$$unformatted"; exit 1; fi
	go mod tidy -diff

.PHONY: fmt
fmt: ## format all Go files with gofumpt
	$(TOOL) gofumpt -w .

.PHONY: fuzz
fuzz: ## millions of random cases of the engine, then every fuzz target; ROUNDS=2000 FUZZTIME=20s
	@scripts/fuzz.sh $(FUZZTIME) $(ROUNDS)

.PHONY: bench
bench: ## benchmarks, beside those of the last time; BENCH=regexp COUNT=6 PKG=./alerts/...
	@mkdir -p bin
	@if [ -f bin/bench.txt ]; then mv bin/bench.txt bin/bench.old.txt; fi
	go test -run '^$$' -bench '$(BENCH)' -benchmem -count $(COUNT) $(PKG) | tee bin/bench.txt
	@$(TOOL) benchstat $$(ls bin/bench.old.txt 2>/dev/null || true) bin/bench.txt

.PHONY: blockkit
blockkit: ## check what Slack is shown against Slack's own types (Node); scripts/blockkit.sh render FOLDER draws it
	@scripts/blockkit.sh check

.PHONY: discord
discord: ## check that nothing of others is Markdown in what Discord is shown (Node); scripts/discord-render.sh render FOLDER draws it
	@scripts/discord-render.sh check

.PHONY: cover
cover: ## coverage of the whole module: the profile in bin/cover.out, the total here
	@mkdir -p bin
	@scripts/test.sh -coverpkg=./... -coverprofile=bin/cover.out $(ARGS) $(PKG)
	@go tool cover -func=bin/cover.out | tail -n 1

.PHONY: clean
clean: ## remove what was made
	rm -rf bin
