//! A version of a form on the device: kept by its hash, as long as a draft needs it.

use serde::{Deserialize, Serialize};

use crate::draft::{FormRef, FormRefV1};
use crate::record::{self, Record, RecordError};

/// A version of a form, as a list shows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FormVersion {
    /// Which.
    pub form: FormRef,
    /// Its title by language tag, in the form's order.
    pub titles: Vec<(String, String)>,
    /// Is it the one that new drafts are begun with? At most one version of a form is.
    pub current: bool,
    /// Do residents fill it in themselves, at a kiosk?
    pub residents: Residents,
}

/// Who fills a form in at a kiosk.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Residents {
    /// Nobody: it is for those who were trained to ask.
    #[default]
    No,
    /// Residents, and others elsewhere.
    Also,
    /// Residents and nobody else.
    Alone,
}

impl Residents {
    /// For records that were written before anybody was asked.
    pub(crate) fn is_no(&self) -> bool {
        *self == Residents::No
    }
}

/// The first version of the kept record.
#[derive(Serialize, Deserialize)]
struct FormVersionV1 {
    form: FormRefV1,
    titles: Vec<(String, String)>,
    current: bool,
    #[serde(default, skip_serializing_if = "Residents::is_no")]
    residents: Residents,
}

impl Record for FormVersion {
    const KIND: &'static str = "form version";

    fn to_bytes(&self) -> Vec<u8> {
        let version = self.clone();
        let FormVersion { form, titles, current, residents } = version;
        let v1 = FormVersionV1 { form: form.into(), titles, current, residents };
        record::encode(1, &v1)
    }

    fn from_bytes(bytes: &[u8]) -> Result<FormVersion, RecordError> {
        let v1: FormVersionV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        let FormVersionV1 { form, titles, current, residents } = v1;
        Ok(FormVersion { form: form.into(), titles, current, residents })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::golden;

    #[test]
    fn the_first_version_is_as_it_was() {
        let form = crate::draft::tests::sample().form;
        let titles = vec![("zh".into(), "家庭需求调查".into()), ("en".into(), "Household needs".into())];
        let version = FormVersion { form, titles, current: true, residents: Residents::No };
        golden::check("form_version.v1.json", &version);
        // What is said of residents stands beside it, and a build before reads the rest.
        let version = FormVersion { residents: Residents::Alone, ..version };
        assert_eq!(FormVersion::from_bytes(&version.to_bytes()), Ok(version));
    }
}
