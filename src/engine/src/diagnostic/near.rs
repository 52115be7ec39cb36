//! The name that was probably meant.

/// How long a name may be, in bytes, to be a slip of another: comparing two takes the product of their lengths.
const MAX_LENGTH: usize = 200;

/// The name nearest to what was written, if near enough to be a slip: at most a third of it differs.
/// Ties go to the first.
pub fn nearest<'a>(written: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if written.len() > MAX_LENGTH {
        return None;
    }
    let written: Vec<char> = written.to_lowercase().chars().collect();
    let limit = (written.len() / 3).max(1);
    names
        .into_iter()
        .filter(|name| name.len() <= 2 * MAX_LENGTH)
        .map(|name| (distance(&written, &name.to_lowercase().chars().collect::<Vec<_>>(), limit), name))
        .filter(|(distance, _)| *distance <= limit)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// Edits between two words, a swap of neighbours counting once; `limit + 1` as soon as it is more than `limit`.
fn distance(a: &[char], b: &[char], limit: usize) -> usize {
    if a.len().abs_diff(b.len()) > limit {
        return limit + 1;
    }
    let mut before: Vec<usize> = vec![0; b.len() + 1];
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for i in 1..=a.len() {
        let mut row = vec![i; b.len() + 1];
        for j in 1..=b.len() {
            let change = usize::from(a[i - 1] != b[j - 1]);
            row[j] = (last[j] + 1).min(row[j - 1] + 1).min(last[j - 1] + change);
            if i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] {
                row[j] = row[j].min(before[j - 2] + 1);
            }
        }
        before = std::mem::replace(&mut last, row);
    }
    last[b.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn a_slip_finds_its_name() {
        let names = ["household_size", "household_head", "age"];
        assert_eq!(nearest("houshold_size", names), Some("household_size"));
        assert_eq!(nearest("houeshold_head", names), Some("household_head"));
        assert_eq!(nearest("aeg", names), Some("age"));
        assert_eq!(nearest("income", names), None);
    }
}
