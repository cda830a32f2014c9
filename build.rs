//! The data files are part of the binary: building again when one is added, removed or changed.

fn main() {
    for directory in ["policies", "controls", "templates"] {
        println!("cargo::rerun-if-changed={directory}");
    }
}
