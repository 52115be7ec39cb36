//! The form's words side by side in two languages: what is missing comes first, and a translator's table goes out and comes back.

use doorstep_app::designing::{Row, live, rows, use_reader};
use doorstep_app::platform::picked::{self, Picked};
use doorstep_app::platform::rescue::save_as;
use doorstep_app::platform::timer;
use doorstep_engine::{Bundle, Source};
use leptos::prelude::*;

use super::desk::use_desk;
use super::words::{tell, words};
use crate::translations::{Pair, languages, pairs, take_in, to_table};

const FILE: &str = "design-table";
/// Texts that are shown at once.
const MOST: usize = 200;

/// The drawer.
#[component]
pub fn Translate() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let all = Memo::new(move |_| desk.with(languages));
    let (from, to) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    all.with_untracked(|all| {
        from.set(all.first().cloned().unwrap_or_default());
        to.set(all.get(1).cloned().unwrap_or_default());
    });
    let only_missing = RwSignal::new(true);
    let said = RwSignal::new(None::<usize>);
    let texts = Memo::new(move |_| {
        let (from, to) = (from.get(), to.get());
        desk.with(|document| pairs(document, &from, &to))
    });
    let missing = move || texts.with(|texts| texts.iter().filter(|pair| pair.to.trim().is_empty()).count());
    let shown = move || {
        let only = only_missing.get();
        let texts = texts.get().into_iter().filter(|pair| !only || pair.to.trim().is_empty());
        texts.take(MOST).map(|pair| Row::new(format!("{pair:?}"), move || pair_view(pair))).collect()
    };
    let give = move |_| {
        let (from, to) = (from.get_untracked(), to.get_untracked());
        let (table, name) =
            desk.now(|document| (to_table(document, &from, &to), document.setting("form_id").to_owned()));
        let bundle = Bundle::single(Source::new("translations.xlsx#survey", table.to_text()));
        if let Ok(bytes) = doorstep_workbook::write_xlsx(&bundle) {
            let media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
            save_as(&format!("{name}-{to}.xlsx"), media_type, &bytes);
        }
    };
    let take = move |picked: Picked| {
        let (from, to) = (from.get_untracked(), to.get_untracked());
        timer::spawn(async move {
            let Some(bytes) = picked.bytes().await else { return };
            let Ok(table) = doorstep_workbook::read_table(&bytes) else {
                said.try_set(Some(usize::MAX));
                return;
            };
            let lost = desk.now(|document| take_in(document, &from, &to, &table.rows).1);
            desk.act(|document, _, _| take_in(document, &from, &to, &table.rows).0);
            said.try_set(Some(lost));
        });
    };
    let menu = move |which: RwSignal<String>, name: &'static str| {
        view! {
            <select class="field" data-language-menu=name aria-label=tell(|w| w.translate) on:change:target=move |event| which.set(event.target().value())>
                {live(move || all.get().into_iter().map(|language| {
                    let is_it = which.with_untracked(|which| *which == language);
                    view! { <option value=language.clone() selected=is_it>{language.clone()}</option> }
                }).collect_view())}
            </select>
        }
    };
    view! {
        <div class="translate-head">
            {menu(from, "from")} <span aria-hidden="true">"→"</span> {menu(to, "to")}
            <label class="choice"><input type="checkbox" prop:checked=live(move || only_missing.get()) on:change:target=move |event| only_missing.set(event.target().checked()) /><span>{tell(|w| w.only_missing)}</span></label>
            <span data-missing=live(move || missing().to_string())>{live(move || (words(reader.language()).missing)(missing()))}</span>
            <button type="button" class="button small" data-action="give-table" on:click=give>{tell(|w| w.give_table)}</button>
            <input type="file" class="unseen" id=FILE tabindex="-1" aria-hidden="true" accept=".xlsx" on:change=move |_| if let Some(picked) = picked::take(FILE) { take(picked) } />
            <button type="button" class="button small" data-action="take-table" on:click=move |_| picked::ask(FILE)>{tell(|w| w.take_table)}</button>
        </div>
        <p class="soft" role="status">{live(move || said.get().map(|lost| {
            let words = words(reader.language());
            if lost == usize::MAX { words.file_broken.to_owned() } else { (words.table_taken)(lost) }
        }))}</p>
        <ul class="translations">{rows(shown)}</ul>
    }
}

fn pair_view(pair: Pair) -> AnyView {
    let desk = use_desk();
    let Pair { sheet, place, about, from, to } = pair;
    let set = move |text: String| {
        if desk.now(|document| document.sheet(sheet).cell(place.row, place.column) != text) {
            desk.set_elsewhere(sheet, place, &text);
        }
    };
    view! {
        <li class="translation">
            <span class="soft small">{about.clone()}</span>
            <span>{from}</span>
            <textarea class="field" rows="1" aria-label=about.clone() data-translation=about prop:value=to on:change:target=move |event| set(event.target().value())></textarea>
        </li>
    }
    .into_any()
}
