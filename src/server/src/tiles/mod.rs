//! The pictures of the ground that maps in the app are laid on: the office's own, from one file (MBTiles) or a folder, given out under `/tiles`.
//!
//! Kept here: a map asks nobody but the app's own server, so that the page's policy stays as strict as it is, and no other server learns where a survey is made;
//! what is given out is a picture by its own first bytes; a tile's address is three numbers within their ranges before anything is looked for.
//! Nothing of this is of a person, and an `<img>` shows no token: tiles are for everybody, as the app is.

mod folder;
mod mbtiles;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::extract::rejection::PathRejection;
use axum::extract::{Path as AddressPath, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::Response;
use bytes::Bytes;
use doorstep_delivery::submission::content_hash;
use serde_json::json;

use self::folder::Folder;
use self::mbtiles::MbTiles;
use crate::Shared;
use crate::answer::Refusal;
use crate::files::Asset;

/// The nearest that a map goes: 4 cm to a pixel at the equator.
pub(crate) const NEAREST: u8 = 22;
/// The largest picture that is given out, in bytes. Tiles have a tenth of it.
const LARGEST: u64 = 1 << 20;
/// How many tiles of the nearest zoom are weighed, to say what a tile weighs.
const WEIGHED: usize = 200;
/// The longest attribution, in characters.
const ATTRIBUTION: usize = 300;
/// Browsers ask again after a week whether a tile is still the same.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=604800");
/// At a kiosk nothing that was looked at stays.
const NOT_KEPT: HeaderValue = HeaderValue::from_static("no-store");
/// What a kiosk's map asks with.
const ONCE: &str = "once";

/// Where tiles come from, if there are any.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct TilesOptions {
    /// An MBTiles file, or a folder of `zoom/column/row.png` (also jpg, webp).
    pub from: Option<PathBuf>,
    /// Whose pictures they are, if the file doesn't say, or not as it should.
    pub attribution: Option<String>,
}

/// Why there are no tiles.
#[derive(Debug)]
pub enum TilesError {
    /// It can't be read.
    Read(std::io::Error),
    /// It is no MBTiles file, in the database's words.
    Database(sqlx::Error),
    /// There is no tile in it.
    Empty,
    /// Its tiles are no pictures but shapes, which the app doesn't draw.
    Vector,
    /// Its tiles are neither PNG nor JPEG nor WebP.
    NoPicture,
}

impl fmt::Display for TilesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            TilesError::Read(error) => write!(f, "{error}"),
            TilesError::Database(error) => write!(f, "it can't be read as MBTiles: {error}"),
            TilesError::Empty => f.write_str("there is no tile in it (a folder has zoom/column/row.png)"),
            TilesError::Vector => f.write_str("its tiles are vector tiles (pbf), which the app does not draw: have them made into pictures (PNG, JPEG or WebP)"),
            TilesError::NoPicture => f.write_str("its tiles are neither PNG nor JPEG nor WebP"),
        }
    }
}

impl std::error::Error for TilesError {}

/// What the source says of itself.
#[derive(Clone, Default, Debug)]
struct About {
    farthest: u8,
    nearest: u8,
    /// West, south, east, north.
    bounds: Option<[f64; 4]>,
    attribution: Option<String>,
    /// What a tile of the nearest zoom weighs, in bytes.
    weight: u64,
    /// Another one whenever the tiles may be others.
    version: String,
}

#[derive(Debug)]
enum Source {
    File(MbTiles),
    Folder(Arc<Folder>),
}

/// The tiles of this server.
#[derive(Debug)]
pub(crate) struct Tiles {
    source: Source,
    about: About,
}

impl Tiles {
    /// Opens what the options name; nothing if they name nothing.
    ///
    /// # Errors
    /// [`TilesError`], so that an office learns at the start that its map is none.
    pub(crate) async fn open(options: &TilesOptions) -> Result<Option<Tiles>, TilesError> {
        let Some(from) = &options.from else { return Ok(None) };
        let is_folder = std::fs::metadata(from).map_err(TilesError::Read)?.is_dir();
        let (source, mut about) = if is_folder {
            let (folder, about) = Folder::open(from)?;
            (Source::Folder(Arc::new(folder)), about)
        } else {
            let (file, about) = MbTiles::open(from).await?;
            (Source::File(file), about)
        };
        if let Some(said) = &options.attribution {
            about.attribution = Some(said.clone());
        }
        about.attribution = about.attribution.map(|said| plain(&said)).filter(|said| !said.is_empty());
        Ok(Some(Tiles { source, about }))
    }

    /// What phones are told: which zooms there are, where, whose they are, what one weighs, and the version that goes with each address.
    pub(crate) fn told(&self) -> serde_json::Value {
        let About { farthest, nearest, bounds, attribution, weight, version } = &self.about;
        json!({"farthest": farthest, "nearest": nearest, "bounds": bounds, "attribution": attribution, "weight": weight, "version": version})
    }

    async fn picture(&self, zoom: u8, column: u32, row: u32) -> Result<Option<Bytes>, Refusal> {
        match &self.source {
            Source::File(file) => {
                file.picture(zoom, column, row).await.map_err(|error| Refusal::fault(&error))
            }
            Source::Folder(folder) => folder.picture(zoom, column, row).await,
        }
    }
}

