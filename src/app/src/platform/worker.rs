//! The service worker, `public/sw.js`: keeps the app's files, so that it starts without a network.
//!
//! A new build waits until no form is open in any tab, and is then told to take over: a survey is finished with
//! the build it was started with. A build that does not start gives way to the last that did: see [`started`].

use std::cell::{Cell, RefCell};

use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    RegistrationOptions, ServiceWorker, ServiceWorkerContainer, ServiceWorkerRegistration,
    ServiceWorkerState, ServiceWorkerUpdateViaCache,
};

use super::events::{listen, window};
use super::{locks, page, timer};

/// How often a running app looks for a new build, in milliseconds.
const CHECK_EVERY_MS: u32 = 60 * 60 * 1000;
/// What is not needed to fill in a form is fetched when the page has been up for so long.
const REST_AFTER_MS: u32 = 3_000;

thread_local! {
    static REGISTRATION: RefCell<Option<ServiceWorkerRegistration>> = const { RefCell::new(None) };
    static TAKING_OVER: Cell<bool> = const { Cell::new(false) };
}

/// Registers the worker, and calls `waiting` each time a new build is there and waits.
/// `false`: this browser, or an address without https, has no service workers: the app works online only.
pub async fn register(waiting: impl Fn() + Clone + 'static) -> bool {
    let Some(container) = container() else { return false };
    let options = RegistrationOptions::new();
    // A cached worker script would hide a new build for a day.
    options.set_update_via_cache(ServiceWorkerUpdateViaCache::None);
    let promise = container.register_with_options("/sw.js", &options);
    let Ok(registration) = JsFuture::from(promise).await else { return false };
    let registration: ServiceWorkerRegistration = registration.unchecked_into();

    watch(&container, &registration, waiting);
    let again = registration.clone();
    let every = timer::every(CHECK_EVERY_MS, move || {
        // Fails without a network; the next hour comes.
        let _ = again.update();
    });
    std::mem::forget(every);
    REGISTRATION.set(Some(registration));
    true
}

/// Waits until the app's files are all kept: from then on it starts without a network.
pub async fn ready() {
    match container().and_then(|container| container.ready().ok()) {
        Some(ready) => {
            let _ = JsFuture::from(ready).await;
        }
        None => std::future::pending().await,
    }
}

/// Has the worker fetch and keep what is not needed to fill in a form, once the page has been up for a while and has all that is.
/// Without a network the next start does it; whoever opens such a page before fetches it then.
pub async fn fetch_rest() {
    let Some(ready) = container().and_then(|container| container.ready().ok()) else { return };
    let Ok(registration) = JsFuture::from(ready).await else { return };
    timer::sleep(REST_AFTER_MS).await;
    if let Some(active) = registration.unchecked_into::<ServiceWorkerRegistration>().active() {
        let _ = active.post_message(&"fetch-rest".into());
    }
}

/// Says that the app is up. Where no page of a build ever says so, the worker goes back to the last build of which one did.
pub fn started() {
    // The very first page came from the network: the next one says it.
    if let Some(controller) = container().and_then(|container| container.controller()) {
        let _ = controller.post_message(&"started".into());
    }
}

/// Lets the waiting build take over and loads the page anew, unless a form is open in any tab.
/// `false`: nothing waits, or a form is open.
pub async fn take_over() -> bool {
    let waiting = REGISTRATION.with_borrow(|registration| registration.as_ref().and_then(|r| r.waiting()));
    let Some(waiting) = waiting else { return false };
    if locks::any_draft_open().await {
        return false;
    }
    TAKING_OVER.set(true);
    waiting.post_message(&"take-over".into()).is_ok()
}

fn watch(
    container: &ServiceWorkerContainer,
    registration: &ServiceWorkerRegistration,
    waiting: impl Fn() + Clone + 'static,
) {
    // The first worker ever replaces nothing: there is no news in it.
    let controlled = container.clone();
    let waiting = move || {
        if controlled.controller().is_some() {
            waiting();
        }
    };
    if registration.waiting().is_some() {
        waiting();
    }
    let found = registration.clone();
    listen(registration, "updatefound", move |_| {
        if let Some(installing) = found.installing() {
            when_installed(&installing, waiting.clone());
        }
    })
    .forget();
    listen(container, "controllerchange", |_| {
        // Another tab may have let it take over: this one goes on with its own build.
        if TAKING_OVER.get() {
            page::reload();
        }
    })
    .forget();
}

fn when_installed(installing: &ServiceWorker, then: impl Fn() + 'static) {
    let worker = installing.clone();
    listen(installing, "statechange", move |_| {
        if worker.state() == ServiceWorkerState::Installed {
            then();
        }
    })
    .forget();
}

/// The browser has none in a page without https, and then its getter gives nothing, whatever its type says.
fn container() -> Option<ServiceWorkerContainer> {
    let container = js_sys::Reflect::get(&window().navigator(), &"serviceWorker".into()).ok()?;
    container.dyn_into().ok()
}
