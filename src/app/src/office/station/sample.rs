//! Which assessments are looked at again: about so many percent of a month's, drawn by a hash of household and month.
//!
//! Kept here: whether a household is drawn hangs on nothing but itself, the month and the percentage, so that whoever asks gets the same,
//! whichever area they see; nobody chooses, and a household's luck is another each month.

/// The ids that are drawn of these, in the order of their lots; at least one, if there are any and any percent.
pub fn sample<'a>(ids: impl IntoIterator<Item = &'a str>, month: &str, percent: u64) -> Vec<&'a str> {
    let mut lots: Vec<(u64, &str)> = ids.into_iter().map(|id| (lot(id, month), id)).collect();
    lots.sort_unstable();
    lots.dedup();
    let below = u128::from(percent.min(100)) * (u128::from(u64::MAX) + 1) / 100;
    let drawn = lots.iter().take_while(|(lot, _)| u128::from(*lot) < below).count();
    let most = if percent == 0 { 0 } else { drawn.max(1) };
    lots.into_iter().take(most).map(|(_, id)| id).collect()
}

/// FNV-1a over both with a blank between, then mixed until each bit hangs on all (the end of SplitMix64).
fn lot(id: &str, month: &str) -> u64 {
    let bytes = month.bytes().chain([b' ']).chain(id.bytes());
    let hash = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn ids(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("7d0c5b1e-0000-4000-8000-{number:012}")).collect()
    }

    fn drawn<'a>(ids: &'a [String], month: &str, percent: u64) -> BTreeSet<&'a str> {
        sample(ids.iter().map(String::as_str), month, percent).into_iter().collect()
    }

    #[test]
    fn whoever_asks_gets_the_same_and_each_month_has_its_own() {
        let ids = ids(2_000);
        let november = drawn(&ids, "2026-11", 5);
        let reversed: BTreeSet<_> =
            sample(ids.iter().rev().map(String::as_str), "2026-11", 5).into_iter().collect();
        assert_eq!(reversed, november);
        // Of half of them, those of that half.
        let half: BTreeSet<_> =
            november.iter().copied().filter(|id| ids[..1_000].iter().any(|of| of == id)).collect();
        assert_eq!(drawn(&ids[..1_000], "2026-11", 5), half);
        assert_ne!(drawn(&ids, "2026-12", 5), november);
        // The more percent, the more of the same.
        assert!(november.is_subset(&drawn(&ids, "2026-11", 10)));
    }

    #[test]
    fn of_few_there_is_one_and_of_none_none() {
        let few = ids(3);
        assert!(!drawn(&few, "2026-11", 1).is_empty());
        assert_eq!([drawn(&few, "2026-11", 0).len(), drawn(&few, "2026-11", 1_000).len()], [0, 3]);
        assert!(sample([], "2026-11", 5).is_empty());
    }

    #[test]
    fn every_household_is_drawn_about_as_often_as_any_other() {
        let ids = ids(200);
        let mut often = vec![0_usize; ids.len()];
        for month in 0..400 {
            for drawn in drawn(&ids, &format!("m{month}"), 10) {
                often[ids.iter().position(|id| id == drawn).expect("one of them")] += 1;
            }
        }
        // 40 times each is what luck would give; six standard deviations either side.
        assert!(often.iter().all(|count| (4..=76).contains(count)), "{often:?}");
        let all: usize = often.iter().sum();
        assert!((7_600..8_400).contains(&all), "{all}");
    }
}
