//! Opens an encrypted submission as the holder of the private key would, written from the specification
//! (ODK XForms, *Encrypted submissions*) and none of it from the code that encrypts.

use std::cell::RefCell;
use std::collections::BTreeMap;

use aes::Aes256;
use aes::cipher::{BlockEncrypt, KeyInit};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use md5::Md5;
use num_bigint::BigUint;
use sha2::{Digest, Sha256};

/// The private exponent of the tests' one key, whose modulus the public half has.
const PRIVATE: &str = "25b3e7610d73f49d3a19998854193f5504d8a3a2236ba24690c9392ce96fc6f4bf86adf77fc3e0c58bba82280140965b86fb3f9d8d2f6bca9c41d96d757825c310c60d8f099b30510041d907f4403926cb1a65c40ddb101430a9a0ba012993f73dbf1d9c5d8faec4bc364bca50acab1854ee41da9342ae2294a39e13f6c3a6f0d203d61a15e81c999fc55239cbc55c4a9c1ac90131a183d86516c9f3ae1df97da3da061a95fc8a8e1a39356ad5232d962008125cd4d89c5f0956168be7ed39c429ef4e11e86720a3ee5122120afc677dba405ea97c59e88ca30393d8de960d6350ec4cdc009c9cb35b663631b161b7d0dc3b1953f03e43310678a0c940034c97";
/// Where the modulus begins in the public key: 2,048 bits after SubjectPublicKeyInfo's head.
const MODULUS: std::ops::Range<usize> = 33..289;

/// What was within: the instance and the files by their own names. `None` unless all of it is there and the signature holds.
pub fn open(
    public: &str,
    manifest: &str,
    sent: &BTreeMap<String, Vec<u8>>,
) -> Option<(String, BTreeMap<String, Vec<u8>>)> {
    let document = roxmltree::Document::parse(manifest).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://opendatakit.org/submissions"));
    assert_eq!(root.attribute("encrypted"), Some("yes"));
    let texts = |name: &str| -> Vec<&str> {
        root.descendants()
            .filter(|node| node.tag_name().name() == name)
            .filter_map(|node| node.text())
            .collect()
    };
    let one = |name: &str| texts(name).first().copied().unwrap();
    let (sealed_key, instance) = (one("base64EncryptedKey"), one("instanceID"));
    let key = decrypt(public, sealed_key);
    let names = [texts("file"), texts("encryptedXmlFile")].concat();
    if names.len() != sent.len() {
        return None;
    }
    let mut signed = format!("{}\n", root.attribute("id").unwrap());
    signed.extend(root.attribute("version").map(|version| format!("{version}\n")));
    signed += &format!("{sealed_key}\n{instance}\n");
    let mut opened = BTreeMap::new();
    for (n, name) in names.iter().enumerate() {
        let plain = plain(&key, instance, n, sent.get(*name)?);
        let own = name.strip_suffix(".enc").unwrap();
        signed += &format!("{own}::{:x}\n", Md5::digest(&plain));
        opened.insert(own.to_owned(), plain);
    }
    assert_eq!(decrypt(public, one("base64EncryptedElementSignature")), Md5::digest(signed).to_vec());
    let xml = String::from_utf8(opened.remove("submission.xml").unwrap()).unwrap();
    Some((xml, opened))
}

thread_local! {
    /// What was decrypted before: the suite asks for the same again and again.
    static DECRYPTED: RefCell<BTreeMap<String, Vec<u8>>> = RefCell::default();
}

fn decrypt(public: &str, sealed: &str) -> Vec<u8> {
    DECRYPTED.with_borrow_mut(|known| {
        known.entry(sealed.to_owned()).or_insert_with(|| oaep(public, sealed)).clone()
    })
}

/// RSAES-OAEP-DECRYPT (RFC 8017 §7.1.2) with SHA-256 in both places.
fn oaep(public: &str, sealed: &str) -> Vec<u8> {
    let public = STANDARD.decode(public).unwrap();
    let modulus = BigUint::from_bytes_be(&public[MODULUS]);
    let private = BigUint::parse_bytes(PRIVATE.as_bytes(), 16).unwrap();
    let number = BigUint::from_bytes_be(&STANDARD.decode(sealed).unwrap());
    let bytes = number.modpow(&private, &modulus).to_bytes_be();
    assert!(bytes.len() <= 255, "the first of 256 bytes is 0");
    let whole = [vec![0; 255 - bytes.len()], bytes].concat();
    let mask = |seed: &[u8], length: usize| -> Vec<u8> {
        (0..8_u32).flat_map(|n| Sha256::digest([seed, &n.to_be_bytes()].concat())).take(length).collect()
    };
    let xor = |a: &[u8], b: &[u8]| -> Vec<u8> { a.iter().zip(b).map(|(a, b)| a ^ b).collect() };
    let seed = xor(&whole[..32], &mask(&whole[32..], 32));
    let block = xor(&whole[32..], &mask(&seed, 223));
    assert_eq!(block[..32], Sha256::digest(b"")[..]);
    let end = block[32..].iter().position(|byte| *byte != 0).unwrap() + 32;
    assert_eq!(block[end], 1);
    block[end + 1..].to_vec()
}

/// The nth file: AES-256 in CFB, PKCS #5 padding, and of the vector for each file up to it a byte more counted up.
fn plain(key: &[u8], instance: &str, n: usize, sealed: &[u8]) -> Vec<u8> {
    let mut vector: [u8; 16] = Md5::digest([instance.as_bytes(), key].concat()).into();
    (0..=n).for_each(|n| vector[n % 16] = vector[n % 16].wrapping_add(1));
    let cipher = Aes256::new_from_slice(key).unwrap();
    let mut plain = Vec::new();
    for block in sealed.chunks(16) {
        let mut mask = vector.into();
        cipher.encrypt_block(&mut mask);
        plain.extend(block.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
        vector = block.try_into().unwrap();
    }
    let padding = usize::from(*plain.last().unwrap());
    assert!((1..=16).contains(&padding));
    plain.truncate(plain.len() - padding);
    plain
}
