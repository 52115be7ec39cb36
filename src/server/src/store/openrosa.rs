//! Instances that came by OpenRosa, part by part: an instance has one text for good, and a file of it one content.
//!
//! Kept here: an instance becomes one submission, whichever of its parts comes first and however many come at once; its
//! number, its time and what it replaces are those of the part that was first, so that the sealed bytes are always the same.
//! One that was released before its files were here is that submission's successor once they are.

use super::database::BeginWriting;
use super::{Sender, Store, StoreError};

const INSERT: &str = "INSERT INTO openrosa_instance
    (instance_id, submission_id, form_hash, xml_hash, xml, supersedes, received_at, device_id, user_id, area,
        released_id, released_at, provider)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (instance_id) DO NOTHING";
const FIND: &str =
    "SELECT submission_id, form_hash, xml_hash, supersedes, received_at, released_id FROM openrosa_instance
    WHERE instance_id = $1";
const INSERT_FILE: &str = "INSERT INTO openrosa_file (instance_id, name, hash, size, media_type)
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (instance_id, name) DO NOTHING";
const FILES: &str =
    "SELECT name, hash, size, media_type FROM openrosa_file WHERE instance_id = $1 ORDER BY name";

const NEXT: &str = "SELECT instance_id, submission_id, form_hash, xml_hash, xml, supersedes, received_at, device_id, user_id, area,
    released_id, released_at, provider
    FROM openrosa_instance WHERE instance_id > $1 ORDER BY instance_id LIMIT 1";
const WAITING_AFTER: &str = "SELECT instance_id, submission_id, form_hash, xml_hash, xml, supersedes, received_at, device_id, user_id, area,
    released_id, released_at, provider
    FROM openrosa_instance WHERE xml IS NOT NULL AND submission_id > $1 ORDER BY submission_id LIMIT $2";
const WAITING_ONE: &str = "SELECT instance_id, submission_id, form_hash, xml_hash, xml, supersedes, received_at, device_id, user_id, area,
    released_id, released_at, provider
    FROM openrosa_instance WHERE xml IS NOT NULL AND submission_id = $1";
// Only while files are missing: one that has all of them is about to be accepted.
const RELEASE: &str = "UPDATE openrosa_instance SET released_id = $2, released_at = $3
    WHERE submission_id = $1 AND xml IS NOT NULL AND released_id IS NULL
    AND (SELECT COUNT(*) FROM openrosa_file WHERE openrosa_file.instance_id = openrosa_instance.instance_id) < $4";

/// An instance that is known here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OpenRosaInstance {
    /// The submission that it is, or will be.
    pub(crate) submission_id: String,
    /// The version of the form that it was read against.
    pub(crate) form_hash: String,
    /// SHA-256 of its text as it came, lowercase hex.
    pub(crate) xml_hash: String,
    /// The submission that it replaces.
    pub(crate) supersedes: Option<String>,
    /// When its first part came: milliseconds since 1970.
    pub(crate) received_at: i64,
    /// The submission that was made of it before all its files were here.
    pub(crate) released: Option<String>,
}

/// An instance that waits for files.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct WaitingInstance {
    /// As its own program calls it.
    pub(crate) instance_id: String,
    pub(crate) row: OpenRosaInstance,
    pub(crate) xml: Vec<u8>,
    /// Who sent its first part.
    pub(crate) sender: Sender,
    /// When it was released: milliseconds since 1970.
    pub(crate) released_at: Option<i64>,
    /// What is here of its files.
    pub(crate) files: Vec<OpenRosaFile>,
}

/// A file of an instance.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OpenRosaFile {
    pub(crate) name: String,
    /// SHA-256 of its bytes, lowercase hex.
    pub(crate) hash: String,
    pub(crate) size: u64,
    pub(crate) media_type: String,
}

/// What became of a part.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum PartKept {
    /// It is on the disk, with all that had come before.
    Kept(OpenRosaInstance, Vec<OpenRosaFile>),
    /// The id, or a file's name, has other content already, or another submission has the number; nothing was stored.
    Taken,
}

