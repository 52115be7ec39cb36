//! The keys of form JSON: XLSForm's columns in one spelling each, and what JSON says in its own way.

use crate::definition::rows::Column;

pub(super) const TOP_KEYS: &[&str] =
    &["$schema", "settings", "choices", "survey", "assessment", "entities", "external_choices", "osm"];

pub(super) const SETTINGS_KEYS: &[&str] = &[
    "form_id",
    "version",
    "title",
    "default_language",
    "instance_name",
    "instance_id",
    "public_key",
    "submission_url",
    "auto_send",
    "auto_delete",
    "style",
    "services",
    "for_roles",
    "name",
    "namespaces",
    "instance_xmlns",
    "allow_choice_duplicates",
    "prefix",
    "delimiter",
    "attributes",
];

pub(super) const ROW_KEYS: &[&str] = &[
    "type",
    "name",
    "label",
    "hint",
    "guidance_hint",
    "image",
    "big-image",
    "audio",
    "video",
    "autoplay",
    "relevant",
    "constraint",
    "constraint_message",
    "required",
    "required_message",
    "read_only",
    "calculation",
    "appearance",
    "parameters",
    "choice_filter",
    "repeat_count",
    "default",
    "trigger",
    "save_to",
    "intent",
    "disabled",
    "item_label",
    "starts_with",
    "starts_with_in_new",
    "bind",
    "body",
    "instance",
    "media",
    "children",
];

/// May a column have words by language?
pub(super) fn is_translated(column: &Column) -> bool {
    super::is_words(column.group, &column.name)
}
