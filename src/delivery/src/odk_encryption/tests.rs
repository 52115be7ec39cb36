//! Opened again with a reader written from the specification, with the private key that only this test has.

use super::*;

const PUBLIC: &str = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAq+6rXFAkFyRzBAKikq7KBbid+Xn5x3lNKIMRTsn+h0yhoBFaYzCPGYIdw3Zv7gmab6XpjVDu2sMtouK60j1+pULT5FaFVacQGrL0cdkeB/HliIIB71Q+3d/hPmtSUMQ+Mq83IYk9ylY2+Lkx9wWdrAwx0bgAcysV4RkRGhopFuVJ8HSWrPUq0QcgQVsZq07WS7/ErQ6F2+a3nMlb1zVBh96uvY+3SFDROzvbPN15VAV8VFQuZPO+YXtELan901XE5Cmhplyo1ED5nz+wxhY6k+o2gFXvduyAzf5QhC9X+yxjUNAFoqfZDPPdOTRpqngjMG+T38Hw20+a9mJzKThIsQIDAQAB";
const PRIVATE: &str = "25b3e7610d73f49d3a19998854193f5504d8a3a2236ba24690c9392ce96fc6f4bf86adf77fc3e0c58bba82280140965b86fb3f9d8d2f6bca9c41d96d757825c310c60d8f099b30510041d907f4403926cb1a65c40ddb101430a9a0ba012993f73dbf1d9c5d8faec4bc364bca50acab1854ee41da9342ae2294a39e13f6c3a6f0d203d61a15e81c999fc55239cbc55c4a9c1ac90131a183d86516c9f3ae1df97da3da061a95fc8a8e1a39356ad5232d962008125cd4d89c5f0956168be7ed39c429ef4e11e86720a3ee5122120afc677dba405ea97c59e88ca30393d8de960d6350ec4cdc009c9cb35b663631b161b7d0dc3b1953f03e43310678a0c940034c97";
const ID: &str = "uuid:01a20606-35c0-7707-8707-070707070707";
const XML: &str = "<visit xmlns:orx=\"http://openrosa.org/xforms\" id=\"visit\" version=\"2026.11.1\"><orx:meta><orx:instanceID>uuid:01a20606-35c0-7707-8707-070707070707</orx:instanceID></orx:meta><name>张三</name></visit>";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|n| u8::from_str_radix(&text[2 * n..2 * n + 2], 16).unwrap()).collect()
}

/// RSAES-OAEP-DECRYPT (RFC 8017 §7.1.2).
fn opened(sealed: &str) -> Vec<u8> {
    let key = PublicKey::read(PUBLIC).unwrap();
    let private = BigUint::parse_bytes(PRIVATE.as_bytes(), 16).unwrap();
    let number = BigUint::from_bytes_be(&STANDARD.decode(sealed).unwrap());
    let bytes = number.modpow(&private, &key.modulus).to_bytes_be();
    // The first byte is 0, and so not in the number.
    assert!(bytes.len() <= 255);
    let whole = [vec![0; 255 - bytes.len()], bytes].concat();
    let mgf = |seed: &[u8], length: usize| -> Vec<u8> {
        (0..8_u32).flat_map(|n| Sha256::digest([seed, &n.to_be_bytes()].concat())).take(length).collect()
    };
    let xor = |a: &[u8], b: &[u8]| -> Vec<u8> { a.iter().zip(b).map(|(a, b)| a ^ b).collect() };
    let seed = xor(&whole[..32], &mgf(&whole[32..], 32));
    let block = xor(&whole[32..], &mgf(&seed, 223));
    assert_eq!(block[..32], Sha256::digest(b"")[..]);
    let one = block[32..].iter().position(|byte| *byte != 0).unwrap() + 32;
    assert_eq!(block[one], 1);
    block[one + 1..].to_vec()
}

/// The nth file's plain bytes.
fn plain(key: &[u8], n: usize, sealed: &[u8]) -> Vec<u8> {
    let mut vector: [u8; 16] = Md5::digest([ID.as_bytes(), key].concat()).into();
    (0..=n).for_each(|n| vector[n % 16] = vector[n % 16].wrapping_add(1));
    let cipher = Aes256::new(GenericArray::from_slice(key));
    let mut plain = Vec::new();
    for block in sealed.chunks(16) {
        let mut mask = GenericArray::from(vector);
        cipher.encrypt_block(&mut mask);
        plain.extend(block.iter().zip(mask).map(|(byte, mask)| byte ^ mask));
        vector = block.try_into().unwrap();
    }
    let padding = usize::from(*plain.last().unwrap());
    assert!(
        (1..=16).contains(&padding)
            && plain.iter().rev().take(padding).all(|byte| usize::from(*byte) == padding)
    );
    plain.truncate(plain.len() - padding);
    plain
}

fn files() -> Vec<(String, Vec<u8>)> {
    // More than a vector has bytes, of every length around a block.
    (0..18_u8).map(|n| (format!("户口本-{n}.jpg"), vec![n; usize::from(n)])).collect()
}

fn encrypted(secret: u8) -> (Vec<(String, Vec<u8>)>, String) {
    let mut encryption =
        Encryption::new(PublicKey::read(PUBLIC).unwrap(), [secret; 32], Named::of(XML).unwrap());
    files().iter().for_each(|(name, bytes)| encryption.note(name, bytes));
    let manifest = encryption.end(XML);
    let all = files().into_iter().chain([(INSTANCE.to_owned(), XML.into())]);
    // In whatever order they are sent.
    let mut sent: Vec<_> = all.enumerate().collect();
    sent.reverse();
    let mut sent: Vec<_> = sent
        .into_iter()
        .map(|(place, (name, bytes))| (encrypted_name(&name), encryption.file(place, bytes)))
        .collect();
    sent.reverse();
    (sent, manifest)
}

