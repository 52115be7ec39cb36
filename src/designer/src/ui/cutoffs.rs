//! The bands of each measure on a line, and a slider for each cut-off: what moving it makes of the households on this device, before the form is changed.

mod counting;

use doorstep_app::designing::{Row, finished_here, live, rows, shown_when, use_reader};
use doorstep_app::platform::timer;
use leptos::prelude::*;

use counting::{Bench, Counted, Moving, effect_view, look, wanted};

use super::desk::{Desk, use_desk};
use super::words::{tell, words};
use crate::cutoffs::{self, Band, CutOff, Is, Line, Stretch, number};
use crate::document::Document;

/// What has no end takes so much of the line, of what has ends.
const ENDLESS: f64 = 0.25;

/// What the effect is counted on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Known {
    Reading,
    /// The browser gives no store.
    Unread,
    /// Surveys, and users whose surveys are locked.
    Has(usize, usize),
}

/// The drawer.
#[component]
pub fn CutOffs() -> impl IntoView {
    let (desk, reader) = (use_desk(), use_reader());
    let bench = Bench {
        desk,
        surveys: StoredValue::new_local(Vec::new()),
        known: RwSignal::new(Known::Reading),
        moving: RwSignal::new(None),
        counted: RwSignal::new(Counted::Not),
        turn: StoredValue::new(0),
        done: RwSignal::new(None),
    };
    let id = desk.now(|document| document.setting("form_id").to_owned());
    timer::spawn(async move {
        let known = match finished_here(&id).await {
            Some((sessions, locked)) => {
                let count = sessions.len();
                bench.surveys.try_update_value(|surveys| *surveys = sessions);
                Known::Has(count, locked)
            }
            None => Known::Unread,
        };
        bench.known.try_set(known);
    });
    // A sign that is up or not has no levels.
    let has_levels = |line: &Line| {
        line.stretches.iter().filter(|stretch| matches!(stretch.is, Is::Band(_) | Is::Overlap(_))).count() > 1
    };
    let lines = Memo::new(move |_| {
        let mut lines = desk.with(cutoffs::lines);
        lines.retain(has_levels);
        lines
    });
    let row = move |line: Line| {
        Row::new(format!("{line:?} {}", reader.language().tag()), move || line_view(bench, line))
    };
    let on_what = move || {
        let words = &words(reader.language()).cutoffs;
        let cases = desk.cases.with(Vec::len);
        match bench.known.get() {
            Known::Reading => words.reading.to_owned(),
            Known::Unread if cases == 0 => words.unread.to_owned(),
            Known::Unread => (words.households)(0, cases, cases),
            Known::Has(0, _) if cases == 0 => words.no_households.to_owned(),
            Known::Has(surveys, _) => (words.households)(surveys, cases, surveys + cases),
        }
    };
    let locked = move || matches!(bench.known.get(), Known::Has(_, locked) if locked > 0);
    let locked_words = move || match bench.known.get() {
        Known::Has(_, locked) => (words(reader.language()).cutoffs.locked)(locked),
        Known::Reading | Known::Unread => String::new(),
    };
    view! {
        <p class="hint">{tell(|w| w.cutoffs.explained)}</p>
        <p class="small" role="status" data-households=live(move || match bench.known.get() { Known::Has(count, _) => count.to_string(), _ => String::new() })>{live(on_what)}</p>
        {shown_when(locked, move || view! { <p class="notice small">{live(locked_words)}</p> }.into_any())}
        <div class="lines">{rows(move || lines.get().into_iter().map(row).collect())}</div>
        {shown_when(move || lines.with(Vec::is_empty), || view! { <p class="empty">{tell(|w| w.cutoffs.none)}</p> }.into_any())}
    }
}

fn band_label(document: &Document, band: &Band, tag: &str) -> String {
    let bands = document.find("bands").map(|bands| document.sheet(bands));
    bands.and_then(|bands| bands.label(band.row, tag)).unwrap_or(&band.code).to_owned()
}

