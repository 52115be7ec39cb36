//! What many entities say of a few properties, in one pass: nothing of a row is read as JSON here, the database takes it apart.

use doorstep_engine::entities::totals::Only;

use super::said::{Among, Writing};
use super::{Store, StoreError};

/// What parts the properties on their way here: no form, and no list of ours, can hold it.
const BETWEEN: char = '\u{1f}';

/// An entity with some of its properties.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Told {
    pub(crate) id: String,
    pub(crate) label: String,
    pub(crate) area: String,
    /// As they were asked for; blank where nothing is said.
    pub(crate) said: Vec<String>,
}

impl Store {
    /// All entities of which the conditions hold, by their ids.
    pub(crate) async fn told(
        &self,
        among: &Among<'_>,
        only: &[Only],
        properties: &[&str],
    ) -> Result<Vec<Told>, StoreError> {
        let mut writing = Writing::new(&self.database, among);
        only.iter().for_each(|only| writing.condition(only));
        let between = format!(" || CAST(${} AS TEXT) || ", writing.bind(&BETWEEN.to_string()));
        let all: Vec<String> = properties.iter().map(|name| writing.property(name)).collect();
        let all = if all.is_empty() { "''".to_owned() } else { all.join(&between) };
        let bytes = writing.words.bytes;
        let (rows, bound) = writing.done();
        let sql = format!("SELECT e.id, e.label, e.area, {all} {rows} ORDER BY e.id{bytes}");
        let rows: Vec<(String, String, String, String)> = self.ask(&sql, &bound).await?;
        let told = |(id, label, area, said): (String, String, String, String)| {
            let mut said: Vec<String> = said.split(BETWEEN).map(str::to_owned).collect();
            if said.len() != properties.len() {
                // What can't be told apart says nothing.
                said = vec![String::new(); properties.len()];
            }
            Told { id, label, area, said }
        };
        Ok(rows.into_iter().map(told).collect())
    }
}

#[cfg(test)]
mod tests {
    use doorstep_engine::entities::{EntityAct, EntityChange};

    use super::super::Undone;
    use super::super::testing::{Place, on_each_database};
    use super::*;

    on_each_database!(what_is_said_comes_as_it_was_asked_for);

    async fn what_is_said_comes_as_it_was_asked_for(place: &Place) {
        let store = place.open().await;
        let case = |number: u32, level: &str, odd: &str| {
            Ok(EntityChange {
                list: "cases".into(),
                id: format!("0190a0c6-3f7e-7bb2-9c3e-{number:012x}"),
                act: EntityAct::Create,
                label: Some(format!("甲{number}")),
                base: None,
                branch: None,
                properties: vec![("level".into(), level.into()), ("odd".into(), odd.into())],
            })
        };
        let changes = [case(2, "high", "193/3"), case(1, "", "a|b"), case(3, "low", "x\u{1f}y")];
        let by = Undone { id: "a".into(), body: Vec::new(), area: "371002".into(), received_at: 7 };
        store.apply_entities(&by, &changes).await.unwrap();
        let lists = ["cases"];
        let ask = async |area: &str, only: &[&str], names: &[&str]| {
            let only: Vec<Only> = only.iter().map(|text| Only::parse(text).unwrap()).collect();
            let all = store.told(&Among::entities(&lists, area), &only, names).await.unwrap();
            all.iter().map(|one| format!("{} {}", one.label, one.said.join(","))).collect::<Vec<_>>()
        };
        assert_eq!(
            ask("3710", &[], &["odd", "none", "level"]).await,
            ["甲1 a|b,,", "甲2 193/3,,high", "甲3 ,,"]
        );
        assert_eq!(ask("3710", &["level=low"], &[]).await, ["甲3 "]);
        assert_eq!(ask("371003", &[], &["level"]).await, Vec::<String>::new());
    }
}
