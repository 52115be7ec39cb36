//! The proof that a kiosk's ticket leaves in the survey that asks for help: good for the case which that survey makes.

use doorstep_delivery::query_code::{FIELD, is_proof};
use doorstep_delivery::sealed::Sealed;
use doorstep_engine::entities::{EntityAct, EntityChange, EntityError};

use super::{CASES, LIFETIME_MS};
use crate::Shared;
use crate::answer::Refusal;
use crate::store::{NewCode, Undone};

/// Keeps it, once however often the survey is gone through. Whether the survey did make the case is asked when the code is used (`store/resident.rs`).
pub(crate) async fn keep_proof(
    shared: &Shared,
    submission: &Undone,
    said: &[Result<EntityChange, EntityError>],
) -> Result<(), Refusal> {
    let Some((case, proof)) = proof_in(submission, said) else { return Ok(()) };
    let proof = shared.who.query_key(&proof);
    let made_at = submission.received_at;
    let code = NewCode {
        id: &submission.id,
        proof: &proof,
        case: &case,
        submission: &submission.id,
        made_at,
        made_by: None,
        expires_at: made_at + LIFETIME_MS,
    };
    Ok(shared.store.add_query_code(&code).await?)
}

/// The case that is made, and the proof for it.
fn proof_in(submission: &Undone, said: &[Result<EntityChange, EntityError>]) -> Option<(String, String)> {
    let makes = |change: &&EntityChange| change.list == CASES && change.act == EntityAct::Create;
    let case = said.iter().flatten().find(makes)?.id.clone();
    let sealed = Sealed::read(&submission.body).ok()?;
    let answers = sealed.data.as_object()?.values().next()?;
    let proof = answers.get(FIELD)?.as_str().filter(|text| is_proof(text))?;
    Some((case, proof.to_owned()))
}
