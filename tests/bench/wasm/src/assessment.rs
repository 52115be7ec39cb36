//! The assessment as `cargo xtask bench assessment` measures it: households ranked, needs matched, one household's score.
//!
//! What is made beforehand and what is timed are two calls. A result that is wrong is an error: a fast answer that is wrong is none.

use std::sync::Arc;

use doorstep_engine::ranking::Cohort;
use doorstep_engine::services::allocate::{Allocation, Demand, Outcome, allocate};
use doorstep_engine::services::{Applicant, Catalogue, Circumstances, Facts};
use doorstep_engine::{Bundle, Form, Source, case};
use wasm_bindgen::prelude::*;

use crate::Opened;
use crate::data::{self, Differ, Household, Room};

fn wrong(what: &str) -> JsError {
    JsError::new(what)
}

/// Households that are held in memory.
#[wasm_bindgen]
pub struct Households(Vec<Household>, Option<Cohort>);

#[wasm_bindgen]
impl Households {
    /// That many, made up.
    pub fn made(count: u32) -> Households {
        Households(data::households(count), None)
    }

    /// None yet: they come one by one, from what is kept.
    pub fn none() -> Households {
        Households(Vec::new(), None)
    }

    /// As the device would keep this one.
    pub fn record(&self, index: usize) -> Vec<u8> {
        self.0[index].record().into_bytes()
    }

    /// Takes households as they are kept: records one after the other, a line each.
    pub fn take(&mut self, lines: &[u8]) -> Result<(), JsError> {
        for record in serde_json::Deserializer::from_slice(lines).into_iter::<serde_json::Value>() {
            let household = record.ok().as_ref().and_then(Household::read);
            self.0.push(household.ok_or_else(|| wrong("what was kept is no household"))?);
        }
        Ok(())
    }

    /// Computes the index of each and ranks them by it and by each dimension; says how many places that are.
    pub fn rank(&mut self) -> usize {
        let cohort = data::cohort(&self.0);
        let places = (0..7).map(|column| cohort.rank(column).len()).sum();
        self.1 = Some(cohort);
        places
    }

    /// Is the last ranking in order, with everyone in it or accounted for?
    pub fn check(&self) -> Result<(), JsError> {
        let cohort = self.1.as_ref().ok_or_else(|| wrong("nothing was ranked"))?;
        for column in 0..7 {
            let ranking = cohort.rank(column);
            let counted = ranking.len() + (ranking.not_applicable + ranking.missing) as usize;
            if counted != self.0.len() || ranking.len() < self.0.len() / 2 {
                return Err(wrong("not everyone was ranked"));
            }
            let values: Vec<_> = ranking.iter().map(|placing| placing.value).collect();
            if !values.is_sorted_by(|one, next| one >= next) {
                return Err(wrong("the ranking is out of order"));
            }
        }
        Ok(())
    }
}

/// Needs and the room that there is for them.
#[wasm_bindgen]
pub struct Needs {
    demand: Demand,
    capacities: Vec<u32>,
    allocation: Option<Allocation>,
}

#[wasm_bindgen]
impl Needs {
    /// That many of 30 candidates each, in `ample`, `tight` or `scarce` room, that differ `much`, a `little` or in nothing.
    pub fn made(count: u32, providers: u32, room: &str, differ: &str) -> Result<Needs, JsError> {
        let room = match room {
            "ample" => Room::Ample,
            "tight" => Room::Tight,
            "scarce" => Room::Scarce,
            other => return Err(wrong(&format!("there is no room `{other}`"))),
        };
        let differ = match differ {
            "much" => Differ::Much,
            "little" => Differ::Little,
            "nowise" => Differ::Nowise,
            other => return Err(wrong(&format!("nothing differs by `{other}`"))),
        };
        let (demand, capacities) = data::needs(count, providers, room, differ);
        Ok(Needs { demand, capacities, allocation: None })
    }

    /// Finds the best assignment; says how many needs are served.
    pub fn allocate(&mut self) -> Result<u32, JsError> {
        let allocation = allocate(&self.demand, &self.capacities)?;
        let served = allocation.loads.iter().sum();
        self.allocation = Some(allocation);
        Ok(served)
    }

