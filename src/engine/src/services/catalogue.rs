//! The catalogue as it was read: facts, services by district, providers, and the lists that they refer to.
//!
//! Invariant: it exists only without errors; every rule reads facts that there are, every provider offers services that there are, where there
//! are towns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::facts::{self, Vocabulary};
use super::item::{self, Item};
use super::provider::{self, Provider};
use super::reasons;
use super::table::{self, Row};
use super::words::{self, Lists, Reading};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::expr::program::Program;
use crate::source::{Bundle, Source, Span};

/// A service in a district's catalogue, by its place there.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ItemId(pub u16);

/// A provider of a catalogue, by its place in `providers.csv`, from 0.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct ProviderId(pub u32);

/// A catalogue of services.
#[derive(Debug)]
pub struct Catalogue {
    pub(super) vocabulary: Vocabulary,
    pub(super) program: Program,
    pub(super) lists: Lists,
    /// All services that any district has, in the order of their classes and numbers.
    items: Vec<Item>,
    /// What the city offers.
    base: Vec<ItemId>,
    /// What each district offers that has a file of its own.
    districts: BTreeMap<Box<str>, Vec<ItemId>>,
    providers: Vec<Provider>,
    /// Who offers each service, by its code.
    offering: BTreeMap<Arc<str>, Vec<ProviderId>>,
    /// The place of each code in the order of classes and numbers.
    places: BTreeMap<Arc<str>, u32>,
}

/// What reading came to.
#[derive(Debug)]
pub struct Read {
    /// The catalogue, if there was no error.
    pub catalogue: Option<Arc<Catalogue>>,
    /// All that is wrong, in the order of the places.
    pub diagnostics: Vec<Diagnostic>,
}

/// The files beside `services.csv`, as they are found from its folder. Districts are `districts/371082.csv`.
pub const FILES: [&str; 10] = [
    "facts.csv",
    "fact-values.csv",
    "providers.csv",
    "qualifications.csv",
    "../lists/service-classes.csv",
    "../lists/counties.csv",
    "../lists/towns.csv",
    "../lists/provider-kinds.csv",
    "../lists/delivery-modes.csv",
    "../lists/service-proofs.csv",
];

/// Gathers a catalogue's files, as far as `read` finds them by their names from the folder of `services.csv`. Of districts those that
/// `counties.csv` names are looked for.
pub fn gather(services: &str, mut read: impl FnMut(&str) -> Option<String>) -> Bundle {
    let mut files: Vec<Source> =
        FILES.iter().filter_map(|name| read(name).map(|text| Source::new(*name, text))).collect();
    let mut bundle = Bundle::single(Source::new("services.csv", services));
    bundle.files = files.clone();
    let counties =
        words::list(&bundle, file(&bundle, "counties.csv"), "counties.csv", &mut Diagnostics::default());
    for (code, _) in counties.names.iter().flatten() {
        let name = format!("districts/{code}.csv");
        files.extend(read(&name).map(|text| Source::new(name, text)));
    }
    bundle.files = files;
    bundle
}

/// The file of a bundle by the end of its name.
fn file(bundle: &Bundle, name: &str) -> Option<u16> {
    let is = |source: &Source| source.name.rsplit('/').next() == Some(name);
    bundle.files.iter().position(is).map(|index| index as u16 + 1)
}

/// The districts of a bundle: their codes and files, in the order of the codes.
fn district_files(bundle: &Bundle) -> BTreeMap<Box<str>, u16> {
    let district = |(index, source): (usize, &Source)| {
        let (folder, name) = source.name.rsplit_once('/')?;
        let own = folder == "districts" || folder.ends_with("/districts");
        Some((name.strip_suffix(".csv").filter(|_| own)?.into(), index as u16 + 1))
    };
    bundle.files.iter().enumerate().filter_map(district).collect()
}

impl Catalogue {
    /// Reads a catalogue: a bundle of `services.csv` and the files that [`gather`] finds.
    pub fn read(bundle: &Bundle) -> Read {
        let mut found = Diagnostics::default();
        let catalogue = read(bundle, &mut found);
        let whole = !found.has_errors();
        Read { catalogue: catalogue.filter(|_| whole).map(Arc::new), diagnostics: found.into_sorted() }
    }

    /// The facts that its rules may ask for.
    pub fn facts(&self) -> &Vocabulary {
        &self.vocabulary
    }

    /// What a district offers, in the order of classes and numbers: its own catalogue, or the city's if it has none. A district is the county
    /// of an area's code, its first six digits.
    pub fn offered(&self, area: &str) -> &[ItemId] {
        area.get(..6).and_then(|county| self.districts.get(county)).unwrap_or(&self.base)
    }

    /// A service.
    pub fn item(&self, id: ItemId) -> &Item {
        &self.items[usize::from(id.0)]
    }