fn line_view(bench: Bench, line: Line) -> AnyView {
    let Bench { desk, moving, .. } = bench;
    let reader = use_reader();
    let tag = reader.language_now().tag();
    let title = desk.now(|document| document.measure_called(&line.of, tag));
    let own = line.clone();
    // It follows the slider; what can't be is not drawn.
    let stretches = Memo::new(move |_| {
        let moved = moving.with(|moving| {
            let moving = moving.as_ref().filter(|moving| moving.cut_off.is_of(&own))?;
            let to = wanted(moving)?;
            desk.with(|document| {
                let mut after = document.clone();
                after.apply(&cutoffs::moved(document, &moving.cut_off, to).ok()?);
                cutoffs::lines(&after).into_iter().find(|line| line.of == own.of && line.when == own.when)
            })
        });
        moved.unwrap_or_else(|| own.clone()).stretches
    });
    let drawn = move |stretch: &Stretch, width: f64| {
        let (kind, said) = stretch_said(desk, stretch, tag);
        let limits = limits(stretch);
        let range = words(reader.language_now()).cutoffs.from_to;
        let from = limits.0.as_ref().map(|(at, closed)| (at.as_str(), *closed));
        let to = limits.1.as_ref().map(|(at, closed)| (at.as_str(), *closed));
        view! {
            <li class="stretch" data-is=kind style:flex-grow=format!("{width:.3}")>
                <strong>{said}</strong>
                <span class="small figures">{range(from, to)}</span>
            </li>
        }
    };
    let stretches = move || {
        let stretches = stretches.get();
        let widths = widths(&stretches);
        stretches.iter().zip(widths).map(|(stretch, width)| drawn(stretch, width)).collect_view()
    };
    let cut_offs: Vec<CutOff> = desk.now(cutoffs::all).into_iter().filter(|cut| cut.is_of(&line)).collect();
    // All of a line on one scale: what is the higher number stands further on.
    let scale = cut_offs.iter().map(ends).fold((f64::INFINITY, f64::NEG_INFINITY), |(least, most), ends| {
        (least.min(ends.0), most.max(ends.1))
    });
    // It is said as long as it is so.
    let values: Vec<String> = cut_offs.iter().map(|cut_off| number(cut_off.value)).collect();
    let movers = cut_offs.into_iter().map(|cut_off| mover(bench, cut_off, scale)).collect_view();
    let own = line.clone();
    let is_moving =
        move || moving.with(|moving| moving.as_ref().is_some_and(|moving| moving.cut_off.is_of(&own)));
    let (here, when) = (line.clone(), line.when.clone());
    view! {
        <section class="line" data-line=line.of.clone()>
            <h3>{title} {(!when.is_empty()).then(|| view! { " " <code class="small">{when}</code> })}</h3>
            <ol class="stretches">{live(stretches)}</ol>
            {movers}
            {shown_when(is_moving, move || effect_view(bench))}
            {live(move || bench.done.get().filter(|done| done.cut_off.is_of(&here) && values.contains(&done.to)).map(|done| { let to = done.to.clone(); view! {
                <p class="notice good" role="status" data-moved-to=to>{tell(move |w| (w.cutoffs.done)(&done.from, &done.to))}</p> } }))}
        </section>
    }
    .into_any()
}

/// How wide each stretch is drawn: by what it spans; what has no end takes a part.
fn widths(stretches: &[Stretch]) -> Vec<f64> {
    let span = |stretch: &Stretch| {
        let (from, to) = (stretch.from.as_ref()?, stretch.to.as_ref()?);
        Some((to.at.nearest() - from.at.nearest()).max(0.0))
    };
    let all: f64 = stretches.iter().filter_map(span).sum();
    let all = if all > 0.0 { all } else { 1.0 };
    // Whatever it is, it is seen.
    stretches.iter().map(|stretch| span(stretch).map_or(ENDLESS, |span| (span / all).max(0.08))).collect()
}

/// An end as it is written, and whether it belongs to the stretch.
type Written = (String, bool);

fn limits(stretch: &Stretch) -> (Option<Written>, Option<Written>) {
    let limit =
        |end: &Option<doorstep_engine::assess::End>| end.as_ref().map(|end| (number(end.at), end.closed));
    (limit(&stretch.from), limit(&stretch.to))
}

fn stretch_said(desk: Desk, stretch: &Stretch, tag: &str) -> (&'static str, String) {
    let words = &words(use_reader().language_now()).cutoffs;
    match &stretch.is {
        Is::Band(band) => ("band", desk.now(|document| band_label(document, band, tag))),
        Is::Gap => ("gap", words.gap.to_owned()),
        Is::Overlap(bands) => {
            let labels: Vec<String> =
                desk.now(|document| bands.iter().map(|band| band_label(document, band, tag)).collect());
            let codes = labels.join(words.comma);
            ("overlap", (words.overlap)(&codes))
        }
    }
}

