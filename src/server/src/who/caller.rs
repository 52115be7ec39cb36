//! Who asks: found out once for every request to the API, before its route.
//!
//! Kept here: a credential that is shown must be good, also where none is needed; a cookie alone changes nothing; a route that
//! wants a [`Caller`] has none to give to strangers. A device's token is good for sending and reading, never for accounts.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, FromRequestParts, OptionalFromRequestParts, Request, State};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::audit::{Entry, Event};
use super::devices::Known;
use super::oidc::CODE;
use super::rights::{Area, Deed, Place, Reach, Role, Standing, reach};
use super::users::{Pending, User};
use super::{Who, limits, session};
use crate::Shared;
use crate::answer::Refusal;
use crate::listen::{OverTls, now_ms};

/// Where a request comes from, as far as it is believed.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The browser's or the device's address.
    pub(crate) address: IpAddr,
    /// Is there TLS all the way?
    pub(crate) tls: bool,
    /// The host and port that were asked for.
    pub(crate) authority: Option<String>,
}

impl Origin {
    /// A proxy's headers are believed only if the office said that there is one; it appends, so that its own word is the last.
    fn of(asked: &HeaderMap, peer: IpAddr, tls: bool, behind_proxy: bool) -> Origin {
        let last = |name: &str| {
            let value = asked.get_all(name).iter().next_back()?.to_str().ok()?;
            value.rsplit(',').next().map(|word| word.trim().to_owned())
        };
        let forwarded = |name: &str| behind_proxy.then(|| last(name)).flatten();
        Origin {
            address: forwarded("x-forwarded-for").and_then(|text| text.parse().ok()).unwrap_or(peer),
            tls: forwarded("x-forwarded-proto").map_or(tls, |scheme| scheme.eq_ignore_ascii_case("https")),
            authority: forwarded("x-forwarded-host").or_else(|| last("host")),
        }
    }

    /// Where a request comes from, by its connection and its headers.
    pub(crate) fn of_request(asked: &HeaderMap, extensions: &Extensions, behind_proxy: bool) -> Origin {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map_or(IpAddr::from([127, 0, 0, 1]), |peer| peer.0.ip());
        Origin::of(asked, peer, extensions.get::<OverTls>().is_some(), behind_proxy)
    }

    /// The server's address as whoever asked knows it.
    pub(crate) fn server(&self) -> Option<String> {
        let scheme = if self.tls { "https" } else { "http" };
        self.authority.as_ref().map(|authority| format!("{scheme}://{authority}"))
    }
}

/// How somebody showed who they are.
#[derive(Clone, Debug)]
pub(crate) enum By {
    /// By a session: its hash.
    Session(String),
    /// By a device's token: its id.
    Device(String),
    /// By name and password with each request, as programs without sessions do.
    Password,
}

/// Somebody who is known.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The user; a device may have none.
    pub(crate) user: Option<String>,
    pub(crate) by: By,
    pub(crate) standing: Standing,
    /// Is it a device that stands in a station, for whoever comes?
    pub(crate) kiosk: bool,
    /// What they have to do before anything else.
    pub(crate) pending: Option<Pending>,
}

impl Caller {
    pub(crate) fn device(&self) -> Option<&str> {
        match &self.by {
            By::Device(id) => Some(id),
            By::Session(_) | By::Password => None,
        }
    }

    /// An entry of what they did.
    pub(crate) fn entry(&self, event: Event) -> Entry {
        Entry { user: self.user.clone(), device: self.device().map(str::to_owned), ..Entry::of(event) }
    }

    /// May they do it to that? A refusal says no more than that.
    ///
    /// # Errors
    /// 403 `pending` if they have something to do first, else 403 `forbidden`, which is noted.
    pub(crate) async fn may(&self, who: &Who, deed: Deed, place: Place<'_>) -> Result<(), Refusal> {
        self.check(who, deed, self.standing.may(deed, place)).await
    }

    /// May they do it anywhere at all?
    ///
    /// # Errors
    /// As for [`Caller::may`].
    pub(crate) async fn may_somewhere(&self, who: &Who, deed: Deed) -> Result<(), Refusal> {
        self.check(who, deed, self.standing.may_somewhere(deed)).await
    }

    /// In what area it sees cases; a provider sees its referrals alone, and is told `why` that is not enough. Noted if it is refused.
    ///
    /// # Errors
    /// As for [`Caller::may`].
    pub(crate) async fn area_of_cases(&self, who: &Who, why: &'static str) -> Result<Area, Refusal> {
        self.may_somewhere(who, Deed::Read).await?;
        match reach(self.standing.role, Deed::Read) {
            Reach::All => Ok(Area::EVERYWHERE),
            Reach::Area => Ok(self.standing.area.clone()),
            Reach::Referred | Reach::No => {
                who.note(&self.entry(Event::Forbidden)).await?;
                Err(Refusal::new(StatusCode::FORBIDDEN, "forbidden", why))
            }
        }
    }