type Columns = (String, String, String, Option<String>, i64, Option<String>);
#[rustfmt::skip]
type Whole = (
    String, String, String, String, Option<Vec<u8>>, Option<String>, i64, Option<String>, Option<String>, Option<String>, Option<String>,
    Option<i64>, Option<String>,
);
type FileColumns = (String, String, i64, String);

fn instance(columns: Columns) -> OpenRosaInstance {
    let (submission_id, form_hash, xml_hash, supersedes, received_at, released) = columns;
    OpenRosaInstance { submission_id, form_hash, xml_hash, supersedes, received_at, released }
}

fn waiting(whole: Whole, files: Vec<OpenRosaFile>) -> WaitingInstance {
    let (instance_id, submission_id, form_hash, xml_hash, xml, supersedes, received_at, ..) = whole;
    let (.., device, user, area, released, released_at, provider) = whole;
    WaitingInstance {
        instance_id,
        row: OpenRosaInstance { submission_id, form_hash, xml_hash, supersedes, received_at, released },
        xml: xml.unwrap_or_default(),
        sender: Sender { device, user, area, provider },
        released_at,
        files,
    }
}

fn file((name, hash, size, media_type): FileColumns) -> OpenRosaFile {
    OpenRosaFile { name, hash, size: size.cast_unsigned(), media_type }
}

impl Store {
    /// The instance of that id.
    pub(crate) async fn openrosa_instance(&self, id: &str) -> Result<Option<OpenRosaInstance>, StoreError> {
        let found: Option<Columns> =
            reading!(self.database, |pool| sqlx::query_as(FIND).bind(id).fetch_optional(pool))?;
        Ok(found.map(instance))
    }

    /// The files of an instance that are here, by name.
    pub(crate) async fn openrosa_files(&self, id: &str) -> Result<Vec<OpenRosaFile>, StoreError> {
        let found: Vec<FileColumns> =
            reading!(self.database, |pool| sqlx::query_as(FILES).bind(id).fetch_all(pool))?;
        Ok(found.into_iter().map(file).collect())
    }

