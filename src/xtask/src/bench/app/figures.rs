//! Numbers of one kind, and what is said of them: the median, the 99th percentile, the most.

use serde_json::{Value, json};

/// What was measured again and again.
#[derive(Clone, Debug, Default)]
pub struct Figures(Vec<f64>);

impl Figures {
    /// One more; nothing is left out.
    pub fn add(&mut self, value: Option<f64>) {
        self.0.extend(value);
    }

    /// The value of which that part is no greater: the nearest rank.
    pub fn at(&self, part: f64) -> Option<f64> {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        let place = (sorted.len() as f64 * part).ceil() as usize;
        sorted.get(place.clamp(1, sorted.len().max(1)) - 1).copied()
    }

    pub fn median(&self) -> Option<f64> {
        self.at(0.5)
    }

    pub fn p99(&self) -> Option<f64> {
        self.at(0.99)
    }

    pub fn most(&self) -> Option<f64> {
        self.at(1.0)
    }

    /// How many there are.
    pub fn count(&self) -> f64 {
        self.0.len() as f64
    }

    pub fn json(&self) -> Value {
        json!({"times": self.0.len(), "median": self.median(), "p99": self.p99(), "most": self.most(), "all": self.0})
    }
}

impl FromIterator<f64> for Figures {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        Figures(values.into_iter().collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_values_that_were_measured() {
        let hundred: Figures = (1..=100).rev().map(f64::from).collect();
        assert_eq!((hundred.median(), hundred.p99(), hundred.most()), (Some(50.0), Some(99.0), Some(100.0)));
        assert_eq!(Figures::default().median(), None);
    }
}
