//! ODK's own submission encryption: what is sent of a form with a public key is readable to whoever holds the private one.
//!
//! <https://getodk.github.io/xforms-spec/encryption>. Java's `OAEPWithSHA256AndMGF1Padding` is BouncyCastle's there: SHA-256 for the mask
//! as well, which a key that Collect encrypted (ODK Central's own test data) opens with, and not with SHA-1.
//! Kept here: the same secret and content give the same bytes, so that every try is the first one again; and neither key nor seed
//! follows from content, or whoever guesses the content could prove it.

use aes::Aes256;
use aes::cipher::generic_array::GenericArray;
use aes::cipher::{BlockEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use doorstep_engine::RsaKey;
use hmac::{Hmac, Mac};
use md5::Md5;
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// AES's block, and the padding's.
const BLOCK: usize = 16;
/// SHA-256's length.
const HASH: usize = 32;
/// An RSA public key, as a form has it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicKey {
    modulus: BigUint,
    exponent: BigUint,
    bytes: usize,
}

impl PublicKey {
    /// Reads `base64RsaPublicKey`; `None` if it is none that can be encrypted with: [`RsaKey::read`].
    pub fn read(text: &str) -> Option<PublicKey> {
        let RsaKey { modulus, exponent } = RsaKey::read(text)?;
        let bytes = modulus.len();
        let number = |digits: Vec<u8>| BigUint::from_bytes_be(&digits);
        Some(PublicKey { modulus: number(modulus), exponent: number(exponent), bytes })
    }

    /// RSAES-OAEP (RFC 8017 §7.1.1) with SHA-256, an empty label, and this seed; `message` is at most 190 bytes.
    fn encrypt(&self, message: &[u8], seed: [u8; HASH]) -> String {
        let mut block = Sha256::digest(b"").to_vec();
        block.resize(self.bytes - HASH - 2 - message.len(), 0);
        block.push(1);
        block.extend_from_slice(message);
        let mask = mask(&seed, block.len());
        block.iter_mut().zip(mask).for_each(|(byte, mask)| *byte ^= mask);
        let mut whole = seed.to_vec();
        whole.iter_mut().zip(self::mask(&block, HASH)).for_each(|(byte, mask)| *byte ^= mask);
        whole.extend_from_slice(&block);
        let number = BigUint::from_bytes_be(&whole).modpow(&self.exponent, &self.modulus).to_bytes_be();
        let mut sent = vec![0; self.bytes - number.len()];
        sent.extend_from_slice(&number);
        STANDARD.encode(sent)
    }
}

/// MGF1 (RFC 8017 §B.2.1) with SHA-256.
fn mask(seed: &[u8], length: usize) -> Vec<u8> {
    let mut mask = Vec::with_capacity(length + HASH);
    for counter in 0_u32.. {
        if mask.len() >= length {
            break;
        }
        mask.extend_from_slice(
            &Sha256::new().chain_update(seed).chain_update(counter.to_be_bytes()).finalize(),
        );
    }
    mask.truncate(length);
    mask
}

/// How many bytes a file has once it is encrypted: there is always padding.
pub fn encrypted_size(size: u64) -> u64 {
    (size / BLOCK as u64).saturating_add(1).saturating_mul(BLOCK as u64)
}

/// What the encrypted files are named after.
const SUFFIX: &str = ".enc";
/// The instance among them.
pub const INSTANCE: &str = "submission.xml";
/// The namespace of a manifest.
const SUBMISSIONS: &str = "http://opendatakit.org/submissions";
/// That of an instance's metadata (OpenRosa, *Metadata*).
const METADATA: &str = "http://openrosa.org/xforms";

/// What a file is called once it is encrypted.
pub fn encrypted_name(name: &str) -> String {
    format!("{name}{SUFFIX}")
}

/// Is an instance's text a manifest: what is sent in an encrypted submission's stead?
pub fn is_manifest(xml: &str) -> bool {
    // Most are none, and need not be read for that.
    xml.contains("encrypted")
        && roxmltree::Document::parse(xml)
            .is_ok_and(|document| document.root_element().attribute("encrypted") == Some("yes"))
}

/// Which submission it is, as its instance says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Named {
    /// The `id` of the primary instance's root.
    pub form: String,
    /// Its `version`, if it has one.
    pub version: Option<String>,
    /// `meta/instanceID`.
    pub instance: String,
}

impl Named {
    /// As an instance's text has it; `None` if it lacks `id` or `instanceID`.
    pub fn of(xml: &str) -> Option<Named> {
        let document = roxmltree::Document::parse(xml).ok()?;
        let root = document.root_element();
        let attribute = |name| root.attribute(name).or_else(|| root.attribute((METADATA, name)));
        let meta = root.children().find(|node| node.tag_name().name() == "meta")?;
        let id = meta.children().find(|node| node.tag_name().name() == "instanceID")?;
        Some(Named {
            form: attribute("id")?.to_owned(),
            version: attribute("version").map(str::to_owned),
            instance: id.text()?.trim().to_owned(),
        })
    }
}

