//! Ledgers (台账): tables over what is known of entities, declared as data in `forms/ledgers/ID.json`.
//!
//! What a row is, what its columns say and which day counts for a period stand in the file; how a column may be computed is a small closed set ([`From`]).
//! Kept here: a column whose value nobody holds is blank and says why ([`Column::note`]); nothing is invented.

mod cells;
mod columns;
mod read;

pub use cells::{Cell, Known, cell, file_cell};

use super::declared::{Choice, Words};
use super::dictionary::{Dictionary, PropertyType};
use super::totals::{By, Only};
use crate::assess::Exact;

/// A ledger.
#[derive(Clone, PartialEq, Debug)]
pub struct Ledger {
    /// As the file is called: `l1`.
    pub id: String,
    /// What it is called.
    pub title: Words,
    /// What a row is.
    pub rows: Rows,
    /// Rows of which all of these hold.
    pub only: Vec<Only>,
    /// The day that decides whether a row lies in a period, and by which rows are in order.
    pub period: Option<Period>,
    /// The columns in their order.
    pub columns: Vec<Column>,
    /// What is to be known of the whole.
    pub note: Option<Words>,
}

/// What a row is.
#[derive(Clone, PartialEq, Debug)]
pub enum Rows {
    /// An entity of a list.
    Entities(Vec<String>),
    /// A version of an entity that gave a property, and not blank: a visit, an assessment.
    Events {
        /// Of these lists.
        lists: Vec<String>,
        /// The property.
        gives: String,
    },
    /// A group of entities, or of versions that gave a property, counted.
    Totals {
        /// Of this list.
        list: String,
        /// Of versions that gave this one, rather than of entities.
        gives: Option<String>,
        /// The groups.
        by: Vec<By>,
        /// A property whose different values are counted too.
        different: Option<String>,
    },
    /// A row of a file, by the titles of its columns; what a language has is under `name::zh`.
    File(Vec<Vec<(String, String)>>),
}

/// The day of a row.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Period {
    /// A property's.
    Property(String),
    /// That on which the version came.
    At,
}

/// A column.
#[derive(Clone, PartialEq, Debug)]
pub struct Column {
    /// Its name on the wire.
    pub name: String,
    /// Its title.
    pub label: Words,
    /// What stands in it.
    pub from: From,
    /// Why it is blank, or what is to be known of it.
    pub note: Option<Words>,
}

/// A part of an index: a property with points, out of how many, and what it weighs.
#[derive(Clone, PartialEq, Debug)]
pub struct Part {
    /// The property.
    pub property: String,
    /// Points at most.
    pub max: u32,
    /// Its weight.
    pub weight: u32,
}

impl Part {
    /// Points as a percentage of the most that there can be.
    pub fn percent(&self, points: Exact) -> Option<Exact> {
        points.times(Exact::whole(100)).ok()?.over(Exact::whole(self.max.into())).ok()
    }
}

/// The mean of the parts' percentages by their weights, of those whose points there are; nothing if there are none.
pub fn weighted<'p>(points: impl Iterator<Item = (&'p Part, Exact)>) -> Option<Exact> {
    let (mut sum, mut weights) = (Exact::ZERO, Exact::ZERO);
    for (part, points) in points {
        let weight = Exact::whole(part.weight.into());
        sum = sum.plus(part.percent(points)?.times(weight).ok()?).ok()?;
        weights = weights.plus(weight).ok()?;
    }
    if weights.is_zero() { None } else { sum.over(weights).ok() }
}

