//! A session of the form that shows every control there is: for trying out, kept nowhere.

use std::cell::RefCell;
use std::rc::Rc;

use doorstep_delivery::draft::{Draft, new_id};
use doorstep_engine::session::Session;
use doorstep_engine::{Bundle, Form};
use leptos::prelude::*;

use super::answering::Answering;
use super::device::Device;
use super::drafts::world;
use super::forms;
use super::keeping::{Keeping, now};
use crate::platform::clock;

const ADDRESS: &str = "/api/v1/gallery";

/// Opens one, made under `owner`. Nothing if the server has no such form, or can't be asked.
pub async fn open(device: Device, language: &str, owner: Owner) -> Option<Answering> {
    let wire = forms::fetch(device, ADDRESS).await?;
    let bundle = Bundle::from_json(&wire).ok()?;
    let mut session = Session::new(Form::read(&bundle).form?, world());
    session.set_language(language);
    let id = new_id(clock::now_ms(), &clock::random_bytes());
    let draft = Draft::begin(id, &session, now());
    let session = Rc::new(RefCell::new(session));
    let keeping = Keeping::nowhere(session.clone(), draft);
    Some(owner.with(|| Answering::new(session, keeping)))
}