    /// The service of that code as a district offers it.
    pub fn find(&self, area: &str, code: &str) -> Option<ItemId> {
        self.offered(area).iter().copied().find(|id| *self.item(*id).code == *code)
    }

    /// All providers, in the ledger's order.
    pub fn providers(&self) -> impl ExactSizeIterator<Item = (ProviderId, &Provider)> {
        self.providers.iter().enumerate().map(|(index, provider)| (ProviderId(index as u32), provider))
    }

    /// A provider.
    pub fn provider(&self, id: ProviderId) -> &Provider {
        &self.providers[id.0 as usize]
    }

    /// Who offers the service of that code, in the ledger's order.
    pub fn offering(&self, code: &str) -> &[ProviderId] {
        self.offering.get(code).map_or(&[], |ids| ids)
    }

    /// The place of a code among all codes of all districts.
    pub(super) fn place_of(&self, code: &str) -> u32 {
        self.places.get(code).copied().unwrap_or(u32::MAX)
    }

    /// What readers call a class.
    pub fn class_label<'a>(&'a self, item: &'a Item, language: &str) -> &'a str {
        self.lists.classes.label(&item.category, language)
    }

    /// What must be said wherever an area's catalogue is shown: that it is an example. None once every row is official.
    pub fn notice(&self, area: &str, language: &str) -> Option<&'static str> {
        let example = self.offered(area).iter().any(|id| self.item(*id).example);
        example.then_some(match super::explain::is_chinese(language) {
            true => "示例目录，待威海市/区市正式清单替换",
            false => "An example, until the official list of Weihai or its districts takes its place",
        })
    }
}

fn read(bundle: &Bundle, found: &mut Diagnostics) -> Option<Catalogue> {
    let missing = |name: &str| {
        Diagnostic::error("missing-file", Span::top(0), format!("the file `{name}` is not there"))
            .hint("it lies beside `services.csv`, or among the lists")
    };
    let Some(facts) = file(bundle, "facts.csv") else {
        found.push(missing("facts.csv"));
        return None;
    };
    let mut program = Program::default();
    let vocabulary = facts::read(bundle, facts, file(bundle, "fact-values.csv"), &mut program, found);
    let list =
        |name: &'static str, found: &mut Diagnostics| words::list(bundle, file(bundle, name), name, found);
    let lists = Lists {
        classes: list("service-classes.csv", found),
        towns: list("towns.csv", found),
        counties: list("counties.csv", found),
        provider_kinds: list("provider-kinds.csv", found),
        delivery_modes: list("delivery-modes.csv", found),
        proofs: list("service-proofs.csv", found),
        qualifications: list("qualifications.csv", found),
    };
    let providers = file(bundle, "providers.csv");
    let mut needed = vec![&lists.classes];
    if providers.is_some() {
        needed.extend([&lists.towns, &lists.counties]);
    }
    for list in needed.into_iter().filter(|list| list.names.is_none()) {
        found.push(missing(list.file));
    }
    let mut reading = Reading { vocabulary: &vocabulary, program: &mut program, found };
    let mut items = Vec::new();
    let rows = unique(table::read(bundle, 0, item::COLUMNS, reading.found), "code", reading.found);
    // A service whose row has a mistake is there all the same: who offers it makes none.
    let mut codes = Codes::default();
    codes.add(rows.values());
    let base = add_items(rows.values(), &lists, &mut items, &mut reading);
    let mut all: Vec<Row> = rows.values().cloned().collect();
    let mut districts = BTreeMap::new();
    for (code, source) in district_files(bundle) {
        if lists.counties.names.is_some() && !lists.is_area(&code) {
            let message = format!("there is no county `{code}`");
            reading.found.push(Diagnostic::error("unknown-area", Span::top(source), message));
        }
        let own = district(bundle, source, &rows, &mut reading);
        codes.add(own.iter());
        all.extend(own.iter().filter(|row| row.place.source == source).cloned());
        districts.insert(code, add_items(own.iter(), &lists, &mut items, &mut reading));
    }
    reasons::check(&all, reading.found);
    let providers = match providers {
        Some(source) => read_providers(bundle, source, &lists, &codes, &items, &mut reading),
        None => Vec::new(),
    };
    let mut catalogue = Catalogue {
        vocabulary,
        program,
        lists,
        items,
        base,
        districts,
        providers,
        offering: BTreeMap::new(),
        places: BTreeMap::new(),
    };
    catalogue.index();
    Some(catalogue)
}