/// One tile. Where there is none the app shows its grid.
pub(crate) async fn tile(
    State(shared): State<Arc<Shared>>,
    address: Result<AddressPath<(u8, u32, u32)>, PathRejection>,
    RawQuery(query): RawQuery,
    asked: HeaderMap,
) -> Result<Response, Refusal> {
    let none = || Refusal::new(StatusCode::NOT_FOUND, "no_tile", "there is no tile at this address");
    let AddressPath((zoom, column, row)) = address.map_err(|_| none())?;
    let tiles = shared.tiles.as_ref().filter(|_| is_within(zoom, column, row)).ok_or_else(none)?;
    let picture = tiles.picture(zoom, column, row).await?.ok_or_else(none)?;
    let kind = kind(&picture).ok_or_else(none)?;
    let mut response = Asset::new(picture, None, kind, false).answer(&asked);
    let once = query.is_some_and(|query| query.split('&').any(|word| word == ONCE));
    response.headers_mut().insert(header::CACHE_CONTROL, if once { NOT_KEPT } else { KEPT });
    Ok(response)
}

fn is_within(zoom: u8, column: u32, row: u32) -> bool {
    zoom <= NEAREST && column >> zoom == 0 && row >> zoom == 0
}

/// The media type of a picture, by its first bytes.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => None,
    }
}

/// Is what the first tile holds something that can be shown?
fn check(first: &[u8]) -> Result<(), TilesError> {
    match first {
        _ if kind(first).is_some() => Ok(()),
        // Vector tiles lie compressed in these files.
        [0x1f, 0x8b, ..] => Err(TilesError::Vector),
        _ => Err(TilesError::NoPicture),
    }
}

/// What the source said of itself, under MBTiles' names.
fn read_about(said: &dyn Fn(&str) -> Option<String>) -> Result<About, TilesError> {
    if said("format").is_some_and(|format| matches!(&*format, "pbf" | "mvt")) {
        return Err(TilesError::Vector);
    }
    let bounds = said("bounds").and_then(|bounds| {
        let numbers: Vec<f64> = bounds.split(',').filter_map(|number| number.trim().parse().ok()).collect();
        let bounds: [f64; 4] = numbers.try_into().ok()?;
        let [west, south, east, north] = bounds;
        let is_one = west < east
            && south < north
            && west >= -180.0
            && east <= 180.0
            && south >= -90.0
            && north <= 90.0;
        is_one.then_some(bounds)
    });
    let zoom = |name: &str| said(name)?.trim().parse::<u8>().ok().filter(|zoom| *zoom <= NEAREST);
    Ok(About {
        farthest: zoom("minzoom").unwrap_or(0),
        nearest: zoom("maxzoom").unwrap_or(NEAREST),
        bounds,
        attribution: said("attribution"),
        ..About::default()
    })
}

/// The version of what has these words, and the length and time of these files.
fn version_of(words: &str, files: &[&Path]) -> String {
    let mut all = words.to_owned();
    for file in files {
        if let Ok(about) = std::fs::metadata(file) {
            all += &format!("\n{} {:?}", about.len(), about.modified().ok());
        }
    }
    content_hash(all.as_bytes())[..16].to_owned()
}

