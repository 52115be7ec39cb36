//! Orders, ranks and counts, and that neither the order of adding nor near fractions change them.

use super::*;

fn exact(text: &str) -> Exact {
    text.parse().unwrap()
}

fn value(text: &str) -> Standing {
    Standing::Value(exact(text))
}

/// `id rank value`, in order.
fn shown(cohort: &Cohort, ranking: &Ranking<'_>) -> Vec<String> {
    ranking
        .iter()
        .map(|placing| format!("{} {} {}", cohort.id(placing.row), placing.rank, placing.value))
        .collect()
}

fn cohort(rows: &[(&str, &str, u8, Standing)]) -> Cohort {
    let mut cohort = Cohort::new(1);
    for (id, area, priority, standing) in rows {
        cohort.add(id, area, *priority, &[*standing]).unwrap();
    }
    cohort
}

#[test]
fn equal_values_share_a_rank_and_red_flags_come_first_among_them() {
    let rows = [
        ("h4", "371082101", 2, value("50")),
        ("h2", "371082101", 2, value("193/3")),
        ("h1", "371003100", 3, value("64.3")),
        ("h3", "371082102", 0, value("50")),
        ("h5", "371082101", 2, value("100/2")),
        ("h6", "371082101", 0, Standing::Missing),
        ("h7", "371082101", 2, Standing::NotApplicable),
        ("h8", "371082101", 2, value("0")),
    ];
    let expected = ["h2 1 193/3", "h1 2 643/10", "h3 3 50", "h4 3 50", "h5 3 50", "h8 6 0"];
    let forwards = cohort(&rows);
    let ranking = forwards.rank(0);
    assert_eq!(shown(&forwards, &ranking), expected);
    assert_eq!((ranking.not_applicable, ranking.missing), (1, 1));
    let backwards = cohort(&rows.iter().rev().copied().collect::<Vec<_>>());
    assert_eq!(shown(&backwards, &backwards.rank(0)), expected);
    let county = forwards.rank_within(0, "371082");
    assert_eq!(shown(&forwards, &county), ["h2 1 193/3", "h3 2 50", "h4 2 50", "h5 2 50", "h8 5 0"]);
    let by_town = forwards.rank_by_area(0, 9);
    let counts: Vec<(&str, usize, u32)> =
        by_town.iter().map(|(area, ranking)| (*area, ranking.len(), ranking.missing)).collect();
    assert_eq!(counts, [("371003100", 1, 0), ("371082101", 4, 1), ("371082102", 1, 0)]);
}

#[test]
fn percentiles_count_half_of_the_equals() {
    let rows = [
        ("a", "", 3, value("1")),
        ("b", "", 3, value("2")),
        ("c", "", 3, value("2")),
        ("d", "", 3, value("4")),
    ];
    let four = cohort(&rows);
    let ranking = four.rank(0);
    let percentiles: Vec<String> =
        (0..5).filter_map(|at| Some(ranking.percentile(at)?.to_string())).collect();
    assert_eq!(percentiles, ["175/2", "50", "50", "25/2"]);
    let alone = cohort(&rows[..1]);
    assert_eq!(alone.rank(0).percentile(0), Some(exact("50")));
}

#[test]
fn what_stands_on_a_border_belongs_to_the_band_above() {
    let values = ["0", "14.9999999999", "15", "1049/30", "35", "179999999/3000000", "60", "100"];
    let rows: Vec<_> = values.iter().map(|text| (*text, "", 3, value(text))).collect();
    let cohort = cohort(&rows);
    let borders = [exact("15"), exact("35"), exact("60")];
    assert_eq!(cohort.rank(0).count_per_band(&borders), [2, 2, 2, 2]);
    assert_eq!(cohort.rank(0).count_per_band(&[]), [8]);
    assert_eq!(Cohort::new(1).rank(0).count_per_band(&borders), [0, 0, 0, 0]);
}

#[test]
fn fractions_that_no_key_tells_apart_are_still_in_order() {
    let near = ["1/3", "3333333333333333/10000000000000000", "3333333333333334/10000000000000000", "-1/3"];
    let huge =
        ["9223372036854775807", "9223372036854775806", "-9223372036854775807", "9223372036854775807/2"];
    let rows: Vec<_> = near.iter().chain(&huge).map(|text| (*text, "", 3, value(text))).collect();
    let cohort = cohort(&rows);
    let order: Vec<Exact> = cohort.rank(0).iter().map(|placing| placing.value).collect();
    assert!(order.windows(2).all(|pair| pair[0] > pair[1]), "{order:?}");
    assert_eq!(order.len(), 8);
}

#[test]
fn what_can_t_be_ranked_is_refused_whole() {
    let mut cohort = Cohort::new(2);
    let large = Standing::Value(Exact::new(i128::MAX, 1).unwrap());
    assert_eq!(cohort.add("a", "", 0, &[value("1"), large]), Err(CohortError::TooLarge));
    assert_eq!(cohort.add("a", "", 0, &[value("1")]), Err(CohortError::Columns { wanted: 2, given: 1 }));
    assert!(cohort.is_empty() && cohort.rank(0).is_empty() && cohort.rank(1).at(0).is_none());
    cohort.add("a", "", 0, &[value("1"), Standing::Missing]).unwrap();
    assert_eq!(cohort.standing(Row(0), 1), Standing::Missing);
}

/// Against the definition, on seeded cohorts with many ties.
#[test]
fn ranks_and_percentiles_are_those_of_their_definition() {
    let mut seed = 7_u64;
    let mut next = |below: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % below
    };
    for _ in 0..200 {
        let mut cohort = Cohort::new(1);
        let count = next(12);
        for id in 0..count {
            let standing = match next(8) {
                0 => Standing::Missing,
                1 => Standing::NotApplicable,
                _ => value(&format!("{}/{}", next(5), next(4) + 1)),
            };
            cohort.add(&format!("{}", (id * 7) % 11), "", next(3) as u8, &[standing]).unwrap();
        }
        let ranking = cohort.rank(0);
        assert_eq!(ranking.len() as u64 + u64::from(ranking.missing + ranking.not_applicable), count);
        let all: Vec<Placing> = ranking.iter().collect();
        for (place, placing) in all.iter().enumerate() {
            let above = all.iter().filter(|other| other.value > placing.value).count();
            let below = all.iter().filter(|other| other.value < placing.value).count();
            let equal = all.len() - above - below;
            assert_eq!(placing.rank as usize, above + 1);
            let percentile = Exact::new((100 * below + 50 * equal) as i128, all.len() as i128).unwrap();
            assert_eq!(ranking.percentile(place), Some(percentile));
            if let Some(next) = all.get(place + 1).filter(|next| next.value == placing.value) {
                let key = |row| (cohort.priority(row), cohort.id(row).to_owned());
                assert!(key(placing.row) < key(next.row));
            }
        }
    }
}
