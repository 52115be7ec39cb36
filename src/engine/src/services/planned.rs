//! What people have planned for a household, as needs that can be placed: no rule is asked, since somebody has decided.
//!
//! Kept here: what the household's district does not offer, or not on that day, is told and never left out.

use super::catalogue::{Catalogue, ProviderId};
use super::household::{Circumstances, Match, Matched};

/// The services of a plan.
#[derive(Clone, PartialEq, Debug)]
pub struct Planned {
    /// As needs with who could serve; in the order that all needs have.
    pub matched: Matched,
    /// Codes that the district does not offer on that day, as they were given.
    pub not_offered: Vec<String>,
}

impl Catalogue {
    /// Services by their codes for a household of an area. What is `urgent` is before all that is not; `passed_over` says who is not asked for a service.
    pub fn planned(
        &self,
        area: &str,
        codes: &[&str],
        urgent: bool,
        passed_over: impl Fn(&str, ProviderId) -> bool,
        circumstances: &Circumstances,
    ) -> Planned {
        let (mut needs, mut not_offered) = (Vec::new(), Vec::new());
        for code in codes {
            let id = self.find(area, code).filter(|id| self.item(*id).is_valid(circumstances.on));
            let Some(id) = id else {
                not_offered.push((*code).to_owned());
                continue;
            };
            let item = self.item(id);
            let (mut candidates, nobody) = self.candidates(item, area, circumstances);
            candidates.retain(|candidate| !passed_over(code, candidate.provider));
            let priority = if urgent { 0 } else { item.priority };
            needs.push(Match {
                item: id,
                priority,
                urgent,
                because: Vec::new(),
                open: Vec::new(),
                candidates,
                nobody,
            });
        }
        crate::order::sort_by_key(&mut needs, |need| {
            (need.priority, self.place_of(&self.item(need.item).code))
        });
        let (flags, open_flags, undecided) = (Vec::new(), Vec::new(), Vec::new());
        let matched = Matched { area: area.to_owned(), flags, open_flags, needs, undecided };
        Planned { matched, not_offered }
    }
}
