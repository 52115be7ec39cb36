//! `cargo xtask`: builds, serves, tests and packs the whole from a fresh machine.
//!
//! Every command first sets up what it needs and nothing else, and a second run finds all of it there, so that no command
//! has to be remembered as "run this one first".

mod a11y;
mod accept;
mod app;
mod bench;
mod command;
mod conformance;
mod debian;
mod dist;
mod fingerprint;
mod fuzz;
mod parts;
mod precompress;
mod serve;
mod service_worker;
mod setup;
mod simulate;
mod size;
mod test;
mod two_cores;
mod workspace;

use std::process::ExitCode;
use workspace::Workspace;

const USAGE: &str = "\
cargo xtask COMMAND

  setup                    what building the app takes, into .tools/ (the other commands do it by themselves)
  serve                    build the app and the server, and serve the app
      --port N               at http://127.0.0.1:N (8080)
      --data DIR             with its data in DIR (doorstep-data)
      --dev                  built fast instead of small
  build [--dev]            the same without serving: the app in target/app, the server in target/release
  size [FORM]              all bytes that a phone fetches to open, fill in and finish a form (household-needs), file by file, as the server sends them
  test [PART…]             everything that CI tests, or some of fmt, deny, lint, unit, simulate, corpora, fuzz, web, e2e
  a11y [WORD…]             axe-core on every page that the end-to-end tests take a picture of, in both themes, at three widths; WORDs choose among the tests
  bench [FORM.xml…]        our engine beside the field's others in a browser, on generated forms and on those given
      --only WORD          what has this word in its name, before the forms
  bench app                our app beside ODK Web Forms, Enketo and SurveyJS on one form of 500 questions, on a phone's screen with a processor 4 times slower
      --times N              so many starts each (7); --only WORD, of the peers those with it in their names; DOORSTEP_APP_DIST for an app that is built
      DOORSTEP_TRACE=DIR     leaves what Chromium traced of the answers there, for the performance panel of its DevTools
  bench assessment         many households ranked, many needs matched, one household scored: in a browser, beside what each may take
  bench device             a phone that holds 2,000 households, without a network: how long each page takes to its first row, beside the second it may take
      --dev                  the app built fast instead of small; --households N; --times N, so often each (15)
  bench designer           the designer with the WHO form (or DOORSTEP_DESIGN_FORM): to the first preview, from a key to what is wrong, and what it weighs
  bench office             the office's questions to a server with a made-up town of 20,000 households, beside the 500 ms each may take
  bench server             one server process under 200 clients, half of what they send sent before, on SQLite and on PostgreSQL
      --rows N               with so many submissions stored before (10000); --seconds N, for so long each (20); --clients N
  conformance [DIR]        what the reference engines answer against what the engine does; DIR or DOORSTEP_CORPUS has the cases
      --failures             with each case that fails
      --hold                 fail if fewer pass than the best so far
  conformance assessment   every form's measures in ODK's engine on answer sets that are made up, against what they come to here
      --sets N, --seed N     so many (1000), others for each seed; WORDs choose among the forms
  conformance entities     a list of entities made here, read as an attachment by ODK's engine
  accept [DIR…]            our XForms held before ODK Validate, our XLSForms before pyxform: of the forms here and in each DIR
                             (a folder of forms or of conformance corpora; ../shared/conformance where it is there)
  accept designer [DIR…]   the workbooks in each DIR (../shared/forms where it is there, and the forms here) through the designer: opened, changed, given out,
                             read back the same; their XLSForms before pyxform, and what that makes of them before ODK Web Forms' engine
  simulate                 drafts, outbox and rescue in worlds where store, network, clock and tabs go wrong; ends in `N passed, M failed`
      --seeds N, --from S    so many worlds (10000) from that seed on (0)
  soak                     the browser, the server and one that it passes on to killed again and again while surveys with files and photos are filled in
                             and sent, some sealed for the office, over roads that are cut in mid-request: nothing lost, nothing twice
      --kills N, --seed N    so often (50), at other moments for each seed
      --database postgres    with Debian's PostgreSQL rather than SQLite
  fuzz [SECONDS]           made-up forms, files and answers, for so long in all (60); what fails names its input
  dist                     one binary with app and forms inside, as a tar and a Debian package, into target/dist
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\ncargo xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> anyhow::Result<()> {
    let workspace = Workspace::find();
    let Some((command, rest)) = arguments.split_first() else {
        print!("{USAGE}");
        return Ok(());
    };
    match command.as_str() {
        "setup" => {
            nothing_more(rest)?;
            setup::for_building(&workspace)
        }
        "serve" => serve::run(&workspace, &serve::Options::read(rest)?),
        "build" => {
            let options = serve::Options::read(rest)?;
            serve::build(&workspace, options.mode()).map(drop)
        }
        "size" => size::run(&workspace, rest),
        "a11y" => a11y::run(&workspace, rest),
        "test" => test::run(&workspace, rest),
        "bench" => bench::run(&workspace, rest),
        "conformance" => conformance::run(&workspace, rest),
        "accept" => accept::run(&workspace, rest),
        "simulate" => simulate::run(&workspace, rest),
        "soak" => test::soak(&workspace, rest),
        "fuzz" => fuzz::run(&workspace, rest),
        "dist" => {
            nothing_more(rest)?;
            dist::run(&workspace)
        }
        "help" | "--help" | "-h" => {
            print!("{USAGE}");
            Ok(())
        }
        other => anyhow::bail!("there is no command `{other}`\n\n{USAGE}"),
    }
}

fn nothing_more(rest: &[String]) -> anyhow::Result<()> {
    match rest.first() {
        None => Ok(()),
        Some(extra) => anyhow::bail!("`{extra}` isn't understood here\n\n{USAGE}"),
    }
}
