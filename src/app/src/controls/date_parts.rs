//! A day, month or year, entered part by part: without a calendar (`no-calendar`), or as exactly as it is known (`month-year`, `year`).
//!
//! A month is kept as its first day and a year as its first, as ODK does. What is entered in part is kept, and said to be no date.

use doorstep_engine::value::{DataType, Value};
use doorstep_engine::view::QuestionView;
use leptos::prelude::*;

use super::typed::next_on_enter;
use super::{Asked, Control, Frame, date, looks};
use crate::components::icon::{Icon, Shape};
use crate::components::live::live;
use crate::state::reader::{say, use_reader};
use crate::words::Words;

/// See the module.
pub const CONTROL: Control = Control {
    name: "date-parts",
    takes: |question| exactness(question).is_some(),
    frame: Frame::Group,
    show,
};

/// How exactly a day is asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Debug)]
pub enum Exact {
    Year,
    Month,
    Day,
}

/// How exactly a question asks, if part by part.
pub fn exactness(question: &QuestionView) -> Option<Exact> {
    let known = [("year", Exact::Year), ("month-year", Exact::Month), ("no-calendar", Exact::Day)];
    let said = known.into_iter().find(|(appearance, _)| looks(question, appearance));
    said.map(|(_, exact)| exact).filter(|_| question.data_type == DataType::Date)
}

/// As much of a day as is asked: `2026-11`.
pub fn shown(day: &Value, exact: Exact) -> String {
    let text = day.to_text();
    let length = match exact {
        Exact::Year => text.rsplitn(3, '-').nth(2).map_or(0, str::len),
        Exact::Month => text.rfind('-').unwrap_or(text.len()),
        Exact::Day => text.len(),
    };
    text.chars().take(length).collect()
}

fn show(asked: Asked) -> AnyView {
    let exact = asked.view.with_untracked(exactness).unwrap_or(Exact::Day);
    let value = asked.value();
    let parts = RwSignal::new(value.with_untracked(|value| Parts::of(value, exact)));
    Effect::new(move || {
        let value = value.get();
        if parts.with_untracked(|parts| Value::read(DataType::Date, &parts.text(exact))) != value {
            parts.set(Parts::of(&value, exact));
        }
    });
    let change = Callback::new(move |(part, text): (usize, String)| {
        parts.update(|parts| parts.0[part] = text.trim().to_owned());
        asked.give_text(&parts.with_untracked(|parts| parts.text(exact)));
    });
    view! {
        <div class="date-parts">
            {part(asked, parts, change, 0, |words| words.controls.year)}
            {(exact >= Exact::Month).then(|| month(asked, parts, change))}
            {(exact >= Exact::Day).then(|| part(asked, parts, change, 2, |words| words.controls.day))}
        </div>
        {(exact == Exact::Day).then(|| date::beside(asked))}
    }
    .into_any()
}

fn part(
    asked: Asked,
    parts: RwSignal<Parts>,
    change: Callback<(usize, String)>,
    place: usize,
    called: fn(&'static Words) -> &'static str,
) -> impl IntoView {
    view! {
        <label class="date-part">
            <span class="small">{say(called)}</span>
            <input
                type="text"
                class="field figures"
                inputmode="numeric"
                autocomplete="off"
                maxlength=if place == 0 { "4" } else { "2" }
                enterkeyhint="next"
                aria-describedby=asked.described_by()
                aria-invalid=asked.is_wrong()
                prop:value=live(move || parts.with(|parts| parts.0[place].clone()))
                on:input:target=move |event| change.run((place, event.target().value()))
                on:keydown=next_on_enter
                on:blur=move |_| asked.leave()
            />
        </label>
    }
}

fn month(asked: Asked, parts: RwSignal<Parts>, change: Callback<(usize, String)>) -> impl IntoView {
    let reader = use_reader();
    let options = (1..=12)
        .map(|month| {
            let name = format!("{month:02}");
            let chosen = name.clone();
            view! {
                <option value=name prop:selected=live(move || parts.with(|parts| parts.0[1] == chosen))>
                    {live(move || (reader.language().words().controls.month_named)(month))}
                </option>
            }
        })
        .collect_view();
    view! {
        <label class="date-part">
            <span class="small">{say(|w| w.controls.month)}</span>
            <span class="menu"><select
                class="field"
                autocomplete="off"
                aria-describedby=asked.described_by()
                aria-invalid=asked.is_wrong()
                on:change:target=move |event| change.run((1, event.target().value()))
            >
                <option value="" prop:selected=live(move || parts.with(|parts| parts.0[1].is_empty()))>"—"</option>
                {options}
            </select><Icon shape=Shape::Down /></span>
        </label>
    }
}

/// Year, month and day, as entered.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
struct Parts([String; 3]);

impl Parts {
    fn of(value: &Value, exact: Exact) -> Parts {
        let text = value.to_text();
        let mut all = text.splitn(3, '-').map(str::to_owned);
        let mut next = || all.next().unwrap_or_default();
        let mut parts = Parts([next(), next(), next()]);
        // What is not asked is not the reader's.
        match exact {
            Exact::Year => parts.0[1..].iter_mut().for_each(String::clear),
            Exact::Month => parts.0[2].clear(),
            Exact::Day => {}
        }
        parts
    }

    /// As an instance carries it; in part, what can be taken up again and is no date.
    fn text(&self, exact: Exact) -> String {
        let asked = match exact {
            Exact::Year => 1,
            Exact::Month => 2,
            Exact::Day => 3,
        };
        if self.0[..asked].iter().all(String::is_empty) {
            return String::new();
        }
        let two = |part: &str| if part.chars().count() == 1 { format!("0{part}") } else { part.to_owned() };
        let part = |place: usize| if place < asked { two(&self.0[place]) } else { "01".to_owned() };
        format!("{}-{}-{}", self.0[0], part(1), part(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parts: [&str; 3], exact: Exact) -> Value {
        Value::read(DataType::Date, &Parts(parts.map(str::to_owned)).text(exact))
    }

    #[test]
    fn a_month_and_a_year_are_kept_as_their_first_day_and_shown_without_it() {
        let month = read(["2026", "11", ""], Exact::Month);
        assert_eq!((month.to_text(), shown(&month, Exact::Month)), ("2026-11-01".into(), "2026-11".into()));
        let year = read(["1950", "", ""], Exact::Year);
        assert_eq!((year.to_text(), shown(&year, Exact::Year)), ("1950-01-01".into(), "1950".into()));
        assert_eq!(Parts::of(&year, Exact::Year).0, ["1950", "", ""]);
        assert_eq!(read(["2026", "2", "9"], Exact::Day).to_text(), "2026-02-09");
        assert_eq!(read(["２０２６", "11", "２８"], Exact::Day).to_text(), "2026-11-28");
    }

    #[test]
    fn what_is_entered_in_part_is_kept_and_is_no_date() {
        for (parts, exact) in [
            (["2026", "", ""], Exact::Month),
            (["", "11", ""], Exact::Month),
            (["2026", "02", "30"], Exact::Day),
            (["abc", "", ""], Exact::Year),
            (["", "", "5"], Exact::Day),
        ] {
            let value = read(parts, exact);
            assert!(matches!(value, Value::Unread(_)), "{parts:?}");
            let again = Parts::of(&value, exact);
            assert_eq!(Value::read(DataType::Date, &again.text(exact)), value, "{parts:?}");
        }
        assert_eq!(read(["", "", ""], Exact::Day), Value::Blank);
    }
}
