//! `wasm-bindgen-test-runner`, which runs the app's browser tests in a headless Chromium; see `wasm_bindgen.rs` for why it is built here.

fn main() -> anyhow::Result<()> {
    env_logger::init();
    wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(std::env::args_os())?;
    Ok(())
}
