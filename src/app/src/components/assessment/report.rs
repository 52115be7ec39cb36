//! The report as a whole, made of what the engine explains; a snapshot: whoever shows it makes it anew.

use doorstep_engine::assess::{Awaits, Explanation, MeasureKind, Outcome, Search};
use doorstep_engine::session::{
    Danger, Handled, HeldBack, KeptByHand, LeftOut, MadeWithout, Session, Silenced,
};
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::awaited::Awaited;
use super::contest::Contest;
use super::copies::{Copies, Copy, printed_at};
use super::dimensions::Dimensions;
use super::flags::Flags;
use super::levels::Levels;
use super::papers::{has_danger, is_signed, levels_for_family, says_nothing, services as services_told};
use super::scores::Scores;
use super::services::{Services, ToldServices, told_services};
use super::signatures::Signatures;
use super::visit::{Lodger, roster, visit};
use super::wishes::{Wishes, wishes};
use crate::components::by_hand::people;
use crate::components::live::live;
use crate::components::silent;
use crate::state::reader::use_reader;
use crate::words::when::on_paper;

/// All that is told of a survey's assessment.
#[derive(Clone, PartialEq)]
pub struct Told {
    /// The form's title.
    pub form: String,
    /// Its version.
    pub version: String,
    /// What the survey is called.
    pub instance: String,
    /// Who visited or assessed: each with what the form calls it, as it was answered.
    pub people: Vec<Vec<(String, String)>>,
    /// Where it was, how it went, and what was noted: each question with its answer.
    pub visit: Vec<(String, String)>,
    /// Who lives there.
    pub roster: Vec<Lodger>,
    /// Every measure.
    pub measures: Vec<Explanation>,
    /// The levels that several dimensions make together, by name.
    pub of_several: Vec<String>,
    /// What the catalogue has for the household.
    pub services: Option<ToldServices>,
    /// By measure, by its name: what would tip it, and whether all answers were tried.
    pub turns: Vec<(String, Search)>,
    /// By measure that does not apply, by its name: for which answer.
    pub left_out: Vec<(String, LeftOut)>,
    /// By measure, by its name: what it was made without.
    pub made_without: Vec<(String, Vec<MadeWithout>)>,
    /// By flag that is up, by its name: whom it is about.
    pub concerns: Vec<(String, Vec<String>)>,
    /// By flag that is up, by its name: what was done about it, where the form asks for that.
    pub handled: Vec<(String, Handled)>,
    /// By level, by its name: what it would lie between, had everything been asked.
    pub held_back: Vec<(String, HeldBack)>,
    /// What is to be looked at once more before anybody relies on what was found.
    pub rechecks: Vec<Danger>,
    /// Dangers that were named and that no flag tells any more.
    pub silenced: Vec<Silenced>,
    /// Answers that break their rule: whatever is said, it is said with them.
    pub rejected: Vec<Awaits>,
    /// Where a person may decide otherwise.
    pub by_hand: Vec<Key>,
    /// What was decided so, and is not asked for now.
    pub kept_by_hand: Vec<KeptByHand>,
    /// What people asked for.
    pub wishes: Wishes,
}

/// What names a level.
const LEVELS: [MeasureKind; 5] =
    [MeasureKind::Band, MeasureKind::Table, MeasureKind::Shift, MeasureKind::Agreed, MeasureKind::Decided];

