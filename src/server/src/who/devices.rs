//! Enrolment codes and devices, as the database has them.
//!
//! Kept here: a code makes one device, however many come with it at once; a device's token is kept as a hash.

use super::Who;
use super::enrolment::{LIFETIME_MS, code_hash, new_code};
use super::rights::{Area, Standing};
use super::secret::Token;
use super::users::new_id;
use crate::store::StoreError;
use crate::store::database::BeginWriting;

/// How often the time of a device's last request is written down.
const TOUCH_MS: i64 = 60_000;

/// A device.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) area: Area,
    /// Whose it is.
    pub(crate) user: Option<String>,
    /// Does it stand in a station, for whoever comes?
    pub(crate) kiosk: bool,
    pub(crate) preset: Preset,
    /// Milliseconds since 1970.
    pub(crate) made_at: i64,
    /// Its last contact.
    pub(crate) seen_at: i64,
    pub(crate) revoked_at: Option<i64>,
}

/// What a device is set to when it is handed out.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Preset {
    /// The tag of the language that it reads in.
    pub(crate) language: Option<String>,
    /// It has to have a PIN, of so many digits at least.
    pub(crate) pin_least: Option<i64>,
}

/// In this order everywhere.
type Columns =
    (String, String, String, Option<String>, i64, Option<String>, Option<i64>, i64, i64, Option<i64>);

/// The same, and the holder's name.
type Listed = (
    String,
    String,
    String,
    Option<String>,
    i64,
    Option<String>,
    Option<i64>,
    i64,
    i64,
    Option<i64>,
    Option<String>,
);

impl Device {
    fn new(columns: Columns) -> Option<Device> {
        let (id, name, area, user, kiosk, language, pin_least, made_at, seen_at, revoked_at) = columns;
        let (area, kiosk) = (Area::parse(&area)?, kiosk != 0);
        let preset = Preset { language, pin_least };
        Some(Device { id, name, area, user, kiosk, preset, made_at, seen_at, revoked_at })
    }
}

/// Whose a device is to be.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Holder<'a> {
    /// Nobody's: it sends, as whoever holds it.
    Nobody,
    /// This user's.
    User(&'a str),
    /// The station's, for whoever comes.
    Kiosk,
}

/// What a token is good for.
#[derive(Clone, Debug)]
pub(crate) enum Known {
    /// A device, with its user's standing if it has a user.
    Device(Box<Device>, Option<Standing>),
    /// A device that was revoked: its id.
    Revoked(String),
    /// No device has it, or its user was shut out.
    Nobody,
}

/// What becomes of an enrolment code.
#[derive(Clone, Debug)]
pub(crate) enum Enrolled {
    /// A device, and its token, shown this once.
    Device(Device, Token),
    /// It is used, over, or was never made.
    Refused,
}

