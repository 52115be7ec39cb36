//! The office's public key that finished surveys are sealed for, if the office wants that; and the sealing. With the key the server says whether it wants phones
//! to be enrolled, so that whoever has one that is not is told before filling in, and whether it has tiles for maps.
//!
//! The key comes from the server the app itself comes from, over the same TLS, with this phone's token; whoever could forge it there could forge the app.
//! So the last one that was read is in force, and kept for when there is no network; nothing else turns sealing on or off.
//! Kept here: what was sealed can be sent from then on and not read; until that is on the disk the draft is there as it was.

use doorstep_delivery::for_office::{seal, seal_file};
use doorstep_delivery::recovery::{read_point, write_point};
use doorstep_delivery::store::{Store, StoreError, StoreErrorKind};
use doorstep_delivery::transport::{Method, Request, Transport};
use doorstep_delivery::{Pen, Submission};
use doorstep_engine::Form;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use super::device::Device;
use crate::components::map::tiles::Tiles;
use crate::platform::phone::Phone;
use crate::platform::store::{Agreement, IndexedDb, OfficeKey, is_office_key};

/// Where the server hands it out.
const ADDRESS: &str = "/api/v1/office-key";
/// The phone's record.
const RECORD: &str = "office-key";
const TIMEOUT_MS: u32 = 20_000;

/// What is known of it.
#[derive(Clone, Copy, Default)]
pub struct Known {
    /// Whom finished surveys are sealed for.
    pub seals_for: RwSignal<Option<OfficeKey>>,
    /// Does its server take surveys from enrolled phones only?
    pub devices_only: RwSignal<bool>,
    /// What it says of its tiles, if it has any.
    pub tiles: RwSignal<Option<Tiles>>,
    /// As the server marked its answer.
    tag: StoredValue<Option<String>>,
}

/// What the server says, version 1.
#[derive(Deserialize)]
struct ToldV1 {
    version: u32,
    seal: Option<String>,
    recovery: Option<String>,
    /// Servers of before don't say.
    #[serde(default)]
    devices_only: bool,
    #[serde(default)]
    tiles: Option<Tiles>,
}

/// What is kept of it, version 1.
#[derive(Serialize, Deserialize)]
struct KeptV1 {
    version: u32,
    tag: Option<String>,
    seal: Option<String>,
    /// Builds of before don't know of it, and then the server is asked anew.
    devices_only: Option<bool>,
    #[serde(default)]
    tiles: Option<Tiles>,
}

/// Reads what this phone knows.
pub async fn read(device: Device) {
    let kept = async { Phone::open().await?.read(RECORD).await };
    match kept.await {
        Ok(kept) => {
            let kept = kept.as_deref().and_then(|kept| serde_json::from_slice::<KeptV1>(kept).ok());
            if let Some(kept) = kept.filter(|kept| kept.version == 1) {
                device.office.seals_for.set(kept.seal.as_deref().and_then(read_point));
                device.office.devices_only.set(kept.devices_only.unwrap_or(false));
                device.office.tiles.set(kept.tiles.filter(Tiles::is_sound));
                device.office.tag.set_value(kept.tag.filter(|_| kept.devices_only.is_some()));
            }
        }
        Err(error) => leptos::logging::error!("{error}"),
    }
}

/// Asks the server. Without an answer, or with one that can't be read, what is known stays.
pub async fn refresh(device: Device) {
    let known = device.office;
    let Some((told, tag)) = ask(device, known.tag.get_value()).await else { return };
    let seals_for = match told.seal.as_deref().map(read_point) {
        None => None,
        Some(Some(key)) if is_office_key(&key).await => Some(key),
        Some(_) => return leptos::logging::error!("the office's key is none"),
    };
    known.seals_for.set(seals_for);
    known.devices_only.set(told.devices_only);
    if known.tiles.with_untracked(|tiles| *tiles != told.tiles) {
        known.tiles.set(told.tiles.clone());
    }
    let seal = seals_for.as_ref().map(write_point);
    let devices_only = Some(told.devices_only);
    let kept = KeptV1 { version: 1, tag: tag.clone(), seal, devices_only, tiles: told.tiles };
    let bytes = serde_json::to_vec(&kept).unwrap_or_default();
    let written = async { Phone::open().await?.write(RECORD, &bytes).await };
    match written.await {
        Ok(()) => known.tag.set_value(tag),
        // In force all the same, until the app is started anew without a network.
        Err(error) => leptos::logging::error!("{error}"),
    }
}

/// The office's public key for forgotten PINs, if the server hands one out.
pub async fn recovery_key(device: Device) -> Option<String> {
    ask(device, None).await?.0.recovery
}

async fn ask(device: Device, tag: Option<String>) -> Option<(ToldV1, Option<String>)> {
    let mut headers = vec![("accept".into(), "application/json".into())];
    headers.extend(tag.map(|tag| ("if-none-match".into(), tag)));
    let request =
        Request { method: Method::Get, url: ADDRESS.into(), headers, body: None, timeout_ms: TIMEOUT_MS };
    let answer = device.transport().send(request).await.ok()?;
    let is_json = answer.header("content-type").is_some_and(|named| named.starts_with("application/json"));
    if answer.status != 200 || !is_json {
        return None;
    }
    let mut told: ToldV1 = serde_json::from_slice(&answer.body).ok()?;
    told.tiles = told.tiles.filter(Tiles::is_sound);
    let tag = answer.header("etag").map(str::to_owned);
    (told.version == 1).then_some((told, tag))
}

/// Whom a form's surveys are sealed for. Nobody if none of its targets could open them: they would never arrive.
pub fn for_form(device: Device, form: &str) -> Option<OfficeKey> {
    let key = device.office.seals_for.get_untracked()?;
    device.targets.for_sending().opens(form).then_some(key)
}

/// Will finishing make it something that nobody can read here? What its form wants encrypted stays readable on the phone.
pub fn seals(device: Device, form: &Form) -> bool {
    let opens = || device.targets.for_sending().opens(form.id());
    form.public_key().is_none() && device.office.seals_for.with(Option::is_some) && opens()
}

/// Seals a finished survey with its files. The sealed files are kept beside the draft's own, which go with the draft once the survey is sealed; an app's own
/// file is called by its question, and never as a sealed one is. What its form wants encrypted stays as it is, since that leaves the phone encrypted, by another way.
///
/// # Errors
/// `Gone` if a file is lost; [`StoreError`] if the phone can't seal or keep it. The draft is as it was then.
pub async fn sealed(
    store: &IndexedDb,
    pen: Pen,
    submission: Submission,
    office: Option<OfficeKey>,
) -> Result<Submission, StoreError> {
    let Some(office) = office.filter(|_| submission.encrypted_for().is_none()) else { return Ok(submission) };
    let agreed = Agreement::with(&office).await?;
    let id = submission.id();
    let mut files = Vec::with_capacity(submission.attachments().len());
    for (place, file) in submission.attachments().iter().enumerate() {
        let bytes = store.load_file(id, &file.name).await?.filter(|bytes| file.has(bytes));
        let bytes = bytes.ok_or_else(|| StoreErrorKind::Gone.because("a file is lost"))?;
        let (about, bytes) = seal_file(&agreed, id, place, &bytes).await?;
        store.keep_file(id, pen, &about, &bytes).await?;
        files.push(about);
    }
    seal(&agreed, &submission, files).await
}
