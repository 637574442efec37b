#!/bin/sh
# Rewrites the hash-pinned locks with uv (pip installs them). Pass --upgrade to refresh versions.
# The locks name no index: pip asks whichever index the machine is set up for.
set -eu
cd "$(dirname "$0")/.."
FLAGS="--universal --python-version 3.11 --generate-hashes --no-header --no-annotate --no-emit-index-url -q"
uv pip compile pyproject.toml $FLAGS "$@" -o requirements/runtime.lock
uv pip compile --group dev pyproject.toml -c requirements/runtime.lock $FLAGS "$@" -o requirements/dev.lock
uv pip compile --group e2e -c requirements/dev.lock $FLAGS "$@" -o requirements/e2e.lock
