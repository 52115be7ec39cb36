//! Pictures, sounds and films that a form brings along: beside a question's words, or a choice's.
//!
//! Kept here: what is not on the device yet is a line with a way to fetch it, and what the form names and has not is said, and neither keeps anybody from answering;
//! nothing plays by itself unless the form says so; each address that a file is shown under goes with what shows it.

use std::sync::Arc;

use doorstep_engine::MediaFile;
use doorstep_engine::view::{self, ChoiceView, QuestionView};
use leptos::html::Dialog;
use leptos::prelude::*;

use super::media_waiting::{one_waits, waiting};
use super::{Asked, image_map};
use crate::components::icon::{Icon, Shape};
use crate::components::live::{live, shown_when};
use crate::platform::picked::Shown;
use crate::platform::timer;
use crate::state::device::Device;
use crate::state::media;
use crate::state::reader::{say, use_reader};

/// What it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    Picture,
    Sound,
    Film,
}

/// A file beside words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Beside {
    pub kind: Kind,
    /// As the form names it: `jr://images/well.png`.
    pub address: Arc<str>,
    /// Of a picture: the same larger, for who wants to look closer.
    pub large: Option<Arc<str>>,
}

impl Beside {
    /// A picture and no more.
    pub fn picture(address: Arc<str>) -> Beside {
        Beside { kind: Kind::Picture, address, large: None }
    }
}

/// Where a file is to be found.
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// A drawing that is text in the form.
    Drawing(Arc<str>),
    /// Listed by its hash.
    Listed(MediaFile),
    /// Named, and nowhere in the form: its name.
    Missing(String),
}

/// Where the file at an address is; nothing where the form works out no address.
pub fn found(asked: Asked, address: &str) -> Option<Found> {
    let name = address.trim().rsplit('/').next().filter(|name| !name.is_empty())?;
    asked.answering.with(|session| {
        let form = session.form();
        Some(match (form.picture(address.trim()), form.media(address.trim())) {
            (Some(svg), _) => Found::Drawing(svg.into()),
            (None, Some(file)) => Found::Listed(file.clone()),
            (None, None) => Found::Missing(name.to_owned()),
        })
    })
}

/// What stands beside a question's words, in the order in which it is shown.
fn beside(view: &QuestionView) -> Vec<Beside> {
    let media = view.media.iter().map(|(form, address)| (form.clone(), address.as_str().into()));
    in_order(&media.collect::<Vec<view::Beside>>())
}

/// What stands beside a choice's. A touch on it chooses: nothing is looked at closer there.
pub fn beside_choice(choice: &ChoiceView) -> Vec<Beside> {
    let mut all = choice.media.as_deref().map(in_order).unwrap_or_default();
    all.iter_mut().for_each(|it| it.large = None);
    all
}

fn in_order(media: &[view::Beside]) -> Vec<Beside> {
    let of = |wanted: &str| -> Option<Arc<str>> {
        media.iter().find(|(form, _)| **form == *wanted).map(|(_, address)| address.clone())
    };
    let (image, large) = (of("image"), of("big-image"));
    let picture = match (image, large) {
        (Some(address), large) => Some(Beside { kind: Kind::Picture, address, large }),
        (None, Some(address)) => Some(Beside::picture(address)),
        (None, None) => None,
    };
    let other = |kind, form| of(form).map(|address| Beside { kind, address, large: None });
    picture.into_iter().chain(other(Kind::Sound, "audio")).chain(other(Kind::Film, "video")).collect()
}

/// What the form wants to begin by itself as soon as the question is seen. Not where all questions are on one page: all would begin at once.
fn begins(asked: Asked) -> Option<Kind> {
    let said = asked.view.with_untracked(|view| {
        let said = view.parameters.iter().find(|(name, _)| &**name == "autoplay");
        said.map(|(_, what)| what.clone())
    });
    match said.as_deref() {
        _ if asked.answering.whole => None,
        Some("audio") => Some(Kind::Sound),
        Some("video") => Some(Kind::Film),
        _ => None,
    }
}

/// What stands beside a question's words. A drawing whose parts are chosen is shown by its control.
pub fn beside_words(asked: Asked) -> impl IntoView {
    let all = Memo::new(move |_| {
        let mut all = asked.view.with(beside);
        if asked.looks(image_map::MAP) {
            let is_map = |it: &Beside| matches!(found(asked, &it.address), Some(Found::Drawing(_)));
            all.retain(|it| it.kind != Kind::Picture || !is_map(it));
        }
        all
    });
    shown_when(
        move || all.with(|all| !all.is_empty()),
        move || {
            let begins = begins(asked);
            let one = move |it: Beside| {
                let begins = begins == Some(it.kind);
                view! { <Medium asked it begins /> }
            };
            view! {
                {live(move || all.get().into_iter().map(one).collect_view())}
                {waiting(asked, all.into())}
            }
            .into_any()
        },
    )
}

