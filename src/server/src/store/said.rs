//! What entities say, in SQL: rows of one or more lists with their properties, or of the versions that gave one, with conditions on what is said.
//!
//! Kept here: names and texts are bound, never written into the SQL; what is written is made of the two databases' words and of numbers.

use doorstep_engine::entities::totals::{By, LONGEST_NUMBER, Only, Part, Said};
use sqlx::AssertSqlSafe;

use super::database::Database;
use super::{Store, StoreError};

/// How a database says what the standard has no word for.
#[derive(Clone, Copy)]
pub(super) struct Words {
    /// A column that is read as JSON, once for each row.
    json: &'static str,
    /// Keeps what was read so from being read again for each use.
    pub(super) fence: &'static str,
    /// The text that JSON has under a name, by the number of the parameter.
    text: fn(&str, usize) -> String,
    /// A table of that name, whose column `value` has what blanks part in a text.
    each: fn(&str, &str) -> String,
    /// A text as a number, nothing if it is none.
    number: fn(&str) -> String,
    /// A text as hundredths of a number of 0 or more, as the engine reads it; nothing if it is none.
    pub(super) hundredths: fn(&str) -> String,
    /// Texts compared byte by byte.
    pub(super) bytes: &'static str,
}

const SQLITE: Words = Words {
    json: "",
    fence: "",
    text: |json, name| format!("{json} ->> ${name}"),
    each: |table, text| {
        format!("json_each('[' || replace(json_quote({text}), ' ', '\",\"') || ']') AS {table}")
    },
    number: |text| format!("CAST({text} AS REAL)"),
    hundredths: |text| {
        format!(
            "CASE WHEN length({text}) <= {LONGEST_NUMBER} AND {text} GLOB '[0-9]*' AND {text} GLOB '*[0-9]'
                AND {text} NOT GLOB '*[^0-9.]*' AND {text} NOT GLOB '*.*.*'
                THEN CAST(round(CAST({text} AS REAL) * 100) AS INTEGER) END"
        )
    },
    bytes: "",
};

const POSTGRES: Words = Words {
    json: "::jsonb",
    fence: " OFFSET 0",
    text: |json, name| format!("{json} ->> ${name}::text"),
    each: |table, text| format!("LATERAL unnest(string_to_array({text}, ' ')) AS {table}(value)"),
    number: |text| format!("CASE WHEN {text} ~ '^-?[0-9]+(\\.[0-9]+)?$' THEN ({text})::numeric END"),
    hundredths: |text| {
        format!(
            "CASE WHEN length({text}) <= {LONGEST_NUMBER} AND {text} ~ '^[0-9]+(\\.[0-9]+)?$'
                THEN round(({text})::numeric * 100)::bigint END"
        )
    },
    bytes: " COLLATE \"C\"",
};

/// Nobody has sent it anew, put right, so that it counts twice: Collect's edits name what they replace.
const STANDS: &str = "AND NOT EXISTS (
    SELECT 1 FROM openrosa_instance x JOIN entity_done d ON d.submission_id = x.submission_id
    WHERE x.supersedes = v.submission_id)";

/// Which rows.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Among<'a> {
    /// Entities of these lists.
    pub(crate) lists: &'a [&'a str],
    /// In this area and what lies in it; empty: everywhere.
    pub(crate) area: &'a str,
    /// Of these only what lies in this one, by its area or by its property `town`.
    pub(crate) within: Option<&'a str>,
    /// Versions that gave that property, and not blank, rather than entities: but for what the office put right, which happened to nobody, and what was sent anew.
    pub(crate) gives: Option<&'a str>,
    /// Versions that came in these milliseconds since 1970: from, and before.
    pub(crate) came: Option<(i64, i64)>,
}

impl<'a> Among<'a> {
    /// Entities of lists in an area.
    pub(crate) const fn entities(lists: &'a [&'a str], area: &'a str) -> Among<'a> {
        Among { lists, area, within: None, gives: None, came: None }
    }
}

/// SQL in the making, and what is bound to it.
pub(super) struct Writing {
    pub(super) words: Words,
    pub(super) bound: Vec<String>,
    /// Tables beside those of entities, within the fence.
    beside: String,
    /// What is asked before anything is read as JSON.
    first: String,
    joined: String,
    only: String,
    /// The property that rows are versions by, if they are.
    gives: Option<String>,
}

impl Writing {
    pub(super) fn new(database: &Database, among: &Among<'_>) -> Writing {
        let words = match database {
            Database::Sqlite { .. } => SQLITE,
            Database::Postgres(_) => POSTGRES,
        };
        let mut writing = Writing {
            words,
            bound: Vec::new(),
            beside: String::new(),
            first: String::new(),
            joined: String::new(),
            only: "1 = 1".to_owned(),
            gives: among.gives.map(str::to_owned),
        };
        let lists: Vec<String> = among.lists.iter().map(|list| format!("${}", writing.bind(list))).collect();
        let area = writing.bind(&format!("{}%", among.area));
        writing.first = format!("w.list IN ({}) AND w.area LIKE ${area}", lists.join(", "));
        if let Some(gives) = among.gives {
            writing.beside = " JOIN entity_version v ON v.list = w.list AND v.id = w.id
                LEFT JOIN entity_office o ON o.id = v.submission_id
                LEFT JOIN submission s ON s.id = v.submission_id"
                .to_owned();
            // Few versions give it: a look at the text spares reading the others as JSON.
            let within = writing.bind(&format!("%\"{gives}\"%"));
            writing.first +=
                &format!(" AND v.given LIKE ${within} AND coalesce(o.deed, '') <> 'settled' {STANDS}");
            let name = writing.bind(gives);
            let given = (writing.words.text)("e.g", name);
            writing.only += &format!(" AND coalesce({given}, '') <> ''");
        }
        if let Some((from, before)) = among.came {
            writing.only += &format!(" AND e.at >= {from} AND e.at < {before}");
        }
        if let Some(code) = among.within {
            let town = writing.property("town");
            let code = writing.bind(&format!("{code}%"));
            writing.only += &format!(" AND (e.area LIKE ${code} OR {town} LIKE ${code})");
        }
        writing
    }

