//! What a form wants logged of how it is filled in: `orx:audit` in its metadata, with the attributes of its bind (ODK XForms, *Metadata* and *Audit attributes*).

use super::{BindOf, Skeleton, SkeletonKind, meta};
use crate::view::NodeId;
use rustc_hash::FxHashMap;

/// What is logged beside which questions were looked at, and when.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Audit {
    /// The node that names the log's file.
    pub(crate) node: NodeId,
    /// Where the device was; `None`: not to be logged.
    pub places: Option<AuditPlaces>,
    /// What stood in a question before and after (`track-changes`).
    pub changes: bool,
    /// Why a survey that was finished once was changed (`track-changes-reasons`).
    pub reasons: bool,
    /// Who fills it in, by their own word (`identify-user`).
    pub user: bool,
}

/// How places are logged.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AuditPlaces {
    /// How exactly they are measured.
    pub priority: AuditPriority,
    /// How often at most, in seconds.
    pub min_interval_s: u32,
    /// How old a place may be to be logged, in seconds.
    pub max_age_s: u32,
}

/// How exactly places are measured, and at which cost of power.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AuditPriority {
    /// As exactly as the device can.
    High,
    /// To about a hundred metres.
    Balanced,
    /// To about ten kilometres.
    Low,
    /// Only what costs nothing: a browser never has that.
    None,
}

/// Reads it; `None` if the form wants no log. Places are logged with all three of their attributes, or not at all.
pub(super) fn read(form: &Skeleton, binds: &FxHashMap<NodeId, BindOf<'_>>) -> Option<Audit> {
    let node = meta::find(form, "audit")?;
    if !matches!(form.node(node).kind, SkeletonKind::Leaf(_)) {
        return None;
    }
    let said = |name: &str| binds.get(&node)?.odk(name).map(|written| written.text.trim().to_owned());
    let is = |name: &str, wanted: &str| said(name).as_deref() == Some(wanted);
    Some(Audit {
        node,
        places: places(&said),
        changes: is("track-changes", "true"),
        reasons: is("track-changes-reasons", "on-form-edit"),
        user: is("identify-user", "true"),
    })
}

fn places(said: &dyn Fn(&str) -> Option<String>) -> Option<AuditPlaces> {
    let priority = match said("location-priority")?.as_str() {
        "high-accuracy" => AuditPriority::High,
        "balanced" => AuditPriority::Balanced,
        "low-power" => AuditPriority::Low,
        "no-power" => AuditPriority::None,
        _ => return None,
    };
    let number = |name: &str| said(name)?.parse().ok();
    let (min_interval_s, max_age_s) = (number("location-min-interval")?, number("location-max-age")?);
    Some(AuditPlaces { priority, min_interval_s, max_age_s })
}
