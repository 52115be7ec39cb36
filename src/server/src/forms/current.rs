//! What is in force now: of each form the version that is offered to phones, as the database has it (`store/publications.rs`).
//!
//! Kept here: whoever asks sees what came into force before they asked, whichever process brought it there; the feed says the same as the list.
//! A published version has the audience of the folder's form of its id; without one it is for everybody, or for whom its `for_roles` names.

use std::collections::BTreeSet;
use std::sync::{Arc, PoisonError};

use doorstep_delivery::Residents;
use doorstep_engine::Form;
use serde_json::{Map, Value as Json, json};

use super::{Audience, FormError, Forms, KIND, Living, Served};
use crate::store::{InForce, Offer, StoreError, Viewer};

/// What is in force.
#[derive(Debug)]
pub(crate) struct Current {
    /// The number of what came into force last.
    last: i64,
    /// The folder's in its order, then the others by id.
    pub(crate) forms: Vec<Listed>,
    /// The entity lists that they write, as forms name their files: `households.csv`.
    living_lists: Living,
}

/// A form as it is offered.
#[derive(Debug)]
pub(crate) struct Listed {
    pub(crate) form: Arc<Form>,
    /// Does it come from the folder, rather than from a designer?
    pub(crate) from_folder: bool,
    /// What is said of it.
    said: Json,
    /// The areas and roles that it is for.
    pairs: Vec<(String, String)>,
}

impl Listed {
    fn new(form: Arc<Form>, from_folder: bool, audience: &Audience) -> Listed {
        let mut said = json!({
            "id": form.id(), "version": form.version(), "hash": form.hash(), "title": titles(&form)
        });
        let residents = audience.residents(&form);
        if residents != Residents::No {
            said["residents"] = json!(residents);
        }
        let pairs = audience.pairs(&form);
        Listed { form, from_folder, said, pairs }
    }
}

/// Its title in each of its languages, by their tags, which phones know: by `zh` where a workbook has `中文 (zh)`.
pub(crate) fn titles(form: &Form) -> Map<String, Json> {
    let mut titles = Map::new();
    for language in form.languages() {
        let tag =
            language.strip_suffix(')').and_then(|name| name.rsplit_once('(')).map(|(_, tag)| tag.trim());
        let tag = tag.filter(|tag| !tag.is_empty()).unwrap_or(language);
        // Of two that have one tag the first is meant, as in the form itself.
        titles.entry(tag).or_insert_with(|| Json::from(form.title(language)));
    }
    titles
}

impl Current {
    /// Nothing, older than whatever the database has.
    pub(super) fn before_the_start() -> Current {
        Current { last: i64::MIN, forms: Vec::new(), living_lists: Arc::default() }
    }

    fn new(last: i64, forms: Vec<Listed>) -> Current {
        let lists: BTreeSet<&str> = forms.iter().flat_map(|listed| listed.form.entity_lists()).collect();
        let living_lists = lists.iter().map(|list| format!("{list}.csv").into()).collect();
        Current { last, forms, living_lists }
    }

    fn offers(&self) -> Vec<Offer> {
        let offer = |listed: &Listed, (area, role): &(String, String)| Offer {
            id: listed.form.id().to_owned(),
            area: area.clone(),
            role: role.clone(),
            body: listed.said.to_string(),
        };
        self.forms
            .iter()
            .flat_map(|listed| listed.pairs.iter().map(move |pair| offer(listed, pair)))
            .collect()
    }

    /// What `GET /api/v1/forms` says to somebody.
    pub(crate) fn list(&self, viewer: &Viewer) -> Json {
        let theirs = self.forms.iter().filter(|listed| viewer.sees_form(&listed.pairs));
        json!({ "forms": theirs.map(|listed| &listed.said).collect::<Vec<_>>() })
    }

    /// The entity lists that the forms write, as forms name their files: `households.csv`.
    pub(crate) fn living_lists(&self) -> Living {
        self.living_lists.clone()
    }

