//! `wasm-bindgen`, from the same lock file as the library that the app is built with, so that the two can't drift apart.
//!
//! A program that names functions to take apart (`src/app/src/parts.rs`) is taken apart before: its main file goes on to wasm-bindgen, and the parts, with
//! the script that fetches them, go to the folder that `DOORSTEP_PARTS` names.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use wasm_encoder::{ExportSection, Module, RawSection};
use wasmparser::{Parser, Payload};

/// The script that fetches the parts, beside the program's own.
const SCRIPT: &str = "./doorstep-parts.js";
/// Which files each part consists of, by their names without an ending.
const LIST: &str = "parts.json";
/// Where a program says that it imports a part's functions from.
const ASKED: &str = "__wasm_split_placeholder__";
/// What the names of the functions that a part gives begin with.
const GIVEN: &str = "__wasm_split_";

fn main() -> anyhow::Result<()> {
    env_logger::init();
    let mut args: Vec<OsString> = std::env::args_os().collect();
    if let Some(place) =
        args.iter().position(|arg| Path::new(arg).extension().is_some_and(|ending| ending == "wasm"))
        && let Some(folder) = std::env::var_os("DOORSTEP_PARTS")
        && let Some((main, has_parts)) = take_apart(Path::new(&args[place]), &PathBuf::from(folder))?
    {
        args[place] = main.into();
        if has_parts {
            // What they call of it stays.
            args.push("--keep-lld-exports".into());
        }
    }
    wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args)
}

/// The main file of a program that was taken apart (true), or of one that shares a library with such a program and has none of its parts; nothing if it is neither.
fn take_apart(program: &Path, folder: &Path) -> anyhow::Result<Option<(PathBuf, bool)>> {
    let bytes = fs::read(program).with_context(|| format!("can't read {}", program.display()))?;
    let parts = Parts::of(&bytes)?;
    if parts == Parts::None {
        return Ok(None);
    }
    let stem = program.file_stem().context("a program without a name")?.to_string_lossy().into_owned();
    // What is left of the build before.
    let _ = fs::remove_dir_all(folder);
    fs::create_dir_all(folder)?;
    let main = folder.join(format!("{stem}.wasm"));
    if parts == Parts::Others {
        fs::write(&main, cleaned(&bytes, true)?)?;
        return Ok(Some((main, false)));
    }
    let module = format!("./{stem}.js");
    let mut options = wasm_split_cli_support::Options::new(&bytes);
    options.output_dir = folder;
    options.main_out_path = &main;
    options.link_name = SCRIPT;
    options.main_module = &module;
    let made = match wasm_split_cli_support::transform(options) {
        Ok(made) => made,
        Err(error) => bail!("{} can't be taken apart: {error:?}", program.display()),
    };
    let list = serde_json::to_vec(&made.prefetch_map).context("names are JSON")?;
    fs::write(folder.join(LIST), list)?;
    for file in made.split_modules.iter().chain([&main]) {
        fs::write(file, cleaned(&fs::read(file)?, false)?)?;
    }
    Ok(Some((main, true)))
}

/// Which parts a program has.
#[derive(PartialEq)]
enum Parts {
    None,
    /// The other program's: nobody here asks for them.
    Others,
    Own,
}

impl Parts {
    fn of(program: &[u8]) -> anyhow::Result<Parts> {
        let mut parts = Parts::None;
        for payload in Parser::new(0).parse_all(program) {
            match payload? {
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        if import?.module == ASKED {
                            return Ok(Parts::Own);
                        }
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        if export?.name.starts_with(GIVEN) {
                            parts = Parts::Others;
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(parts)
    }
}

/// A program without what only taking apart needs, which wasm-opt stumbles over, and without the parts that nobody asks for.
fn cleaned(program: &[u8], without_parts: bool) -> anyhow::Result<Vec<u8>> {
    let mut module = Module::new();
    for payload in Parser::new(0).parse_all(program) {
        let payload = payload?;
        match &payload {
            Payload::CustomSection(section)
                if section.name() == "linking" || section.name().starts_with("reloc.") => {}
            Payload::ExportSection(section) if without_parts => {
                let mut exports = ExportSection::new();
                for export in section.clone() {
                    let export = export?;
                    if !export.name.starts_with(GIVEN) {
                        exports.export(export.name, export.kind.into(), export.index);
                    }
                }
                module.section(&exports);
            }
            _ => {
                if let Some((id, range)) = payload.as_section() {
                    module.section(&RawSection {
                        id,
                        data: &program[range.start as usize..range.end as usize],
                    });
                }
            }
        }
    }
    Ok(module.finish())
}
