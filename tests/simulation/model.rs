//! What people were told and what servers took, whatever devices make of it. Nothing of the delivery code, and obviously right.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_delivery::{Attachment, Pen, Uuid};

/// A draft or a submission on a device.
pub type Place = (usize, Uuid);

/// A draft as its reader saw it, from the state last shown as kept.
#[derive(Default, Debug)]
pub struct Seen {
    /// Every state since then, with answers and place; the first is the one that was shown as kept.
    pub states: Vec<String>,
    /// How many states were dropped before it.
    pub dropped: usize,
    /// Each file's hashes: the one last shown as kept, and those given since.
    pub files: BTreeMap<String, Vec<String>>,
    /// Its making died with the process: however it is found, so it counts from then on.
    pub unseen: bool,
}

/// A sealed submission.
#[derive(Clone, PartialEq, Debug)]
pub struct Sealed {
    pub hash: String,
    /// Names and hashes.
    pub files: Vec<(String, String)>,
    pub targets: Vec<String>,
}

/// What was asked of a device and not answered: it may have happened.
#[derive(Debug)]
pub enum Doubt {
    Sealing(Sealed),
    Deleting,
}

/// The whole truth.
#[derive(Default, Debug)]
pub struct Model {
    pub drafts: BTreeMap<Place, Seen>,
    /// The tab that opened a draft last: what its reader sees in any other is not going to be kept.
    pub pens: BTreeMap<Place, Pen>,
    pub sealed: BTreeMap<Place, Sealed>,
    pub deleted: BTreeSet<Place>,
    pub doubts: BTreeMap<Place, Vec<Doubt>>,
    /// What a device is about to take over from another one.
    pub taking: BTreeSet<Place>,
    /// Drafts that were handed over to another device while this one still had them: both may seal them.
    pub twins: BTreeSet<Uuid>,
    /// By server and id: the hash.
    pub accepted: BTreeMap<(usize, Uuid), String>,
    /// By server, id and hash: the id under which its office took in what other bytes had the id of.
    pub taken_in: BTreeMap<(usize, Uuid, String), Uuid>,
    /// Every hash that was ever to be sealed, by id.
    pub hashes: BTreeMap<Uuid, BTreeSet<String>>,
}

impl Model {
    /// A draft was begun, and shown as kept; in a second tab too, perhaps.
    pub fn began(&mut self, place: Place, state: String) {
        self.drafts.entry(place).or_insert_with(|| Seen { states: vec![state], ..Seen::default() });
    }

    /// A tab has opened the draft: no other one's state is promised any more.
    pub fn opened(&mut self, place: Place, pen: Pen) {
        self.pens.insert(place, pen);
    }

    /// A draft's reader sees a new state. Gives its number.
    pub fn did(&mut self, place: Place, pen: Pen, state: String) -> usize {
        let Some(seen) = self.drafts.get_mut(&place) else { return 0 };
        if self.pens.get(&place) == Some(&pen) {
            seen.states.push(state);
        }
        seen.dropped + seen.states.len() - 1
    }

    /// The state of that number was shown as kept: none before it is good enough any more.
    pub fn kept(&mut self, place: Place, number: usize) {
        if let Some(seen) = self.drafts.get_mut(&place) {
            let older = number.saturating_sub(seen.dropped).min(seen.states.len() - 1);
            seen.states.drain(..older);
            seen.dropped += older;
        }
    }

    /// A later state of a draft may come from another device, whether or not anybody is told. The state's number, and who had the draft open then.
    pub fn may_become(
        &mut self,
        place: Place,
        state: &str,
        files: &[(Attachment, Vec<u8>)],
    ) -> Option<(usize, Option<Pen>)> {
        let pen = self.pens.get(&place).copied();
        let seen = self.drafts.get_mut(&place)?;
        seen.states.push(state.to_owned());
        let number = seen.dropped + seen.states.len() - 1;
        files.iter().for_each(|(file, _)| self.gave(place, &file.name, &file.hash, false));
        Some((number, pen))
    }

    /// It came: nothing older will do, and whoever had the draft open then is promised nothing more.
    pub fn became(&mut self, place: Place, state: String, possible: Option<(usize, Option<Pen>)>) {
        let Some((number, pen)) = possible else {
            if !self.sealed.contains_key(&place) {
                self.began(place, state);
            }
            return;
        };
        self.kept(place, number);
        if let Some(seen) = self.drafts.get_mut(&place).filter(|seen| seen.dropped > number) {
            // A tab that opened it meanwhile has shown a state as kept: before it came or after, which nobody can tell from here.
            seen.states.push(state);
        }
        if pen.is_some() && self.pens.get(&place).copied() == pen {
            self.pens.remove(&place);
        }
    }

