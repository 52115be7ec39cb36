//! What happened in each month, of the things that have a day.

use super::ask::Total;

/// A count for each month, of totals by `…:month`.
pub fn of_months(totals: &[Total], months: &[String]) -> Vec<usize> {
    let count = |month: &String| {
        totals.iter().filter(|total| total.group.first() == Some(month)).map(|total| total.entities).sum()
    };
    months.iter().map(count).collect()
}

/// The conditions of a span of days: from the first, to the last and with it. An end that is open is none.
pub fn within(property: &str, from: &str, to: &str) -> Vec<String> {
    let from = super::dates::day(from).map(|day| format!("{property}>={day}"));
    let to = super::dates::day_after(to).map(|day| format!("{property}<{day}"));
    from.into_iter().chain(to).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_month_without_anything_is_nought_and_the_last_day_counts() {
        let totals = [("2026-10", 3), ("2026-12", 1), ("", 9)].map(|(month, entities)| Total {
            group: vec![month.into()],
            entities,
            different: 0,
        });
        let months = ["2026-10", "2026-11", "2026-12"].map(str::to_owned);
        assert_eq!(of_months(&totals, &months), [3, 0, 1]);
        assert_eq!(
            within("made_on", "2026-10-01", "2026-12-31"),
            ["made_on>=2026-10-01", "made_on<2027-01-01"]
        );
        assert!(within("made_on", "", "soon").is_empty());
    }
}
