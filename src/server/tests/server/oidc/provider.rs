//! An OpenID provider written from the specification for these tests: it keeps to it, unless a test has it do a certain bad thing.
//!
//! OpenID Connect Core 1.0 §3.1, Discovery 1.0, RFC 6749 §4.1, RFC 7636.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PSS_SHA256,
};
use ring::{digest, hmac};
use serde_json::{Value as Json, json};

use crate::relay::peer::{Asked, Peer, Says};

/// What a client has to show.
pub const CLIENT: &str = "doorstep office";
pub const SECRET: &str = "s3cret+/ &:";
/// Of these tests only.
const RSA: &str = include_str!("rsa.txt");

/// Changes a token before it is signed: its header and its claims.
type Twist = Box<dyn Fn(&mut Json, &mut Json) + Send>;

/// An authorization that was given.
#[derive(Clone)]
struct Given {
    redirect: String,
    nonce: String,
    challenge: String,
}

struct Inner {
    given: HashMap<String, Given>,
    codes: usize,
    /// Who logs in: claims beside the protocol's own.
    person: Json,
    twist: Option<Twist>,
    /// Answers other than the right ones, by path.
    answers: HashMap<String, (u16, String)>,
    /// Changes the discovery document.
    discovery: Json,
    /// The names that the keys have by now.
    rsa_id: String,
    rsa: RsaKeyPair,
    ec: EcdsaKeyPair,
}

/// The provider, until dropped.
pub struct Provider {
    peer: Peer,
    inner: Arc<Mutex<Inner>>,
}

impl Provider {
    pub fn new() -> Provider {
        let der = STANDARD.decode(RSA.replace('\n', "")).unwrap();
        let random = SystemRandom::new();
        let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let inner = Arc::new(Mutex::new(Inner {
            given: HashMap::new(),
            codes: 0,
            person: json!({}),
            twist: None,
            answers: HashMap::new(),
            discovery: json!({}),
            rsa_id: "rsa-1".into(),
            rsa: RsaKeyPair::from_pkcs8(&der).unwrap(),
            ec: EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8.as_ref(), &random).unwrap(),
        }));
        let shared = inner.clone();
        let peer = Peer::new(move |_, asked| {
            let (status, body) = shared.lock().unwrap().answer(asked);
            // The peer's answers live as long as the program, which a test's few do too.
            Says::Answer(status, "content-type: application/json\r\n", body.leak())
        });
        Provider { peer, inner }
    }

    pub fn issuer(&self) -> String {
        self.peer.url()
    }

    /// From now on, this one logs in.
    pub fn person(&self, claims: Json) {
        self.inner.lock().unwrap().person = claims;
    }

    /// From now on, tokens are changed like this before they are signed.
    pub fn twist(&self, twist: impl Fn(&mut Json, &mut Json) + Send + 'static) {
        self.inner.lock().unwrap().twist = Some(Box::new(twist));
    }

    /// From now on, a path answers that, whatever is asked.
    pub fn answer(&self, path: &str, status: u16, body: String) {
        self.inner.lock().unwrap().answers.insert(path.to_owned(), (status, body));
    }

    /// From now on, the discovery document says that too.
    pub fn discovery(&self, name: &str, value: Json) {
        self.inner.lock().unwrap().discovery[name] = value;
    }

    /// From now on, it signs by a key of another id.
    pub fn rename_key(&self, id: &str) {
        self.inner.lock().unwrap().rsa_id = id.to_owned();
    }

    /// How often a path was asked for.
    pub fn count(&self, path: &str) -> usize {
        self.peer.asked().iter().filter(|asked| asked.path == path).count()
    }

    /// What a browser meets that is sent to `address` and logs in there: where it is sent back to.
    pub fn authorize(&self, address: &str) -> String {
        let (endpoint, query) = address.split_once('?').unwrap();
        assert_eq!(endpoint, format!("{}/authorize", self.issuer()));
        let asked: HashMap<String, String> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        for (name, value) in
            [("response_type", "code"), ("client_id", CLIENT), ("code_challenge_method", "S256")]
        {
            assert_eq!(asked[name], value, "{name}");
        }
        assert!(asked["scope"].split(' ').any(|scope| scope == "openid"), "{}", asked["scope"]);
        assert!(asked["redirect_uri"].ends_with("/api/v1/oidc/callback"), "{}", asked["redirect_uri"]);
        let mut inner = self.inner.lock().unwrap();
        inner.codes += 1;
        let code = format!("code+/={}", inner.codes);
        let given = Given {
            redirect: asked["redirect_uri"].clone(),
            nonce: asked["nonce"].clone(),
            challenge: asked["code_challenge"].clone(),
        };
        inner.given.insert(code.clone(), given);
        let mut back = form_urlencoded::Serializer::new(String::new());
        back.append_pair("code", &code).append_pair("state", &asked["state"]);
        format!("/api/v1/oidc/callback?{}", back.finish())
    }
}

