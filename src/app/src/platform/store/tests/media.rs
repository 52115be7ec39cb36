//! A form's media on the shelf: asked for until they are there, shown as they are, also of forms that an older build kept, and gone with the last form that lists them.

use std::slice::from_ref;
use std::sync::Arc;

use doorstep_delivery::media::{Lacking, Shelf};
use doorstep_engine::{Bundle, MediaFile, Source};

use super::super::records::MEDIA;
use super::*;

/// Files are never the same twice.
fn a_picture() -> (MediaFile, Vec<u8>) {
    let bytes = [b"\x89PNG\r\n\x1a\n".as_slice(), &clock::random_bytes::<32>()].concat();
    (MediaFile::of("well.png", &bytes).expect("it is a picture"), bytes)
}

fn bundle_with(files: &[&MediaFile]) -> String {
    let named = |(place, file): (usize, &&MediaFile)| MediaFile {
        name: format!("{place}.png").into(),
        ..(*file).clone()
    };
    let bundle = Bundle::single(Source::new("form.json", "{}"));
    let bundle = bundle.with_media(files.iter().enumerate().map(named).collect());
    bundle.expect("they are few").to_json()
}

fn hashes(lacking: &Lacking) -> Vec<Arc<str>> {
    lacking.files.iter().map(|file| file.sha256.clone()).collect()
}

async fn held(store: &IndexedDb) -> Vec<Arc<str>> {
    store.media_held().await.unwrap().into_iter().collect()
}

#[wasm_bindgen_test]
async fn media_are_lacking_until_they_are_there_and_those_of_forms_in_force_come_first() {
    let store = a_store().await;
    let ((old, _), (new, bytes), (both, _)) = (a_picture(), a_picture(), a_picture());
    store.save_form(&a_form("visit", "v1", true), &bundle_with(&[&old, &both])).await.unwrap();
    store.save_form(&a_form("visit", "v2", true), &bundle_with(&[&both, &new])).await.unwrap();
    store.save_form(&a_form("plain", "p1", true), "{1}").await.unwrap();
    let lacking = store.lacking().await.unwrap();
    assert_eq!(hashes(&lacking), [&both, &new, &old].map(|file| file.sha256.clone()));
    assert_eq!(lacking.kept, 0);

    store.put_up(&new, &bytes).await.unwrap();
    let lacking = store.lacking().await.unwrap();
    assert_eq!(hashes(&lacking), [&both, &old].map(|file| file.sha256.clone()));
    assert_eq!(lacking.kept, new.size);
    assert_eq!(held(&store).await, from_ref(&new.sha256));

    // As it is kept so it is shown, and not under another's size.
    let shown = store.media_shown(&new).await.unwrap().expect("it is here");
    assert!(shown.url().starts_with("blob:"));
    assert_eq!(store.media_bytes(&new).await, Ok(Some(bytes)));
    assert!(store.media_shown(&MediaFile { size: new.size + 1, ..new.clone() }).await.unwrap().is_none());
    assert!(store.media_shown(&old).await.unwrap().is_none());
    // A form beside it is what it was.
    assert_eq!(store.load_form("v2").await, Ok(Some(bundle_with(&[&both, &new]))));
}

#[wasm_bindgen_test]
async fn what_an_older_build_kept_of_a_form_is_looked_up_once() {
    let store = a_store().await;
    let (file, _) = a_picture();
    store.save_form(&a_form("visit", "v1", true), &bundle_with(&[&file])).await.unwrap();
    let kept = store.get(FORMS, "v1").await.unwrap().unwrap();
    js_sys::Reflect::delete_property(&Object::from(kept.clone()), &MEDIA.into()).unwrap();
    write(&store, FORMS, &"v1".into(), &kept).await;
    assert_eq!(hashes(&store.lacking().await.unwrap()), from_ref(&file.sha256));
    let noted = store.get(FORMS, "v1").await.unwrap().unwrap();
    assert!(field(&noted, MEDIA).as_string().unwrap().contains(&*file.sha256));
    assert_eq!(store.forms().await.unwrap().items, [a_form("visit", "v1", true)]);
}

#[wasm_bindgen_test]
async fn media_stay_as_long_as_a_draft_needs_their_form_and_go_with_it() {
    let store = a_store().await;
    let ((old, old_bytes), (both, both_bytes)) = (a_picture(), a_picture());
    let first = a_form("visit", "v1", true);
    store.save_form(&first, &bundle_with(&[&old, &both])).await.unwrap();
    let mut draft = a_draft();
    draft.form = first.form.clone();
    store.create_draft(&draft, PEN).await.unwrap();
    for (file, bytes) in [(&old, &old_bytes), (&both, &both_bytes)] {
        store.put_up(file, bytes).await.unwrap();
    }
    store.save_form(&a_form("visit", "v2", true), &bundle_with(&[&both])).await.unwrap();
    assert!(store.drop_unused_forms().await.unwrap().is_empty());
    assert_eq!(held(&store).await.len(), 2);

    store.delete_draft(draft.id, Moment::default()).await.unwrap();
    assert_eq!(store.drop_unused_forms().await.unwrap(), ["v1"]);
    assert_eq!(held(&store).await, from_ref(&both.sha256));

    // Forgetting asks for no key, and takes all.
    store.lock();
    store.forget_receipted(Moment::default()).await.unwrap();
    assert!(held(&store).await.is_empty());
}
