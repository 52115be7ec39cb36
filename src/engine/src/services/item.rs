//! A service of the catalogue: the seven columns that a published list has, what else the record holds, and the rule.
//!
//! Columns: 服务类别 `category`, 序号 `number`, 服务项目 `name`, 对象范围 `target`, 服务内容 `content`, 服务标准 `standard`, 供给主体 `provider`
//! (the list of 厦民〔2025〕95号). A district's file has the same columns; what it says takes the place of what the city says, cell by cell.

use std::sync::Arc;

use jiff::civil::Date;

use super::always;
use super::rule::{self, Rule};
use super::table::{Known, Row};
use super::texts::Texts;
use super::words::{Lists, Reading};
use crate::assess::Exact;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// One of the six kinds of providers, 六社 (威民发〔2024〕27号: exactly these).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum ProviderKind {
    /// 社区
    Community,
    /// 社会组织
    Organisation,
    /// 社区企业
    Enterprise,
    /// 社会工作者
    SocialWorker,
    /// 社区志愿者
    Volunteer,
    /// 社会帮扶资源
    Resource,
}

impl ProviderKind {
    /// All, in the policy's order.
    pub const ALL: [ProviderKind; 6] = [
        ProviderKind::Community,
        ProviderKind::Organisation,
        ProviderKind::Enterprise,
        ProviderKind::SocialWorker,
        ProviderKind::Volunteer,
        ProviderKind::Resource,
    ];

    /// Its name in `provider-kinds.csv`.
    pub fn name(self) -> &'static str {
        match self {
            ProviderKind::Community => "community",
            ProviderKind::Organisation => "organisation",
            ProviderKind::Enterprise => "enterprise",
            ProviderKind::SocialWorker => "social_worker",
            ProviderKind::Volunteer => "volunteer",
            ProviderKind::Resource => "resource",
        }
    }

    /// The kind of that name.
    pub fn named(name: &str) -> Option<ProviderKind> {
        ProviderKind::ALL.into_iter().find(|kind| kind.name() == name)
    }
}

/// The least urgent priority, and what an item has that says none.
pub const LEAST_URGENT: u8 = 3;

/// A service that a household may get.
#[derive(Clone, Debug)]
pub struct Item {
    /// `A1`
    pub code: Arc<str>,
    /// 服务类别: the name of its class, `A`.
    pub category: Arc<str>,
    /// The place of its class among the classes, from 0.
    pub category_place: usize,
    /// 序号 within the catalogue.
    pub number: u32,
    /// 服务项目
    pub name: Texts,
    /// 对象范围
    pub target: Texts,
    /// 服务内容
    pub content: Texts,
    /// 服务标准
    pub standard: Texts,
    /// 供给主体, as the list says it.
    pub provider: Texts,
    /// The kinds of providers that may serve it; any if none is named.
    pub provider_kinds: Vec<ProviderKind>,
    /// What its provider must be qualified for; all of them.
    pub qualifications: Vec<Arc<str>>,
    /// What it is counted in.
    pub unit: Texts,
    /// How often, where nothing else was agreed.
    pub frequency: Texts,
    /// How it is delivered: names of `delivery-modes.csv`.
    pub delivery_modes: Vec<Arc<str>>,
    /// What proves that it was done: names of `service-proofs.csv`.
    pub proofs: Vec<Arc<str>>,
    /// Yuan a unit; none if not said.
    pub unit_price: Option<Exact>,
    /// May it be had for credit points (海贝分)? None: not said.
    pub haibei_convertible: Option<bool>,
    /// The first day on which it is offered; none: always was.
    pub valid_from: Option<Date>,
    /// The last day; none: no end.
    pub valid_to: Option<Date>,
    /// 0 urgent … 3.
    pub priority: u8,
    /// When a household qualifies.
    pub rule: Rule,
    /// When it qualifies at once, whatever else holds, with priority 0.
    pub urgent: Option<Rule>,
    /// Why, to its reader, where the rule holds.
    pub reason: Texts,
    /// What to do at once where it is urgent, and instead where nobody could serve: whom to ask.
    pub next_step: Texts,
    /// Is it named on no paper that goes to a family? One of them may be whom it protects from.
    pub confidential: bool,
    /// An example that awaits the city's or district's own list.
    pub example: bool,
    /// Its row.
    pub place: Span,
}

pub(super) const COLUMNS: &[Known] = &[
    Known::needed("code"),
    Known::needed("category"),
    Known::optional("number"),
    Known::needed("name").translated(),
    Known::optional("target").translated(),
    Known::optional("content").translated(),
    Known::optional("standard").translated(),
    Known::optional("provider").translated(),
    Known::optional("provider_kind"),
    Known::optional("qualification"),
    Known::optional("unit").translated(),
    Known::optional("freq_default").translated(),
    Known::optional("delivery_mode"),
    Known::optional("evidence"),
    Known::optional("unit_price"),
    Known::optional("haibei_convertible"),
    Known::optional("valid_from"),
    Known::optional("valid_to"),
    Known::optional("priority"),
    Known::needed("rule"),
    Known::optional("urgent"),
    Known::optional("reason").translated(),
    Known::optional("next_step").translated(),
    Known::optional("confidential"),
    Known::optional("status"),
];

