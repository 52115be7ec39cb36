//! `doorstep recover`: the office's half of a forgotten PIN. The private key stays in its file, the data on the phone.

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use aes_gcm::aead::{Aead, OsRng, Payload};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce};
use doorstep_delivery::recovery::{
    INFO, IV, POINT_BYTES, Request, SECRET_BYTES, salt, write_code, write_point,
};
use lexopt::prelude::*;
use p256::elliptic_curve::sec1::ToEncodedPoint;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use p256::{PublicKey, SecretKey};
use sha2::Sha256;

/// A key file is a few hundred bytes.
const LARGEST: u64 = 10_000;

enum Task {
    NewKey(PathBuf),
    PublicKey(PathBuf),
    Answer { key: PathBuf, request: String },
}

/// Reads the options and does it.
pub fn run(arguments: &mut lexopt::Parser) -> Result<ExitCode, lexopt::Error> {
    let (file, outcome) = match read(arguments)? {
        Task::NewKey(file) => {
            let outcome = new_key(&file);
            (file, outcome)
        }
        Task::PublicKey(file) => {
            let outcome = read_key(&file).map(|key| write_point(&point(&key.public_key())));
            (file, outcome)
        }
        Task::Answer { key, request } => {
            let outcome = read_key(&key).and_then(|key| answer(&key, &request));
            (key, outcome)
        }
    };
    match outcome {
        Ok(line) => {
            say!("{line}");
            Ok(ExitCode::SUCCESS)
        }
        Err(words) => {
            eprintln!("doorstep: {}: {words}", file.display());
            Ok(ExitCode::FAILURE)
        }
    }
}

fn read(arguments: &mut lexopt::Parser) -> Result<Task, lexopt::Error> {
    let mut values: Vec<String> = Vec::new();
    let mut task = None;
    while let Some(argument) = arguments.next()? {
        match argument {
            Long("new-key") => task = Some(Task::NewKey(arguments.value()?.into())),
            Long("public-key") => task = Some(Task::PublicKey(arguments.value()?.into())),
            Value(value) if task.is_none() && values.len() < 2 => values.push(value.string()?),
            other => return Err(other.unexpected()),
        }
    }
    match (task, &mut values[..]) {
        (Some(task), []) => Ok(task),
        (None, [key, request]) => {
            Ok(Task::Answer { key: std::mem::take(key).into(), request: std::mem::take(request) })
        }
        _ => Err("`doorstep recover KEY-FILE REQUEST`, or `doorstep recover --new-key FILE`".into()),
    }
}

/// Makes the office's key pair: the private half into a new file that only its owner reads, the public one as the answer.
fn new_key(file: &Path) -> Result<String, String> {
    let key = SecretKey::random(&mut OsRng);
    let pem = key.to_pkcs8_pem(LineEnding::LF).map_err(|_| "the key can't be written")?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(file).map_err(|error| error.to_string())?;
    opened.write_all(pem.as_bytes()).and_then(|()| opened.sync_all()).map_err(|error| error.to_string())?;
    Ok(write_point(&point(&key.public_key())))
}

fn read_key(file: &Path) -> Result<SecretKey, String> {
    let opened = std::fs::File::open(file).map_err(|error| error.to_string())?;
    let mut pem = String::new();
    opened.take(LARGEST).read_to_string(&mut pem).map_err(|error| error.to_string())?;
    SecretKey::from_pkcs8_pem(&pem).map_err(|_| "no P-256 private key in PEM (PKCS #8)".to_owned())
}

/// The recovery code for what a phone shows.
fn answer(key: &SecretKey, request: &str) -> Result<String, String> {
    let request = Request::from_text(request).ok_or("this is not what a phone shows, or not all of it")?;
    let other = PublicKey::from_sec1_bytes(&request.ephemeral)
        .map_err(|_| "this is not what a phone shows: no point of the curve")?;
    let shared = p256::ecdh::diffie_hellman(key.to_nonzero_scalar(), other.as_affine());
    let derived = shared.extract::<Sha256>(Some(&salt(&request.ephemeral, &point(&key.public_key()))));
    let mut sealing_key = [0; 32];
    derived.expand(INFO, &mut sealing_key).map_err(|_| "no key can be derived")?;
    let cipher = Aes256Gcm::new(&sealing_key.into());
    let opened = cipher.decrypt(Nonce::from_slice(&IV), Payload { msg: &request.sealed, aad: INFO });
    let secret = opened.map_err(|_| "it was sealed for another office’s key")?;
    let secret: [u8; SECRET_BYTES] = secret.try_into().map_err(|_| "what was sealed is no secret")?;
    Ok(write_code(&secret))
}

fn point(key: &PublicKey) -> [u8; POINT_BYTES] {
    let mut bytes = [0; POINT_BYTES];
    bytes.copy_from_slice(key.to_encoded_point(false).as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a phone does, in this program's words.
    fn sealed_for(office: &PublicKey, secret: [u8; SECRET_BYTES]) -> Request {
        let once = SecretKey::random(&mut OsRng);
        let ephemeral = point(&once.public_key());
        let shared = p256::ecdh::diffie_hellman(once.to_nonzero_scalar(), office.as_affine());
        let mut key = [0; 32];
        let derived = shared.extract::<Sha256>(Some(&salt(&ephemeral, &point(office))));
        derived.expand(INFO, &mut key).expect("32 bytes can be derived");
        let sealed = Aes256Gcm::new(&key.into())
            .encrypt(Nonce::from_slice(&IV), Payload { msg: &secret, aad: INFO })
            .expect("it is sealed");
        Request { ephemeral, sealed: sealed.try_into().expect("a secret and a tag") }
    }

    #[test]
    fn the_office_answers_with_the_secret_and_nobody_else_can() {
        let (office, other) = (SecretKey::random(&mut OsRng), SecretKey::random(&mut OsRng));
        let secret = *b"0123456789abcdef";
        let request = sealed_for(&office.public_key(), secret).to_text();
        assert_eq!(answer(&office, &request), Ok(write_code(&secret)));
        assert!(answer(&other, &request).is_err());
        assert!(answer(&office, &request[..100]).is_err());
        let mut bent = sealed_for(&office.public_key(), secret);
        bent.ephemeral[20] ^= 1;
        assert!(answer(&office, &bent.to_text()).is_err());
    }

    #[test]
    fn a_key_file_is_read_as_it_was_written_and_never_written_over() {
        let folder = tempfile::tempdir().expect("there is a temporary folder");
        let file = folder.path().join("office.pem");
        let public = new_key(&file).expect("it is made");
        assert_eq!(read_key(&file).map(|key| write_point(&point(&key.public_key()))), Ok(public));
        assert!(new_key(&file).is_err(), "a key was written over");
        std::fs::write(&file, "no key").expect("it is written");
        assert!(read_key(&file).is_err());
    }
}
