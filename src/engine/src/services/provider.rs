//! Who provides services: the ledger of the six kinds (六社), L6.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::Date;

use super::item::{self, Item, ProviderKind};
use super::table::{Known, Row};
use super::texts::Texts;
use super::words::{Lists, Reading};
use crate::diagnostic::Diagnostic;
use crate::expr::functions::is_credit_code;
use crate::source::{Span, Written};
use crate::value::half_width;

/// A provider.
#[derive(Clone, Debug)]
pub struct Provider {
    /// Its own number in the ledger.
    pub id: Arc<str>,
    /// Which of the six.
    pub kind: ProviderKind,
    /// Its name.
    pub name: Texts,
    /// 统一社会信用代码 (GB 32100, 18 characters); none for social workers, volunteers and resources that are no organisation.
    pub credit_code: Option<Arc<str>>,
    /// The codes of the services that it offers.
    pub services: Vec<Arc<str>>,
    /// Where: codes of towns (9 digits), of whole counties (6), or of the city (4).
    pub areas: Vec<Arc<str>>,
    /// How many needs it can serve in a period.
    pub capacity: u32,
    /// The period, `week` or `month`, for its reader.
    pub period: Arc<str>,
    /// What it is qualified for: names of `qualifications.csv`.
    pub qualifications: Vec<Arc<str>>,
    /// The first day of its registration; none: always was.
    pub valid_from: Option<Date>,
    /// The last day; none: no end.
    pub valid_to: Option<Date>,
    /// Whom to ask for: a role, never a person.
    pub contact: Texts,
    /// Its row.
    pub place: Span,
}

pub(super) const COLUMNS: &[Known] = &[
    Known::needed("id"),
    Known::needed("kind"),
    Known::needed("name").translated(),
    Known::optional("uscc"),
    Known::needed("services"),
    Known::needed("area"),
    Known::needed("capacity"),
    Known::optional("period"),
    Known::optional("qualification"),
    Known::optional("valid_from"),
    Known::optional("valid_to"),
    Known::optional("contact_role").translated(),
];

/// How far a provider is from a household, as far as the areas tell.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Distance {
    /// It serves the household's town or village by name.
    SameTown,
    /// It serves the whole county.
    SameCounty,
    /// It serves the whole city.
    SameCity,
}

impl Provider {
    /// Does it serve an area (the code of a county, town or village), and how near is it?
    pub fn serves(&self, area: &str) -> Option<Distance> {
        let longest = self.areas.iter().filter(|own| area.starts_with(&***own)).map(|own| own.len()).max()?;
        Some(match longest {
            9.. => Distance::SameTown,
            6..=8 => Distance::SameCounty,
            _ => Distance::SameCity,
        })
    }

    /// Is it registered on that day?
    pub fn is_valid(&self, on: Date) -> bool {
        item::is_within(on, self.valid_from, self.valid_to)
    }

    /// Has it all that is asked for?
    pub fn is_qualified(&self, asked: &[Arc<str>]) -> bool {
        asked.iter().all(|wanted| self.qualifications.contains(wanted))
    }
}

