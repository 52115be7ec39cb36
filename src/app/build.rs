//! Has the linker leave in the app's program what it is taken apart by (`src/xtask/bindgen`).

fn main() {
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rustc-link-arg-bin=doorstep-app=--emit-relocs");
}
