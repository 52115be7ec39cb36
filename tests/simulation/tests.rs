//! tests
#[test]
fn x() {}