/// Rows by what they are known by, in the file's order. What has none, or what another has already, is told.
fn unique(rows: Vec<Row>, column: &str, found: &mut Diagnostics) -> IndexedRows {
    let mut unique = IndexedRows::default();
    for row in rows {
        let Some(key) = row.cell(column).cloned() else {
            found.push(Diagnostic::error("missing-cell", row.place, format!("this row has no `{column}`")));
            continue;
        };
        if let Some(first) = unique.get(&key.text) {
            let message = format!("there is a `{}` already", key.text);
            let first = first.cell(column).map_or(first.place, |cell| cell.span);
            found.push(Diagnostic::error("duplicate-code", key.span, message).label(first, "here"));
            continue;
        }
        unique.by_key.insert((*key.text).into(), unique.rows.len());
        unique.rows.push(row);
    }
    unique
}

#[derive(Default)]
struct IndexedRows {
    rows: Vec<Row>,
    by_key: BTreeMap<Box<str>, usize>,
}

impl IndexedRows {
    fn get(&self, key: &str) -> Option<&Row> {
        self.by_key.get(key).map(|at| &self.rows[*at])
    }

    fn values(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter()
    }
}

/// The city's rows with what a district says in their place, and the district's own.
fn district(bundle: &Bundle, source: u16, base: &IndexedRows, reading: &mut Reading<'_>) -> Vec<Row> {
    let rows = table::read(bundle, source, &item::district_columns(), reading.found);
    let own = unique(rows, "code", reading.found);
    let is_off = |row: &Row| row.cell("off").is_some_and(|cell| &*cell.text == "1");
    let mut rows = Vec::new();
    for (code, at) in &base.by_key {
        match own.get(code) {
            None => rows.push(base.rows[*at].clone()),
            Some(row) if is_off(row) => {}
            Some(row) => rows.push(item::overridden(Some(&base.rows[*at]), row)),
        }
    }
    for (code, at) in &own.by_key {
        if base.get(code).is_none() {
            let row = &own.rows[*at];
            if is_off(row) {
                let message = format!("the catalogue has no service `{code}` to switch off");
                let diagnostic = Diagnostic::error("unknown-service", row.place, message);
                reading.found.push(diagnostic.did_you_mean(code, base.by_key.keys().map(|code| &**code)));
                continue;
            }
            rows.push(item::overridden(None, row));
        }
    }
    rows
}

/// Adds the items of rows; their ids.
fn add_items<'r>(
    rows: impl Iterator<Item = &'r Row>,
    lists: &Lists,
    items: &mut Vec<Item>,
    reading: &mut Reading<'_>,
) -> Vec<ItemId> {
    let mut ids = Vec::new();
    for row in rows {
        let Ok(id) = u16::try_from(items.len()) else {
            reading.found.push(Diagnostic::error("too-large", row.place, "there are too many services"));
            break;
        };
        if let Some(item) = item::item(row, lists, reading) {
            items.push(item);
            ids.push(ItemId(id));
        }
    }
    ids
}

/// The codes of all services that have a row.
#[derive(Default)]
struct Codes(BTreeSet<Arc<str>>);

impl Codes {
    fn add<'r>(&mut self, rows: impl Iterator<Item = &'r Row>) {
        self.0.extend(rows.filter_map(|row| row.cell("code")).map(|code| code.text.to_arc()));
    }
}

fn read_providers(
    bundle: &Bundle,
    source: u16,
    lists: &Lists,
    codes: &Codes,
    items: &[Item],
    reading: &mut Reading<'_>,
) -> Vec<Provider> {
    let codes: Vec<&str> = codes.0.iter().map(|code| &**code).collect();
    let rows = unique(table::read(bundle, source, provider::COLUMNS, reading.found), "id", reading.found);
    let mut told = BTreeSet::new();
    let mut providers = Vec::new();
    for row in rows.values() {
        if let Some(provider) = provider::provider(row, lists, &codes, &mut told, reading) {
            provider::idle(&provider, row, items, reading);
            providers.push(provider);
        }
    }
    providers
}

impl Catalogue {
    /// Puts each district's items into the order of classes, numbers and codes, and notes who offers what.
    fn index(&mut self) {
        let items = &self.items;
        let key = |item: &Item| (item.category_place, item.number, item.code.clone());
        let key_of = |id: &ItemId| key(&items[usize::from(id.0)]);
        crate::order::sort_by_key(&mut self.base, key_of);
        self.districts.values_mut().for_each(|ids| crate::order::sort_by_key(ids, key_of));
        let mut all: Vec<&Item> = items.iter().collect();
        crate::order::sort_by_key(&mut all, |item| key(item));
        for item in all {
            let next = self.places.len() as u32;
            self.places.entry(item.code.clone()).or_insert(next);
        }
        for (index, provider) in self.providers.iter().enumerate() {
            for code in &provider.services {
                let ids = self.offering.entry(code.clone()).or_default();
                let id = ProviderId(index as u32);
                if ids.last() != Some(&id) {
                    ids.push(id);
                }
            }
        }
    }
}