/// A cut-off's slider and its number.
fn mover(bench: Bench, cut_off: CutOff, scale: (f64, f64)) -> AnyView {
    let Bench { desk, moving, .. } = bench;
    let reader = use_reader();
    let words = &words(reader.language_now()).cutoffs;
    let tag = reader.language_now().tag();
    let name = |band: &Option<Band>| match band {
        Some(band) => desk.now(|document| band_label(document, band, tag)),
        None => words.nothing.to_owned(),
    };
    let title = (words.between)(&name(&cut_off.between.0), &name(&cut_off.between.1));
    let now = number(cut_off.value);
    let id = format!("cut-{}-{}-{now}", cut_off.of, cut_off.when.len());
    let (least, most) = (scale.0.floor(), scale.1.ceil());
    // As fine as it is written now; finer by the number beside it.
    let decimals = now.split_once('.').map_or(0, |(_, decimals)| decimals.len());
    let step = format!("{:.*}", decimals, 10f64.powi(-(decimals as i32)));
    let (own, shown) = (cut_off.clone(), cut_off.clone());
    let value = move || {
        let other = moving.with(|moving| {
            moving.as_ref().filter(|moving| moving.cut_off == shown).map(|moving| moving.to.clone())
        });
        other.unwrap_or_else(|| number(shown.value))
    };
    let value = Memo::new(move |_| value());
    let set = move |text: String| {
        bench.done.set(None);
        moving.set(Some(Moving { cut_off: own.clone(), to: text }));
        look(bench);
    };
    let set_again = set.clone();
    view! {
        <div class="mover" data-cut-off=format!("{} {now}", cut_off.of)>
            <label for=id.clone()>{title.clone()} " " <span class="soft small figures">{(words.at)(&now)}</span></label>
            <input type="range" min=least.to_string() max=most.to_string() step=step aria-label=title
                prop:value=live(move || value.get()) on:input:target=move |event| set(event.target().value()) />
            <input class="field number" id=id inputmode="decimal" autocomplete="off"
                prop:value=live(move || value.get()) on:input:target=move |event| set_again(event.target().value()) />
        </div>
    }
    .into_any()
}

/// From where to where the slider goes: to the next borders, or a good way beyond.
fn ends(cut_off: &CutOff) -> (f64, f64) {
    let at = cut_off.value.nearest();
    let least = cut_off.least.map(|limit| limit.at.nearest());
    let most = cut_off.most.map(|limit| limit.at.nearest());
    let way = match (least, most) {
        (Some(least), _) => (at - least).max(1.0),
        (None, Some(most)) => (most - at).max(1.0),
        (None, None) => at.abs().max(10.0),
    };
    // Without a border beyond it, half as far as it is from nothing.
    let way = way.max(at.abs() / 2.0);
    (least.unwrap_or(at - way), most.unwrap_or(at + way))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_drawn_by_what_its_parts_span() {
        let csv = "type,name,label\ninteger,n,N\n";
        let mut document = Document::open("survey.csv", csv.as_bytes(), |_| None).expect("it is a sheet");
        let bands = document.find("bands").expect("it is there");
        let place = |row: usize, column: usize| crate::document::Place { row, column };
        for (row, cells) in
            [["m", "high", ">=60"], ["m", "middle", "[35..60)"], ["m", "low", "[0..30)"]].iter().enumerate()
        {
            for (column, cell) in cells.iter().enumerate() {
                let change = crate::document::Change::cell(&document, bands, place(row + 1, column), cell);
                document.apply(&change.expect("it is another"));
            }
        }
        let lines = cutoffs::lines(&document);
        let kinds: Vec<&str> = lines[0]
            .stretches
            .iter()
            .map(|stretch| match stretch.is {
                Is::Band(_) => "band",
                Is::Gap => "gap",
                Is::Overlap(_) => "overlap",
            })
            .collect();
        assert_eq!(kinds, ["band", "gap", "band", "band"]);
        let widths = widths(&lines[0].stretches);
        assert_eq!(
            widths.iter().map(|width| format!("{width:.2}")).collect::<Vec<_>>(),
            ["0.50", "0.08", "0.42", "0.25"]
        );
        let ends = ends(
            &cutoffs::all(&document).into_iter().find(|cut| number(cut.value) == "60").expect("it is there"),
        );
        assert_eq!(ends.0, 35.0);
        assert!(ends.1 > 60.0);
        let band = Band { code: "high".into(), row: 1 };
        assert_eq!(
            band_label(&document, &band, "zh"),
            "high",
            "a band without a label is called by its code"
        );
    }
}
