//! Says that the server lets this phone send nothing, why, and what to do, wherever somebody may wonder.

use leptos::prelude::*;
use leptos_router::components::A;

use super::live::live;
use crate::state::device::Device;
use crate::state::enrolment::{ShutOut, shut_out};
use crate::state::reader::say;

/// The notice, as long as it is so. `here`: on the settings page itself, which needs no way there.
#[component]
pub fn ShutOutNotice(device: Device, #[prop(optional)] here: bool) -> impl IntoView {
    let now = Memo::new(move |_| {
        shut_out(device).map(|out| (out, device.enrolment.with(Option::is_some), device.is_revoked()))
    });
    live(move || {
        let (out, is_enrolled, forgotten) = now.get()?;
        let revoked = out == ShutOut::Revoked;
        let (name, class) = if revoked { ("revoked", "notice danger") } else { ("unknown", "notice warn") };
        let said = say(move |w| match (out, is_enrolled) {
            (ShutOut::Revoked, _) => w.settings.shut_out_revoked,
            (ShutOut::Unknown, true) => w.settings.shut_out_forgotten,
            (ShutOut::Unknown, false) => w.settings.shut_out_unknown,
        });
        let how = say(move |w| match (revoked, forgotten) {
            (true, true) => w.settings.shut_out_forgotten_how,
            (true, false) => w.settings.shut_out_revoked_how,
            (false, _) => w.settings.shut_out_how,
        });
        let settings = (!here).then(|| {
            view! { <A href="/settings" attr:class="button" attr:data-action="to-settings">{say(|w| w.settings.to_settings)}</A> }
        });
        let rescue = revoked.then(|| {
            view! { <A href="/rescue" attr:class="button" attr:data-action="to-rescue">{say(|w| w.settings.hand_over)}</A> }
        });
        Some(
            view! {
                <div class=class data-shut-out=name data-forgotten=forgotten.to_string() role="status">
                    <p><strong>{said}</strong></p>
                    <p>{how}</p>
                    {(!here || revoked).then(|| view! { <div class="actions">{settings} {rescue}</div> })}
                </div>
            }
            .into_any(),
        )
    })
}
