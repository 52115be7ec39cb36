//! `doorstep rescue`: what a phone exported as a file, brought to a server. Done twice, it comes to the same.

use std::io::{BufRead, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};
use doorstep_delivery::backend::SendErrorKind;
use doorstep_delivery::backend::any::AnyBackend;
use doorstep_delivery::backend::doorstep::Doorstep;
use doorstep_delivery::configuration::is_address;
use doorstep_delivery::credentials::{Credential, Login, Secret};
use doorstep_delivery::deliver::deliver;
use doorstep_delivery::memory_store::{MemoryStore, ready};
use doorstep_delivery::outbox::{HOME, Until};
use doorstep_delivery::rescue::{Envelope, LARGEST, Rescue};
use doorstep_delivery::store::Store;
use doorstep_delivery::{Moment, State, Wake};
use doorstep_server::Outgoing;
use lexopt::prelude::*;
use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};

/// The environment's variable with a device's token.
const TOKEN: &str = "DOORSTEP_TOKEN";

struct Options {
    file: PathBuf,
    to: Option<String>,
    password_file: Option<PathBuf>,
    token_file: Option<PathBuf>,
    drafts: Option<PathBuf>,
}

/// Reads the options and does it.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let options = read(arguments)?;
    match rescue(&options) {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(ExitCode::FAILURE),
        Err(words) => {
            eprintln!("doorstep: {}: {words}", options.file.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(arguments: &mut lexopt::Parser) -> Result<Options, lexopt::Error> {
    let (mut file, mut to, mut drafts) = (None, None, None);
    let (mut password_file, mut token_file) = (None, None);
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("to") => to = Some(arguments.value()?.string()?),
            Long("password-file") => password_file = Some(arguments.value()?.into()),
            Long("token-file") => token_file = Some(arguments.value()?.into()),
            Long("drafts") => drafts = Some(arguments.value()?.into()),
            Value(path) if file.is_none() => file = Some(path.into()),
            other => return Err(other.unexpected()),
        }
    }
    let file = file.ok_or("which file? `doorstep rescue FILE [--to URL]`")?;
    Ok(Options { file, to, password_file, token_file, drafts })
}

/// Did everything arrive that was to be sent?
fn rescue(options: &Options) -> Result<bool, String> {
    let bytes = read_file(&options.file)?;
    let envelope = Envelope::from_bytes(&bytes).map_err(|error| error.to_string())?;
    if !is_signed(&envelope) {
        return Err("the signature is not its device's: the file is damaged or was changed".into());
    }
    say!("made {} by the device {}", envelope.made_at.to_rfc3339(), envelope.fingerprint());
    let payload = match &envelope.lock {
        None => envelope.payload.clone(),
        Some(_) => unlock(&envelope, &password(options)?)?,
    };
    let rescue = Rescue::from_bytes(&payload).map_err(|error| error.to_string())?;
    let (sealed, drafts) = (rescue.submissions.len(), rescue.drafts.len());
    say!("{} and {}", counted(sealed, "submission"), counted(drafts, "draft"));
    if let Some(folder) = &options.drafts {
        write_drafts(&rescue, folder)?;
    } else if drafts > 0 {
        say!("drafts are taken back in the app; `--drafts DIR` writes their answers as JSON");
    }
    match &options.to {
        Some(url) => {
            let token = token(options)?;
            if token.login != Login::None && !is_address(url) {
                return Err(
                    "a device's token goes to an https:// address only (http:// on this machine)".into()
                );
            }
            send(&rescue, url, token)
        }
        None => {
            say!("nothing was sent; `--to URL` sends the submissions to that server");
            Ok(true)
        }
    }
}

fn counted(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn read_file(path: &Path) -> Result<Vec<u8>, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    let limit = LARGEST as u64 + 1;
    file.take(limit).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() > LARGEST { Err("the file is far too large".into()) } else { Ok(bytes) }
}

/// A device's token from a file or from the environment, never from the command line, which every user of the machine can read.
fn token(options: &Options) -> Result<Credential, String> {
    let token = match &options.token_file {
        Some(path) => {
            let text = std::fs::read_to_string(path);
            Some(text.map_err(|error| format!("{}: {error}", path.display()))?)
        }
        None => std::env::var(TOKEN).ok(),
    };
    let Some(token) = token.map(|token| token.trim().to_owned()).filter(|token| !token.is_empty()) else {
        return Ok(Credential::default());
    };
    if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("the token holds characters that a token can't".into());
    }
    Ok(Credential { login: Login::Bearer(Secret::new(token)), signing: None })
}

/// From a file, from the environment, or asked for.
fn password(options: &Options) -> Result<String, String> {
    if let Some(path) = &options.password_file {
        let text = std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
        return Ok(text.trim_end_matches(['\r', '\n']).to_owned());
    }
    if let Ok(password) = std::env::var("DOORSTEP_RESCUE_PASSWORD") {
        return Ok(password);
    }
    eprint!("password of the file: ");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| error.to_string())?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

fn is_signed(envelope: &Envelope) -> bool {
    let key = VerifyingKey::from_sec1_bytes(&envelope.device);
    let signature = Signature::from_slice(&envelope.signature);
    key.ok().zip(signature.ok()).is_some_and(|(key, by)| key.verify(&envelope.signed(), &by).is_ok())
}