impl Who {
    /// Makes an enrolment code for a device: the code, and until when it is good.
    pub(crate) async fn make_enrolment(
        &self,
        name: &str,
        area: &Area,
        holder: Holder<'_>,
        preset: &Preset,
        made_by: &str,
        now: i64,
    ) -> Result<(String, String, i64), StoreError> {
        let (user, kiosk) = match holder {
            Holder::Nobody => (None, 0),
            Holder::User(user) => (Some(user), 0),
            Holder::Kiosk => (None, 1),
        };
        let (id, code, expires_at) = (new_id(), new_code(), now + LIFETIME_MS);
        let hash = code_hash(&code, self.ciphers);
        writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            // Names of devices that never came are nobody's to keep.
            sqlx::query("DELETE FROM enrolment WHERE expires_at < $1")
                .bind(now)
                .execute(&mut *transaction)
                .await?;
            sqlx::query(
                "INSERT INTO enrolment (hash, id, name, area, user_id, made_by, expires_at, kiosk, language, pin_least)
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(&hash)
            .bind(&id)
            .bind(name)
            .bind(area.code())
            .bind(user)
            .bind(made_by)
            .bind(expires_at)
            .bind(kiosk)
            .bind(&preset.language)
            .bind(preset.pin_least)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await
        })?;
        Ok((id, code, expires_at))
    }

    /// Exchanges a code for a device and its token.
    pub(crate) async fn enrol(&self, code: &str, now: i64) -> Result<Enrolled, StoreError> {
        let hash = code_hash(code, self.ciphers);
        let (id, token) = (new_id(), Token::new());
        let token_hash = token.hash(self.ciphers);
        let made: Option<Columns> = writing!(self.store.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            type Row = (String, String, Option<String>, i64, Option<String>, Option<i64>);
            let found: Option<Row> = sqlx::query_as(
                "SELECT name, area, user_id, kiosk, language, pin_least FROM enrolment
                 WHERE hash = $1 AND expires_at > $2",
            )
            .bind(&hash)
            .bind(now)
            .fetch_optional(&mut *transaction)
            .await?;
            let Some((name, area, user, kiosk, language, pin_least)) = found else { return Ok(None) };
            let taken = sqlx::query("DELETE FROM enrolment WHERE hash = $1")
                .bind(&hash)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            if taken != 1 {
                return Ok(None);
            }
            sqlx::query(
                "INSERT INTO device (id, hash, name, area, user_id, made_at, seen_at, kiosk, language, pin_least)
                 VALUES ($1, $2, $3, $4, $5, $6, $6, $7, $8, $9)",
            )
            .bind(&id)
            .bind(&token_hash)
            .bind(&name)
            .bind(&area)
            .bind(&user)
            .bind(now)
            .bind(kiosk)
            .bind(&language)
            .bind(pin_least)
            .execute(&mut *transaction)
            .await?;
            transaction.commit().await?;
            Ok(Some((id.clone(), name, area, user, kiosk, language, pin_least, now, now, None)))
        })?;
        let device = made.and_then(Device::new);
        Ok(device.map_or(Enrolled::Refused, |device| Enrolled::Device(device, token)))
    }

    /// Whose a token is.
    pub(crate) async fn device_of(&self, token: &Token, now: i64) -> Result<Known, StoreError> {
        let hash = token.hash(self.ciphers);
        let row: Option<Columns> = reading!(self.store.database, |pool| {
            sqlx::query_as(
            "SELECT id, name, area, user_id, kiosk, language, pin_least, made_at, seen_at, revoked_at FROM device WHERE hash = $1"
        )
        .bind(&hash)
        .fetch_optional(pool)
        })?;
        let Some(device) = row.and_then(Device::new) else { return Ok(Known::Nobody) };
        if device.revoked_at.is_some() {
            return Ok(Known::Revoked(device.id));
        }
        let standing = match &device.user {
            None => None,
            Some(user) => match self.user(user).await?.filter(|user| !user.disabled) {
                Some(user) => Some(user.standing),
                None => return Ok(Known::Nobody),
            },
        };
        if now - device.seen_at >= TOUCH_MS {
            writing!(self.store.database, |pool| async {
                sqlx::query("UPDATE device SET seen_at = $2 WHERE id = $1")
                    .bind(&device.id)
                    .bind(now)
                    .execute(pool)
                    .await?;
                Ok(())
            })?;
        }
        Ok(Known::Device(Box::new(device), standing))
    }

    pub(crate) async fn device(&self, id: &str) -> Result<Option<Device>, StoreError> {
        let row: Option<Columns> = reading!(self.store.database, |pool| {
            sqlx::query_as(
            "SELECT id, name, area, user_id, kiosk, language, pin_least, made_at, seen_at, revoked_at FROM device WHERE id = $1"
        )
        .bind(id)
        .fetch_optional(pool)
        })?;
        Ok(row.and_then(Device::new))
    }

    /// Devices of an area and what lies in it, by id, after one; each with its holder's name.
    pub(crate) async fn devices(
        &self,
        area: &Area,
        after: &str,
        limit: i64,
    ) -> Result<Vec<(Device, Option<String>)>, StoreError> {
        // A code is digits only, so that it holds none of LIKE's signs.
        const OF_AREA: &str =
            "SELECT device.id, device.name, device.area, user_id, kiosk, language, pin_least, device.made_at, seen_at,
            revoked_at, app_user.name FROM device LEFT JOIN app_user ON app_user.id = user_id
            WHERE device.id > $1 AND device.area LIKE $2 ORDER BY device.id LIMIT $3";
        let within = format!("{area}%");
        let rows: Vec<Listed> = reading!(self.store.database, |pool| sqlx::query_as(OF_AREA)
            .bind(after)
            .bind(&within)
            .bind(limit)
            .fetch_all(pool))?;
        let device = |(
            id,
            name,
            area,
            user,
            kiosk,
            language,
            pin_least,
            made_at,
            seen_at,
            revoked_at,
            holder,
        ): Listed| {
            let columns = (id, name, area, user, kiosk, language, pin_least, made_at, seen_at, revoked_at);
            Some((Device::new(columns)?, holder))
        };
        Ok(rows.into_iter().filter_map(device).collect())
    }

    /// Revokes a device for good. `false` if it was already.
    pub(crate) async fn revoke(&self, id: &str, now: i64) -> Result<bool, StoreError> {
        let revoked = writing!(self.store.database, |pool| async {
            let done = sqlx::query("UPDATE device SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
                .bind(id)
                .bind(now)
                .execute(pool)
                .await?;
            Ok(done.rows_affected())
        })?;
        Ok(revoked == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{at_once, open, user};
    use super::*;
    use crate::store::testing::{Place, on_each_database};

    on_each_database!(
        a_code_makes_one_device_for_many_at_once,
        a_device_is_its_users_until_it_is_revoked,
        devices_are_listed_by_area,
    );

    fn area(code: &str) -> Area {
        Area::parse(code).unwrap()
    }

    async fn a_code_makes_one_device_for_many_at_once(place: &Place) {
        let who = open(place).await;
        let (_, code, expires_at) =
            who.make_enrolment("a", &area("37"), Holder::Nobody, &Preset::default(), "u", 0).await.unwrap();
        assert_eq!(expires_at, LIFETIME_MS);
        assert!(matches!(who.enrol(&code, LIFETIME_MS).await.unwrap(), Enrolled::Refused), "it is over");
        let enrolled = at_once(|| {
            let (who, code) = (who.clone(), code.clone());
            async move { matches!(who.enrol(&code, 1).await.unwrap(), Enrolled::Device(..)) }
        });
        assert_eq!(enrolled.await, 1);
        assert_eq!(who.devices(&Area::EVERYWHERE, "", 10).await.unwrap().len(), 1);
    }

    async fn a_device_is_its_users_until_it_is_revoked(place: &Place) {
        let who = open(place).await;
        let owner = user(&who, "li.si").await;
        let preset = Preset { language: Some("en".into()), pin_least: Some(8) };
        let (_, code, _) =
            who.make_enrolment("a", &area("371002"), Holder::User(&owner), &preset, "u", 0).await.unwrap();
        let Enrolled::Device(device, token) = who.enrol(&code, 1).await.unwrap() else { panic!("refused") };
        let Known::Device(found, Some(_)) = who.device_of(&token, 99_000).await.unwrap() else {
            panic!("not known")
        };
        assert_eq!((found.id, found.user), (device.id.clone(), Some(owner.clone())));
        let listed = who.devices(&Area::EVERYWHERE, "", 10).await.unwrap();
        for told in [&device.preset, &found.preset, &listed[0].0.preset] {
            assert_eq!(*told, preset, "as the code was made");
        }
        assert_eq!(listed[0].1.as_deref(), Some("li.si"));
        assert_eq!(who.device(&device.id).await.unwrap().unwrap().seen_at, 99_000);
        assert!(matches!(who.device_of(&Token::new(), 2).await.unwrap(), Known::Nobody));
        who.set_disabled(&owner, true).await.unwrap();
        assert!(matches!(who.device_of(&token, 2).await.unwrap(), Known::Nobody));
        let revoked = at_once(|| {
            let (who, id) = (who.clone(), device.id.clone());
            async move { who.revoke(&id, 5).await.unwrap() }
        });
        assert_eq!(revoked.await, 1);
        assert!(matches!(who.device_of(&token, 6).await.unwrap(), Known::Revoked(id) if id == device.id));
    }

    async fn devices_are_listed_by_area(place: &Place) {
        let who = open(place).await;
        for code in ["371002", "371002001", "371003", ""] {
            let (_, code, _) = who
                .make_enrolment("a", &area(code), Holder::Nobody, &Preset::default(), "u", 0)
                .await
                .unwrap();
            who.enrol(&code, 1).await.unwrap();
        }
        for (within, count) in [("", 4), ("37", 3), ("371002", 2), ("371002001", 1), ("371004", 0)] {
            assert_eq!(who.devices(&area(within), "", 10).await.unwrap().len(), count, "{within}");
        }
        let first = who.devices(&Area::EVERYWHERE, "", 2).await.unwrap();
        assert_eq!(who.devices(&Area::EVERYWHERE, &first[1].0.id, 10).await.unwrap().len(), 2);
    }
}