/// Takes it from a session. `None` if the form has no assessment.
pub fn told(session: &Session, language: &str) -> Option<Told> {
    let measures = session.explanations();
    if measures.is_empty() {
        return None;
    }
    let tips = |told: &&Explanation| {
        matches!(told.kind, MeasureKind::Band | MeasureKind::Table | MeasureKind::Shift)
    };
    let said = measures.iter().filter(tips).filter(|told| !told.outcome.is_blank());
    let turns = said.map(|told| (told.name.clone(), session.what_would_change(&told.name))).collect();
    let by_name = |told: &Explanation| told.name.clone();
    let levels = measures.iter().filter(|told| LEVELS.contains(&told.kind));
    let held_back = levels.clone();
    let held_back =
        held_back.filter_map(|told| Some((by_name(told), session.range_of(&told.name)?))).collect();
    let made_without = levels.map(|told| (by_name(told), session.made_without(&told.name))).collect();
    let flags = measures.iter().filter(|told| told.kind == MeasureKind::Flag);
    let concerns = flags.clone().map(|told| (by_name(told), session.concerns(&told.name))).collect();
    let handled = flags.filter_map(|told| Some((by_name(told), session.handled(&told.name)?))).collect();
    let blank = measures.iter().filter(|told| told.outcome == Outcome::NotApplicable);
    let left_out =
        blank.filter_map(|told| Some((told.name.clone(), session.left_out(&told.name)?))).collect();
    Some(Told {
        form: session.form().title(language),
        version: session.form().version().to_owned(),
        instance: session.instance_name(),
        people: people(session),
        visit: visit(session),
        roster: roster(session),
        of_several: session
            .measures()
            .filter(|name| session.is_level_of_several(name))
            .map(str::to_owned)
            .collect(),
        services: told_services(session),
        rejected: session.rejected(),
        by_hand: session.decided_by_hand(),
        kept_by_hand: session.kept_by_hand(),
        wishes: wishes(session),
        turns,
        left_out,
        made_without,
        concerns,
        handled,
        held_back,
        rechecks: session.rechecks(),
        silenced: session.silenced(),
        measures,
    })
}

