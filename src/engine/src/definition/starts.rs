//! How many instances a repeat starts with, which only form JSON says: one, unless its row says otherwise.
//!
//! A form of few rows must not become one of millions of nodes: what would is refused before anything is made of it.

use super::rows::{Cell, Group, Item, ItemKind, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::Span;

/// When the form is opened.
pub(crate) const FIRST: &str = "starts_with";
/// In a new instance of the repeat around, where that differs.
pub(crate) const IN_NEW: &str = "starts_with_in_new";
/// How many at most.
const MAX_STARTS: usize = 1_000;
/// How many nodes all rows may come to.
const MAX_NODES: usize = 200_000;

/// How many a repeat starts with when the form is opened, and how many in a new instance of the repeat around.
pub(super) fn of(row: &Row) -> (usize, usize) {
    let first = said(row, FIRST).unwrap_or(1);
    (first, said(row, IN_NEW).unwrap_or(first))
}

fn said(row: &Row, key: &str) -> Option<usize> {
    row.plain(key)?.text.trim().parse().ok().filter(|number| *number <= MAX_STARTS)
}

/// `wrong-kind` of what is no such number, and `too-large` of what comes to too much; then it is as if nothing were said.
pub(super) fn check(items: &mut [Item], found: &mut Diagnostics) {
    Item::walk(items, &mut |item, _| {
        for key in [FIRST, IN_NEW] {
            if let (Some(written), None) = (item.row.plain(key), said(&item.row, key)) {
                let message = format!("`{key}` should be a whole number of at most {MAX_STARTS}");
                found.push(Diagnostic::error("wrong-kind", written.span, message));
            }
        }
    });
    if nodes(items) > MAX_NODES {
        let mut most = None;
        forget(items, &mut most);
        if let Some((_, span)) = most {
            let message =
                format!("the instances that the form starts with have over {MAX_NODES} nodes together");
            found.push(Diagnostic::error("too-large", span, message).hint("let it start with fewer"));
        }
    }
}

fn nodes(items: &[Item]) -> usize {
    let of_item = |item: &Item| {
        let times = match item.kind {
            ItemKind::Repeat => {
                let (first, in_new) = of(&item.row);
                first.max(in_new)
            }
            _ => 1,
        };
        nodes(&item.children).saturating_mul(times).saturating_add(1)
    };
    items.iter().map(of_item).fold(0, usize::saturating_add)
}

/// Takes what is said away; `most` is the greatest number, and where it stands.
fn forget(items: &mut [Item], most: &mut Option<(usize, Span)>) {
    for item in items {
        for key in [FIRST, IN_NEW] {
            let Some((number, written)) = said(&item.row, key).zip(item.row.plain(key)) else { continue };
            if most.is_none_or(|(known, _)| known < number) {
                *most = Some((number, written.span));
            }
        }
        let says =
            |cell: &Cell| cell.column.group == Group::Plain && matches!(&*cell.column.name, FIRST | IN_NEW);
        item.row.cells.retain(|cell| !says(cell));
        forget(&mut item.children, most);
    }
}