/// What stands in a column: all that there is.
#[derive(Clone, PartialEq, Debug)]
pub enum From {
    /// Nothing: nobody holds it.
    Blank,
    /// The row's number, from 1.
    Number,
    /// The last twelve characters of the entity's id.
    Id,
    /// What the entity is called.
    Called,
    /// The last twelve characters of the id of the submission that the version came from.
    Submission,
    /// The day on which the version came.
    At,
    /// The user who sent the version.
    By,
    /// A property, as it was with that version.
    Property(String),
    /// The last twelve characters of the id that a property holds.
    IdIn(String),
    /// A property, only if that version gave it.
    Given(String),
    /// A property as it is now.
    Now(String),
    /// The days from one property to another.
    Days(String, String),
    /// Is anything late? Done after it was due, or due and not done by today.
    Overdue {
        /// Each with what is due, and what says when it was done.
        pairs: Vec<(String, String)>,
        /// Nothing is due any more where one of these holds.
        unless: Vec<Only>,
    },
    /// The part of an index that has that place, by percentage, then weight, then order: as the survey ranks them.
    Rank(usize, Vec<Part>),
    /// The weighted mean of percentages, of what applies, with one decimal.
    Index(Vec<Part>),
    /// One property by another, as a percentage.
    Rate(String, String),
    /// A property as the last version gave it that also gave something: the result of the middle stage.
    SaidWhen(String, Only),
    /// What the rows of a group have in common, by its place.
    Group(usize),
    /// How many are in a group.
    Entities,
    /// How many different values of [`Rows::Totals::different`].
    Different,
    /// What a property comes to in a group, with two decimals at most: of versions what each gave. A ledger has one such property.
    Sum(String),
    /// How a group is spread over a property: `鲸园街道 3；…`.
    Spread {
        /// The property.
        property: String,
        /// Not the row's own, but of the case in that list that its property `case` names: who has several choices counts once in each.
        of_case: Option<String>,
    },
    /// How many cases of a group some entity of a list is about, by its property `case`: which were referred.
    Linked(String),
    /// And how many none is.
    NotLinked(String),
    /// A file's column, with what its codes mean.
    Cell(String, Vec<Choice>),
    /// The mean of a property, with one decimal, of the entities of a list that name a file's row.
    Mean {
        /// The list.
        list: String,
        /// The property.
        property: String,
        /// The property that names the row.
        by: String,
        /// The file's column whose text it names.
        cell: String,
    },
}

impl From {
    /// The property that is added up.
    pub fn sum(&self) -> Option<&str> {
        match self {
            From::Sum(name) => Some(name),
            _ => None,
        }
    }
}

impl Ledger {
    /// The lists that it is made of.
    pub fn lists(&self) -> Vec<&str> {
        match &self.rows {
            Rows::Entities(lists) | Rows::Events { lists, .. } => lists.iter().map(String::as_str).collect(),
            Rows::Totals { list, .. } => vec![list],
            Rows::File(_) => Vec::new(),
        }
    }

    /// What a column holds, as the dictionary says.
    pub fn column_type(&self, column: &Column, dictionary: &Dictionary) -> PropertyType {
        let of = |name: &str| {
            let lists = self.lists();
            let found = lists.iter().find_map(|list| dictionary.property(list, name));
            found.map_or(PropertyType::Text, |property| property.is)
        };
        match &column.from {
            From::Property(name) | From::Given(name) | From::Now(name) | From::SaidWhen(name, _) => of(name),
            From::Group(place) => match &self.rows {
                Rows::Totals { by, .. } => by.get(*place).map_or(PropertyType::Text, |by| of(&by.property)),
                Rows::Entities(_) | Rows::Events { .. } | Rows::File(_) => PropertyType::Text,
            },
            From::Number
            | From::Days(..)
            | From::Index(_)
            | From::Rate(..)
            | From::Entities
            | From::Different
            | From::Sum(_)
            | From::Mean { .. }
            | From::Linked(_)
            | From::NotLinked(_) => PropertyType::Number,
            From::At => PropertyType::Date,
            From::Blank
            | From::Id
            | From::Submission
            | From::Called
            | From::By
            | From::IdIn(_)
            | From::Overdue { .. }
            | From::Rank(..)
            | From::Spread { .. }
            | From::Cell(..) => PropertyType::Text,
        }
    }
}