    pub(super) fn bind(&mut self, text: &str) -> usize {
        self.bound.push(text.to_owned());
        self.bound.len()
    }

    /// A table within the fence, and what is asked there, where entities are `w`.
    pub(super) fn beside(&mut self, tables: &str, condition: &str) {
        self.beside += tables;
        self.first += condition;
    }

    /// The ids of the cases that the entities of a list are about.
    pub(super) fn cases_of(&mut self, list: &str) -> String {
        format!("SELECT r.about FROM entity_search r WHERE r.list = ${}", self.bind(list))
    }

    /// What a row says of a property: what its version gave, else what the entity says now.
    pub(super) fn property(&mut self, name: &str) -> String {
        let place = self.bind(name);
        let now = (self.words.text)("e.j", place);
        let given = (self.words.text)("e.g", place);
        match self.gives.as_deref() {
            // Its version gave it: there is no need to read what the entity says.
            Some(gives) if gives == name => format!("coalesce({given}, '')"),
            Some(_) => format!("coalesce({given}, {now}, '')"),
            None => format!("coalesce({now}, '')"),
        }
    }

    /// What a row itself says of a property: a version what it gave, and nothing that others did.
    pub(super) fn own(&mut self, name: &str) -> String {
        if self.gives.is_none() {
            return self.property(name);
        }
        let place = self.bind(name);
        format!("coalesce({}, '')", (self.words.text)("e.g", place))
    }

    pub(super) fn number(&self, text: &str) -> String {
        (self.words.number)(text)
    }

    /// A row's own key.
    pub(super) const fn key(&self) -> &'static str {
        if self.gives.is_some() { "e.id || ' ' || e.seen" } else { "e.id" }
    }

    /// A row's version.
    pub(super) const fn seen(&self) -> &'static str {
        if self.gives.is_some() { "e.seen" } else { "e.version" }
    }

    /// When it came.
    pub(super) const fn came(&self) -> &'static str {
        if self.gives.is_some() { "e.at" } else { "e.changed_at" }
    }

    pub(super) fn by(&mut self, by: &By) -> String {
        let text = self.property(&by.property);
        match by.part {
            Part::Whole => text,
            Part::First(letters) => format!("substr({text}, 1, {letters})"),
            Part::Each => {
                let table = format!("each_{}", self.bound.len());
                self.joined += &format!(" CROSS JOIN {}", (self.words.each)(&table, &text));
                self.only += &format!(" AND {table}.value <> ''");
                format!("{table}.value")
            }
        }
    }

    pub(super) fn condition(&mut self, only: &Only) {
        let value = self.property(&only.property);
        let bytes = self.words.bytes;
        let text = self.bind(&only.text);
        self.only += &match only.test {
            Said::Is => format!(" AND {value} = ${text}"),
            Said::IsNot => format!(" AND {value} <> ${text}"),
            Said::From => format!(" AND {value}{bytes} >= ${text}"),
            Said::Before => format!(" AND {value} <> '' AND {value}{bytes} < ${text}"),
            // No choice is called so.
            Said::Has if only.text.is_empty() || only.text.contains(' ') => " AND 1 = 0".to_owned(),
            Said::Has => {
                let within = format!("' ' || {value} || ' '");
                format!(" AND replace({within}, ' ' || ${text} || ' ', '') <> {within}")
            }
        };
    }

    /// `FROM … WHERE …`, and what is bound.
    pub(super) fn done(self) -> (String, Vec<String>) {
        let Writing { words: Words { json, fence, .. }, bound, beside, first, joined, only, gives } = self;
        let version = match gives.is_some() {
            true => format!(
                ", v.version AS seen, v.given{json} AS g, coalesce(s.received_at, o.at, w.changed_at) AS at"
            ),
            false => String::new(),
        };
        let rows = format!(
            "SELECT w.list, w.id, w.area, w.version, w.label, w.conflict, w.changed_at, w.properties{json} AS j{version}
             FROM entity w{beside} WHERE {first}{fence}"
        );
        (format!("FROM ({rows}) e{joined} WHERE {only}"), bound)
    }
}

impl Store {
    /// All rows of a query that was made here: of this folder's texts and of numbers.
    pub(super) async fn ask<R>(&self, sql: &str, bound: &[String]) -> Result<Vec<R>, StoreError>
    where
        R: Send
            + Unpin
            + for<'r> sqlx::FromRow<'r, sqlx::sqlite::SqliteRow>
            + for<'r> sqlx::FromRow<'r, sqlx::postgres::PgRow>,
    {
        Ok(reading!(self.database, |pool| {
            let query = sqlx::query_as(AssertSqlSafe(sql.to_owned()));
            bound.iter().fold(query, |query, text| query.bind(text)).fetch_all(pool)
        })?)
    }
}

/// A text to be found anywhere by `LIKE … ESCAPE '\'`.
pub(super) fn anywhere(text: &str) -> String {
    let mut pattern = String::from("%");
    for letter in text.chars() {
        if matches!(letter, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(letter);
    }
    pattern + "%"
}
