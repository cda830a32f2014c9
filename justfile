# The commands of this repository. `just ci` is what CI runs.

# List the commands.
help:
    @just --list

# Run the main job on this repository.
assess:
    cargo run --quiet -- assess

# Run the tests.
test:
    cargo test

# Format and lint.
lint:
    cargo fmt --check
    cargo clippy --all-targets -- -D warnings

# Write the generated files again: schemas, snapshots.
bless:
    BLESS=1 cargo test --test generated
    INSTA_UPDATE=always cargo test

# Test the policies from disk, without building again.
policies *ids:
    cargo run --quiet -- policy test --policies policies {{ids}}
    cargo run --quiet -- policy lint --policies policies

# Measure: assessing 50,000 files against git grep, evaluating against parsing, starting up.
bench:
    cargo bench

# What CI runs.
ci:
    bash .ci/run