/// The report.
#[component]
pub fn Report(
    told: Told,
    /// Is it of a survey that is not finished? Then nobody signs it.
    draft: bool,
) -> impl IntoView {
    let words = use_reader().words_now();
    let copies = use_context::<Copies>();
    let printed_at = printed_at();
    let copy = move || copies.map_or(Copy::Only, Copies::now).tag();
    let (nothing, dangers, signed) =
        (says_nothing(&told.measures), has_danger(&told), is_signed(&told, draft));
    let (services, for_family) = (services_told(&told), levels_for_family(&told));
    let Told { form, version, instance, people, measures, turns, left_out, visit, roster, .. } = told;
    let Told { made_without, concerns, handled, silenced, rejected, by_hand, kept_by_hand, wishes, .. } =
        told;
    let Told { held_back, rechecks, .. } = told;
    let Wishes { withhold, no_referral } = wishes;
    let silent = !silenced.is_empty();
    let mut flags: Vec<Explanation> = of(&measures, &[MeasureKind::Flag]);
    // What fell silent is said for itself, and is not merely what nobody asked.
    flags.retain(|flag| {
        !flag.outcome.is_blank() || silenced.iter().all(|silenced| silenced.measure != flag.name)
    });
    let mut levels: Vec<Explanation> = of(&measures, &LEVELS);
    // That nobody decided otherwise is no news.
    levels.retain(|told| {
        told.outcome != Outcome::NotApplicable
            || !matches!(told.kind, MeasureKind::Agreed | MeasureKind::Decided)
    });
    // Of a survey that was hardly begun there is nothing to say.
    if nothing {
        levels.clear();
    }
    let named = levels.iter().filter(|told| !told.outcome.is_blank());
    let named: Vec<String> = named.map(|told| (words.named)(&told.label, &told.shown)).collect();
    let up = flags.iter().filter(|told| told.outcome == Outcome::Flag(true)).map(|told| told.label.clone());
    let up: Vec<String> = up.chain(silenced.iter().map(|silenced| silenced.label.clone())).collect();
    let ranking = measures.iter().find(|told| told.kind == MeasureKind::Ranking);
    let ranking = ranking.filter(|told| !told.reasons.is_empty()).cloned();
    let dimension_names: Vec<String> = ranking
        .iter()
        .flat_map(|ranking| &ranking.reasons)
        .filter_map(|reason| reason.measure.clone())
        .collect();
    let dimensions = ranking.map(|ranking| {
        view! { <Dimensions ranking measures=measures.clone() left_out=left_out.clone() /> }
    });
    let mut scores = of(&measures, &[MeasureKind::Scale, MeasureKind::Index]);
    // Dimensions stand above with their reasons, and what has no words is for other measures only.
    scores.retain(|told| !dimension_names.contains(&told.name) && told.label != told.name && !nothing);
    // What it comes to and what is to be done on one side, what it is made of on the other.
    let (has_levels, has_services, has_scores) = (!levels.is_empty(), services.is_some(), !scores.is_empty());
    let present = people.clone().into_iter().map(|lines| {
        let said: Vec<String> = lines.iter().map(|(label, value)| (words.named)(label, value)).collect();
        view! { <p class="small paper-only" data-present="true">{said.join(" · ")}</p> }
    });
    let present = present.collect::<Vec<_>>().into_iter();
    let lives_there = (!roster.is_empty()).then(|| {
        let told = roster.iter().map(|[name, relation, age]| (words.report.lodger)(name, relation, age));
        (words.report.lives_there)(&told.collect::<Vec<_>>().join(words.between))
    });
    let names: Vec<String> =
        people.iter().filter_map(|lines| lines.first()).map(|(_, name)| name.clone()).collect();
    view! {
        <article class="report" class:draft=draft data-report="true" data-copy=copy>
            <header class="report-head">
                <p class="soft">{form}</p>
                <h1 id="assessment-heading" tabindex="-1">{words.assessment}</h1>
                <p class="report-name">{instance.clone()}</p>
                {draft.then(|| view! {
                    <div class="notice warn" data-draft-report="true">
                        <p>{words.assessment_is_draft}</p>
                        <p class="screen-only">{words.report.draft_prints}</p>
                    </div>
                })}
                <p class="copy-line for-office">{words.report.copy_of_office}</p>
                <p class="copy-line for-family">{words.report.copy_of_family}</p>
                {(!rejected.is_empty()).then(|| view! {
                    <div class="notice danger for-office" data-report-rejected="true">
                        <p>{words.rests_on_rejected}</p>
                        <Awaited awaits=rejected />
                    </div>
                })}
                <p class="hint screen-only">{words.assessment_explained}</p>
                <p class="small paper-only">{words.report.computed}</p>
                {present.collect_view()}
                {(!visit.is_empty()).then(|| view! {
                    <div class="paper-only for-office" data-visit-told="true">
                        {lives_there.map(|line| view! { <p data-roster="true">{line}</p> })}
                        {visit.into_iter().map(|(asked, said)| view! { <p>{(words.problem)(&asked, &said)}</p> }).collect_view()}
                    </div>
                })}
                <p class="small paper-only">{live(move || (words.printed)(&version, &on_paper(printed_at.get(), words)))}</p>
            </header>
            <div class="for-office">
                {silent.then(|| silent::notice(silenced, words))}
                {(!flags.is_empty()).then(|| view! { <Flags flags concerns handled silent rechecks /> })}
                {dangers.then(|| view! { <p class="notice danger" data-outranked="true">{words.report.danger_outranks}</p> })}
            </div>
            {withhold.map(|wish| view! {
                <p class="notice warn for-office" data-withhold="true">{(words.report.withhold)(&wish)}</p> })}
            {nothing.then(|| view! { <p class="empty" data-nothing="true">{words.cannot_say}</p> })}
            {(has_levels || has_services).then(|| view! {
                <div class="report-column">
                    {has_levels.then(|| view! {
                        <Levels levels turns left_out=left_out.clone() made_without held_back people kept_by_hand dangers for_family=for_family.clone() />
                    })}
                    {services.map(|told| view! { <Services told no_referral draft /> })}
                </div>
            })}
            {(dimensions.is_some() || has_scores).then(|| view! {
                <div class="report-column for-office">
                    {dimensions}
                    {has_scores.then(|| view! { <Scores scores left_out /> })}
                </div>
            })}
            {(!nothing).then(|| view! { <Contest by_hand draft /> })}
            {signed.then(|| {
                let for_family = for_family.iter().map(|(label, level)| (words.named)(label, level)).collect();
                view! { <Signatures names whom=instance.clone() levels=named for_family dangers=up /> }
            })}
        </article>
    }
}

fn of(measures: &[Explanation], kinds: &[MeasureKind]) -> Vec<Explanation> {
    measures.iter().filter(|told| kinds.contains(&told.kind)).cloned().collect()
}
