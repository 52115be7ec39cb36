//! `wasm-bindgen`, from the same lock file as the library that the app is built with, so that the two can't drift apart.

fn main() -> anyhow::Result<()> {
    env_logger::init();
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(std::env::args_os())
}
