//! Entities in their order, and how many stand at each level: pure, over the engine's cohort.
//!
//! Kept here: whoever is in danger is before whoever is not, and is there though nothing was scored; a place is by the value alone and danger changes none.

use std::collections::BTreeMap;

use doorstep_engine::assess::Exact;
use doorstep_engine::entities::ranked::Ranked;
use doorstep_engine::ranking::{Cohort, CohortError, Row, Standing};

use crate::store::Told;

/// Of what an entity says, before its dimensions: the town, the dangers, the settled level.
const BEFORE: usize = 3;

/// An entity in the order.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'r> {
    /// Which of those that were told.
    pub(super) row: usize,
    /// Its place, from 1; nothing if it is in danger and has no value.
    pub(super) place: Option<u32>,
    /// And among those of its own area.
    pub(super) in_area: Option<u32>,
    pub(super) value: Option<Exact>,
    pub(super) percentile: Option<Exact>,
    /// The index, whatever is ranked by, and the level that it stands at.
    pub(super) index: Option<Exact>,
    pub(super) band: Option<&'r str>,
}

/// How it stands in an area.
#[derive(Debug)]
pub(super) struct Area {
    pub(super) code: String,
    pub(super) entities: u32,
    pub(super) danger: u32,
    /// How many have an index, and how many of them stand at each level, the lowest first.
    pub(super) ranked: usize,
    pub(super) by_index: Vec<u32>,
}

/// All in their order.
#[derive(Debug)]
pub(super) struct Ordered<'r> {
    pub(super) told: Vec<Told>,
    pub(super) places: Vec<Place<'r>>,
    pub(super) ranked: usize,
    pub(super) danger: usize,
    pub(super) not_applicable: u32,
    pub(super) missing: u32,
    /// How many stand at each level by the index, the lowest first.
    pub(super) by_index: Vec<u32>,
    /// How many people have put at each level; at last those of whom nobody has said one.
    pub(super) settled: Vec<usize>,
    pub(super) areas: Vec<Area>,
}

impl<'r> Ordered<'r> {
    /// Ranks by a column; areas are told apart by so many digits of their codes.
    pub(super) fn of(
        ranked: &'r Ranked,
        told: Vec<Told>,
        column: usize,
        digits: usize,
    ) -> Result<Ordered<'r>, CohortError> {
        let index_column = ranked.parts.len();
        let mut cohort = Cohort::new(index_column + 1);
        let is_in_danger = |one: &Told| !matches!(&*one.said[1], "" | "none");
        for one in &told {
            let mut standings = ranked.standings(&one.said[BEFORE..]);
            let priority = u8::from(!is_in_danger(one));
            if let Err(CohortError::TooLarge) =
                cohort.add(&one.id, place_of(one, digits), priority, &standings)
            {
                // Points with so many digits are no points that a form can give.
                standings.fill(Standing::Missing);
                cohort.add(&one.id, place_of(one, digits), priority, &standings)?;
            }
        }
        let value = |row: usize, column| match cohort.standing(Row(row as u32), column) {
            Standing::Value(value) => Some(value),
            Standing::NotApplicable | Standing::Missing => None,
        };
        let ranking = cohort.rank(column);
        let mut in_area = vec![None; told.len()];
        for (_, own) in cohort.rank_by_area(column, digits) {
            own.iter().for_each(|placing| in_area[placing.row.0 as usize] = Some(placing.rank));
        }
        let place = |row: usize, place: Option<(u32, usize)>| {
            let index = value(row, index_column);
            Place {
                row,
                place: place.map(|(rank, _)| rank),
                in_area: in_area[row],
                value: value(row, column),
                percentile: place.and_then(|(_, at)| ranking.percentile(at)),
                index,
                band: index.and_then(|index| ranked.band(index)),
            }
        };
        let (first, then): (Vec<Place<'r>>, Vec<Place<'r>>) = ranking
            .iter()
            .enumerate()
            .map(|(at, placing)| place(placing.row.0 as usize, Some((placing.rank, at))))
            .partition(|place| is_in_danger(&told[place.row]));
        // As they were told: by their ids.
        let unranked =
            (0..told.len()).filter(|row| is_in_danger(&told[*row]) && value(*row, column).is_none());
        let unranked: Vec<Place<'r>> = unranked.map(|row| place(row, None)).collect();
        let danger = first.len() + unranked.len();
        let places = first.into_iter().chain(unranked).chain(then).collect();
        let borders = ranked.borders();
        let mut settled = vec![0; ranked.bands.len() + 1];
        let mut by_area: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for one in &told {
            let band = ranked.bands.iter().position(|band| band.code == one.said[2]);
            settled[band.unwrap_or(ranked.bands.len())] += 1;
            let (entities, in_danger) = by_area.entry(place_of(one, digits)).or_default();
            *entities += 1;
            *in_danger += u32::from(is_in_danger(one));
        }
        let area = |(code, own): (&str, doorstep_engine::ranking::Ranking<'_>)| {
            let (entities, danger) = by_area.get(code).copied().unwrap_or_default();
            let by_index = own.count_per_band(&borders);
            Area { code: code.to_owned(), entities, danger, ranked: own.len(), by_index }
        };
        let areas = cohort.rank_by_area(index_column, digits).into_iter().map(area).collect();
        let by_index = cohort.rank(index_column).count_per_band(&borders);
        let (all, not_applicable, missing) = (ranking.len(), ranking.not_applicable, ranking.missing);
        Ok(Ordered { places, ranked: all, danger, not_applicable, missing, by_index, settled, areas, told })
    }

    /// The code of an entity's town, or else of its area.
    pub(super) fn area_of(&self, row: usize) -> &str {
        place_of(&self.told[row], usize::MAX)
    }
}