/// Encrypts one submission's files. All are looked at in their order before the first can be sent, since the manifest vouches for each: the
/// media first, the instance last.
pub struct Encryption {
    key: PublicKey,
    secret: [u8; 32],
    aes: [u8; 32],
    named: Named,
    sealed_key: String,
    /// Names and MD5 of what is encrypted, in its order.
    files: Vec<(String, String)>,
}

impl Encryption {
    /// Begins. `secret` is 32 random bytes, this submission's alone, the same for each try.
    pub fn new(key: PublicKey, secret: [u8; 32], named: Named) -> Encryption {
        let aes = derived(&secret, "doorstep odk aes key");
        let sealed_key = key.encrypt(&aes, derived(&secret, "doorstep odk key seed"));
        Encryption { key, secret, aes, named, sealed_key, files: Vec::new() }
    }

    /// Looks at the next file. No two may have the same name.
    pub fn note(&mut self, name: &str, bytes: &[u8]) {
        self.files.push((name.to_owned(), format!("{:x}", Md5::digest(bytes))));
    }

    /// Looks at the instance, after all the media, and gives the manifest that is sent in its stead.
    pub fn end(&mut self, xml: &str) -> String {
        self.note(INSTANCE, xml.as_bytes());
        self.manifest()
    }

    /// The file that was looked at in that place, encrypted. The instance has the last.
    pub fn file(&self, place: usize, mut bytes: Vec<u8>) -> Vec<u8> {
        let padding = BLOCK - bytes.len() % BLOCK;
        bytes.resize(bytes.len() + padding, u8::try_from(padding).unwrap_or(0));
        cipher_feedback(&self.aes, self.vector(place), &mut bytes);
        bytes
    }

    /// A file's initialisation vector: for each file up to it one byte more is counted up, and again from the first.
    fn vector(&self, place: usize) -> [u8; BLOCK] {
        let mut vector: [u8; BLOCK] =
            Md5::new().chain_update(&self.named.instance).chain_update(self.aes).finalize().into();
        for file in 0..=place {
            vector[file % BLOCK] = vector[file % BLOCK].wrapping_add(1);
        }
        vector
    }

    fn signature(&self) -> String {
        let mut text = format!("{}\n", self.named.form);
        text.extend(self.named.version.iter().map(|version| format!("{version}\n")));
        text += &format!("{}\n{}\n", self.sealed_key, self.named.instance);
        text.extend(self.files.iter().map(|(name, md5)| format!("{name}::{md5}\n")));
        let seed = derived(&self.secret, "doorstep odk signature seed");
        self.key.encrypt(&Md5::digest(text), seed)
    }

    /// Each file in a `media` of its own: Aggregate reads no more of one.
    fn manifest(&self) -> String {
        let mut xml =
            format!("<data xmlns=\"{SUBMISSIONS}\" encrypted=\"yes\" id=\"{}\"", escaped(&self.named.form));
        xml.extend(self.named.version.iter().map(|version| format!(" version=\"{}\"", escaped(version))));
        xml += &format!(
            "><base64EncryptedKey>{}</base64EncryptedKey><orx:meta xmlns:orx=\"{METADATA}\"><orx:instanceID>{}</orx:instanceID></orx:meta>",
            self.sealed_key,
            escaped(&self.named.instance)
        );
        let media = self.files.iter().take(self.files.len().saturating_sub(1));
        xml.extend(media.map(|(name, _)| format!("<media><file>{}{SUFFIX}</file></media>", escaped(name))));
        xml += &format!("<encryptedXmlFile>{INSTANCE}{SUFFIX}</encryptedXmlFile>");
        xml += &format!(
            "<base64EncryptedElementSignature>{}</base64EncryptedElementSignature></data>",
            self.signature()
        );
        xml
    }
}

/// One of the random numbers that a submission needs, by its purpose: HMAC-SHA256 under the secret.
pub(crate) fn derived(secret: &[u8; 32], purpose: &str) -> [u8; HASH] {
    let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(secret).expect("HMAC takes a key of any length");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}

/// AES-256 in CFB with whole blocks (NIST SP 800-38A §6.3, s = 128); `bytes` are whole blocks.
fn cipher_feedback(key: &[u8; 32], vector: [u8; BLOCK], bytes: &mut [u8]) {
    let cipher = Aes256::new(GenericArray::from_slice(key));
    let mut last = GenericArray::from(vector);
    for block in bytes.chunks_exact_mut(BLOCK) {
        cipher.encrypt_block(&mut last);
        block.iter_mut().zip(last.iter_mut()).for_each(|(byte, mask)| {
            *byte ^= *mask;
            *mask = *byte;
        });
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests;
