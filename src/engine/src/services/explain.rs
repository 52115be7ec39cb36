//! Why, as a sentence in the reader's language: Chinese, or else English.
//!
//! The data is in the matches themselves; this only says it. Names of providers and labels come from the catalogue's own files.

use super::catalogue::{Catalogue, ItemId, ProviderId};
use super::facts::{FactId, FactKind, FactValue};
use super::household::{Match, Nobody, Undecided, Unsuitable};
use super::item::ProviderKind;
use super::place::{NeedOf, WithoutPlace};
use crate::assess::Exact;

/// The unit of a number that is a share of one, and is shown in percent.
const SHARE: &str = "×100%";
/// How many names one sentence holds; of more their number is told.
const MOST_NAMES: usize = 5;

pub(super) fn is_chinese(language: &str) -> bool {
    language.split(['-', '_']).next().is_some_and(|primary| primary.eq_ignore_ascii_case("zh"))
}

/// The words of one language.
struct Words {
    colon: &'static str,
    and: &'static str,
    stop: &'static str,
    because: &'static str,
    meant_for: &'static str,
    needs: &'static str,
    instead: &'static str,
    yes: &'static str,
    no: &'static str,
    not_applicable: &'static str,
    urgent: &'static str,
    open: &'static str,
    next: &'static str,
    ask_station: &'static str,
    undecided: &'static str,
    offers: &'static str,
    is_qualified: &'static str,
    is_near: &'static str,
    where_is: &'static str,
    not_asked: &'static str,
    ask_with: &'static str,
    is_valid: &'static str,
    has_place: &'static str,
    full: &'static str,
    more: fn(usize) -> String,
    ahead: fn(usize) -> String,
}

static CHINESE: Words = Words {
    colon: "：",
    and: "；",
    stop: "。",
    because: "依据",
    meant_for: "适用对象",
    needs: "条件",
    instead: "这一家",
    yes: "是",
    no: "否",
    not_applicable: "不适用",
    urgent: "紧急，今天转介",
    open: "是否紧急还不知道，缺",
    next: "下一步",
    ask_station: "报镇街转介驿站另找提供方",
    undecided: "还不能判断，缺",
    offers: "没有人提供这项服务",
    is_qualified: "提供的都不是这项服务要求的主体，或缺少资质",
    is_near: "提供的都不在这个区域",
    where_is: "还没有填所在镇街，不知道谁能提供",
    not_asked: "这张表不问",
    ask_with: "要用",
    is_valid: "提供的都不在有效期内",
    has_place: "提供的这一期都已满",
    full: "提供的都已排满",
    more: |count| format!("等 {count} 家"),
    ahead: |count| format!("名额给了更紧急，或同样紧急而更近、更先的 {count} 项需求"),
};

static ENGLISH: Words = Words {
    colon: ": ",
    and: "; ",
    stop: ".",
    because: "Because",
    meant_for: "Meant for",
    needs: "Condition",
    instead: "This household",
    yes: "yes",
    no: "no",
    not_applicable: "does not apply",
    urgent: "Urgent: refer today",
    open: "Not known whether it is urgent; missing",
    next: "Next",
    ask_station: "Ask the town's referral station to find somebody",
    undecided: "Can't be decided yet; missing",
    offers: "Nobody offers this service",
    is_qualified: "Those who offer it are not of the kind it asks for, or not qualified",
    is_near: "Those who offer it do not serve this area",
    where_is: "The town is not given yet, so it is not known who could serve",
    not_asked: "Not asked in this form",
    ask_with: "it takes",
    is_valid: "The registration of those who offer it is not valid on that day",
    has_place: "Those who offer it have no place left in this period",
    full: "Those who could serve are full",
    more: |count| format!("{count} in all"),
    ahead: |count| {
        let needs = if count == 1 { "need that is" } else { "needs that are" };
        format!("Their places went to {count} {needs} more urgent, or as urgent and nearer or earlier")
    },
};

fn words(language: &str) -> &'static Words {
    if is_chinese(language) { &CHINESE } else { &ENGLISH }
}

impl Catalogue {
    /// What readers call a fact.
    pub fn fact_label(&self, id: FactId, language: &str) -> &str {
        let fact = self.facts().fact(id);
        match fact.label.of(language) {
            "" => &fact.name,
            label => label,
        }
    }

    /// What readers call a kind of provider.
    pub fn kind_label(&self, kind: ProviderKind, language: &str) -> &str {
        self.lists.provider_kinds.label(kind.name(), language)
    }

    /// What readers call a way of delivery: a name of `delivery-modes.csv`.
    pub fn delivery_label<'a>(&'a self, name: &'a str, language: &str) -> &'a str {
        self.lists.delivery_modes.label(name, language)
    }

