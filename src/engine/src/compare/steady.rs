//! Which of what was put in another order stayed where it was: as many as can be, so that as few as can be have moved.

/// For each place of the earlier order, in the later order: does it stay? The longest rising run stays, of several the first found.
pub(super) fn steady(places: &[usize]) -> Vec<bool> {
    // `ends[n]` is where the best run of n + 1 ends; each knows what comes before it.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = vec![None; places.len()];
    for (at, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        before[at] = length.checked_sub(1).map(|shorter| ends[shorter]);
        match ends.get_mut(length) {
            Some(end) => *end = at,
            None => ends.push(at),
        }
    }
    let mut stays = vec![false; places.len()];
    let mut next = ends.last().copied();
    while let Some(at) = next {
        stays[at] = true;
        next = before[at];
    }
    stays
}

#[cfg(test)]
mod tests {
    use super::steady;

    #[test]
    fn as_few_as_can_be_have_moved() {
        assert_eq!(steady(&[0, 1, 2]), [true; 3]);
        assert_eq!(steady(&[2, 0, 1, 3]), [false, true, true, true]);
        assert_eq!(steady(&[0, 3, 1, 2]), [true, false, true, true]);
        assert_eq!(steady(&[]), [false; 0]);
    }
}
