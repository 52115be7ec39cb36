//! Out of many choices, or of a list that may grow: a button that opens a sheet with a search field, and with the first of them under it.
//! One, or any number; any number also where the form wants them folded away (`minimal`).

use std::sync::Arc;

use crate::components::live::{live, shown_when};
use doorstep_engine::value::Value;
use doorstep_engine::view::{ChoiceView, Control as Kind, QuestionView};
use leptos::prelude::*;

use super::choice_list::ChoiceRows;
use super::select_multiple::{has, with};
use super::select_one::is;
use super::{Asked, Control, Frame, image_map, looks, readable, table};
use crate::components::icon::{Icon, Shape};
use crate::state::reader::{say, use_reader};

/// More choices than this are searched, not scrolled.
const MANY: usize = 12;
/// The appearance of what is searched however few there are: a list that grows.
const SEARCHED: &str = "autocomplete";
/// So many rows are shown at once; the rest is found by typing.
const ROWS: usize = 120;

/// See the module.
pub const CONTROL: Control = Control {
    name: "choice-sheet",
    takes: |question| {
        let searched = question.choices.len() > MANY || looks(question, SEARCHED);
        match question.control {
            Kind::SelectOne => searched && !is_laid_out(question),
            Kind::SelectMultiple => (searched || looks(question, "minimal")) && !is_laid_out(question),
            _ => false,
        }
    },
    frame: Frame::Field,
    show,
};

/// Does the form say itself where each choice stands?
fn is_laid_out(question: &QuestionView) -> bool {
    looks(question, image_map::MAP) || table::is_in_table(question)
}

fn show(asked: Asked) -> AnyView {
    let many = asked.view.with_untracked(|view| view.control == Kind::SelectMultiple);
    let reader = use_reader();
    let sheet = NodeRef::<leptos::html::Dialog>::new();
    let search = RwSignal::new(String::new());
    let open = RwSignal::new(false);
    let value = asked.value();
    let choices = asked.choices();
    let matching = Memo::new(move |_| {
        let wanted = search.with(|search| search.trim().to_lowercase());
        choices.with(|choices| matching(choices, &wanted))
    });
    let close = move || {
        if let Some(sheet) = sheet.get_untracked() {
            sheet.close();
        }
    };
    let show_sheet = move |_| {
        search.set(String::new());
        open.set(true);
        if let Some(sheet) = sheet.get_untracked() {
            // Fails only if it is open already.
            let _ = sheet.show_modal();
        }
    };
    let chosen = Callback::new(move |name: Arc<str>| {
        value.with(|value| if many { has(value, &name) } else { is(value, &name) })
    });
    let pick = Callback::new(move |(name, on): (Arc<str>, bool)| {
        if many {
            asked.give(with(&value.get_untracked(), &choices.get_untracked(), &name, on));
        }
    });
    let settle = Callback::new(move |name: Arc<str>| {
        if !many {
            asked.give(Value::Choice(name));
            close();
        }
    });
    let label = move || {
        let chosen = asked.view.with(readable).map(|chosen| chosen.replace('\n', "、"));
        let words = reader.language().words();
        chosen.unwrap_or_else(|| match choices.with(|choices| choices.len()) {
            0 => words.choose.to_owned(),
            n if asked.looks(SEARCHED) => (words.choose_of)(n),
            _ => words.choose.to_owned(),
        })
    };
    view! {
        <button
            type="button"
            class="field"
            id=asked.id()
            aria-haspopup="dialog"
            aria-describedby=asked.described_by()
            aria-invalid=asked.is_wrong()
            on:click=show_sheet
        >
            {label}
            <Icon shape=Shape::Down />
        </button>
        {shown_when(move || choices.with(|choices| choices.is_empty()), || view! {
            <p class="hint" data-list-empty="true">{say(|w| w.list_empty)}</p> }.into_any())}
        <dialog class="sheet" node_ref=sheet aria-labelledby=asked.part("sheet") on:close=move |_| open.set(false)>
            <div class="sheet-head">
                <div class="sheet-title">
                    <h2 id=asked.part("sheet")>{live(move || asked.view.with(|view| view.label.clone()))}</h2>
                    <button type="button" class="button plain icon-only" aria-label=say(|w| w.close) on:click=move |_| close()>
                        <Icon shape=Shape::Close />
                    </button>
                </div>
                <input
                    type="search"
                    class="field"
                    autocomplete="off"
                    aria-label=say(|w| w.search)
                    placeholder=say(|w| w.search)
                    prop:value=live(move || search.get())
                    on:input:target=move |event| search.set(event.target().value())
                />
            </div>
            <div class="sheet-body">
                {shown_when(move || open.get(), move || view! {
                    <fieldset class="stack">
                        <legend class="unseen">{live(move || asked.view.with(|view| view.label.clone()))}</legend>
                        <ChoiceRows
                            asked
                            choices=Signal::derive(move || matching.with(|rows| rows.iter().take(ROWS).cloned().collect()))
                            many
                            chosen
                            pick
                            settle
                        />
                    </fieldset>
                    <p class="soft" role="status">
                        {live(move || {
                            let words = reader.language().words();
                            match matching.with(Vec::len) {
                                0 if choices.with(|choices| choices.is_empty()) => words.list_empty.to_owned(),
                                0 => words.search_none.to_owned(),
                                n if n > ROWS => (words.search_more)(n - ROWS),
                                _ => String::new(),
                            }
                        })}
                    </p>
                    {many.then(|| view! {
                        <button type="button" class="button main" data-action="done" on:click=move |_| close()>{say(|w| w.controls.done)}</button>
                    })}
                    <button
                        type="button"
                        class="button plain"
                        on:click=move |_| {
                            asked.give(Value::Blank);
                            close();
                        }
                    >
                        {say(|w| w.clear)}
                    </button> }.into_any())}
            </div>
        </dialog>
    }
    .into_any()
}

/// The choices whose label has every word typed, or whose name begins with it.
fn matching(choices: &[ChoiceView], wanted: &str) -> Vec<ChoiceView> {
    let fits = |choice: &&ChoiceView| {
        let label = choice.label.to_lowercase();
        choice.name.starts_with(wanted) || wanted.split_whitespace().all(|word| label.contains(word))
    };
    choices.iter().filter(fits).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_by_words_in_any_order_and_by_code() {
        let choices: Vec<ChoiceView> = [("371002001", "环翠楼街道"), ("371003100", "Zhangcunzhen Town")]
            .map(|(name, label)| ChoiceView { name: name.into(), label: label.into(), media: None })
            .into();
        let found =
            |wanted| matching(&choices, wanted).into_iter().map(|choice| choice.name).collect::<Vec<_>>();
        assert_eq!(found("翠楼"), ["371002001".into()]);
        assert_eq!(found("town zhang"), ["371003100".into()]);
        assert_eq!(found("371003"), ["371003100".into()]);
        assert_eq!(found("").len(), 2);
    }
}
