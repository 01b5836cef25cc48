# `make run` needs Go and nothing else. The other targets install on Debian
# what they need and do not find; elsewhere they say in one message what is
# missing. Everything they make is in bin/, data/ and .cache/.

SHELL       := bash
.SHELLFLAGS := -euo pipefail -c
.ONESHELL:
.DEFAULT_GOAL := help
.PHONY: help run build test bench bench-once lint format generate migration check judge examples clean

# What of the tree is tested, linted and measured: make test PACKAGES=./core/...
PACKAGES ?= ./...

GOLANGCI := .cache/golangci-lint-v2.15.0/golangci-lint
GOTESTSUM := .cache/gotestsum-v1.13.0/gotestsum

help: ## say what there is
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: build ## start the platform on http://127.0.0.1:8080, with demonstration data in ./data
	@exec ./bin/labfilms serve --demo

# A binary without C runs on any Linux of its architecture.
build: ## bin/labfilms
	@CGO_ENABLED=0 go build -trimpath -o bin/labfilms ./cmd/labfilms

# CI=true turns a test that would be skipped for want of a service into a failure.
test: $(GOTESTSUM) ## all tests, with the race detector, on SQLite and on a PostgreSQL and a Meilisearch of their own
	@.ci/install.sh cc postgresql curl pkill npm
	CI=true .ci/postgres.sh .ci/meilisearch.sh .ci/test.sh $(PACKAGES)

bench: ## our side of the figures: make bench PACKAGES=./core/db BENCH=Keyset
	@.ci/install.sh postgresql curl npm
	.ci/postgres.sh .ci/meilisearch.sh go test -run='^$$' -bench='$(or $(BENCH),.)' -benchmem $(PACKAGES)

# -short leaves out the sizes that take minutes to fill.
bench-once: ## every benchmark once, so that none rots
	@.ci/install.sh postgresql curl npm
	CI=true .ci/postgres.sh .ci/meilisearch.sh go test -short -run='^$$' -bench=. -benchtime=1x $(PACKAGES)

lint: $(GOLANGCI) ## go vet, and the linters of .golangci.yaml
	@go vet $(PACKAGES)
	$(GOLANGCI) run $(PACKAGES)

format: $(GOLANGCI) ## mend what the formatters of .golangci.yaml find
	@$(GOLANGCI) fmt

generate: ## ent from its schemas, the wire from its protobuf
	@.ci/install.sh protoc
	.ci/generate.sh

migration: ## the next migrations, from the ent schemas: make migration NAME=add_credits
	@.ci/install.sh postgresql
	.ci/postgres.sh bash -c 'go run ./cmd/migratediff -postgres "$$LABFILMS_TEST_POSTGRES" "$$1"' - $(or $(NAME),$(error NAME= says what the migration does))

check: ## what is generated is what the schemas say, and so are the migrations; gofmt
	@.ci/install.sh protoc postgresql
	.ci/check.sh
	.ci/postgres.sh bash -c 'go run ./cmd/migratediff -postgres "$$LABFILMS_TEST_POSTGRES" -check'

judge: build ## let redocly and openapi-typescript judge the OpenAPI document
	@.ci/install.sh node npm
	.ci/judges/judge.sh

examples: ## build every example and run it: as a process of its own, under a real host
	@.ci/install.sh postgresql
	CGO_ENABLED=0 go build -o .cache/examples/ ./examples/...
	CI=true .ci/postgres.sh go test -count=1 ./examples/...

clean: ## remove what was built; data/ stays
	@rm -rf bin .cache

# The version is in the path, so that a new one is a new file.
$(GOLANGCI):
	@GOBIN=$(abspath $(@D)) CGO_ENABLED=0 go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(patsubst golangci-lint-%,%,$(notdir $(@D)))

$(GOTESTSUM):
	@GOBIN=$(abspath $(@D)) CGO_ENABLED=0 go install gotest.tools/gotestsum@$(patsubst gotestsum-%,%,$(notdir $(@D)))
