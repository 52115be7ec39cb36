//! What the parts do, each in one piece with the rest: what a test runs, and what a program that is taken apart has in its parts.

use std::rc::Rc;

use doorstep_delivery::deliver::Run;
use doorstep_delivery::{Uuid, Wake};
use leptos::prelude::*;

use super::{Answering, Device, IndexedDb, Looked, Map, Turning, Work};
use crate::components::map::map_view;
use crate::pages;
use crate::state::{pulling, sending};

macro_rules! pages {
    ($($name:ident($($given:ident: $kind:ty),*) $view:expr;)*) => {
        $(
            #[allow(missing_docs)]
            pub fn $name($($given: $kind),*) -> AnyView {
                $view.into_any()
            }
        )*
    };
}

pages! {
    day() pages::day::DayPage();
    households() pages::households::HouseholdsPage();
    household() pages::households::HouseholdPage();
    counts() pages::households::CountsPage();
    referred() pages::referred::ReferredPage();
    begin() pages::begin::BeginPage();
    rescue() pages::rescue::RescuePage();
    safety() pages::safety::SafetyPage();
    pin() pages::safety::PinPage();
    pin_owed() pages::safety::PinOwed();
    settings() pages::settings::SettingsPage();
    diagnostics() pages::diagnostics::DiagnosticsPage();
    begin_kiosk() pages::kiosk::BeginKiosk();
    kiosk() pages::kiosk::KioskPage();
    go_on() pages::go_on::GoOnPage();
    hand_on() pages::hand_on::HandOnPage();
    gallery() pages::gallery::GalleryPage();
    choose() pages::choose::Choose();
    unlock() pages::unlock::Unlock();
    outbox() pages::outbox::OutboxPage();
    practice_over(answering: Answering, id: Uuid) view! { <pages::practise::PracticeOver answering id /> };
    review(answering: Answering, turning: Turning) view! { <pages::review::Review answering turning /> };
    assessment(answering: Answering, turning: Turning) view! { <pages::assessment::AssessmentPage answering turning /> };
    map(map: Map) map_view(map);
    sealed_assessment(session: Looked, id: Uuid) view! { <pages::assessment::SealedAssessment session id /> };
}

/// Takes down what the server has.
pub fn pull(device: Device, store: Rc<IndexedDb>) -> Work<()> {
    Box::pin(async move {
        pulling::run(device, &store).await;
        Some(())
    })
}

/// Sends what can be read of a store.
pub fn send(device: Device, store: Rc<IndexedDb>, wake: Wake) -> Work<Option<Run>> {
    Box::pin(async move { Some(sending::send(device, &store, wake).await) })
}

/// All in one piece.
#[cfg(test)]
pub static WHOLE: super::Parts = crate::all_parts!();