    /// Does everyone serve what they offer, and no more than they can?
    pub fn check(&self) -> Result<(), JsError> {
        let allocation = self.allocation.as_ref().ok_or_else(|| wrong("nothing was assigned"))?;
        let mut loads = vec![0; self.capacities.len()];
        for (index, outcome) in allocation.outcomes.iter().enumerate() {
            if let Outcome::Served(provider) = outcome {
                if !self.demand.offers(index).iter().any(|offer| offer.provider == *provider) {
                    return Err(wrong("someone serves what they don't offer"));
                }
                loads[*provider as usize] += 1;
            }
        }
        if loads != allocation.loads || loads.iter().zip(&self.capacities).any(|(load, most)| load > most) {
            return Err(wrong("someone serves more than they can"));
        }
        Ok(())
    }
}

/// A catalogue of services, and households that ask for them.
#[wasm_bindgen]
pub struct Asking {
    catalogue: Arc<Catalogue>,
    households: Vec<(String, String, Facts)>,
    circumstances: Circumstances,
}

#[wasm_bindgen]
impl Asking {
    /// So many households and providers.
    pub fn made(households: u32, providers: u32) -> Result<Asking, JsError> {
        let catalogue = data::catalogue(providers);
        let households = data::applicants(&catalogue, households);
        let day = "2026-11-23".parse().map_err(|_| wrong("that is no day"))?;
        Ok(Asking { catalogue, households, circumstances: Circumstances::on(day) })
    }

    /// Finds what each household needs and who could do it, and places it all; says how many needs there were.
    pub fn match_and_place(&self) -> Result<usize, JsError> {
        let find = |(_, area, facts): &(String, String, Facts)| {
            self.catalogue.match_household(area, facts, &self.circumstances)
        };
        let matched: Vec<_> = self.households.iter().map(find).collect();
        let asking: Vec<Applicant<'_>> = self
            .households
            .iter()
            .zip(&matched)
            .map(|((id, _, _), matched)| Applicant { id, matched })
            .collect();
        let placement = self.catalogue.place(&asking, &self.circumstances)?;
        let needs = matched.iter().map(|matched| matched.needs.len()).sum();
        if placement.placed.len() + placement.without.len() != needs {
            return Err(wrong("a need is neither placed nor without a place"));
        }
        Ok(needs)
    }
}

/// The files that a form names, by their paths from it.
#[wasm_bindgen]
pub fn files_named(form: String) -> Vec<String> {
    Bundle::files_named(&Source::new("form.json", form))
}

#[wasm_bindgen]
impl Opened {
    /// A form answered as a case of it says, which has to come out as it says.
    pub fn case(
        form: String,
        names: Vec<String>,
        texts: Vec<String>,
        case: String,
    ) -> Result<Opened, JsError> {
        let files = names.into_iter().zip(texts).map(|(name, text)| Source::new(name, text)).collect();
        let checked = Form::read(&Bundle { main: Source::new("form.json", form), files });
        let Some(form) = checked.form else {
            return Err(wrong(checked.diagnostics.first().map_or("no form", |found| &found.message)));
        };
        let case = serde_json::from_str(&case)?;
        let (session, failures) = case::run_through(&form, &case);
        if let Some(failure) = failures.first() {
            return Err(wrong(&failure.message));
        }
        let session = session.ok_or_else(|| wrong("the case could not be begun"))?;
        Ok(Opened { session, places: Vec::new(), read: 0 })
    }

    /// Gives an answer and reads back all that it changed, and what each measure comes to; says how many measures there are.
    pub fn score(&mut self, place: usize, text: &str) -> Result<usize, JsError> {
        self.answer(place, text)?;
        let mut measures = 0;
        for measure in self.session.measures() {
            let outcome = self.session.outcome(measure);
            self.read += outcome.map_or(0, |outcome| outcome.to_string().len());
            measures += 1;
        }
        Ok(measures)
    }

    /// What a measure comes to.
    pub fn outcome(&self, measure: &str) -> String {
        self.session.outcome(measure).map_or_else(String::new, |outcome| outcome.to_string())
    }
}