    /// Keeps an instance's text and some of its files, whose bytes are on the shelf, in one transaction.
    pub(crate) async fn keep_part(
        &self,
        id: &str,
        first: &OpenRosaInstance,
        sender: &Sender,
        xml: &[u8],
        files: &[OpenRosaFile],
    ) -> Result<PartKept, StoreError> {
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            let made = sqlx::query(INSERT)
                .bind(id)
                .bind(&first.submission_id)
                .bind(&first.form_hash)
                .bind(&first.xml_hash)
                .bind(xml)
                .bind(&first.supersedes)
                .bind(first.received_at)
                .bind(&sender.device)
                .bind(&sender.user)
                .bind(&sender.area)
                .bind(None::<String>)
                .bind(None::<i64>)
                .bind(&sender.provider)
                .execute(&mut *transaction)
                .await?
                .rows_affected();
            let row: Columns = sqlx::query_as(FIND).bind(id).fetch_one(&mut *transaction).await?;
            let known = instance(row);
            let submitted: Option<(i64,)> =
                sqlx::query_as("SELECT received_at FROM submission WHERE id = $1")
                    .bind(&known.submission_id)
                    .fetch_optional(&mut *transaction)
                    .await?;
            // A new instance's number may be another submission's: whoever numbers them so has sent it another way.
            if known.xml_hash != first.xml_hash || (made == 1 && submitted.is_some()) {
                return Ok(PartKept::Taken);
            }
            for file in files {
                sqlx::query(INSERT_FILE)
                    .bind(id)
                    .bind(&file.name)
                    .bind(&file.hash)
                    .bind(file.size.cast_signed())
                    .bind(&file.media_type)
                    .execute(&mut *transaction)
                    .await?;
            }
            let kept: Vec<FileColumns> = sqlx::query_as(FILES).bind(id).fetch_all(&mut *transaction).await?;
            let kept: Vec<OpenRosaFile> = kept.into_iter().map(file).collect();
            let is_kept = |file: &OpenRosaFile| {
                kept.iter().any(|known| known.name == file.name && known.hash == file.hash)
            };
            if !files.iter().all(is_kept) {
                return Ok(PartKept::Taken);
            }
            transaction.commit().await?;
            Ok(PartKept::Kept(known, kept))
        })?)
    }

    /// Lets go of an instance's text: its submission holds it.
    pub(crate) async fn openrosa_is_whole(&self, id: &str) -> Result<(), StoreError> {
        const WHOLE: &str =
            "UPDATE openrosa_instance SET xml = NULL WHERE instance_id = $1 AND xml IS NOT NULL";
        writing!(self.database, |pool| async {
            sqlx::query(WHOLE).bind(id).execute(pool).await?;
            Ok(())
        })?;
        Ok(())
    }

    /// Adds the instances of another database that this one lacks, with their files, whose bytes are here by then.
    pub(crate) async fn copy_openrosa(&self, source: &Store) -> Result<(), StoreError> {
        let mut last = String::new();
        loop {
            let found: Option<Whole> =
                reading!(source.database, |pool| sqlx::query_as(NEXT).bind(&last).fetch_optional(pool))?;
            let Some(whole) = found else { return Ok(()) };
            let files = source.openrosa_files(&whole.0).await?;
            self.copy_instance(&whole, &files).await?;
            last = whole.0;
        }
    }

    /// One that is here already stays as it is, and gets the files that it lacks if its text is the same.
    async fn copy_instance(&self, whole: &Whole, files: &[OpenRosaFile]) -> Result<(), StoreError> {
        let (id, submission_id, form_hash, xml_hash, xml, supersedes, received_at, ..) = whole;
        let (.., device, user, area, released, released_at, provider) = whole;
        writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query(INSERT)
                .bind(id)
                .bind(submission_id)
                .bind(form_hash)
                .bind(xml_hash)
                .bind(xml)
                .bind(supersedes)
                .bind(received_at)
                .bind(device)
                .bind(user)
                .bind(area)
                .bind(released)
                .bind(released_at)
                .bind(provider)
                .execute(&mut *transaction)
                .await?;
            let row: Columns = sqlx::query_as(FIND).bind(id).fetch_one(&mut *transaction).await?;
            for file in files.iter().filter(|_| row.2 == *xml_hash) {
                sqlx::query(INSERT_FILE)
                    .bind(id)
                    .bind(&file.name)
                    .bind(&file.hash)
                    .bind(file.size.cast_signed())
                    .bind(&file.media_type)
                    .execute(&mut *transaction)
                    .await?;
            }
            transaction.commit().await
        })?;
        Ok(())
    }

    /// Instances that wait for files, by the submission that each will be, after one.
    pub(crate) async fn openrosa_waiting_after(
        &self,
        after: &str,
        most: i64,
    ) -> Result<Vec<WaitingInstance>, StoreError> {
        let found: Vec<Whole> = reading!(self.database, |pool| sqlx::query_as(WAITING_AFTER)
            .bind(after)
            .bind(most)
            .fetch_all(pool))?;
        let mut all = Vec::with_capacity(found.len());
        for whole in found {
            let files = self.openrosa_files(&whole.0).await?;
            all.push(waiting(whole, files));
        }
        Ok(all)
    }

    /// The instance that waits to be that submission.
    pub(crate) async fn openrosa_waits(
        &self,
        submission_id: &str,
    ) -> Result<Option<WaitingInstance>, StoreError> {
        let found: Option<Whole> = reading!(self.database, |pool| sqlx::query_as(WAITING_ONE)
            .bind(submission_id)
            .fetch_optional(pool))?;
        let Some(whole) = found else { return Ok(None) };
        let files = self.openrosa_files(&whole.0).await?;
        Ok(Some(waiting(whole, files)))
    }

    /// Notes that what is here of an instance is released as the submission `released`, unless all `named` files of it are here. What it is then, with the
    /// files of that moment; nothing if it waits no more.
    pub(crate) async fn openrosa_release(
        &self,
        submission_id: &str,
        released: &str,
        at: i64,
        named: usize,
    ) -> Result<Option<WaitingInstance>, StoreError> {
        let named = i64::try_from(named).unwrap_or(i64::MAX);
        Ok(writing!(self.database, |pool| async {
            let mut transaction = pool.begin_writing().await?;
            sqlx::query(RELEASE)
                .bind(submission_id)
                .bind(released)
                .bind(at)
                .bind(named)
                .execute(&mut *transaction)
                .await?;
            let found: Option<Whole> =
                sqlx::query_as(WAITING_ONE).bind(submission_id).fetch_optional(&mut *transaction).await?;
            let Some(whole) = found else { return Ok(None) };
            let files: Vec<FileColumns> =
                sqlx::query_as(FILES).bind(&whole.0).fetch_all(&mut *transaction).await?;
            transaction.commit().await?;
            Ok(Some(waiting(whole, files.into_iter().map(file).collect())))
        })?)
    }

    /// How many instances wait for files, and are not released.
    pub(crate) async fn openrosa_waiting(&self) -> Result<u64, StoreError> {
        const WAITING: &str =
            "SELECT COUNT(*) FROM openrosa_instance WHERE xml IS NOT NULL AND released_id IS NULL";
        let (count,): (i64,) = reading!(self.database, |pool| sqlx::query_as(WAITING).fetch_one(pool))?;
        Ok(count.cast_unsigned())
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(
        parts_come_together_and_the_first_decides,
        other_content_is_taken_and_nothing_is_stored,
        of_many_at_once_one_is_first,
        what_waits_is_taken_along_into_another_database,
        what_waits_is_released_once_and_only_while_files_are_missing,
    );

    fn first(number: &str, xml: &str, at: i64) -> OpenRosaInstance {
        OpenRosaInstance {
            submission_id: number.into(),
            form_hash: "ab".into(),
            xml_hash: xml.into(),
            supersedes: None,
            received_at: at,
            released: None,
        }
    }

    async fn keep(
        store: &Store,
        id: &str,
        first: &OpenRosaInstance,
        xml: &[u8],
        files: &[OpenRosaFile],
    ) -> Result<PartKept, StoreError> {
        store.keep_part(id, first, &Sender::default(), xml, files).await
    }

    fn photo(name: &str, hash: &str) -> OpenRosaFile {
        OpenRosaFile { name: name.into(), hash: hash.into(), size: 3, media_type: "image/jpeg".into() }
    }

    async fn open(place: &Place) -> Store {
        let store = place.open().await;
        store.keep_form("f", "1", "ab", "{}", 1).await.unwrap();
        for hash in ["p", "q"] {
            store.keep_attachment(hash, 3, 1).await.unwrap();
        }
        store
    }

    async fn parts_come_together_and_the_first_decides(place: &Place) {
        let store = open(place).await;
        let kept = keep(&store, "uuid:a", &first("1", "x", 7), b"x", &[photo("a", "p")]).await.unwrap();
        assert_eq!(kept, PartKept::Kept(first("1", "x", 7), vec![photo("a", "p")]));
        assert_eq!(store.openrosa_waiting().await.unwrap(), 1);
        let files = [photo("b", "q"), photo("a", "p")];
        let kept = keep(&store, "uuid:a", &first("2", "x", 9), b"x", &files).await.unwrap();
        assert_eq!(kept, PartKept::Kept(first("1", "x", 7), vec![photo("a", "p"), photo("b", "q")]));
        let again = open(place).await;
        assert_eq!(again.openrosa_instance("uuid:a").await.unwrap(), Some(first("1", "x", 7)));
        assert_eq!(again.openrosa_files("uuid:a").await.unwrap().len(), 2);
        again.openrosa_is_whole("uuid:a").await.unwrap();
        assert_eq!(again.openrosa_waiting().await.unwrap(), 0);
    }

    async fn other_content_is_taken_and_nothing_is_stored(place: &Place) {
        let store = open(place).await;
        keep(&store, "uuid:a", &first("1", "x", 7), b"x", &[photo("a", "p")]).await.unwrap();
        let other_text = keep(&store, "uuid:a", &first("1", "y", 7), b"y", &[photo("b", "q")]).await;
        assert_eq!(other_text.unwrap(), PartKept::Taken);
        let files = [photo("b", "q"), photo("a", "q")];
        let other_file = keep(&store, "uuid:a", &first("1", "x", 7), b"x", &files).await;
        assert_eq!(other_file.unwrap(), PartKept::Taken);
        assert_eq!(store.openrosa_files("uuid:a").await.unwrap(), [photo("a", "p")]);
        assert!(keep(&store, "uuid:c", &first("3", "x", 7), b"x", &[photo("a", "no file")]).await.is_err());
        assert_eq!(store.openrosa_instance("uuid:c").await.unwrap(), None);
    }

    async fn what_waits_is_taken_along_into_another_database(place: &Place) {
        let source = open(place).await;
        keep(&source, "uuid:a", &first("1", "x", 7), b"x", &[photo("a", "p")]).await.unwrap();
        keep(&source, "uuid:b", &first("2", "y", 8), b"y", &[photo("a", "q")]).await.unwrap();
        let other = Place::sqlite();
        let target = open(&other).await;
        keep(&target, "uuid:a", &first("9", "x", 9), b"x", &[photo("b", "q")]).await.unwrap();
        for _ in 0..2 {
            target.copy_from(&source).await.unwrap();
            let kept = target.openrosa_files("uuid:a").await.unwrap();
            assert_eq!(kept, [photo("a", "p"), photo("b", "q")]);
            assert_eq!(target.openrosa_instance("uuid:a").await.unwrap(), Some(first("9", "x", 9)));
            assert_eq!(target.openrosa_instance("uuid:b").await.unwrap(), Some(first("2", "y", 8)));
            assert_eq!(target.openrosa_waiting().await.unwrap(), 2);
        }
    }

    async fn what_waits_is_released_once_and_only_while_files_are_missing(place: &Place) {
        let store = open(place).await;
        let sender = Sender { area: Some("371002".into()), ..Sender::default() };
        store.keep_part("uuid:a", &first("1", "x", 7), &sender, b"x", &[photo("a", "p")]).await.unwrap();
        let all = store.openrosa_waiting_after("", 10).await.unwrap();
        assert_eq!(all.len(), 1);
        assert_eq!((&*all[0].instance_id, &*all[0].xml, &all[0].sender), ("uuid:a", &b"x"[..], &sender));
        assert!(store.openrosa_waiting_after("1", 10).await.unwrap().is_empty());

        let whole = store.openrosa_release("1", "r", 8, 1).await.unwrap().unwrap();
        assert_eq!((whole.row.released, whole.released_at), (None, None), "it has all that it names");
        let released = store.openrosa_release("1", "r", 8, 2).await.unwrap().unwrap();
        assert_eq!((released.row.released.as_deref(), released.released_at), (Some("r"), Some(8)));
        assert_eq!(released.files, [photo("a", "p")]);
        let again = store.openrosa_release("1", "s", 9, 2).await.unwrap().unwrap();
        assert_eq!(again, released, "the first release stands");
        assert_eq!(store.openrosa_waiting().await.unwrap(), 0);

        // A file that comes after all finds it released.
        let late = keep(&store, "uuid:a", &first("1", "x", 9), b"x", &[photo("b", "q")]).await.unwrap();
        let PartKept::Kept(row, files) = late else { panic!("taken") };
        assert_eq!((row.released.as_deref(), files.len()), (Some("r"), 2));
        let other = Place::sqlite();
        let target = open(&other).await;
        target.copy_from(&store).await.unwrap();
        assert_eq!(target.openrosa_waits("1").await.unwrap(), store.openrosa_waits("1").await.unwrap());
        store.openrosa_is_whole("uuid:a").await.unwrap();
        assert_eq!(store.openrosa_waits("1").await.unwrap(), None);
        assert_eq!(store.openrosa_release("1", "t", 9, 9).await.unwrap(), None);
    }

    async fn of_many_at_once_one_is_first(place: &Place) {
        let store = open(place).await;
        let parts = (0..12).map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let files = [photo(&n.to_string(), "p")];
                keep(&store, "uuid:a", &first(&n.to_string(), "x", n), b"x", &files).await.unwrap()
            })
        });
        let mut firsts = Vec::new();
        for part in parts.collect::<Vec<_>>() {
            let PartKept::Kept(known, _) = part.await.unwrap() else { panic!("taken") };
            firsts.push(known);
        }
        firsts.dedup();
        assert_eq!(firsts.len(), 1);
        assert_eq!(store.openrosa_files("uuid:a").await.unwrap().len(), 12);
    }
}
