//! Tiles in one file: MBTiles 1.3, an SQLite database whose rows count from the south.
//!
//! It is only ever read, as it was at the start: another file takes another start.

use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use sqlx::ConnectOptions;
use sqlx::sqlite::{SqliteConnectOptions, SqlitePool, SqlitePoolOptions};

use super::{About, LARGEST, NEAREST, TilesError, WEIGHED, check, read_about, version_of};

const READERS: u32 = 4;
/// How long a tile waits for a reader.
const WAIT: Duration = Duration::from_secs(10);

const METADATA: &str = "SELECT name, value FROM metadata";
const FARTHEST: &str = "SELECT MIN(zoom_level) FROM tiles";
const NEAREST_OF_ALL: &str = "SELECT MAX(zoom_level) FROM tiles";
const FIRST: &str = "SELECT tile_data FROM tiles LIMIT 1";
const WEIGHT: &str = "SELECT CAST(AVG(bytes) AS INTEGER) FROM (SELECT length(tile_data) AS bytes FROM tiles WHERE zoom_level = $1 LIMIT $2)";
const TILE: &str = "SELECT tile_data FROM tiles WHERE zoom_level = $1 AND tile_column = $2 AND tile_row = $3 AND length(tile_data) <= $4";

/// An open file.
#[derive(Debug)]
pub(super) struct MbTiles {
    pool: SqlitePool,
}

impl MbTiles {
    /// Opens the file and reads what it says of itself.
    pub(super) async fn open(file: &Path) -> Result<(MbTiles, About), TilesError> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .read_only(true)
            .immutable(true)
            .disable_statement_logging();
        let pool = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(WAIT)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(options)
            .await
            .map_err(TilesError::Database)?;
        let metadata: Vec<(String, Option<String>)> =
            sqlx::query_as(METADATA).fetch_all(&pool).await.map_err(TilesError::Database)?;
        let said = |wanted: &str| {
            let (_, value) = metadata.iter().find(|(name, _)| name == wanted)?;
            value.clone()
        };
        let about = read_about(&said)?;
        let first: Option<(Vec<u8>,)> =
            sqlx::query_as(FIRST).fetch_optional(&pool).await.map_err(TilesError::Database)?;
        check(&first.ok_or(TilesError::Empty)?.0)?;
        let number = async |query: &'static str| -> Result<u8, TilesError> {
            let (found,): (Option<i64>,) =
                sqlx::query_as(query).fetch_one(&pool).await.map_err(TilesError::Database)?;
            Ok(found.and_then(|found| u8::try_from(found).ok()).unwrap_or(0).min(NEAREST))
        };
        // What it says of its zooms may be more than it has.
        let (farthest, nearest) = (number(FARTHEST).await?, number(NEAREST_OF_ALL).await?);
        let (weight,): (Option<i64>,) = sqlx::query_as(WEIGHT)
            .bind(i64::from(nearest))
            .bind(WEIGHED as i64)
            .fetch_one(&pool)
            .await
            .map_err(TilesError::Database)?;
        let words: String = metadata.iter().map(|(name, value)| format!("{name}={value:?}\n")).collect();
        let about = About {
            farthest,
            nearest,
            weight: weight.and_then(|weight| u64::try_from(weight).ok()).unwrap_or_default(),
            version: version_of(&words, &[file]),
            ..about
        };
        Ok((MbTiles { pool }, about))
    }

    /// The picture at an address that is within its zoom; nothing if there is none, or it is too large.
    pub(super) async fn picture(
        &self,
        zoom: u8,
        column: u32,
        row: u32,
    ) -> Result<Option<Bytes>, sqlx::Error> {
        let from_south = (1_i64 << zoom) - 1 - i64::from(row);
        let found: Option<(Vec<u8>,)> = sqlx::query_as(TILE)
            .bind(i64::from(zoom))
            .bind(i64::from(column))
            .bind(from_south)
            .bind(LARGEST as i64)
            .fetch_optional(&self.pool)
            .await?;
        Ok(found.map(|(bytes,)| bytes.into()))
    }
}
