//! Says of words and figures that they are made of an answer that breaks its rule, and leads to it.

use doorstep_engine::assess::Awaits;
use doorstep_engine::view::Key;
use leptos::prelude::*;

use super::live::{Live, live};
use super::seek_link::SeekLink;
use crate::platform::page;
use crate::state::answering::Answering;
use crate::state::reader::use_reader;
use crate::state::seeking::field_id;

/// Shown while there is such an answer behind the question.
pub fn rests_on_rejected(answering: Answering, key: Key) -> Live<Option<AnyView>> {
    let reader = use_reader();
    let behind = Memo::new(move |_| {
        if !answering.any_rejected.get() {
            return Vec::new();
        }
        reader.language();
        answering.revision.track();
        answering.left.track();
        let mut behind = answering.with(|session| session.rejected_behind(key));
        // No scolding while typing.
        behind.retain(|each| !page::has_focus(&field_id(each.key)));
        behind
    });
    live(move || {
        let behind = behind.get();
        (!behind.is_empty()).then(|| {
            let links = behind.into_iter().map(|each| link(answering, each)).collect_view();
            view! {
                <div class="notice warn" role="status" data-rests-on-rejected="true">
                    <p class="small">{reader.words_now().rests_on_rejected}</p>
                    <ul>{links}</ul>
                </div>
            }
            .into_any()
        })
    })
}

fn link(answering: Answering, each: Awaits) -> AnyView {
    view! {
        <li><SeekLink key=each.key words=each.question go=move |key| answering.sought.set(Some(key)) /></li>
    }
    .into_any()
}
