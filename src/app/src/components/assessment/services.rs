//! Services that fit this household: what, why, how urgent, and who could give it; then what can't be decided yet, and what does not fit and why.

use doorstep_engine::assess::Awaits;
use doorstep_engine::session::{LeftOut, Session};
use leptos::prelude::*;

use super::awaited::Awaited;
use super::left_out::NotAsked;
use crate::components::begin_forms::BeginForms;
use crate::state::reader::use_reader;

/// The form by which what fits is passed on.
const REFERRAL: &str = "referral";

/// What the catalogue has, in words.
#[derive(Clone, PartialEq)]
pub struct ToldServices {
    /// Where the catalogue stands: an example, until the city's own is there.
    pub notice: Option<&'static str>,
    /// What fits, the most urgent first.
    pub fits: Vec<Fit>,
    /// What can't be decided.
    pub undecided: Vec<Open>,
    /// What does not fit.
    pub unfit: Vec<Unfit>,
    /// Whom it is about, by the ids of lists: whatever is begun from here is about them, too.
    pub about: Vec<String>,
}

/// A service that does not fit.
#[derive(Clone, PartialEq)]
pub struct Unfit {
    code: String,
    name: String,
    why: String,
}

/// A service that fits.
#[derive(Clone, PartialEq)]
pub struct Fit {
    code: String,
    category: String,
    name: String,
    urgent: bool,
    /// Whom of the household it is for; empty where it is the household's, or nobody else is there.
    whom: Vec<String>,
    /// Does it rest on a danger, or on what is asked beside one?
    beside_danger: bool,
    why: String,
    content: String,
    providers: Vec<String>,
    nobody: Option<String>,
}

/// A service that can't be decided.
#[derive(Clone, PartialEq)]
pub struct Open {
    name: String,
    why: String,
    awaits: Vec<Awaits>,
    /// The answer by which what it hangs on was not asked.
    left_out: Option<LeftOut>,
    /// The forms that would say what this one does not ask for.
    forms: Vec<String>,
}

impl ToldServices {
    /// Is there anything for this household?
    pub fn has_fits(&self) -> bool {
        !self.fits.is_empty()
    }

    /// What fits, without what can't be decided or does not fit; `None` if nothing does.
    pub fn fitting_alone(self) -> Option<ToldServices> {
        self.has_fits().then_some(ToldServices { undecided: Vec::new(), unfit: Vec::new(), ..self })
    }

    /// Is anything in it for everybody who lives there?
    fn has_any_for_family(&self) -> bool {
        self.fits.iter().any(|fit| !fit.beside_danger)
    }
}

/// Takes it from a session; `None` if its form names no catalogue.
pub fn told_services(session: &Session) -> Option<ToldServices> {
    let (catalogue, matched) = session.services()?;
    let language = session.language();
    let whom = session.whom_services_are_for(&catalogue, &matched);
    let beside = session.services_beside_dangers(&catalogue, &matched);
    let fits =
        matched.needs.iter().zip(whom.into_iter().zip(beside)).map(|(found, (whom, beside_danger))| {
            let item = catalogue.item(found.item);
            let provider = |candidate: &doorstep_engine::services::Candidate| {
                catalogue.provider(candidate.provider).name.of(language).to_owned()
            };
            Fit {
                code: item.code.to_string(),
                category: item.category.to_string(),
                name: catalogue.item_label(found.item, language),
                urgent: found.urgent || found.priority == 0,
                whom,
                beside_danger,
                why: catalogue.explain_match(found, language),
                content: item.content.of(language).to_owned(),
                providers: found.candidates.iter().map(provider).collect(),
                nobody: found.nobody.as_ref().map(|nobody| catalogue.explain_nobody(nobody, language)),
            }
        });
    let undecided = matched.undecided.iter().map(|undecided| {
        let unasked = undecided.unasked.iter().map(|fact| catalogue.facts().fact(*fact));
        let mut forms: Vec<String> =
            unasked.filter_map(|fact| fact.form.as_deref().map(str::to_owned)).collect();
        forms.sort();
        forms.dedup();
        Open {
            name: catalogue.item_label(undecided.item, language),
            why: catalogue.explain_undecided(undecided, language),
            awaits: undecided.awaits.clone(),
            left_out: None,
            forms,
        }
    });
    // What nobody was asked may fit as well as not: it is undecided, and nothing else.
    let (kept_back, unfit): (Vec<_>, Vec<_>) =
        session.unfit_services().unwrap_or_default().into_iter().partition(|unfit| unfit.left_out.is_some());
    let kept_back = kept_back.into_iter().map(|unfit| Open {
        name: catalogue.item_label(unfit.unsuitable.item, language),
        why: catalogue.explain_unsuitable(&unfit.unsuitable, language),
        awaits: Vec::new(),
        left_out: unfit.left_out,
        forms: Vec::new(),
    });
    let unfit = unfit.into_iter().map(|unfit| Unfit {
        code: catalogue.item(unfit.unsuitable.item).code.to_string(),
        name: catalogue.item_label(unfit.unsuitable.item, language),
        why: catalogue.explain_unsuitable(&unfit.unsuitable, language),
    });
    Some(ToldServices {
        notice: catalogue.notice(&matched.area, language),
        fits: fits.collect(),
        undecided: undecided.chain(kept_back).collect(),
        unfit: unfit.collect(),
        about: session.entities().into_iter().flatten().map(|change| change.id).collect(),
    })
}