    async fn check(&self, who: &Who, deed: Deed, granted: bool) -> Result<(), Refusal> {
        if let Some(pending) = self.pending {
            let (code, reason) = match pending {
                Pending::Password => ("choose_password", "choose a password of your own first"),
                Pending::SecondFactor => {
                    ("set_up_second_factor", "set up the second factor of your role first")
                }
            };
            return Err(Refusal::new(StatusCode::FORBIDDEN, code, reason));
        }
        let fits = match (&self.by, &self.user) {
            // It has nobody's eyes: it sends, and shows whoever comes what is theirs.
            _ if self.kiosk => matches!(deed, Deed::Send | Deed::ServeResident),
            _ if deed == Deed::ServeResident => false,
            (By::Session(_), _) => true,
            // It came from no page of ours: good for what such programs do, and no more.
            (By::Password, _) => deed == Deed::Send,
            (By::Device(_), Some(_)) => matches!(deed, Deed::Send | Deed::Read | Deed::GoOn),
            // A kiosk or a shared phone: whoever holds it is nobody in particular.
            (By::Device(_), None) => deed == Deed::Send,
        };
        if granted && fits {
            return Ok(());
        }
        who.note(&self.entry(Event::Forbidden)).await.map_err(|error| Refusal::fault(&error))?;
        Err(Refusal::new(StatusCode::FORBIDDEN, "forbidden", "your role does not allow this"))
    }
}

/// 401: nobody is known here.
pub(crate) fn login_needed() -> Refusal {
    Refusal::new(StatusCode::UNAUTHORIZED, "login", "log in, or enrol this device")
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Caller, Refusal> {
        parts.extensions.get::<Caller>().cloned().ok_or_else(login_needed)
    }
}

/// For routes that strangers may use too.
impl<S: Sync> OptionalFromRequestParts<S> for Caller {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Caller>, Refusal> {
        Ok(parts.extensions.get::<Caller>().cloned())
    }
}

impl<S: Sync> FromRequestParts<S> for Origin {
    type Rejection = Refusal;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Origin, Refusal> {
        let missing = || Refusal::fault(&"a request without an origin");
        parts.extensions.get::<Origin>().cloned().ok_or_else(missing)
    }
}

/// Puts the [`Origin`] and, if somebody is known, the [`Caller`] on a request to the API; the app's files need neither.
pub(crate) async fn identify(
    State(shared): State<Arc<Shared>>,
    mut request: Request,
    next: Next,
) -> Response {
    if !request.uri().path().starts_with("/api/") {
        return next.run(request).await;
    }
    let behind_proxy = shared.who.access.behind_proxy;
    let origin = Origin::of_request(request.headers(), request.extensions(), behind_proxy);
    let (method, asked) = (request.method().clone(), request.headers());
    // A page without a script sends that form: its route asks for the browser's own word itself, and heeds no session.
    if request.uri().path() != CODE {
        let by_itself = method == Method::GET && request.uri().path() == CALLS;
        match find(&shared.who, &method, asked, &origin, by_itself).await {
            Ok(None) => {}
            Ok(Some(caller)) => drop(request.extensions_mut().insert(caller)),
            Err(refusal) => return refusal.into_response(),
        }
    }
    request.extensions_mut().insert(origin);
    next.run(request).await
}

/// What an office's page asks for by itself, again and again: a desk that everybody has left must not stay signed in by it.
pub(crate) const CALLS: &str = "/api/v1/calls";

async fn find(
    who: &Who,
    method: &Method,
    asked: &HeaderMap,
    origin: &Origin,
    by_itself: bool,
) -> Result<Option<Caller>, Refusal> {
    let now = now_ms();
    let caller = match session::bearer(asked) {
        Some(None) => return Err(login_needed()),
        Some(Some(token)) => Some(by_token(who, &token, now).await?),
        None => by_cookie(who, method, asked, origin, now, by_itself).await?,
    };
    if let Some(caller) = &caller {
        count_request(who, caller)?;
    }
    Ok(caller)
}

/// A request of somebody who is known; whoever asks too often waits.
pub(crate) fn count_request(who: &Who, caller: &Caller) -> Result<(), Refusal> {
    let name = caller.device().or(caller.user.as_deref()).unwrap_or_default();
    who.limits.by_caller.take(name.to_owned(), now_ms()).map_err(too_often)
}

