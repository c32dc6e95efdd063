//! Has the dashboard embedded again when it was built again.

use std::path::Path;

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    let built = Path::new("web/dist");
    // What is not there counts as changed each time: without the dashboard it is waited for in the folder above.
    let watched = if built.exists() { "web/dist" } else { "web" };
    println!("cargo:rerun-if-changed={watched}");
}