#[test]
fn the_holder_of_the_key_reads_all_of_it_and_the_signature_holds() {
    let (sent, manifest) = encrypted(7);
    let document = roxmltree::Document::parse(&manifest).unwrap();
    let root = document.root_element();
    assert_eq!(root.tag_name().namespace(), Some("http://opendatakit.org/submissions"));
    assert_eq!((root.attribute("encrypted"), root.attribute("id")), (Some("yes"), Some("visit")));
    assert_eq!(root.attribute("version"), Some("2026.11.1"));
    let texts = |name: &str| -> Vec<String> {
        let found = root.descendants().filter(|node| node.tag_name().name() == name);
        found.map(|node| node.text().unwrap().to_owned()).collect()
    };
    assert_eq!(texts("instanceID"), [ID]);
    let sealed_key = texts("base64EncryptedKey").remove(0);
    let key = opened(&sealed_key);
    assert_eq!(key.len(), 32);

    let mut signed = format!("visit\n2026.11.1\n{sealed_key}\n{ID}\n");
    let named = [texts("file"), texts("encryptedXmlFile")].concat();
    let whole = [files(), vec![("submission.xml".to_owned(), XML.into())]].concat();
    assert_eq!((named.len(), sent.len()), (19, 19));
    for (n, ((name, bytes), (was, content))) in sent.iter().zip(&whole).enumerate() {
        assert_eq!((name, name), (&named[n], &format!("{was}.enc")));
        assert_eq!(bytes.len() as u64, encrypted_size(content.len() as u64));
        assert_eq!(&plain(&key, n, bytes), content, "{name}");
        signed += &format!("{was}::{:x}\n", Md5::digest(content));
    }
    assert_eq!(opened(&texts("base64EncryptedElementSignature")[0]), Md5::digest(signed).to_vec());
    assert!(!manifest.contains("张三"));
    assert!(is_manifest(&manifest) && !is_manifest(XML) && !is_manifest("<data>encrypted</data>"));
}

#[test]
fn what_an_instance_lacks_is_not_made_up() {
    let bare = XML.replace(" version=\"2026.11.1\"", "");
    assert_eq!(Named::of(&bare).unwrap(), Named { version: None, ..Named::of(XML).unwrap() });
    for lacking in [XML.replace(" id=\"visit\"", ""), XML.replace("instanceID", "instanceName"), "<x".into()]
    {
        assert_eq!(Named::of(&lacking), None, "{lacking}");
    }
}

#[test]
fn every_try_is_the_first_one_again_and_no_two_submissions_share_a_key() {
    assert_eq!(encrypted(7), encrypted(7));
    let (one, other) = (encrypted(7), encrypted(8));
    assert!(one.1 != other.1 && one.0.iter().zip(&other.0).all(|(a, b)| a.1 != b.1));
}

/// As ODK Central has it for what Collect encrypted.
#[test]
fn the_vectors_are_collects() {
    let key = STANDARD.decode("3TJoHf74zHbDwG3Ta+bcvfUr50C6yF/astfu+CdSnQU=").unwrap();
    let public = PublicKey::read(PUBLIC).unwrap();
    let instance = String::from("uuid:22525f8e-4f2d-41ed-94da-4c46a2478448");
    let named = Named { form: "visit".into(), version: None, instance };
    let mut encryption = Encryption::new(public, [7; 32], named);
    encryption.aes = key.try_into().unwrap();
    let expected = [
        (0, "39bbb0890f3222269da68b172146477a"),
        (1, "39bcb0890f3222269da68b172146477a"),
        (15, "39bcb18a103323279ea78c182247487b"),
        (31, "3abdb28b113424289fa88d192348497c"),
    ];
    for (n, vector) in expected {
        assert_eq!(encryption.vector(n).to_vec(), hex(vector), "{n}");
    }
}

/// NIST SP 800-38A §F.3.17.
#[test]
fn the_cipher_is_the_standards() {
    let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
    let vector = hex("000102030405060708090a0b0c0d0e0f");
    let mut bytes = hex("6bc1bee22e409f96e93d7e117393172a");
    cipher_feedback(&key.try_into().unwrap(), vector.try_into().unwrap(), &mut bytes);
    assert_eq!(bytes, hex("dc7e84bfda79164b7ecd8486985d3860"));
}

#[test]
fn what_is_no_key_is_none() {
    let spaced = format!("\n{}\n  {}", &PUBLIC[..64], &PUBLIC[64..]);
    assert_eq!(PublicKey::read(&spaced), PublicKey::read(PUBLIC));
    assert!(PublicKey::read(PUBLIC).is_some());
    let der = STANDARD.decode(PUBLIC).unwrap();
    for length in 0..der.len() {
        assert_eq!(PublicKey::read(&STANDARD.encode(&der[..length])), None, "{length}");
    }
    for bad in ["MIIBIjANBgkq", "张三", "-----BEGIN PUBLIC KEY-----"] {
        assert_eq!(PublicKey::read(bad), None, "{bad}");
    }
    assert_eq!(PublicKey::read(&STANDARD.encode([&der[..], &[0]].concat())), None);
}
