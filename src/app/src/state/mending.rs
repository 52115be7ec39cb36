//! What a reader can do about what does not arrive: put it right, delete it, carry it to another device.

use doorstep_delivery::audit_log::{AuditLog, Columns, FILE};
use doorstep_delivery::draft::{Draft, new_id};
use doorstep_delivery::rescue::{Rescue, TakenUp, file_name};
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::store::{Store, StoreError, StoredDraft};
use doorstep_delivery::{Uuid, Wake};

use super::device::Device;
use super::entities::world_for;
use super::keeping::now;
use super::{forms, sending};
use crate::platform::rescue::{self, OpenError};
use crate::platform::{clock, timer};

/// A refused submission's answers as a draft, to be put right and finished in its stead: the one that was begun before, or a new one.
/// `None` if it can't be: its form is gone, or the device fails.
pub async fn repair(device: Device, refused: Uuid) -> Option<Uuid> {
    match begin_repair(device, refused).await {
        Ok(draft) => draft,
        Err(error) => {
            leptos::logging::error!("{error}");
            None
        }
    }
}

async fn begin_repair(device: Device, refused: Uuid) -> Result<Option<Uuid>, StoreError> {
    let store = device.store();
    let Some(submission) = store.load_submission(refused).await? else { return Ok(None) };
    for summary in store.drafts().await?.items {
        if summary.form == *submission.form()
            && let Some(begun) = store.load_draft(summary.id).await?
            && begun.draft.supersedes == Some(refused)
        {
            return Ok(Some(summary.id));
        }
    }
    let Ok(sealed) = Sealed::read(submission.body().as_bytes()) else { return Ok(None) };
    let Ok(form) = forms::open(device, &sealed.form.hash).await else { return Ok(None) };
    let id = new_id(clock::now_ms(), &clock::random_bytes());
    let world = world_for(device, &form).await;
    let columns = form.audit().map(Columns::of);
    let Ok(mut draft) = Draft::repairing(id, &sealed, form, world) else { return Ok(None) };
    let mut files = Vec::new();
    for file in submission.attachments() {
        // One that is lost or damaged can be taken anew in the draft.
        if let Some(bytes) = store.load_file(refused, &file.name).await?
            && file.has(&bytes)
        {
            if let Some(columns) = columns.filter(|_| file.name == FILE) {
                draft.log = Some(AuditLog::going_on(columns, &String::from_utf8_lossy(&bytes)));
            }
            files.push((file.clone(), bytes));
        }
    }
    // One transaction: a draft that names files without having them would be found again, and gone on with.
    store.take_over_draft(&StoredDraft { draft, steps: Vec::new() }, &files).await?;
    Ok(Some(id))
}

/// Deletes what was sealed and has not arrived, because its user said so, twice.
pub fn delete(device: Device, id: Uuid) {
    timer::spawn(async move {
        if let Err(error) = device.store().delete_submission(id, now()).await {
            leptos::logging::error!("{error}");
        }
        device.read_outbox().await;
    });
}

/// What became of handing everything unsent over.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum HandedOver {
    /// The browser saves the file: so many submissions and drafts are in it, and so many records could not be read.
    Saved(usize, usize, usize),
    /// There is nothing to hand over.
    Nothing,
    /// The device fails.
    Failed,
}

/// Gives everything unsent to the browser as one file. Nothing changes on the device.
pub async fn hand_over(device: Device, password: &str) -> HandedOver {
    let store = device.store();
    let made_at = now();
    let rescue = match Rescue::gather(&*store).await {
        Ok(rescue) if rescue.is_empty() && rescue.unreadable == 0 => return HandedOver::Nothing,
        Ok(rescue) => rescue,
        Err(error) => {
            leptos::logging::error!("{error}");
            return HandedOver::Failed;
        }
    };
    match rescue::seal(&store, &rescue, made_at, password).await {
        Ok(bytes) => {
            rescue::save_as(&file_name(made_at), "application/json", &bytes);
            HandedOver::Saved(rescue.submissions.len(), rescue.drafts.len(), rescue.unreadable)
        }
        Err(error) => {
            leptos::logging::error!("{error}");
            HandedOver::Failed
        }
    }
}

/// Why nothing was taken up.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NotTakenUp {
    /// No file was chosen, or it is far too large.
    NoFile,
    /// It can't be opened.
    NotOpened(OpenError),
    /// The device did not keep it all: it can be done again.
    Failed,
}

/// Takes up the rescue file that was chosen in a file field, and sends what is in it.
///
/// # Errors
/// [`NotTakenUp`].
pub async fn take_up(device: Device, field: &str, password: &str) -> Result<TakenUp, NotTakenUp> {
    let bytes = rescue::chosen_file(field).await.ok_or(NotTakenUp::NoFile)?;
    let rescue = rescue::open(&bytes, password).await.map_err(NotTakenUp::NotOpened)?;
    let done = rescue.take_up(&*device.store()).await.map_err(|error| {
        leptos::logging::error!("{error}");
        NotTakenUp::Failed
    });
    device.read().await;
    sending::wake(device, Wake::Hand);
    done
}
