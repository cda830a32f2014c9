#!/usr/bin/env bash
# Builds osps from this action's own source with the toolchain that it names, unless a kept one is there.
set -euo pipefail

kept="$RUNNER_TEMP/osps"
if [ -x "$kept/bin/osps" ] || [ -x "$kept/bin/osps.exe" ]; then
    exit 0
fi
# Not in the workspace: settings of cargo and rustup that lie in a change request count for nothing here.
cd "$GITHUB_ACTION_PATH"
toolchain=$(sed -n 's/^rust-version = "\(.*\)"$/\1/p' Cargo.toml)
if command -v rustup >/dev/null; then
    rustup toolchain install "$toolchain" --profile minimal --no-self-update
    export RUSTUP_TOOLCHAIN="$toolchain"
elif ! command -v cargo >/dev/null; then
    echo "::error title=OSPS Baseline::To build osps takes rustup or cargo; name an osps that is there with the input binary."
    exit 2
fi
CARGO_TARGET_DIR="$RUNNER_TEMP/osps-target" cargo install --locked --no-track --path . --root "$kept"
rm -rf "$RUNNER_TEMP/osps-target"