    /// What readers call a proof: a name of `service-proofs.csv`.
    pub fn proof_label<'a>(&'a self, name: &'a str, language: &str) -> &'a str {
        self.lists.proofs.label(name, language)
    }

    /// What readers call a qualification: a name of `qualifications.csv`.
    pub fn qualification_label<'a>(&'a self, name: &'a str, language: &str) -> &'a str {
        self.lists.qualifications.label(name, language)
    }

    /// What readers call an area: the code of a town or a county.
    pub fn area_label<'a>(&'a self, code: &'a str, language: &str) -> &'a str {
        let list = if code.len() > 6 { &self.lists.towns } else { &self.lists.counties };
        list.label(code, language)
    }

    /// A fact's value as readers see it: `是`, `2`, `很差`, of a number that has words `中度失能（2）`, of a share `64.8%`.
    /// What four decimals don't say whole is marked, `≈0.3333`.
    pub fn value_text(&self, id: FactId, value: &FactValue, language: &str) -> String {
        let (fact, words) = (self.facts().fact(id), words(language));
        match value {
            FactValue::Boolean(true) => words.yes.into(),
            FactValue::Boolean(false) => words.no.into(),
            FactValue::Number(number) if fact.unit.of(language) == SHARE => {
                let percent = number.times(Exact::whole(100)).unwrap_or(*number);
                format!("{}%", percent.shown(1))
            }
            FactValue::Number(number) => {
                let written = number.to_string();
                let known = fact.values.iter().find(|(value, _)| **value == *written);
                if let Some((_, label)) = known {
                    let label = label.of(language);
                    return match is_chinese(language) {
                        true => format!("{label}（{written}）"),
                        false => format!("{label} ({written})"),
                    };
                }
                let unit = fact.unit.said(language).unwrap_or("");
                let space = if unit.is_empty() || unit == "%" { "" } else { " " };
                let shown = number.shown(4);
                let about = if shown.parse() == Ok(*number) { "" } else { "≈" };
                format!("{about}{shown}{space}{unit}")
            }
            FactValue::Text(text) => {
                let label = |name: &str| {
                    let known = fact.values.iter().find(|(value, _)| **value == *name);
                    known
                        .map(|(_, label)| label.of(language))
                        .filter(|label| !label.is_empty())
                        .unwrap_or(name)
                        .to_owned()
                };
                match fact.kind {
                    FactKind::Choices => {
                        let between = if is_chinese(language) { "、" } else { ", " };
                        text.split_whitespace().map(label).collect::<Vec<_>>().join(between)
                    }
                    FactKind::YesNo | FactKind::Number | FactKind::Choice => label(text),
                }
            }
            FactValue::NotApplicable => words.not_applicable.into(),
        }
    }

    /// Why a household qualifies: `独居，且年满60岁。依据：独居：是；年龄：72岁。` What is urgent, and what nobody could serve, says the next step.
    pub fn explain_match(&self, found: &Match, language: &str) -> String {
        let words = words(language);
        let item = self.item(found.item);
        let reason = match item.reason.of(language) {
            "" => item.target.of(language),
            reason => reason,
        };
        let facts = self.facts_told(&found.because, language);
        let mut sentences = Vec::new();
        match found.urgent {
            true => sentences.push(words.urgent.to_owned()),
            false if !reason.is_empty() => sentences.push(reason.to_owned()),
            false => {}
        }
        if !facts.is_empty() {
            sentences.push(format!("{}{}{}", words.because, words.colon, facts.join(words.and)));
        }
        if !found.open.is_empty() {
            sentences.push(format!("{}{}{}", words.open, words.colon, self.labels(&found.open, language)));
        }
        let step = match item.next_step.of(language) {
            "" if found.nobody.is_some() => words.ask_station,
            step if found.urgent || found.nobody.is_some() => step,
            _ => "",
        };
        if !step.is_empty() {
            sentences.push(format!("{}{}{step}", words.next, words.colon));
        }
        sentences_of(&sentences, words)
    }

    /// Why a household does not qualify: what it asks for, else whom it is for, and what is so instead.
    pub fn explain_unsuitable(&self, unsuitable: &Unsuitable, language: &str) -> String {
        let words = words(language);
        let item = self.item(unsuitable.item);
        let (asks, what) = match item.reason.of(language) {
            "" => (words.meant_for, item.target.of(language)),
            reason => (words.needs, reason),
        };
        let mut sentences = Vec::new();
        if !what.is_empty() {
            sentences.push(format!("{asks}{}{what}", words.colon));
        }
        let facts = self.facts_told(&unsuitable.because, language);
        if !facts.is_empty() {
            sentences.push(format!("{}{}{}", words.instead, words.colon, facts.join(words.and)));
        }
        sentences_of(&sentences, words)
    }