/// The section.
#[component]
pub fn Services(
    told: ToldServices,
    /// May nothing be passed on to providers?
    no_referral: bool,
    /// Is the survey under way? Then nothing is referred from here yet.
    draft: bool,
) -> impl IntoView {
    let words = use_reader().words_now();
    let for_family = told.has_any_for_family();
    let ToldServices { notice, fits, undecided, unfit, about } = told;
    // What can still be decided may fit.
    let none = fits.is_empty() && undecided.is_empty();
    let rows = fits.into_iter().map(|fit| {
        let refer = (!draft).then(|| {
            // The service is chosen in what is begun, as whom it is about is: its class first, which brings up its services.
            let about = [&about[..], &[fit.category.clone(), fit.code.clone()]].concat();
            let forms = vec![REFERRAL.to_owned()];
            view! { <div class="actions screen-only" data-refer=fit.code.clone()><BeginForms forms about /></div> }
        });
        let providers = match &fit.nobody {
            Some(nobody) => nobody.clone(),
            None => (words.providers)(&fit.providers.join(words.between)),
        };
        let whom = (!fit.whom.is_empty()).then(|| (words.concerns)(&fit.whom.join(words.between)));
        view! {
            <li class:for-office=fit.beside_danger>
                <details class="dimension" data-service=fit.code>
                    <summary>
                        <span class="dimension-row">
                            <span class="grow">{fit.name}</span>
                            {fit.urgent.then(|| view! { <span class="state bad">{words.urgent}</span> })}
                        </span>
                    </summary>
                    {whom.map(|whom| view! { <p data-whom="true">{whom}</p> })}
                    <p>{fit.why}</p>
                    <p class="hint">{fit.content}</p>
                    <p class="small">{providers}</p>
                    {refer}
                </details>
            </li>
        }
    });
    // One way to each form, however many services wait for it.
    let mut others: Vec<String> = undecided.iter().flat_map(|open| open.forms.clone()).collect();
    others.sort();
    others.dedup();
    let open = undecided.into_iter().map(|Open { name, why, awaits, left_out, .. }| {
        view! { <li class="reason soft">{name} " · " {why} <Awaited awaits /> <NotAsked left_out /></li> }
    });
    let open = open.collect_view();
    let unfit = unfit.into_iter().map(|Unfit { code, name, why }| {
        view! { <li class="reason soft" data-unfit=code>{name} " · " {why}</li> }
    });
    let unfit = unfit.collect_view();
    view! {
        <section class="section" class:for-office=!for_family>
            <h2>{words.services}</h2>
            {none.then(|| view! { <p class="empty">{words.services_none}</p> })}
            <div class="card">
                {no_referral.then(|| view! { <p class="notice warn for-office" data-no-referral="true">{words.report.no_referral}</p> })}
                {notice.map(|notice| view! { <p class="hint">{notice}</p> })}
                <ol class="dimension-list">{rows.collect_view()}</ol>
                {(!open.is_empty()).then(|| view! {
                    <details class="reasons">
                        <summary>{words.services_open}</summary>
                        <ul class="reason-list">{open}</ul>
                    </details>
                    <div class="screen-only"><BeginForms forms=others about /></div>
                })}
                {(!unfit.is_empty()).then(|| view! {
                    <details class="reasons" data-services="unfit">
                        <summary>{words.services_unfit}</summary>
                        <p class="hint">{words.services_unfit_explained}</p>
                        <ul class="reason-list">{unfit}</ul>
                    </details>
                })}
            </div>
        </section>
    }
}

#[cfg(test)]
impl ToldServices {
    /// What a family's paper names.
    pub fn names_for_family(&self) -> Vec<String> {
        self.fits.iter().filter(|fit| !fit.beside_danger).map(|fit| fit.name.clone()).collect()
    }

    /// Is all of it decided?
    pub fn decided_alone(&self) -> bool {
        self.undecided.is_empty() && self.unfit.is_empty()
    }
}
