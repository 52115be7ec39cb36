//! One type for everything that follows a signal on the screen, and for every list of rows.
//!
//! Each closure in a view is a type of its own, and brings its own copy of Leptos' machinery into the bundle, about
//! two kilobytes apiece; boxed, they share one. A call through a box costs nothing beside what it draws.

use leptos::prelude::*;

/// A value that is taken anew when what it reads changes.
pub type Live<T> = Box<dyn Fn() -> T + Send + Sync>;

/// Boxes a closure.
pub fn live<T>(read: impl Fn() -> T + Send + Sync + 'static) -> Live<T> {
    Box::new(read)
}

/// Part of a page that is there while something holds; built anew each time it comes.
pub fn shown_when(
    holds: impl Fn() -> bool + Send + Sync + 'static,
    show: impl Fn() -> AnyView + Send + Sync + 'static,
) -> Live<Option<AnyView>> {
    let holds = Memo::new(move |_| holds());
    Box::new(move || holds.get().then(&show))
}

/// A row of a list: its key, and how it is built when it comes.
pub struct Row {
    key: String,
    show: Box<dyn FnOnce() -> AnyView + Send>,
}

impl Row {
    /// A row that stays as long as its key does.
    pub fn new<V: IntoView + 'static>(key: impl ToString, show: impl FnOnce() -> V + Send + 'static) -> Row {
        Row { key: key.to_string(), show: Box::new(move || show().into_any()) }
    }
}

/// A list: rows come, go and move by their keys.
pub fn rows(each: impl Fn() -> Vec<Row> + Send + Sync + 'static) -> AnyView {
    let each: Live<Vec<Row>> = Box::new(each);
    view! { <For each key=|row| row.key.clone() children=|row| (row.show)() /> }.into_any()
}
