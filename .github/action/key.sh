#!/usr/bin/env bash
# Says under which key the built osps is kept: it changes with every file it is built from.
set -euo pipefail
cd "$GITHUB_ACTION_PATH"

digest() { if command -v sha256sum >/dev/null; then sha256sum; else shasum -a 256; fi; }

sources=$(
    git ls-files -s -- Cargo.toml Cargo.lock build.rs src controls policies templates schemas 2>/dev/null ||
        true
)
if [ -z "$sources" ]; then
    # Downloaded as an archive, without history.
    sources=$(
        find Cargo.toml Cargo.lock build.rs src controls policies templates schemas -type f -print |
            LC_ALL=C sort | while IFS= read -r file; do
                printf '%s ' "$file"
                digest <"$file"
            done
    )
fi
key="osps-${RUNNER_OS:-unknown}-${RUNNER_ARCH:-unknown}-$(printf '%s' "$sources" | digest | cut -c 1-40)"
echo "key=$key" >>"${GITHUB_OUTPUT:-/dev/stdout}"
