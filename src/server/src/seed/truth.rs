//! What a made-up town truly comes to: counted by the facts of each household as it is made, not by what its entities say.
//!
//! Kept here: nothing of it is read from the database, so that the database can be held against it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

/// Between the parts of a group.
pub const BETWEEN: &str = "|";

/// The true totals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Truth {
    /// Households.
    pub households: u64,
    /// Their members.
    pub members: u64,
    /// Referrals.
    pub referrals: u64,
    /// Versions of households and of referrals.
    pub versions: u64,
    /// By list, and by what is counted as `POST /api/v1/totals` names it: `town,level`.
    counts: BTreeMap<(&'static str, &'static str), BTreeMap<String, u64>>,
    /// By difficulty: households, and those of them that anything was referred for.
    needs: BTreeMap<String, (u64, u64)>,
    /// By month, town and service: how often it was given, and the households.
    months: BTreeMap<String, (u64, BTreeSet<String>)>,
}

impl Truth {
    /// One more of a group.
    pub fn count(&mut self, list: &'static str, by: &'static str, group: &[&str]) {
        *self.counts.entry((list, by)).or_default().entry(group.join(BETWEEN)).or_default() += 1;
    }

    /// One more household with that difficulty.
    pub fn need(&mut self, difficulty: &str, is_referred: bool) {
        let (households, referred) = self.needs.entry(difficulty.to_owned()).or_default();
        *households += 1;
        *referred += u64::from(is_referred);
    }

    /// A service was given once more.
    pub fn service(&mut self, month: &str, town: &str, service: &str, household: &str) {
        let (times, households) = self.months.entry([month, town, service].join(BETWEEN)).or_default();
        *times += 1;
        households.insert(household.to_owned());
    }

    /// As `town.json` has it.
    pub fn json(&self) -> Json {
        let mut lists: BTreeMap<&str, Map<String, Json>> = BTreeMap::new();
        for ((list, by), groups) in &self.counts {
            lists.entry(list).or_default().insert((*by).to_owned(), json!(groups));
        }
        let needs: Map<String, Json> = self
            .needs
            .iter()
            .map(|(name, (households, referred))| {
                (name.clone(), json!({"households": households, "referred": referred}))
            })
            .collect();
        let months: Map<String, Json> = self
            .months
            .iter()
            .map(|(group, (times, households))| {
                (group.clone(), json!({"times": times, "households": households.len()}))
            })
            .collect();
        json!({
            "households": self.households, "members": self.members, "referrals": self.referrals,
            "versions": self.versions, "totals": lists, "needs": needs, "months": months,
        })
    }
}