/// Words without the HTML that attributions are written in.
fn plain(text: &str) -> String {
    let mut words = String::new();
    let mut within = false;
    for c in text.chars() {
        match c {
            '<' => within = true,
            '>' if within => within = false,
            c if !within && !c.is_control() => words.push(c),
            _ => {}
        }
    }
    let words = [("&copy;", "©"), ("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&")]
        .into_iter()
        .fold(words, |words, (entity, plain)| words.replace(entity, plain));
    words.trim().chars().take(ATTRIBUTION).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\n a picture";

    #[test]
    fn an_address_is_within_its_zoom() {
        assert!(is_within(0, 0, 0) && is_within(22, (1 << 22) - 1, 0) && is_within(3, 7, 7));
        assert!(!is_within(0, 1, 0) && !is_within(3, 8, 0) && !is_within(3, 0, 8) && !is_within(23, 0, 0));
        assert!(!is_within(3, u32::MAX, 0));
    }

    #[test]
    fn an_attribution_is_plain_words() {
        let written = r#"<a href="https://x.example">&copy; OpenStreetMap</a> &amp; others"#;
        assert_eq!(plain(written), "© OpenStreetMap & others");
        assert_eq!(plain(&"a".repeat(1000)).len(), ATTRIBUTION);
    }

    #[test]
    fn only_pictures_are_shown_and_vector_tiles_are_called_so() {
        assert!(check(PNG).is_ok());
        assert!(matches!(check(b"\x1f\x8b\x08"), Err(TilesError::Vector)));
        assert!(matches!(check(b"<html>"), Err(TilesError::NoPicture)));
        let said = |name: &str| (name == "format").then(|| "pbf".to_owned());
        assert!(matches!(read_about(&said), Err(TilesError::Vector)));
    }

    #[test]
    fn bounds_that_are_none_are_left_out() {
        let bounds = |text: &'static str| {
            let said = move |name: &str| (name == "bounds").then(|| text.to_owned());
            read_about(&said).unwrap().bounds
        };
        assert_eq!(bounds("121.9, 37.3,122.3,37.6"), Some([121.9, 37.3, 122.3, 37.6]));
        for none in ["", "1,2,3", "122.3,37.3,121.9,37.6", "0,0,nan,1", "-190,0,0,1"] {
            assert_eq!(bounds(none), None, "{none}");
        }
    }

    #[tokio::test]
    async fn a_folder_gives_its_pictures_and_says_its_zooms() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("12/3435")).unwrap();
        std::fs::create_dir_all(folder.path().join("14/13740")).unwrap();
        std::fs::write(folder.path().join("12/3435/1590.png"), PNG).unwrap();
        std::fs::write(folder.path().join("14/13740/6360.png"), PNG).unwrap();
        std::fs::write(folder.path().join("metadata.json"), r#"{"attribution": "<b>Whose</b>"}"#).unwrap();
        let open = async |attribution: Option<&str>| {
            let options = TilesOptions {
                from: Some(folder.path().to_owned()),
                attribution: attribution.map(str::to_owned),
            };
            Tiles::open(&options).await
        };
        let tiles = open(None).await.unwrap().unwrap();
        let told = tiles.told();
        assert_eq!(
            (&told["farthest"], &told["nearest"], &told["attribution"]),
            (&json!(12), &json!(14), &json!("Whose"))
        );
        assert_eq!(told["weight"], PNG.len());
        assert_eq!(tiles.picture(12, 3435, 1590).await.unwrap().as_deref(), Some(PNG));
        assert_eq!(tiles.picture(12, 3435, 1591).await.unwrap(), None);
        assert_eq!(open(Some("Ours")).await.unwrap().unwrap().told()["attribution"], "Ours");
        // What is too large is not read.
        std::fs::write(folder.path().join("12/3435/1592.png"), vec![0; LARGEST as usize + 1]).unwrap();
        assert_eq!(tiles.picture(12, 3435, 1592).await.unwrap(), None);

        let empty = tempfile::tempdir().unwrap();
        let options = TilesOptions { from: Some(empty.path().to_owned()), attribution: None };
        assert!(matches!(Tiles::open(&options).await, Err(TilesError::Empty)));
        assert!(Tiles::open(&TilesOptions::default()).await.unwrap().is_none());
    }

    fn file(folder: &Path, format: &str, tile: &[u8]) -> TilesOptions {
        let from = folder.join(format!("{format}.mbtiles"));
        let database = rusqlite::Connection::open(&from).unwrap();
        let made = "CREATE TABLE metadata (name text, value text);
            CREATE TABLE tiles (zoom_level integer, tile_column integer, tile_row integer, tile_data blob);";
        database.execute_batch(made).unwrap();
        for (name, value) in
            [("format", format), ("bounds", "121.9,37.3,122.3,37.6"), ("attribution", "Whose")]
        {
            database.execute("INSERT INTO metadata VALUES (?1, ?2)", [name, value]).unwrap();
        }
        let row = (1_i64 << 12) - 1 - 1590;
        database.execute("INSERT INTO tiles VALUES (12, 3435, ?1, ?2)", (row, tile)).unwrap();
        TilesOptions { from: Some(from), attribution: None }
    }

    #[tokio::test]
    async fn a_file_counts_its_rows_from_the_south() {
        let folder = tempfile::tempdir().unwrap();
        let tiles = Tiles::open(&file(folder.path(), "png", PNG)).await.unwrap().unwrap();
        assert_eq!(tiles.picture(12, 3435, 1590).await.unwrap().as_deref(), Some(PNG));
        assert_eq!(tiles.picture(12, 3435, 2505).await.unwrap(), None);
        let told = tiles.told();
        assert_eq!(
            (&told["farthest"], &told["nearest"], &told["weight"]),
            (&json!(12), &json!(12), &json!(PNG.len()))
        );
        assert_eq!(told["bounds"], json!([121.9, 37.3, 122.3, 37.6]));
    }

    #[tokio::test]
    async fn a_file_of_vector_tiles_or_none_at_all_keeps_the_server_from_starting() {
        let folder = tempfile::tempdir().unwrap();
        let refused = async |options: TilesOptions| Tiles::open(&options).await.unwrap_err().to_string();
        assert!(refused(file(folder.path(), "pbf", b"\x1f\x8b")).await.contains("vector tiles (pbf)"));
        assert!(refused(file(folder.path(), "jpg", b"\x1f\x8b")).await.contains("vector tiles (pbf)"));
        let text = folder.path().join("text.mbtiles");
        std::fs::write(&text, "no database at all, but long enough to be looked at").unwrap();
        assert!(refused(TilesOptions { from: Some(text), attribution: None }).await.contains("MBTiles"));
        let missing = TilesOptions { from: Some(folder.path().join("none")), attribution: None };
        assert!(Tiles::open(&missing).await.is_err());
    }
}
