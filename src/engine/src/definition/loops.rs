//! `begin_loop over LIST`: a group that holds its rows once for each choice, with `%(label)s` and `%(name)s` filled in.

use super::nest::MAX_ITEMS;
use super::rows::{Cell, Column, Group, Item, ItemKind, List, Row};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Composer, Written};
use std::sync::Arc;

/// Puts groups in the place of loops.
pub(crate) fn expand(items: Vec<Item>, lists: &[List], found: &mut Diagnostics) -> Vec<Item> {
    let mut left = MAX_ITEMS;
    items.into_iter().map(|item| one(item, lists, &mut left, found)).collect()
}

fn one(mut item: Item, lists: &[List], left: &mut usize, found: &mut Diagnostics) -> Item {
    item.children = item.children.into_iter().map(|child| one(child, lists, left, found)).collect();
    let ItemKind::Loop(name) = &item.kind else { return item };
    let list = lists.iter().find(|list| list.name.text == name.text);
    let choices: &[Row] = list.map_or(&[], |list| &list.choices);
    if list.is_none() {
        found.push(crate::check::lists::unknown(name, lists));
    }
    let size = count(&item.children).saturating_mul(choices.len());
    if size > *left {
        let message = format!("this loop makes more than {MAX_ITEMS} rows");
        found.push(Diagnostic::error("too-large", item.row.place, message));
        item.kind = ItemKind::Group;
        return item;
    }
    *left -= size;
    let groups = choices.iter().filter_map(|choice| group(&item, choice)).collect();
    item.kind = ItemKind::Group;
    item.children = groups;
    item
}

fn count(items: &[Item]) -> usize {
    items.iter().map(|item| 1 + count(&item.children)).sum()
}

/// The group of one choice.
fn group(item: &Item, choice: &Row) -> Option<Item> {
    let name = choice.plain("name")?.clone();
    let cells = choice
        .cells
        .iter()
        .filter(|cell| {
            cell.column.group == Group::Media
                || (cell.column.group == Group::Plain && &*cell.column.name == "label")
        })
        .cloned()
        .collect();
    let row = Row { place: item.row.place, number: item.row.number, cells };
    let children = item.children.iter().map(|child| filled(child, choice)).collect();
    Some(Item { row, kind: ItemKind::Group, name, children })
}

/// An item straight inside the loop with its choice filled in; what lies deeper stays as it was written.
fn filled(item: &Item, choice: &Row) -> Item {
    let mut item = item.clone();
    for cell in &mut item.row.cells {
        if cell.words.text.contains("%(") {
            *cell = Cell { column: cell.column.clone(), words: fill(&cell.words, &cell.column, choice) };
        }
    }
    item
}

/// `%(column)s` is that column of the choice, in the language of the cell that it stands in.
fn fill(words: &Written, column: &Arc<Column>, choice: &Row) -> Written {
    let mut composer = Composer::new(words.span);
    let text = &*words.text;
    let mut at = 0;
    while let Some(start) = text[at..].find("%(").map(|found| at + found) {
        let Some(end) = text[start..].find(")s").map(|found| start + found) else { break };
        let texts = choice.texts(Group::Plain, &text[start + 2..end]);
        let value = texts.of(column.language.as_deref()).or_else(|| texts.of(None)).or_else(|| texts.first());
        let Some(value) = value else { break };
        composer.author_part(words, at..start);
        composer.own(&value.text);
        at = end + 2;
    }
    composer.author_part(words, at..text.len());
    composer.done()
}
