//! Seeded households, needs and providers for the assessment's timings, natively and in a page.

use std::sync::Arc;

use doorstep_engine::assess::Exact;
use doorstep_engine::ranking::{Cohort, Standing};
use doorstep_engine::services::allocate::{Demand, Need, Offer};
use doorstep_engine::services::{Catalogue, FactKind, FactValue, Facts};
use doorstep_engine::{Bundle, Source};

/// A generator that gives the same numbers on every machine.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 33) as u32) % limit.max(1)
    }
}

/// How much room there is for the needs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Room {
    /// Twice as much as is needed.
    Ample,
    /// Exactly as much.
    Tight,
    /// Half of it.
    Scarce,
}

/// What tells the needs and the offers apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Differ {
    /// Four priorities and thirty costs.
    Much,
    /// One priority, and three costs: the same town, the same county, the same city.
    Little,
    /// Nothing: they are only spread evenly.
    Nowise,
}

/// That many needs of 30 candidates each among so many providers.
pub fn needs(count: u32, providers: u32, room: Room, differ: Differ) -> (Demand, Vec<u32>) {
    let mut dice = Dice(u64::from(count) + 1);
    let mut demand = Demand::default();
    let mut offers = Vec::new();
    for index in 0..count {
        let need = Need { priority: dice.below(4) as u16, household: index / 3, service: index % 3 };
        offers.clear();
        let near = dice.below(providers);
        for candidate in 0..30 {
            // Half of them are those of the neighbourhood, half are anywhere.
            let provider = if candidate % 2 == 0 { near + candidate } else { dice.below(providers) };
            let cost = match differ {
                Differ::Much => dice.below(30),
                Differ::Little => dice.below(3),
                Differ::Nowise => 0,
            };
            offers.push(Offer { provider: provider % providers, cost });
        }
        demand.add(need, &offers);
    }
    let total = match room {
        Room::Ample => 2 * count,
        Room::Tight => count,
        Room::Scarce => count / 2,
    };
    let mut capacities: Vec<u32> = (0..providers).map(|_| 1 + dice.below(2 * total / providers)).collect();
    let sum: u32 = capacities.iter().sum();
    if let Some(first) = capacities.first_mut() {
        *first += total.saturating_sub(sum);
    }
    (demand, capacities)
}

/// The example catalogue with that many providers: each offers four of the twenty services, half of them in one town, half in the whole county.
pub fn catalogue(providers: u32) -> Arc<Catalogue> {
    macro_rules! files {
        ($($name:literal)*) => {
            [$(Source::new($name, include_str!(concat!("../../forms/catalogue/", $name)))),*]
        };
    }
    let mut files: Vec<Source> = files![
        "facts.csv" "fact-values.csv" "qualifications.csv" "../lists/service-classes.csv" "../lists/counties.csv" "../lists/towns.csv"
    ]
    .into();
    let mut dice = Dice(3);
    let mut rows = String::from("id,kind,name,services,area,capacity,qualification\n");
    for index in 0..providers {
        let services: Vec<String> = (0..4)
            .map(|_| format!("{}{}", char::from(b'A' + dice.below(5) as u8), 1 + dice.below(4)))
            .collect();
        let area = if index % 2 == 0 { town(dice.below(22)) } else { "371082".into() };
        let kind = ["social_worker", "volunteer", "resource"][dice.below(3) as usize];
        let capacity = 5 + dice.below(20);
        rows += &format!(
            "P{index:04},{kind},P{index:04},{},{area},{capacity},care health rehabilitation counselling food legal\n",
            services.join(" ")
        );
    }
    files.push(Source::new("providers.csv", rows));
    // Any kind of provider will do here.
    let services =
        include_str!("../../forms/catalogue/services.csv").replacen(",provider_kind,", ",_provider_kind,", 1);
    let bundle = Bundle { main: Source::new("services.csv", services), files };
    Catalogue::read(&bundle).catalogue.expect("the example has no mistake")
}

fn town(index: u32) -> String {
    format!("{}", if index < 10 { 371_082_001 + index } else { 371_082_101 + index - 10 })
}

/// That many households of one county, with about four needs each: their ids, areas and facts.
pub fn applicants(catalogue: &Catalogue, count: u32) -> Vec<(String, String, Facts)> {
    let mut dice = Dice(5);
    let household = |index: u32| {
        let mut facts = Facts::default();
        for (_, fact) in catalogue.facts().iter() {
            let value = match fact.kind {
                FactKind::YesNo => FactValue::Boolean(!fact.flag && dice.below(6) == 0),
                FactKind::Number => FactValue::Number(Exact::whole(i64::from(dice.below(6)))),
                FactKind::Choice | FactKind::Choices => {
                    let at = dice.below(fact.values.len() as u32) as usize;
                    FactValue::Text(fact.values[at].0.clone())
                }
            };
            facts.set(fact.name.clone(), value);
        }
        (format!("h{index:06}"), town(dice.below(22)), facts)
    };
    (0..count).map(household).collect()
}

