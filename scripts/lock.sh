#!/usr/bin/env bash
# Re-make the locks from pyproject.toml. They hold hashes and no address, so that every site uses its own index.
set -euo pipefail
cd "$(dirname "$0")/.."

compile() {  # compile OUTPUT [uv options]
    local output="requirements/$1"
    shift
    .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
        --no-emit-find-links --no-annotate --no-header --upgrade --output-file "$output" "$@"
}

compile uv.txt --group uv
compile node.txt --group node
compile base.txt pyproject.toml
compile dev.txt pyproject.toml --group dev
npm install --package-lock-only --ignore-scripts --no-fund --no-audit
