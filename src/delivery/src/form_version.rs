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
}

/// The first version of the kept record.
#[derive(Serialize, Deserialize)]
struct FormVersionV1 {
    form: FormRefV1,
    titles: Vec<(String, String)>,
    current: bool,
}

impl Record for FormVersion {
    const KIND: &'static str = "form version";

    fn to_bytes(&self) -> Vec<u8> {
        let version = self.clone();
        let v1 =
            FormVersionV1 { form: version.form.into(), titles: version.titles, current: version.current };
        record::encode(1, &v1)
    }

    fn from_bytes(bytes: &[u8]) -> Result<FormVersion, RecordError> {
        let v1: FormVersionV1 = match record::version(Self::KIND, bytes)? {
            1 => record::decode(Self::KIND, bytes)?,
            version => return Err(record::newer(Self::KIND, version)),
        };
        Ok(FormVersion { form: v1.form.into(), titles: v1.titles, current: v1.current })
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
        golden::check("form_version.v1.json", &FormVersion { form, titles, current: true });
    }
}