    /// The hashes of those that somebody sees, in the list's order.
    pub(crate) fn seen_by(&self, viewer: &Viewer) -> impl Iterator<Item = &str> {
        self.forms.iter().filter(|listed| viewer.sees_form(&listed.pairs)).map(|listed| listed.form.hash())
    }

    /// Is the version of that hash in force?
    pub(crate) fn has(&self, hash: &str) -> bool {
        self.forms.iter().any(|listed| listed.form.hash() == hash)
    }

    /// The form of that id.
    pub(crate) fn of_id(&self, id: &str) -> Option<&Listed> {
        self.forms.iter().find(|listed| listed.form.id() == id)
    }
}

impl Forms {
    /// What is in force, offered to phones. One short question to the database, unless something has come into force since the last.
    pub(crate) async fn now(&self) -> Result<Arc<Current>, StoreError> {
        let known = self.known();
        if self.store.last_in_force().await? == known.last {
            return Ok(known);
        }
        let _turn = self.looking.lock().await;
        loop {
            let (last, known) = (self.store.last_in_force().await?, self.known());
            if last == known.last {
                return Ok(known);
            }
            let current = Arc::new(self.look(last).await?);
            // What came into force in between is looked at before anything is offered.
            if self.store.publish(last, KIND, &current.offers()).await? {
                *self.current.write().unwrap_or_else(PoisonError::into_inner) = current.clone();
                return Ok(current);
            }
        }
    }

    fn known(&self) -> Arc<Current> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn look(&self, last: i64) -> Result<Current, StoreError> {
        let mut listed = Vec::new();
        let nobody_named = Audience::default();
        for InForce { form: id, hash, from_folder } in self.store.in_force().await? {
            let place = self.folder.iter().position(|form| form.id == id);
            let in_folder = place.map(|place| &self.folder[place]);
            let (served, from_folder) = match (self.readable(&hash).await?, in_folder) {
                (Some(served), _) => (served, from_folder),
                // Better the folder's than none.
                (None, Some(form)) => match self.readable(&form.hash).await? {
                    Some(served) => (served, true),
                    None => continue,
                },
                (None, None) => continue,
            };
            let audience = in_folder.map_or(&nobody_named, |form| &form.audience);
            let form = Listed::new(served.form.clone(), from_folder, audience);
            listed.push((place.unwrap_or(usize::MAX), form));
        }
        listed.sort_by_key(|(place, _)| *place);
        Ok(Current::new(last, listed.into_iter().map(|(_, form)| form).collect()))
    }

    /// A version, unless this build can't read it any more: that is told in the log.
    async fn readable(&self, hash: &str) -> Result<Option<Arc<Served>>, StoreError> {
        match self.get(hash).await {
            Ok(served) => Ok(served),
            Err(FormError::Store(error)) => Err(error),
            Err(error @ (FormError::Unreadable | FormError::Panicked | FormError::Media(_))) => {
                tracing::error!(target: "doorstep", hash, what = %error, "a form in force");
                Ok(None)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::{Bundle, Source};

    use super::*;

    #[test]
    fn titles_are_told_by_tags() {
        let file = |name: &str, text: &str| Source::new(name, text);
        let sheets = Bundle {
            main: file(
                "form.xlsx#survey",
                "type\tname\tlabel::中文 (zh)\tlabel::English (en)\tlabel::Gaelic\ntext\ta\t甲\tA\tÀ\n",
            ),
            files: vec![file(
                "form.xlsx#settings",
                "form_id\tform_title::中文 (zh)\tform_title::English (en)\tform_title::Gaelic\nf\t走访\tVisit\tTadhal\n",
            )],
        };
        let read = Form::read(&sheets);
        let form = read.form.unwrap_or_else(|| panic!("{:?}", read.diagnostics));
        assert_eq!(Json::from(titles(&form)), json!({"zh": "走访", "en": "Visit", "Gaelic": "Tadhal"}));
    }
}