/// One of them. `of`: the words of the choice that it stands beside; it stands beside the question's where there are none.
#[component]
pub fn Medium(
    asked: Asked,
    it: Beside,
    #[prop(optional)] begins: bool,
    #[prop(optional, into)] of: Option<String>,
) -> impl IntoView {
    let shown = StoredValue::new_local(None::<Shown>);
    let url = RwSignal::new(None::<String>);
    // Without a device nothing says so of all of them together.
    let failed = RwSignal::new(false);
    let show = move |it: Shown| {
        url.set(Some(it.url().to_owned()));
        shown.set_value(Some(it));
    };
    match found(asked, &it.address) {
        Some(Found::Drawing(svg)) => {
            Shown::new(svg.as_bytes(), "image/svg+xml").into_iter().for_each(show);
        }
        Some(Found::Listed(file)) => {
            let device = use_context::<Device>();
            let holds = file.clone();
            let is_here =
                Memo::new(move |_| device.is_none_or(|device| device.media.holds(&holds) == Some(true)));
            Effect::new(move || {
                if !is_here.get() || url.with_untracked(Option::is_some) {
                    return;
                }
                let file = file.clone();
                timer::spawn(async move {
                    let found = media::shown(device, &file).await;
                    if !url.is_disposed() {
                        failed.set(found.is_none() && device.is_none());
                        found.into_iter().for_each(show);
                    }
                });
            });
        }
        Some(Found::Missing(_)) | None => {}
    }
    let Beside { kind, large, .. } = it;
    let waits = shown_when(
        move || failed.get(),
        move || view! { <p class="soft small">{say(move |w| one_waits(kind, w))}</p> }.into_any(),
    );
    let is_choices = of.is_some();
    let label = move || of.clone().unwrap_or_else(|| label(asked));
    let seen = live(move || {
        let label = label.clone();
        url.get().map(|url| match kind {
            Kind::Picture if is_choices => view! { <img class="drawing" src=url alt="" /> }.into_any(),
            Kind::Picture => picture(asked, url, large.clone()),
            Kind::Sound => view! {
                <audio class="played" controls preload="metadata" src=url autoplay=begins aria-label=live(label)></audio> }
            .into_any(),
            Kind::Film => view! {
                <video class="played" controls playsinline preload="metadata" src=url autoplay=begins aria-label=live(label)></video> }
            .into_any(),
        })
    });
    view! { {seen} {waits} }
}

/// The question's words.
fn label(asked: Asked) -> String {
    asked.view.with(|view| view.label.clone())
}

fn picture(asked: Asked, url: String, large: Option<Arc<str>>) -> AnyView {
    let reader = use_reader();
    let alt = live(move || (reader.language().words().media.picture_of)(&label(asked)));
    let image = view! { <img class="drawing" src=url alt=alt /> }.into_any();
    let Some(large) = large else { return image };
    let is_open = RwSignal::new(false);
    let called = live(move || (reader.language().words().media.larger)(&label(asked)));
    view! {
        <button type="button" class="look-closer" data-action="look-closer" aria-label=called on:click=move |_| is_open.set(true)>
            {image}
            <Icon shape=Shape::Plus small=true />
        </button>
        {shown_when(move || is_open.get(), move || view! { <Large asked address=large.clone() is_open /> }.into_any())}
    }
    .into_any()
}

/// The larger picture, over the page.
#[component]
fn Large(asked: Asked, address: Arc<str>, is_open: RwSignal<bool>) -> impl IntoView {
    let dialog = NodeRef::<Dialog>::new();
    Effect::new(move || {
        if let Some(dialog) = dialog.get() {
            // Fails only if it is open already.
            let _ = dialog.show_modal();
        }
    });
    view! {
        <dialog node_ref=dialog class="large-picture" aria-label=live(move || label(asked)) on:close=move |_| is_open.set(false)>
            <div class="pan" tabindex="0" role="group" aria-label=live(move || label(asked))>
                <Medium asked it=Beside::picture(address) />
            </div>
            <button type="button" class="button" data-action="close" autofocus on:click=move |_| is_open.set(false)>
                {say(|w| w.media.close)}
            </button>
        </dialog>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view_with(media: &[(&str, &str)]) -> QuestionView {
        let text = r#"{"settings": {"form_id": "a", "version": "1"}, "survey": [{"type": "text", "name": "q", "label": "Q"}]}"#;
        let bundle = doorstep_engine::Bundle::single(doorstep_engine::Source::new("form.json", text));
        let form = doorstep_engine::Form::read(&bundle).form.expect("it is sound");
        let session = doorstep_engine::Session::new(form, doorstep_engine::World::default());
        let key =
            session.nodes().into_iter().find(|key| session.path(*key).ends_with("/q")).expect("it is there");
        let mut view = session.question(key).expect("it is a question");
        view.media = media.iter().map(|(form, address)| ((*form).into(), (*address).to_owned())).collect();
        view
    }

    #[test]
    fn picture_then_sound_then_film_and_the_large_picture_behind_the_small_one() {
        let view = view_with(&[
            ("video", "jr://video/v.mp4"),
            ("short", "Q"),
            ("big-image", "jr://images/big.png"),
            ("audio", "jr://audio/a.wav"),
            ("image", "jr://images/small.png"),
        ]);
        let all = beside(&view);
        let said: Vec<(Kind, &str)> = all.iter().map(|it| (it.kind, &*it.address)).collect();
        assert_eq!(
            said,
            [
                (Kind::Picture, "jr://images/small.png"),
                (Kind::Sound, "jr://audio/a.wav"),
                (Kind::Film, "jr://video/v.mp4"),
            ]
        );
        assert_eq!(all[0].large.as_deref(), Some("jr://images/big.png"));
        let alone = beside(&view_with(&[("big-image", "jr://images/big.png")]));
        assert_eq!(alone, [Beside::picture("jr://images/big.png".into())]);
        assert!(beside(&view_with(&[("guidance", "more")])).is_empty());
    }
}