impl Inner {
    fn answer(&mut self, asked: &Asked) -> (u16, String) {
        if let Some(answer) = self.answers.get(&asked.path) {
            return answer.clone();
        }
        let issuer = format!("http://{}", asked.header("host"));
        match (&*asked.method, &*asked.path) {
            ("GET", "/.well-known/openid-configuration") => (200, self.document(&issuer).to_string()),
            ("GET", "/keys") => (200, self.keys().to_string()),
            ("POST", "/token") => self.token(asked, &issuer),
            _ => (404, String::new()),
        }
    }

    fn document(&self, issuer: &str) -> Json {
        let mut document = json!({
            "issuer": issuer, "authorization_endpoint": format!("{issuer}/authorize"),
            "token_endpoint": format!("{issuer}/token"), "jwks_uri": format!("{issuer}/keys"),
            "response_types_supported": ["code"], "subject_types_supported": ["pairwise"],
            "id_token_signing_alg_values_supported": ["RS256", "PS256", "ES256"],
            "code_challenge_methods_supported": ["S256"],
        });
        for (name, value) in self.discovery.as_object().unwrap() {
            document[name] = value.clone();
        }
        document
    }

    fn keys(&self) -> Json {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let rsa = PublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
        let point = self.ec.public_key().as_ref();
        json!({"keys": [
            {"kty": "RSA", "use": "enc", "kid": "other use", "n": encode(&rsa.n), "e": encode(&rsa.e)},
            {"kty": "RSA", "use": "sig", "kid": self.rsa_id, "n": encode(&rsa.n), "e": encode(&rsa.e)},
            {"kty": "EC", "use": "sig", "kid": "ec-1", "crv": "P-256", "x": encode(&point[1..33]), "y": encode(&point[33..])},
            {"kty": "OKP", "crv": "Ed25519", "kid": "of another kind", "x": "AA"},
        ]})
    }

    fn token(&mut self, asked: &Asked, issuer: &str) -> (u16, String) {
        let form: HashMap<String, String> = form_urlencoded::parse(&asked.body).into_owned().collect();
        let encoded = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
        let basic = STANDARD.encode(format!("{}:{}", encoded(CLIENT), encoded(SECRET)));
        if asked.header("authorization") != format!("Basic {basic}") {
            return (401, json!({"error": "invalid_client"}).to_string());
        }
        let refused = (400, json!({"error": "invalid_grant"}).to_string());
        let Some(given) = form.get("code").and_then(|code| self.given.remove(code)) else { return refused };
        let verifier = form["code_verifier"].as_bytes();
        let challenge = URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, verifier));
        let fits = form["grant_type"] == "authorization_code"
            && form["redirect_uri"] == given.redirect
            && challenge == given.challenge
            && verifier.len() >= 43;
        if !fits {
            return refused;
        }
        let token = self.id_token(issuer, &given.nonce);
        let tokens =
            json!({"access_token": "a", "token_type": "Bearer", "expires_in": 300, "id_token": token});
        (200, tokens.to_string())
    }

    fn id_token(&self, issuer: &str, nonce: &str) -> String {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let mut header = json!({"alg": "RS256", "kid": self.rsa_id});
        let mut claims = json!({"iss": issuer, "aud": CLIENT, "exp": now + 300, "iat": now, "nonce": nonce});
        for (name, value) in self.person.as_object().unwrap() {
            claims[name] = value.clone();
        }
        if let Some(twist) = &self.twist {
            twist(&mut header, &mut claims);
        }
        let encode = |json: &Json| URL_SAFE_NO_PAD.encode(json.to_string());
        let message = format!("{}.{}", encode(&header), encode(&claims));
        let signature = self.sign(header["alg"].as_str().unwrap(), message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn sign(&self, algorithm: &str, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let mut signature = vec![0; self.rsa.public().modulus_len()];
        match algorithm {
            "RS256" => self.rsa.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).unwrap(),
            "PS256" => self.rsa.sign(&RSA_PSS_SHA256, &random, message, &mut signature).unwrap(),
            "ES256" => return self.ec.sign(&random, message).unwrap().as_ref().to_vec(),
            // The public key as the secret of a MAC: what a server falls for that believes the header.
            "HS256" => {
                let rsa = PublicKeyComponents::<Vec<u8>>::from(self.rsa.public());
                let key = hmac::Key::new(hmac::HMAC_SHA256, &rsa.n);
                return hmac::sign(&key, message).as_ref().to_vec();
            }
            _ => return Vec::new(),
        }
        signature
    }
}