    /// It did not come: what is here stands, and what came is not good enough for it.
    pub fn did_not_become(&mut self, place: Place, possible: Option<(usize, Option<Pen>)>) {
        let (Some((number, _)), Some(seen)) = (possible, self.drafts.get_mut(&place)) else { return };
        let at = number.saturating_sub(seen.dropped);
        if number > seen.dropped && at < seen.states.len() {
            // Its number stays taken, so that those after it keep theirs.
            seen.states[at] = seen.states[at - 1].clone();
        }
    }

    /// A file is given to a draft; once `kept`, no older one of its name will do.
    pub fn gave(&mut self, place: Place, name: &str, hash: &str, kept: bool) {
        let Some(seen) = self.drafts.get_mut(&place) else { return };
        let hashes = seen.files.entry(name.to_owned()).or_default();
        match hashes.iter().rposition(|given| given == hash) {
            Some(last) if kept => drop(hashes.drain(..last)),
            Some(_) | None => hashes.push(hash.to_owned()),
        }
    }

    /// Something is asked of a device that ends a draft or a submission there.
    pub fn doubt(&mut self, place: Place, doubt: Doubt) {
        if let Doubt::Sealing(sealed) = &doubt {
            self.hashes.entry(place.1).or_default().insert(sealed.hash.clone());
        }
        self.doubts.entry(place).or_default().push(doubt);
    }

    /// It was shown as sealed.
    pub fn was_sealed(&mut self, place: Place, sealed: Sealed) {
        self.drafts.remove(&place);
        self.sealed.insert(place, sealed);
    }

    /// It was shown as deleted, which is what its user wanted.
    pub fn was_deleted(&mut self, place: Place) {
        self.drafts.remove(&place);
        self.sealed.remove(&place);
        self.deleted.insert(place);
    }

    /// Another device's submission is about to be taken over; not one that was deleted there, or is about to be.
    pub fn takes_over(&mut self, place: Place) -> bool {
        let doubts = self.doubts.get(&place).map(Vec::as_slice).unwrap_or_default();
        let unwanted =
            self.deleted.contains(&place) || doubts.iter().any(|doubt| matches!(doubt, Doubt::Deleting));
        !unwanted && self.taking.insert(place)
    }

    /// The system took everything that was on a device: nothing more is promised there.
    pub fn was_evicted(&mut self, device: usize) {
        self.drafts.retain(|place, _| place.0 != device);
        self.sealed.retain(|place, _| place.0 != device);
        self.deleted.retain(|place| place.0 != device);
        self.doubts.retain(|place, _| place.0 != device);
    }

    /// A server's office took in what had come under a taken id: once, and under an id that nothing else has.
    pub fn take_in(&mut self, server: usize, id: Uuid, hash: &str, own: Uuid) -> Result<(), String> {
        let is_first = !self.accepted.contains_key(&(server, own)) && !self.hashes.contains_key(&own);
        let was_other = self.accepted.get(&(server, id)).is_some_and(|first| first != hash);
        self.accepted.insert((server, own), hash.to_owned());
        match is_first && was_other && self.taken_in.insert((server, id, hash.to_owned()), own).is_none() {
            true => Ok(()),
            false => Err(format!("I3: server {server} took {id} in as {own} though it had it already")),
        }
    }

    /// Is that the word of a server that has it: under its own id, or under the one that it names?
    pub fn has(&self, server: usize, id: Uuid, hash: &str, taken_in_as: Option<Uuid>) -> bool {
        match taken_in_as {
            None => self.accepted.get(&(server, id)).is_some_and(|first| first == hash),
            Some(own) => self.taken_in.get(&(server, id, hash.to_owned())) == Some(&own),
        }
    }

    /// A server was sent it, for the first time or again: it accepts an id once, with one hash, which was sealed (I3).
    pub fn accept(&mut self, server: usize, id: Uuid, hash: &str) -> Result<(), String> {
        let first = self.accepted.entry((server, id)).or_insert_with(|| hash.to_owned());
        match self.hashes.get(&id).is_some_and(|hashes| hashes.contains(hash)) {
            true if first == hash || self.twins.contains(&id) => Ok(()),
            true => Err(format!("I3: server {server} was sent {id} with two hashes")),
            false => Err(format!("I3: server {server} was sent {id} as it was never sealed")),
        }
    }
}