    fn facts_told(&self, facts: &[(FactId, FactValue)], language: &str) -> Vec<String> {
        let colon = words(language).colon;
        let told = |(id, value): &(FactId, FactValue)| {
            format!("{}{colon}{}", self.fact_label(*id, language), self.value_text(*id, value, language))
        };
        facts.iter().map(told).collect()
    }

    /// What is missing before it can be said.
    pub fn explain_undecided(&self, undecided: &Undecided, language: &str) -> String {
        let words = words(language);
        let asked: Vec<FactId> =
            undecided.missing.iter().copied().filter(|id| !undecided.unasked.contains(id)).collect();
        let mut sentences = Vec::new();
        if !asked.is_empty() || undecided.unasked.is_empty() {
            let missing = self.labels(&asked, language);
            sentences.push(format!("{}{}{missing}", words.undecided, words.colon));
        }
        if !undecided.unasked.is_empty() {
            let unasked: Vec<String> =
                undecided.unasked.iter().map(|id| self.elsewhere(*id, language)).collect();
            sentences.push(format!("{}{}{}", words.not_asked, words.colon, unasked.join(words.and)));
        }
        sentences_of(&sentences, words)
    }

    /// Why nobody could serve, with the names of those whom it concerns.
    pub fn explain_nobody(&self, nobody: &Nobody, language: &str) -> String {
        let words = words(language);
        let (reason, providers) = match nobody {
            Nobody::Offers => (words.offers, &[][..]),
            Nobody::IsQualified(providers) => (words.is_qualified, &**providers),
            Nobody::WhereIs => (words.where_is, &[][..]),
            Nobody::IsNear(providers) => (words.is_near, &**providers),
            Nobody::IsValid(providers) => (words.is_valid, &**providers),
            Nobody::HasPlace(providers) => (words.has_place, &**providers),
        };
        sentences_of(&[self.with_names(reason, providers, language)], words)
    }

    /// Why a need has no place. `name` says what the needs that are ahead are called: who may see which household is its caller's to know.
    pub fn explain_without(
        &self,
        without: &WithoutPlace,
        language: &str,
        name: impl Fn(&NeedOf) -> String,
    ) -> String {
        let words = words(language);
        match without {
            WithoutPlace::Nobody(nobody) => self.explain_nobody(nobody, language),
            WithoutPlace::Full { providers, ahead } => {
                let full = self.with_names(words.full, providers, language);
                let mut names: Vec<String> = ahead.iter().take(MOST_NAMES).map(name).collect();
                names.extend((ahead.len() > MOST_NAMES).then(|| "…".to_owned()));
                let ahead = format!("{}{}{}", (words.ahead)(ahead.len()), words.colon, names.join(words.and));
                sentences_of(&[full, ahead], words)
            }
        }
    }

    /// What readers call a service: `A2 助餐配餐`.
    pub fn item_label(&self, id: ItemId, language: &str) -> String {
        let item = self.item(id);
        format!("{} {}", item.code, item.name.of(language))
    }

    /// A fact that this form does not ask for, with what it takes: `洗澡得分（要用老年人能力评估表）`.
    fn elsewhere(&self, id: FactId, language: &str) -> String {
        let (label, words) = (self.fact_label(id, language), words(language));
        match (self.facts().fact(id).source.of(language), is_chinese(language)) {
            ("", _) => label.to_owned(),
            (source, true) => format!("{label}（{}{source}）", words.ask_with),
            (source, false) => format!("{label} ({} {source})", words.ask_with),
        }
    }

    fn labels(&self, ids: &[FactId], language: &str) -> String {
        let labels: Vec<&str> = ids.iter().map(|id| self.fact_label(*id, language)).collect();
        labels.join(words(language).and)
    }

    fn with_names(&self, reason: &str, providers: &[ProviderId], language: &str) -> String {
        let words = words(language);
        if providers.is_empty() {
            return reason.to_owned();
        }
        let name = |id: &ProviderId| self.provider(*id).name.of(language).to_owned();
        let mut names: Vec<String> = providers.iter().take(MOST_NAMES).map(name).collect();
        if providers.len() > MOST_NAMES {
            names.push((words.more)(providers.len()));
        }
        format!("{reason}{}{}", words.colon, names.join(words.and))
    }
}

fn sentences_of(sentences: &[String], words: &Words) -> String {
    let between = if words.stop == "." { " " } else { "" };
    let ended: Vec<String> = sentences.iter().map(|sentence| format!("{sentence}{}", words.stop)).collect();
    ended.join(between)
}
