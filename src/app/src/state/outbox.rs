//! The outbox as its reader sees it: submissions, each with its targets beneath, however many items that is.

use doorstep_delivery::{OutboxItem, State, Uuid};

/// A submission with its items, by target.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OnItsWay {
    /// At least one; those that have arrived among them.
    pub items: Vec<OutboxItem>,
}

impl OnItsWay {
    /// The submission's id.
    pub fn id(&self) -> Uuid {
        self.items[0].id
    }

    /// Any of its items: what they say of the submission is the same.
    pub fn any(&self) -> &OutboxItem {
        &self.items[0]
    }

    /// Has one refused it? Then its reader has something to do.
    pub fn is_refused(&self) -> bool {
        self.items.iter().any(|item| matches!(item.state, State::Refused { .. }))
    }

    /// How it stands as a whole: what its reader should know first.
    pub fn state(&self) -> &State {
        let weight = |item: &&OutboxItem| match item.state {
            State::Refused { .. } => 4,
            State::Sending { .. } => 3,
            State::Waiting { .. } => 2,
            State::Queued => 1,
            State::Delivered { .. } => 0,
        };
        self.items.iter().max_by_key(weight).map_or(&State::Queued, |item| &item.state)
    }
}

/// What is on its way, and what has arrived everywhere; each in the order of the lists, which are by submission.
pub fn submissions(outbox: &[OutboxItem], delivered: &[OutboxItem]) -> (Vec<OnItsWay>, Vec<OnItsWay>) {
    let waiting = together(outbox, delivered, |_| true);
    let arrived = together(delivered, &[], |id| outbox.iter().all(|item| item.id != id));
    (waiting, arrived)
}

/// How many submissions wait to be sent, and how many a target has refused: those are their reader's to deal with.
pub fn counted(outbox: &[OutboxItem]) -> (usize, usize) {
    let (waiting, _) = submissions(outbox, &[]);
    let refused = waiting.iter().filter(|one| one.is_refused()).count();
    (waiting.len() - refused, refused)
}

fn together(items: &[OutboxItem], others: &[OutboxItem], wanted: impl Fn(Uuid) -> bool) -> Vec<OnItsWay> {
    let mut all: Vec<OnItsWay> = Vec::new();
    for item in items.iter().filter(|item| wanted(item.id)) {
        match all.iter_mut().find(|one| one.id() == item.id) {
            Some(one) => one.items.push(item.clone()),
            None => {
                let besides = others.iter().filter(|other| other.id == item.id).cloned();
                all.push(OnItsWay { items: std::iter::once(item.clone()).chain(besides).collect() });
            }
        }
    }
    for one in &mut all {
        one.items.sort_by(|a, b| a.target.cmp(&b.target));
    }
    all
}

#[cfg(test)]
mod tests {
    use doorstep_delivery::backend::SendErrorKind;
    use doorstep_delivery::outbox::HOME;
    use doorstep_delivery::{FormRef, Moment, Receipt};

    use super::*;

    fn item(id: u128, target: &str) -> OutboxItem {
        OutboxItem {
            id: Uuid::from_u128(id),
            target: target.into(),
            hash: "h".into(),
            form: FormRef { id: "visit".into(), version: "1".into(), hash: "f".into() },
            name: "王秀英".into(),
            for_office: false,
            finished_at: Moment::default(),
            size: 1,
            attempts: 0,
            arrived: Vec::new(),
            state: State::Queued,
        }
    }

    fn arrived(id: u128, target: &str) -> OutboxItem {
        let receipt = Receipt {
            id: Uuid::from_u128(id),
            hash: "h".into(),
            server_time: String::new(),
            taken_in_as: None,
        };
        item(id, target).delivered(receipt, Moment::default()).expect("it is its own")
    }

    fn refused(id: u128, target: &str) -> OutboxItem {
        item(id, target).failed(SendErrorKind::Refused.alone(), 0, 1)
    }

    #[test]
    fn a_submission_is_one_row_until_its_last_target_has_it() {
        let outbox = [refused(2, "office"), item(1, HOME), item(1, "a")];
        let delivered = [arrived(3, "a"), arrived(3, HOME), arrived(2, HOME)];
        let (waiting, done) = submissions(&outbox, &delivered);
        let shown = |list: &[OnItsWay]| -> Vec<(u128, Vec<String>)> {
            let targets = |one: &OnItsWay| one.items.iter().map(|item| item.target.clone()).collect();
            list.iter().map(|one| (one.id().as_u128(), targets(one))).collect()
        };
        assert_eq!(
            shown(&waiting),
            [(2, vec![HOME.into(), "office".into()]), (1, vec!["a".into(), HOME.into()])]
        );
        assert_eq!(shown(&done), [(3, vec!["a".into(), HOME.into()])]);
        assert!(waiting[0].is_refused() && !waiting[1].is_refused());
        assert!(matches!(waiting[0].state(), State::Refused { .. }));
        assert!(matches!(waiting[1].state(), State::Queued));
        assert_eq!(counted(&outbox), (1, 1), "a refused one waits for nothing");
        assert_eq!(counted(&[]), (0, 0));
    }
}
