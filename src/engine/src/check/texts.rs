//! itext of an XForm: every text is in every language, and every text is shown somewhere. Rows are checked as rows.

use rustc_hash::FxHashSet;

use super::noted::{Facts, Role, walk};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::syntax::Kind;
use crate::form::itext_id;
use crate::source::Span;
use crate::xml::{Inside, Tag};

/// So many are told one by one; of more, it is said how many there are.
const EACH: usize = 3;

/// `missing-translation` and `unused-text`.
pub(super) fn check(facts: &Facts<'_>, found: &mut Diagnostics) {
    missing(facts, found);
    unused(facts, found);
}

fn missing(facts: &Facts<'_>, found: &mut Diagnostics) {
    let itext = facts.itext;
    let mut missing: Vec<Vec<(&str, Span)>> = vec![Vec::new(); itext.languages.len()];
    for id in itext.ids() {
        let texts = itext.get(id).unwrap_or_default();
        let other = texts.iter().flatten().copied().find(|text| has_words(Some(*text)));
        for (text, without) in texts.iter().zip(&mut missing) {
            match (other, text) {
                _ if has_words(*text) => {}
                (Some(other), text) => without.push((id, text.unwrap_or(other).span)),
                // What has words in no language may be there for its picture; without anything, it is a mistake.
                (None, Some(empty)) if empty.elements().next().is_none() => without.push((id, empty.span)),
                (None, _) => {}
            }
        }
    }
    for (index, (language, without)) in itext.languages.iter().zip(missing).enumerate() {
        let hint = "write it there, or forms in that language show another one's words";
        if without.len() > EACH {
            let named: Vec<String> = without.iter().take(EACH).map(|(id, _)| format!("`{id}`")).collect();
            let message = format!(
                "{} texts have no words in `{language}`, such as {}",
                without.len(),
                named.join(", ")
            );
            found.push(Diagnostic::warning("missing-translation", itext.places[index], message).hint(hint));
            continue;
        }
        for (id, place) in without {
            let message = format!("the text `{id}` has no words in `{language}`");
            found.push(Diagnostic::warning("missing-translation", place, message).hint(hint));
        }
    }
}

/// Does a text say anything? Tools write `-` for what nobody translated.
fn has_words(text: Option<Tag<'_>>) -> bool {
    let mut contents = text.into_iter().flat_map(Tag::elements).flat_map(Tag::content);
    contents.any(|content| match content {
        Inside::Text(words, _) => !matches!(words.text.trim(), "" | "-"),
        Inside::Element(_) => true,
    })
}

fn unused(facts: &Facts<'_>, found: &mut Diagnostics) {
    let mut named: FxHashSet<&str> = facts.texts_named.clone();
    // A message that this engine has no use for names its text too.
    let messages = facts.parts.binds.iter().flat_map(|bind| bind.attributes());
    named.extend(messages.filter_map(|attribute| itext_id(attribute.value.text)));
    let (mut by_item, mut unknown) = (false, false);
    for noted in facts.noted {
        walk(&noted.ast, false, &mut |ast, _| {
            if let Kind::Call { name, arguments, .. } = &ast.kind
                && name == "jr:itext"
            {
                match arguments.first().map(|argument| &argument.kind) {
                    Some(Kind::Text(id)) => {
                        named.insert(id);
                    }
                    // An item of a list names its text.
                    Some(Kind::Path(_)) => by_item = true,
                    _ => unknown |= noted.role != Role::Item,
                }
            }
        });
    }
    if unknown {
        return;
    }
    if by_item {
        for (_, instance) in &facts.parts.secondary {
            each_text(*instance, &mut |text| {
                if let Some(id) =
                    Some(text).filter(|text| !text.is_empty()).and_then(|text| facts.itext.known_id(text))
                {
                    named.insert(id);
                }
            });
        }
    }
    let place = |id: &str| facts.itext.get(id).into_iter().flatten().flatten().next().map(|text| text.span);
    let unused: Vec<(&str, Span)> =
        facts.itext.ids().filter(|id| !named.contains(id)).filter_map(|id| Some((id, place(id)?))).collect();
    let hint = "show it by `jr:itext('…')`, or take it away";
    if unused.len() > EACH {
        let names: Vec<String> = unused.iter().take(EACH).map(|(id, _)| format!("`{id}`")).collect();
        let message = format!("{} texts are shown nowhere, such as {}", unused.len(), names.join(", "));
        found.push(Diagnostic::warning("unused-text", unused[0].1, message).hint(hint));
        return;
    }
    for (id, place) in unused {
        let message = format!("the text `{id}` is shown nowhere");
        found.push(Diagnostic::warning("unused-text", place, message).hint(hint));
    }
}

/// All texts in an element.
fn each_text(element: Tag<'_>, visit: &mut dyn FnMut(&str)) {
    for content in element.content() {
        match content {
            Inside::Element(child) => each_text(child, visit),
            Inside::Text(words, _) => visit(words.text.trim()),
        }
    }
}