fn unlock(envelope: &Envelope, password: &str) -> Result<Vec<u8>, String> {
    let Some(lock) = &envelope.lock else { return Ok(envelope.payload.clone()) };
    let mut key = [0; 32];
    pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), &lock.salt, lock.iterations, &mut key);
    let about = envelope.about();
    let sealed = Payload { msg: &envelope.payload, aad: about.as_bytes() };
    Aes256Gcm::new(&key.into())
        .decrypt(&lock.iv.into(), sealed)
        .map_err(|_| "this password does not open it".to_owned())
}

/// One file for each draft: the form, and the answers so far. What was locked is open there: nobody else on this machine may read it.
fn write_drafts(rescue: &Rescue, folder: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for_oneself_alone(folder).map_err(failed)?;
    for (stored, files) in &rescue.drafts {
        let draft = &stored.draft;
        let form = &draft.form;
        let written = serde_json::json!({"form": form.id, "version": form.version, "answers": draft.answers,
            "steps_since": stored.steps.len(), "updated_at": draft.updated_at.to_rfc3339()});
        let path = folder.join(format!("{}.json", draft.id));
        write_for_oneself(&path, format!("{written:#}\n").as_bytes()).map_err(failed)?;
        for (file, bytes) in files {
            // A name is letters, digits and a few signs: none that leads out of the folder.
            let path = folder.join(format!("{}-{}", draft.id, file.name));
            write_for_oneself(&path, bytes).map_err(failed)?;
        }
        say!("wrote {}", path.display());
    }
    Ok(())
}

/// Makes a folder that only its owner may look into; one that is there is left as it is.
fn for_oneself_alone(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn write_for_oneself(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

fn send(rescue: &Rescue, url: &str, token: Credential) -> Result<bool, String> {
    let store = MemoryStore::new();
    let home = Rescue {
        submissions: rescue
            .submissions
            .iter()
            .map(|(submission, _, files)| (submission.clone(), vec![HOME.to_owned()], files.clone()))
            .collect(),
        ..Rescue::default()
    };
    let failed = |error: doorstep_delivery::store::StoreError| error.to_string();
    ready(home.take_up(&store)).map_err(failed)?;
    let transport = Outgoing::new(url);
    let backend = AnyBackend::Doorstep(Doorstep::at("")).given(token, now());
    let run = deliver(&store, &transport, |_| Some(&backend), Wake::Hand, now, 1);
    ready(run).map_err(failed)?;
    for item in ready(store.delivered()).map_err(failed)?.items {
        if let State::Delivered { receipt, .. } = item.state {
            match receipt.taken_in_as {
                None => say!("{} is there since {}", item.id, receipt.server_time),
                Some(own) => say!("{} is there since {}, as {own}", item.id, receipt.server_time),
            }
        }
    }
    let left = ready(store.outbox()).map_err(failed)?.items;
    for item in &left {
        if let State::Waiting { reason, .. } | State::Refused { reason } = &item.state {
            let status = reason.status.map_or_else(String::new, |status| format!(" ({status})"));
            let words = if reason.words.is_empty() { reason.kind.name() } else { &reason.words };
            // It is safe there, and counts once somebody has decided: no receipt yet, and no loss.
            match reason.kind {
                SendErrorKind::KeptAside => say!(
                    "{} is kept there beside the submission that has its id, which was finished on another phone too: \
                     a station decides at {url}/office/aside; keep the file until then",
                    item.id
                ),
                SendErrorKind::NotTakenIn => say!(
                    "{} is kept there beside the submission that has its id, and a station has decided not to take it in",
                    item.id
                ),
                _ => say!("{} is not there: {words}{status}", item.id),
            }
        }
    }
    if left.iter().any(|item| matches!(item.state, State::Waiting { until: Until::Login, .. })) {
        say!(
            "the server takes submissions from enrolled devices only: give a device's token as {TOKEN}, or by `--token-file FILE`"
        );
    }
    Ok(left.is_empty())
}

fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Moment { ms: since.as_millis() as i64, utc_offset_minutes: 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use doorstep_delivery::rescue::Lock;
    use p256::ecdsa::SigningKey;
    use p256::ecdsa::signature::Signer;

    /// As a phone makes it.
    fn sealed(password: &str, payload: &[u8]) -> Envelope {
        let key = SigningKey::from_slice(&[7; 32]).unwrap();
        let device = key.verifying_key().to_encoded_point(false).as_bytes().to_vec();
        let lock = Lock { iterations: 600_000, salt: [1; 16], iv: [2; 12] };
        let mut envelope = Envelope {
            made_at: Moment::default(),
            device,
            lock: Some(lock),
            payload: Vec::new(),
            signature: Vec::new(),
        };
        let mut by = [0; 32];
        pbkdf2::pbkdf2_hmac::<sha2::Sha256>(password.as_bytes(), &[1; 16], 600_000, &mut by);
        let about = envelope.about();
        let plain = Payload { msg: payload, aad: about.as_bytes() };
        envelope.payload = Aes256Gcm::new(&by.into()).encrypt(&[2; 12].into(), plain).unwrap();
        let signature: Signature = key.sign(&envelope.signed());
        envelope.signature = signature.to_bytes().to_vec();
        envelope
    }

    #[test]
    fn a_file_opens_with_its_password_and_unchanged_only() {
        let envelope = sealed("correct horse", b"{}");
        assert!(is_signed(&envelope));
        assert_eq!(unlock(&envelope, "correct horse"), Ok(b"{}".to_vec()));
        assert!(unlock(&envelope, "wrong horse").is_err());
        let later = Envelope { made_at: Moment { ms: 1, utc_offset_minutes: 0 }, ..envelope.clone() };
        assert!(!is_signed(&later));
        assert!(!is_signed(&Envelope { device: vec![4; 65], ..envelope }));
    }
}
