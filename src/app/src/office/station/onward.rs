//! From what stands at the desk to the form that comes next for it: begun in the app, on this machine, in a tab of its own.
//!
//! Kept here: an address names codes and ids alone.

use leptos::prelude::*;

use super::ask::Entity;
use crate::office::field::Word;
use crate::office::tell;

/// What a referral waits for at the station, and where that is begun; nothing where it is another's turn.
pub fn next_form(referral: &Entity) -> Option<(Word, String)> {
    match referral.get("state") {
        "served" => Some((|w| w.station.check_it, format!("/begin/acceptance-check/{}", referral.id))),
        "refused" | "reassign" | "failed" => {
            let about = ["case", "category", "service"].map(|name| referral.get(name));
            let about: Vec<&str> = about.into_iter().filter(|said| !said.is_empty()).collect();
            Some((|w| w.station.refer_again, format!("/begin/referral/{}", about.join(","))))
        }
        _ => None,
    }
}

/// Where a household's assessment is signed off.
pub fn report_on(case: &str) -> (Word, String) {
    (|w| w.station.report_on, format!("/begin/assessment-report/{case}"))
}

/// The way there.
pub fn way((word, address): (Word, String)) -> AnyView {
    view! { <a class="button no-print" href=address rel="external noopener" target="_blank" data-action="next-form">{tell(word)}</a> }
        .into_any()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_served_is_checked_what_came_back_is_referred_again_and_the_rest_is_anothers_turn() {
        let referral = |state: &str| {
            let said = [("state", state), ("case", "c-1"), ("category", "A"), ("service", "A3")];
            let properties =
                said.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
            Entity { id: "r-1".into(), properties, ..Entity::default() }
        };
        let leads_to = |state: &str| next_form(&referral(state)).map(|(_, address)| address);
        assert_eq!(leads_to("served").as_deref(), Some("/begin/acceptance-check/r-1"));
        assert_eq!(leads_to("refused").as_deref(), Some("/begin/referral/c-1,A,A3"));
        assert_eq!(leads_to("failed").as_deref(), Some("/begin/referral/c-1,A,A3"));
        for state in ["made", "accepted", "in_service", "rework", "checked", "closed"] {
            assert_eq!(leads_to(state), None, "{state}");
        }
    }
}
