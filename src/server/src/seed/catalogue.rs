//! What a made-up town is made of that is not made up: the towns, services and providers of the forms' folder.

use std::collections::BTreeMap;

use bytes::Bytes;

use super::SeedError;
use crate::files::Files;

/// A town of `lists/towns.csv`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Town {
    /// Nine digits.
    pub code: String,
    /// The county's six.
    pub county: String,
}

/// A service of `lists/services.csv`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Service {
    /// `A1`.
    pub code: String,
    /// What it is called in Chinese.
    pub name: String,
    /// Its class: `A`.
    pub class: String,
}

/// Somebody of `lists/providers.csv`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Provider {
    /// `P01`.
    pub code: String,
    /// What it is called in Chinese.
    pub name: String,
    services: Vec<String>,
    areas: Vec<String>,
}

impl Provider {
    /// Does it give that service in that town?
    pub fn gives(&self, service: &str, town: &str) -> bool {
        self.services.iter().any(|given| given == service)
            && self.areas.iter().any(|area| town.starts_with(&**area))
    }
}

/// All of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Catalogue {
    /// In the list's order.
    pub towns: Vec<Town>,
    /// In the list's order.
    pub services: Vec<Service>,
    /// In the list's order.
    pub providers: Vec<Provider>,
}

impl Catalogue {
    /// Reads the lists of the forms' folder.
    ///
    /// # Errors
    /// A list is not there, or has no row.
    pub fn read(forms: &Files) -> Result<Catalogue, SeedError> {
        let files = forms.read().map_err(SeedError::Forms)?;
        let towns = rows(&files, "lists/towns.csv", ["name", "county"])?;
        let services = rows(&files, "lists/services.csv", ["name", "label::zh", "category", "only"])?;
        // The city's own: the made-up town has households in all districts.
        let services = services.into_iter().filter(|[.., only]| only.is_empty());
        let providers = rows(&files, "lists/providers.csv", ["name", "label::zh", "services", "area"])?;
        let words = |text: String| text.split_whitespace().map(str::to_owned).collect();
        Ok(Catalogue {
            towns: towns.into_iter().map(|[code, county]| Town { code, county }).collect(),
            services: services.map(|[code, name, class, _]| Service { code, name, class }).collect(),
            providers: providers
                .into_iter()
                .map(|[code, name, services, areas]| Provider {
                    code,
                    name,
                    services: words(services),
                    areas: words(areas),
                })
                .collect(),
        })
    }
}

/// The cells of these columns, a row each.
fn rows<const N: usize>(
    files: &BTreeMap<String, Bytes>,
    name: &'static str,
    columns: [&str; N],
) -> Result<Vec<[String; N]>, SeedError> {
    let bytes = files.get(name).ok_or(SeedError::NoList(name))?;
    let mut reader = csv::Reader::from_reader(&bytes[..]);
    let titles = reader.headers().map_err(|_| SeedError::NoList(name))?.clone();
    let mut places = [0; N];
    for (place, column) in places.iter_mut().zip(columns) {
        *place = titles.iter().position(|title| title == column).ok_or(SeedError::NoList(name))?;
    }
    let cells = |row: csv::StringRecord| places.map(|place| row.get(place).unwrap_or_default().to_owned());
    let rows: Vec<[String; N]> = reader.records().filter_map(Result::ok).map(cells).collect();
    if rows.is_empty() { Err(SeedError::NoList(name)) } else { Ok(rows) }
}
