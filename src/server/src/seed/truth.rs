//! What a made-up town truly comes to: counted by the facts of each household as it is made, not by what its entities say.
//!
//! Kept here: nothing of it is read from the database, so that the database can be held against it.

use std::collections::{BTreeMap, BTreeSet};

use doorstep_engine::entities::totals::both;
use serde_json::{Map, Value as Json, json};

use super::household::Household;

/// Between the parts of a group.
pub const BETWEEN: &str = "|";

/// The true totals.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Truth {
    /// Households.
    pub households: u64,
    /// Their members.
    pub members: u64,
    /// Those of them that a survey has named.
    pub known_members: u64,
    /// Referrals.
    pub referrals: u64,
    /// Complaints.
    pub complaints: u64,
    /// Projects.
    pub projects: u64,
    /// Versions of all of these.
    pub versions: u64,
    /// By list, and by what is counted as `POST /api/v1/totals` names it: `town,level`.
    counts: BTreeMap<(&'static str, &'static str), BTreeMap<String, u64>>,
    needs: BTreeMap<String, Need>,
    months: BTreeMap<String, Month>,
    /// By provider: how content they are in tenths, and how many said so.
    ratings: BTreeMap<String, (u64, u64)>,
}

/// What a difficulty comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Need {
    households: u64,
    /// Those of them that anything was referred for.
    referred: u64,
    /// The members of those whose members are known.
    people: Option<u64>,
}

/// What a service in a month and a town comes to.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
struct Month {
    times: u64,
    households: BTreeSet<String>,
    /// What was said of its cost.
    hundredths: Option<u64>,
    /// How often for households of a category.
    categories: BTreeMap<&'static str, u64>,
}

impl Truth {
    /// One more of a group.
    pub fn count(&mut self, list: &'static str, by: &'static str, group: &[&str]) {
        *self.counts.entry((list, by)).or_default().entry(group.join(BETWEEN)).or_default() += 1;
    }

    /// One more household with that difficulty, and its members if they are known.
    pub fn need(&mut self, difficulty: &str, is_referred: bool, members: Option<u64>) {
        let need = self.needs.entry(difficulty.to_owned()).or_default();
        need.households += 1;
        need.referred += u64::from(is_referred);
        need.people = both(need.people, members);
    }

    /// A service was given once more, by month, town and service, and what was said of its cost.
    pub(super) fn service(&mut self, group: [&str; 3], household: &Household, hundredths: Option<u64>) {
        let month = self.months.entry(group.join(BETWEEN)).or_default();
        month.times += 1;
        month.households.insert(household.id.clone());
        month.hundredths = both(month.hundredths, hundredths);
        for category in &household.categories {
            *month.categories.entry(category).or_default() += 1;
        }
    }

    /// One more says how content they are with a provider: `4.5`.
    pub fn rate(&mut self, provider: &str, satisfaction: &str) {
        let (whole, tenth) = satisfaction.split_once('.').unwrap_or((satisfaction, "0"));
        let number = |text: &str| text.parse::<u64>().unwrap_or_default();
        let (tenths, count) = self.ratings.entry(provider.to_owned()).or_default();
        *tenths += number(whole) * 10 + number(tenth);
        *count += 1;
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
            .map(|(name, need)| {
                let Need { households, referred, people } = need;
                (name.clone(), json!({"households": households, "referred": referred, "people": people}))
            })
            .collect();
        let months: Map<String, Json> = self
            .months
            .iter()
            .map(|(group, month)| {
                let Month { times, households, hundredths, categories } = month;
                let told = json!({
                    "times": times, "households": households.len(), "hundredths": hundredths, "categories": categories,
                });
                (group.clone(), told)
            })
            .collect();
        let ratings: Map<String, Json> = self
            .ratings
            .iter()
            .map(|(provider, (tenths, count))| (provider.clone(), json!({"tenths": tenths, "count": count})))
            .collect();
        json!({
            "households": self.households, "members": self.members, "known_members": self.known_members, "referrals": self.referrals,
            "complaints": self.complaints, "projects": self.projects, "ratings": ratings,
            "versions": self.versions, "totals": lists, "needs": needs, "months": months,
        })
    }
}