/// Makes a provider of a row; `services` are the codes that there are. What is wrong is told: a code that there is not where it stands first, as
/// `told` remembers.
pub(super) fn provider(
    row: &Row,
    lists: &Lists,
    services: &[&str],
    told: &mut BTreeSet<Arc<str>>,
    reading: &mut Reading<'_>,
) -> Option<Provider> {
    let Some(id) = row.cell("id") else { return reading.lacks(row, "this provider has no id") };
    let Some(kind) = row.cell("kind") else {
        return reading.lacks(row, &format!("`{}` is none of the six kinds", id.text));
    };
    let kind = reading.kind(kind);
    let credit_code = credit_code(row, id, kind, reading);
    for service in row.names("services").iter().filter(|service| !services.contains(&&*service.text)) {
        if !told.insert(service.text.to_arc()) {
            continue;
        }
        let message = format!("the catalogue has no service `{}`", service.text);
        let diagnostic = Diagnostic::error("unknown-service", service.span, message);
        reading.found.push(diagnostic.did_you_mean(&service.text, services.iter().copied()));
    }
    for area in row.names("area").iter().filter(|area| !lists.is_area(&area.text)) {
        let message = format!("there is no town or county `{}`", area.text);
        let known = lists.towns.names.iter().chain(&lists.counties.names).flatten().map(|(name, _)| &**name);
        let diagnostic =
            Diagnostic::error("unknown-area", area.span, message).did_you_mean(&area.text, known);
        reading.found.push(diagnostic.hint("write nine digits for a town, six for a whole county"));
    }
    let capacity = match row.cell("capacity") {
        Some(cell) => reading.whole(cell),
        None => reading.lacks(row, &format!("`{}` says not how many it can serve", id.text)),
    };
    if let Some(period) = row.cell("period") {
        reading.one_of(period, &["week", "month"]);
    }
    let (valid_from, valid_to) = reading.validity(row);
    Some(Provider {
        id: id.text.to_arc(),
        kind: kind?,
        name: Texts::of_row(row, "name"),
        credit_code,
        services: row.names("services").iter().map(|code| code.text.to_arc()).collect(),
        areas: row.names("area").iter().map(|code| code.text.to_arc()).collect(),
        capacity: capacity?,
        period: row.cell("period").map_or_else(|| "".into(), |cell| cell.text.to_arc()),
        qualifications: reading.named(&row.names("qualification"), &lists.qualifications),
        valid_from,
        valid_to,
        contact: Texts::of_row(row, "contact_role"),
        place: row.place,
    })
}

/// `idle-provider`: one that could give none of the services that it offers, by its kind or by what it is qualified for.
pub(super) fn idle(provider: &Provider, row: &Row, items: &[Item], reading: &mut Reading<'_>) {
    let offered: Vec<&Item> = items.iter().filter(|item| provider.services.contains(&item.code)).collect();
    let is_read = |code: &Arc<str>| offered.iter().any(|item| item.code == *code);
    // Of a service that could not be read nothing is known.
    if offered.is_empty() || !provider.services.iter().all(is_read) {
        return;
    }
    let of_kind =
        |item: &&Item| item.provider_kinds.is_empty() || item.provider_kinds.contains(&provider.kind);
    let kind = provider.kind.name();
    if !offered.iter().any(of_kind) {
        let place = row.cell("kind").map_or(row.place, |cell| cell.span);
        let message = format!("`{}` offers no service that a `{kind}` may give", provider.id);
        let diagnostic = Diagnostic::warning("idle-provider", place, message);
        let for_first = offered[0].provider_kinds.iter().map(|kind| kind.name()).collect::<Vec<_>>();
        let hint = format!("`{}` is given by `{}`", offered[0].code, for_first.join("`, `"));
        reading.found.push(
            diagnostic.hint(hint).hint("mend its kind, its services, or the services' `provider_kind`"),
        );
    } else if !offered
        .iter()
        .filter(|item| of_kind(item))
        .any(|item| provider.is_qualified(&item.qualifications))
    {
        let place = row.cell("qualification").map_or(row.place, |cell| cell.span);
        let message = format!("`{}` offers no service that it is qualified for", provider.id);
        let diagnostic = Diagnostic::warning("idle-provider", place, message);
        reading
            .found
            .push(diagnostic.hint("write what it is qualified for, or take away what it can't give"));
    }
}

/// The credit code, in its plain form. Organisations need one.
fn credit_code(
    row: &Row,
    id: &Written,
    kind: Option<ProviderKind>,
    reading: &mut Reading<'_>,
) -> Option<Arc<str>> {
    let Some(cell) = row.cell("uscc") else {
        use ProviderKind::{Community, Enterprise, Organisation};
        if matches!(kind, Some(Community | Organisation | Enterprise)) {
            let message = format!("`{}` is an organisation, and has no credit code", id.text);
            reading.found.push(Diagnostic::error("bad-credit-code", row.place, message));
        }
        return None;
    };
    let plain = half_width(&cell.text).to_uppercase();
    if !is_credit_code(&plain) {
        let message = match plain.chars().count() {
            18 => format!("`{}` has a wrong check character or one that no credit code has", cell.text),
            count => format!("a credit code has 18 characters, and `{}` has {count}", cell.text),
        };
        reading
            .found
            .push(Diagnostic::error("bad-credit-code", cell.span, message).hint("copy it from the licence"));
        return None;
    }
    Some(plain.into())
}
