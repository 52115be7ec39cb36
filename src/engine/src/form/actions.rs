//! Actions: values that are set when something happens (ODK XForms, *Actions*).

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::program::ExprId;
use crate::form::ScopeDefId;
use crate::view::NodeId;
use crate::xml::Tag;
use std::sync::Arc;

/// When an action runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Event {
    /// The form is opened for the first time.
    FirstLoad,
    /// The form is opened, also again.
    Load,
    /// An instance is added to the repeat that it stands in.
    NewRepeat,
    /// The value of the control that it stands in was changed.
    ValueChanged,
}

/// What an action does.
#[derive(Clone, Debug)]
pub(crate) enum Effect {
    /// Sets the target to what an expression gives.
    Calculate(ExprId),
    /// Sets the target to a text.
    Literal(Arc<str>),
    /// Asks the device where it is.
    Geopoint,
    /// Asks the device to record sound.
    Audio(SoundQuality),
}

/// How well sound is recorded, as `odk:quality` says (XLSForm, *background-audio*).
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub enum SoundQuality {
    /// `normal`: as good as needed.
    Normal,
    /// `low`.
    Low,
    /// `voice-only`: what was said can be understood. Also where nothing is said.
    #[default]
    VoiceOnly,
}

impl SoundQuality {
    pub(super) fn named(name: Option<&str>) -> SoundQuality {
        match name.unwrap_or_default().trim() {
            "normal" => SoundQuality::Normal,
            "low" => SoundQuality::Low,
            _ => SoundQuality::VoiceOnly,
        }
    }
}

/// An action.
#[derive(Clone, Debug)]
pub(crate) struct Action {
    pub events: Box<[Event]>,
    /// The node that is set.
    pub target: NodeId,
    /// The scope of the target's instances.
    pub scope: ScopeDefId,
    /// The scope that holds the target and what the action stands in.
    pub common: ScopeDefId,
    /// The repeat whose new instances it waits for.
    pub repeat: Option<NodeId>,
    pub effect: Effect,
    /// What picks one of the target's instances, where the reference has a predicate.
    pub picked: Option<ExprId>,
}

/// The events of an action's `event` attribute.
pub(super) fn events(element: Tag<'_>, found: &mut Diagnostics) -> Vec<Event> {
    let Some(written) =
        element.attribute("event").or_else(|| element.attribute_in(&crate::xml::Namespace::Events, "event"))
    else {
        found.push(
            Diagnostic::error("missing-key", element.span, "this action has no `event`")
                .hint("say when it runs, such as `event=\"odk-instance-first-load\"`"),
        );
        return Vec::new();
    };
    let mut events = Vec::new();
    for name in written.text.split_whitespace() {
        match name {
            "odk-instance-first-load" => events.push(Event::FirstLoad),
            "odk-instance-load" | "xforms-ready" => events.push(Event::Load),
            "odk-new-repeat" | "jr-insert" => events.push(Event::NewRepeat),
            "xforms-value-changed" => events.push(Event::ValueChanged),
            other => {
                let known = [
                    "odk-instance-first-load",
                    "odk-instance-load",
                    "odk-new-repeat",
                    "xforms-value-changed",
                ];
                found.push(
                    Diagnostic::error("unknown-event", written.span, format!("there is no event `{other}`"))
                        .did_you_mean(other, known),
                );
            }
        }
    }
    events
}