/// The town that it says, or else the area that it belongs to, by so many digits at most.
fn place_of(told: &Told, digits: usize) -> &str {
    let code = if told.said[0].is_empty() { &told.area } else { &told.said[0] };
    code.get(..digits).unwrap_or(code)
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::ledger::Part;
    use doorstep_engine::entities::ranked::RankedBand;

    use super::*;

    fn declared() -> Ranked {
        let part = |property: &str, weight| Part { property: property.into(), max: 20, weight };
        let band = |code: &str, from: i64| RankedBand { code: code.into(), from: Exact::whole(from) };
        Ranked {
            list: "cases".into(),
            label: doorstep_engine::entities::declared::Words::default(),
            note: None,
            parts: vec![part("fs", 1), part("ie", 2)],
            bands: vec![band("none", 0), band("low", 15), band("high", 60)],
            settled: "level".into(),
            danger: "red_flags".into(),
        }
    }

    fn told(id: &str, said: [&str; 5]) -> Told {
        let said = said.map(str::to_owned).to_vec();
        Told { id: id.into(), label: String::new(), area: "371002".into(), said }
    }

    #[test]
    fn danger_is_first_ties_share_a_place_and_nobody_is_lost() {
        let ranked = declared();
        let all = vec![
            told("a", ["371002001", "none", "high", "20", "20"]),
            told("b", ["371002001", "", "", "10", "5"]),
            // The same, by another way: (25 + 2 × 37.5) / 3.
            told("c", ["371002002", "", "low", "5", "7.5"]),
            told("d", ["371002002", "violence", "", "", ""]),
            told("e", ["", "", "", "", ""]),
            told("f", ["371002002", "missing", "", "1", "1"]),
            told("g", ["371002001", "", "", "3", ""]),
        ];
        let ordered = Ordered::of(&ranked, all.clone(), 2, 9).unwrap();
        let said: Vec<String> = ordered
            .places
            .iter()
            .map(|place| {
                let percentile = place.percentile.map(|percentile| percentile.shown(1));
                format!(
                    "{} {:?} {:?} {} {}",
                    ordered.told[place.row].id,
                    place.place.unwrap_or(0),
                    place.in_area.unwrap_or(0),
                    place.band.unwrap_or("-"),
                    percentile.unwrap_or_default()
                )
            })
            .collect();
        assert_eq!(
            said,
            ["f 5 2 none 10", "d 0 0 - ", "a 1 1 high 90", "b 2 2 low 60", "c 2 1 low 60", "g 4 3 low 30"]
        );
        assert_eq!((ordered.ranked, ordered.danger, ordered.missing), (5, 2, 2));
        assert_eq!((&*ordered.by_index, &*ordered.settled), (&[1, 3, 1][..], &[0, 1, 1, 5][..]));
        let areas: Vec<_> = ordered
            .areas
            .iter()
            .map(|area| (&*area.code, area.entities, area.danger, area.ranked, area.by_index.clone()))
            .collect();
        assert_eq!(
            areas,
            [
                ("371002", 1, 0, 0, vec![0, 0, 0]),
                ("371002001", 3, 0, 3, vec![0, 2, 1]),
                ("371002002", 3, 2, 2, vec![1, 1, 0]),
            ]
        );
        // By a dimension: g has none of the second.
        let by_ie = Ordered::of(&ranked, all, 1, 6).unwrap();
        let ids: Vec<&str> = by_ie.places.iter().map(|place| &*by_ie.told[place.row].id).collect();
        assert_eq!((ids, by_ie.not_applicable), (vec!["f", "d", "a", "c", "b"], 1));
        assert_eq!(by_ie.areas.len(), 1);
    }
}
