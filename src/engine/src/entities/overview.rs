//! What an overview of an area counts: one definition for the phone, which counts what it holds, and for the server, which counts by SQL.
//!
//! Kept here: whoever looks at the same households finds the same figures (`server/tests/server/seeded.rs` holds both together).

use super::EntityList;
use super::totals::{By, Count, Only, Said, Total, totals};

/// One table of an overview.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counting {
    /// The list that is counted.
    pub list: &'static str,
    /// The property that groups.
    pub property: &'static str,
    /// Does it hold several codes, each a group?
    pub each: bool,
    /// A code that says that there is nothing, and is not counted.
    pub nothing: &'static str,
    /// Whose different values are counted, too: of referrals the households.
    pub different: Option<&'static str>,
}

const CASES: Counting = Counting { list: "cases", property: "", each: false, nothing: "", different: None };

/// The tables, in their order.
pub const OVERVIEW: [Counting; 6] = [
    Counting { property: "red_flags", each: true, nothing: "none", ..CASES },
    Counting { property: "level", ..CASES },
    Counting { property: "state", ..CASES },
    Counting { property: "difficulties", each: true, ..CASES },
    Counting { list: "referrals", property: "category", different: Some("case"), ..CASES },
    Counting { property: "town", ..CASES },
];

/// States in which nobody is at work on a case.
const AT_REST: [&str; 2] = ["closed", "not_opened"];

/// Which part is counted.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Extent {
    /// A town's code; blank: all that there are.
    pub town: String,
    /// Cases that are closed or were not taken up, too.
    pub closed: bool,
}

impl Extent {
    /// The conditions of a list that make the part.
    pub fn only(&self, list: &str) -> Vec<Only> {
        let is_not = |state: &&str| condition("state", Said::IsNot, state);
        let in_hand = AT_REST.iter().filter(|_| list == CASES.list && !self.closed).map(is_not);
        let town = (!self.town.is_empty()).then(|| condition("town", Said::Is, &self.town));
        in_hand.chain(town).collect()
    }
}

impl Counting {
    /// As both sides are asked.
    pub fn count(&self, extent: &Extent) -> Count {
        let part = if self.each { super::totals::Part::Each } else { super::totals::Part::Whole };
        let mut only = extent.only(self.list);
        if !self.nothing.is_empty() {
            only.push(condition(self.property, Said::IsNot, self.nothing));
        }
        Count {
            by: vec![By { property: self.property.to_owned(), part }],
            only,
            different: self.different.map(str::to_owned),
            sum: None,
        }
    }

    /// Counts what a device holds of its list.
    pub fn over(&self, extent: &Extent, list: &EntityList) -> Vec<Total> {
        totals(&self.count(extent), list.entities.iter().map(|entity| &entity.properties))
    }
}

fn condition(property: &str, test: Said, text: &str) -> Only {
    Only { property: property.to_owned(), test, text: text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::super::ListedEntity;
    use super::*;

    fn list(name: &str, all: &[&[(&str, &str)]]) -> EntityList {
        let entity = |said: &&[(&str, &str)]| ListedEntity {
            properties: said.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect(),
            ..ListedEntity::default()
        };
        EntityList { name: name.into(), entities: all.iter().map(entity).collect() }
    }

    fn counted(property: &str, extent: &Extent, list: &EntityList) -> Vec<(String, u64, u64)> {
        let counting = OVERVIEW.iter().find(|counting| counting.property == property).unwrap();
        let all = counting.over(extent, list).into_iter();
        all.map(|total| (total.group.concat(), total.entities, total.different)).collect()
    }

    #[test]
    fn who_is_in_hand_is_counted_unless_all_are_meant() {
        let cases = list(
            "cases",
            &[
                &[("state", "lead"), ("town", "a"), ("red_flags", "violence no_food")],
                &[("state", "closed"), ("town", "a"), ("red_flags", "none")],
                &[("state", "not_opened"), ("town", "b")],
                &[("town", "b"), ("red_flags", "none")],
            ],
        );
        let row = |group: &str, entities, different| (group.to_owned(), entities, different);
        let in_hand = Extent::default();
        assert_eq!(counted("town", &in_hand, &cases), [row("a", 1, 0), row("b", 1, 0)]);
        assert_eq!(counted("red_flags", &in_hand, &cases), [row("no_food", 1, 0), row("violence", 1, 0)]);
        let all = Extent { closed: true, ..Extent::default() };
        assert_eq!(counted("town", &all, &cases), [row("a", 2, 0), row("b", 2, 0)]);
        let there = Extent { town: "b".into(), closed: true };
        assert_eq!(counted("state", &there, &cases), [row("", 1, 0), row("not_opened", 1, 0)]);
    }

    #[test]
    fn referrals_are_counted_with_their_households_whatever_became_of_them() {
        let referrals = list(
            "referrals",
            &[
                &[("category", "care"), ("case", "1"), ("state", "closed")],
                &[("category", "care"), ("case", "1"), ("state", "made")],
                &[("category", "talk"), ("case", "2"), ("town", "b")],
            ],
        );
        let row = |group: &str, entities, different| (group.to_owned(), entities, different);
        assert_eq!(
            counted("category", &Extent::default(), &referrals),
            [row("care", 2, 1), row("talk", 1, 1)]
        );
        let there = Extent { town: "b".into(), closed: false };
        assert_eq!(counted("category", &there, &referrals), [row("talk", 1, 1)]);
    }
}
