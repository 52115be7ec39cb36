//! Indices and rankings: measures weighed against each other by their percentages.

use super::{Assessor, Said, Unsaid};
use crate::assess::measure::Part;
use crate::assess::trace::{Line, Told, Trace};
use crate::assess::{Exact, Missing, Outcome};

impl Assessor<'_> {
    pub(super) fn index(&self, parts: &[Part], trace: &mut Trace) -> Said<Exact> {
        let (mut sum, mut weights) = (Exact::ZERO, Exact::ZERO);
        let mut missing = false;
        for part in parts {
            let percent = self.percent(part);
            trace.line(|| part_line(part, percent));
            match percent {
                Ok(percent) => {
                    sum = sum.plus(percent.times(part.weight)?)?;
                    weights = weights.plus(part.weight)?;
                }
                Err(Unsaid::NotApplicable) => {}
                Err(Unsaid::Missing(_)) => missing = true,
            }
        }
        if missing {
            return Err(Unsaid::Missing(Missing::Depends));
        }
        if weights.is_zero() {
            return Err(Unsaid::NotApplicable);
        }
        Ok(sum.over(weights)?)
    }

    /// A part's score between its least and its most, in percent.
    pub fn percent(&self, part: &Part) -> Said<Exact> {
        let score = self.score_of(part.measure)?;
        let above = score.minus(part.min)?;
        Ok(above.times(Exact::whole(100))?.over(part.max.minus(part.min)?)?)
    }

    pub(super) fn ranking(&self, parts: &[Part], trace: &mut Trace) -> Said<Outcome> {
        let mut said: Vec<(Exact, &Part)> = Vec::with_capacity(parts.len());
        let mut missing = false;
        for part in parts {
            let percent = self.percent(part);
            trace.line(|| part_line(part, percent));
            match percent {
                Ok(percent) => said.push((percent, part)),
                Err(unsaid) => missing |= unsaid != Unsaid::NotApplicable,
            }
        }
        if missing {
            return Err(Unsaid::Missing(Missing::Depends));
        }
        // Stable: what ties in both stays in the order of declaration.
        crate::order::sort_by(&mut said, |(a, one), (b, other)| b.cmp(a).then(other.weight.cmp(&one.weight)));
        let name = |part: &Part| self.assessment.measure(part.measure).name.clone();
        Ok(Outcome::Order(said.iter().map(|(_, part)| name(part)).collect()))
    }
}

fn part_line(part: &Part, percent: Said<Exact>) -> Line {
    Line {
        told: Told::Part(part.measure),
        points: percent.ok(),
        counts: percent.is_ok(),
        unsaid: percent.err().map(Outcome::from),
        weight: Some(part.weight),
        ..Line::default()
    }
}