/// The columns of a district's file: any of them, and `off`.
pub(super) fn district_columns() -> Vec<Known> {
    let optional = COLUMNS.iter().map(|known| Known { needed: known.name == "code", ..*known });
    optional.chain([Known::optional("off")]).collect()
}

/// What a district says in the place of the city's row. A cell that is `-` is blank.
pub(super) fn overridden(base: Option<&Row>, own: &Row) -> Row {
    let mut row = Row { place: own.place, cells: base.map_or_else(Vec::new, |base| base.cells.clone()) };
    for (title, words) in &own.cells {
        row.cells.retain(|(other, _)| other != title);
        if &*words.text != "-" {
            row.cells.push((title.clone(), words.clone()));
        }
    }
    row
}

/// Makes an item of a row. What is wrong is told, and then there is none.
pub(super) fn item(row: &Row, lists: &Lists, reading: &mut Reading<'_>) -> Option<Item> {
    let code = row.cell("code")?;
    let (category, category_place) = match row.cell("category") {
        Some(cell) => (cell.text.to_arc(), lists.class(cell, reading)?),
        None => return reading.lacks(row, &format!("`{}` has no category", code.text)),
    };
    let Some(written) = row.cell("rule") else {
        reading.found.push(
            Diagnostic::error("missing-rule", row.place, format!("nothing says who gets `{}`", code.text))
                .hint("write a rule over the facts: `lives_alone and age >= 60`"),
        );
        return None;
    };
    let name = Texts::of_row(row, "name");
    if name.is_empty() {
        return reading.lacks(row, &format!("`{}` has no name", code.text));
    }
    let rule = rule::compile(written, reading.vocabulary, reading.program, reading.found);
    let urgent = row.cell("urgent");
    let urgent_rule =
        urgent.map(|written| rule::compile(written, reading.vocabulary, reading.program, reading.found));
    let both = [(rule.as_ref(), Some(written)), (urgent_rule.as_ref().and_then(Option::as_ref), urgent)];
    for (at, (rule, written)) in both.into_iter().enumerate() {
        let (Some(rule), Some(written)) = (rule, written) else { continue };
        always::check(rule, written.span, at == 1, reading.vocabulary, reading.program, reading.found);
    }
    let (valid_from, valid_to) = reading.validity(row);
    let priority = row.cell("priority").map(|cell| reading.priority(cell));
    if let Some(status) = row.cell("status") {
        reading.one_of(status, &["example", "official"]);
    }
    let item = Item {
        code: code.text.to_arc(),
        category,
        category_place,
        number: row.cell("number").and_then(|cell| reading.whole(cell)).unwrap_or(0),
        name,
        target: Texts::of_row(row, "target"),
        content: Texts::of_row(row, "content"),
        standard: Texts::of_row(row, "standard"),
        provider: Texts::of_row(row, "provider"),
        provider_kinds: reading.kinds(&row.names("provider_kind")),
        qualifications: reading.named(&row.names("qualification"), &lists.qualifications),
        unit: Texts::of_row(row, "unit"),
        frequency: Texts::of_row(row, "freq_default"),
        delivery_modes: reading.named(&row.names("delivery_mode"), &lists.delivery_modes),
        proofs: reading.named(&row.names("evidence"), &lists.proofs),
        unit_price: row.cell("unit_price").and_then(|cell| reading.amount(cell)),
        haibei_convertible: row.cell("haibei_convertible").and_then(|cell| reading.yes_or_no(cell)),
        valid_from,
        valid_to,
        priority: match priority {
            Some(priority) => priority?,
            None => LEAST_URGENT,
        },
        rule: rule?,
        urgent: match urgent_rule {
            Some(rule) => Some(rule?),
            None => None,
        },
        reason: Texts::of_row(row, "reason"),
        next_step: Texts::of_row(row, "next_step"),
        confidential: row.cell("confidential").and_then(|cell| reading.yes_or_no(cell)).unwrap_or(false),
        example: row.cell("status").is_none_or(|cell| &*cell.text != "official"),
        place: row.place,
    };
    Some(item)
}

impl Item {
    /// Is it offered on that day?
    pub fn is_valid(&self, on: Date) -> bool {
        is_within(on, self.valid_from, self.valid_to)
    }
}

pub(super) fn is_within(on: Date, from: Option<Date>, to: Option<Date>) -> bool {
    from.is_none_or(|from| from <= on) && to.is_none_or(|to| on <= to)
}