/// What the six dimensions can come to at most, and what they weigh in the index: those of `forms/household-needs`.
const MOST: [u32; 6] = [20, 20, 20, 40, 20, 20];
const WEIGHTS: [i64; 6] = [15, 20, 15, 25, 15, 10];

/// A household as it is held in memory: what each dimension came to.
pub struct Household {
    id: String,
    area: String,
    priority: u8,
    scores: [Standing; 6],
}

// The native benchmark has no store.
#[allow(dead_code)]
impl Household {
    /// As a device's list of households keeps it, sealed: what the list shows and what is ranked.
    pub fn record(&self) -> String {
        let score = |standing: &Standing| match standing {
            Standing::Value(value) => format!("\"{value}\""),
            Standing::Missing => "null".to_owned(),
            Standing::NotApplicable => "false".to_owned(),
        };
        let scores: Vec<String> = self.scores.iter().map(score).collect();
        let (id, area, priority) = (&self.id, &self.area, self.priority);
        format!(
            r#"{{"version":1,"id":"{id}","area":"{area}","priority":{priority},"scores":[{}]}}"#,
            scores.join(",")
        )
    }

    /// The household of a record; `None` if it is none.
    pub fn read(record: &serde_json::Value) -> Option<Household> {
        let score = |score: &serde_json::Value| match score {
            serde_json::Value::Null => Some(Standing::Missing),
            serde_json::Value::Bool(false) => Some(Standing::NotApplicable),
            serde_json::Value::String(value) => value.parse().ok().map(Standing::Value),
            _ => None,
        };
        let scores: Option<Vec<Standing>> = record["scores"].as_array()?.iter().map(score).collect();
        Some(Household {
            id: record["id"].as_str()?.to_owned(),
            area: record["area"].as_str()?.to_owned(),
            priority: u8::try_from(record["priority"].as_u64()?).ok()?,
            scores: scores?.try_into().ok()?,
        })
    }
}

/// That many of them. Every tenth dimension does not apply, every two-hundredth was not answered.
pub fn households(count: u32) -> Vec<Household> {
    let mut dice = Dice(u64::from(count) + 2);
    let household = |index: u32| Household {
        scores: MOST.map(|most| match dice.below(200) {
            0 => Standing::Missing,
            1..=20 => Standing::NotApplicable,
            _ => Standing::Value(Exact::whole(dice.below(most + 1).into())),
        }),
        area: (371_082_000 + dice.below(22)).to_string(),
        id: format!("uuid:{:08x}-{index:06}", dice.below(u32::MAX)),
        priority: dice.below(4) as u8,
    };
    (0..count).map(household).collect()
}

/// The households with each dimension in percent and their index, ready to be ranked by any of the seven.
pub fn cohort(households: &[Household]) -> Cohort {
    let mut cohort = Cohort::new(7);
    for household in households {
        let standings = standings(&household.scores);
        let added = cohort.add(&household.id, &household.area, household.priority, &standings);
        added.expect("seven small fractions");
    }
    cohort
}

/// The index as a form's assessment computes it: the weighted mean of the percentages that apply, exactly; nothing if one of them is missing.
fn standings(scores: &[Standing; 6]) -> [Standing; 7] {
    const SMALL: &str = "small numbers";
    let mut standings = [Standing::Missing; 7];
    let (mut sum, mut weights, mut missing) = (Exact::ZERO, Exact::ZERO, false);
    for (dimension, score) in scores.iter().enumerate() {
        standings[dimension] = match score {
            Standing::Value(score) => {
                let share = score.times(Exact::whole(100)).expect(SMALL);
                let share = share.over(Exact::whole(MOST[dimension].into())).expect(SMALL);
                let weight = Exact::whole(WEIGHTS[dimension]);
                sum = sum.plus(share.times(weight).expect(SMALL)).expect(SMALL);
                weights = weights.plus(weight).expect(SMALL);
                Standing::Value(share)
            }
            other => *other,
        };
        missing |= *score == Standing::Missing;
    }
    standings[6] = match sum.over(weights) {
        _ if missing => Standing::Missing,
        Ok(index) => Standing::Value(index),
        // None of them applies.
        Err(_) => Standing::NotApplicable,
    };
    standings
}
