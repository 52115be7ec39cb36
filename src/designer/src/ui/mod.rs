//! The designer's pages.

mod cell;
mod cutoffs;
mod days;
mod desk;
mod differs;
mod drawers;
mod editor;
mod files;
mod frame;
mod grid;
mod inspector;
mod keys;
mod library;
mod outline;
mod picture;
mod problems;
mod publish;
mod said;
mod server;
mod start;
mod take_away;
mod tools;
mod translate;
mod trials;
mod trying;
mod versions;
mod words;

use doorstep_app::designing::Reader;
use leptos::prelude::*;
use leptos_router::components::{FlatRoutes, Route, Router};
use leptos_router::path;

/// Where the focus goes that leaves the sheet.
const LEAVE: &str = "design-leave";

/// All of it.
#[component]
pub fn App() -> impl IntoView {
    Reader::provide();
    view! {
        <Router>
            <FlatRoutes fallback=start::StartPage>
                <Route path=path!("/design") view=start::StartPage />
                <Route path=path!("/design/:id") view=editor::EditorPage />
                <Route path=path!("/design/versions/:form") view=versions::VersionsPage />
            </FlatRoutes>
        </Router>
    }
}