/// The device of a token.
pub(crate) async fn by_token(who: &Who, token: &super::secret::Token, now: i64) -> Result<Caller, Refusal> {
    match who.device_of(token, now).await.map_err(|error| Refusal::fault(&error))? {
        Known::Nobody => Err(login_needed()),
        Known::Revoked(id) => {
            // It may ask as often as others, no oftener: each time is a line in the log.
            who.limits.by_caller.take(id.clone(), now).map_err(too_often)?;
            let entry = Entry { device: Some(id.clone()), ..Entry::of(Event::RevokedDeviceRefused) };
            who.note(&entry).await.map_err(|error| Refusal::fault(&error))?;
            let refusal = Refusal::new(StatusCode::UNAUTHORIZED, "revoked", "this device was revoked");
            Err(refusal.about_device(id))
        }
        Known::Device(device, standing) => {
            let standing = device_standing(standing, device.area);
            Ok(Caller {
                user: device.user,
                by: By::Device(device.id),
                standing,
                kiosk: device.kiosk,
                pending: None,
            })
        }
    }
}

/// What a device may: what its user may, in the device's area as far as that is the user's too. A device of nobody sends, and has the lists of its area as a worker has.
fn device_standing(user: Option<Standing>, device: Area) -> Standing {
    match user {
        None => Standing { role: Role::Worker, area: device, provider: None },
        Some(user) if user.area.contains(&device) => Standing { area: device, ..user },
        // The wider of two areas that overlap gives way; of two that don't, the user's stands, who was moved since.
        Some(user) => user,
    }
}

async fn by_cookie(
    who: &Who,
    method: &Method,
    asked: &HeaderMap,
    origin: &Origin,
    now: i64,
    by_itself: bool,
) -> Result<Option<Caller>, Refusal> {
    let Some(token) = session::cookie(asked, origin.tls) else { return Ok(None) };
    let hash = token.hash(who.ciphers);
    let found = who.session_user(&hash, now, by_itself).await.map_err(|error| Refusal::fault(&error))?;
    // A session that is over is no session: the browser goes on sending its cookie.
    let Some(user) = found else { return Ok(None) };
    let caller = caller_of(&user, hash);
    if !session::is_safe(method) && !session::is_own_page(asked, origin.authority.as_deref(), origin.tls) {
        who.note(&caller.entry(Event::CrossSiteRefused)).await.map_err(|error| Refusal::fault(&error))?;
        return Err(cross_site());
    }
    Ok(Some(caller))
}

fn caller_of(user: &User, session: String) -> Caller {
    Caller {
        user: Some(user.id.clone()),
        by: By::Session(session),
        standing: user.standing.clone(),
        kiosk: false,
        pending: user.pending(),
    }
}

/// 403: a page of another origin asked.
pub(crate) fn cross_site() -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, "cross_site", "this did not come from the app's own page")
}

/// 429, with the seconds to wait.
pub(crate) fn too_often(seconds: u64) -> Refusal {
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_often", "too many requests; wait and try again")
        .retry_after(seconds)
}

/// A try to get in, by address; whoever tries too often waits.
pub(crate) fn count_try(who: &Who, origin: &Origin) -> Result<(), Refusal> {
    who.limits.tries_by_address.take(limits::network(origin.address), now_ms()).map_err(too_often)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        headers
    }

    #[test]
    fn a_proxy_is_believed_only_where_there_is_one_and_only_its_own_word() {
        let peer = IpAddr::from([10, 0, 0, 1]);
        let asked = headers(&[
            ("host", "inside:8080"),
            ("x-forwarded-for", "198.51.100.9, 203.0.113.7"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-host", "survey.example.cn"),
        ]);
        let direct = Origin::of(&asked, peer, false, false);
        assert_eq!((direct.address, direct.tls), (peer, false));
        assert_eq!(direct.server().as_deref(), Some("http://inside:8080"));
        assert_eq!(Origin::of(&asked, peer, true, false).server().as_deref(), Some("https://inside:8080"));
        let behind = Origin::of(&asked, peer, false, true);
        assert_eq!((behind.address, behind.tls), (IpAddr::from([203, 0, 113, 7]), true));
        assert_eq!(behind.server().as_deref(), Some("https://survey.example.cn"));
        assert_eq!(Origin::of(&headers(&[("x-forwarded-for", "'--")]), peer, false, true).address, peer);
    }

    #[test]
    fn a_device_may_no_more_than_its_user_and_no_more_than_its_area() {
        let area = |code: &str| Area::parse(code).unwrap();
        let station = |code: &str| Standing { role: Role::Station, area: area(code), provider: None };
        let of = |user: Option<&str>, device| device_standing(user.map(station), area(device)).area;
        assert_eq!(of(Some("3710"), "371002"), area("371002"));
        assert_eq!(of(Some("371002001"), "371002"), area("371002001"));
        assert_eq!(of(Some("371003"), "371002"), area("371003"));
        assert_eq!(device_standing(None, area("37")).role, Role::Worker);
    }
}
