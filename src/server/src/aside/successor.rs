//! What is taken in: the same answers, to the byte, as a submission of its own that names the one which has its id.
//!
//! The instance within gets an id of its own, as ODK's servers want of an edit (OpenRosa, *Metadata*: `instanceID`, `deprecatedID`). Its text is cut and joined there
//! and nowhere else: opened and written anew by the engine, what is calculated might come to something else than the household was shown.

use doorstep_delivery::Uuid;
use doorstep_delivery::odk_encryption::is_manifest;
use doorstep_delivery::sealed::Sealed;
use serde_json::Value as Json;

/// The submission that it becomes.
pub(super) fn of(sealed: Sealed, own: Uuid) -> Sealed {
    let Sealed { id, form, mut data, xml, .. } = sealed;
    let instance_id = format!("uuid:{own}");
    // The signature of what is encrypted for few is over its id: it stays as it came.
    let (old, xml) =
        match xml.map(|xml| if is_manifest(&xml) { Err(xml) } else { Ok(renamed(xml, &instance_id)) }) {
            Some(Ok((old, xml))) => (old, Some(xml)),
            Some(Err(xml)) => (None, Some(xml)),
            None => (None, None),
        };
    // Where the form's author wrote `meta` down, it is among the answers too.
    if let (Some(old), Some(Json::Object(meta))) = (old, data.pointer_mut(&format!("/{}/meta", form.id)))
        && meta.get("instanceID").and_then(Json::as_str) == Some(&old)
    {
        meta.insert("instanceID".into(), instance_id.into());
        meta.insert("deprecatedID".into(), old.into());
    }
    Sealed { id: own, supersedes: Some(id), form, data, xml, ..sealed }
}

/// The instance under another id, naming the one before; and that one. As it was, if it has none.
fn renamed(xml: String, instance_id: &str) -> (Option<String>, String) {
    let Some(place) = Element::find(&xml, "instanceID") else { return (None, xml) };
    let (prefix, old) = (place.prefix.to_owned(), xml[place.text.clone()].to_owned());
    let deprecated = format!("<{prefix}deprecatedID>{old}</{prefix}deprecatedID>");
    let (before, after) = (&xml[..place.text.start], &xml[place.text.end..place.end]);
    let rest = &xml[place.end..];
    let renamed = match Element::find(rest, "deprecatedID") {
        // It replaced something already: that stands in the one that has the id, too.
        Some(named) => {
            format!(
                "{before}{instance_id}{after}{}{old}{}",
                &rest[..named.text.start],
                &rest[named.text.end..]
            )
        }
        None => format!("{before}{instance_id}{after}{deprecated}{rest}"),
    };
    (Some(old), renamed)
}

/// An element with text alone, within an instance's text as the engine writes it: `<orx:instanceID>uuid:…</orx:instanceID>`.
struct Element<'a> {
    /// With its colon; empty if it has none.
    prefix: &'a str,
    text: std::ops::Range<usize>,
    /// After its end tag.
    end: usize,
}

impl<'a> Element<'a> {
    /// The last of that name: `meta` stands at the end, and what a question of the name holds does not.
    fn find(xml: &'a str, local: &str) -> Option<Element<'a>> {
        let tag = format!("{local}>");
        let is_start = |at: &usize| {
            let open = xml[..*at].rfind('<');
            open.is_some_and(|open| xml[open + 1..*at].is_empty() || is_prefix(&xml[open + 1..*at]))
        };
        let at = xml.rmatch_indices(&tag).map(|(at, _)| at).find(is_start)?;
        let open = xml[..at].rfind('<')?;
        let text = at + tag.len();
        let close = text + xml[text..].find("</")?;
        let end = close + xml[close..].find('>')? + 1;
        Some(Element { prefix: &xml[open + 1..at], text: text..close, end })
    }
}

/// `orx:`, but not the `/orx:` of an end tag, nor the `my_` of another name.
fn is_prefix(text: &str) -> bool {
    text.strip_suffix(':').is_some_and(|name| !name.is_empty() && !name.contains(['/', ' ', ':']))
}

#[cfg(test)]
mod tests {
    use doorstep_delivery::{FormRef, Moment};
    use serde_json::json;

    use super::*;

    const OWN: Uuid = Uuid::from_u128(7);

    fn sealed(xml: Option<&str>, data: Json) -> Sealed {
        Sealed {
            id: Uuid::from_u128(1),
            form: FormRef { id: "visit".into(), version: "1".into(), hash: "h".into() },
            supersedes: None,
            created_at: Moment::default(),
            finished_at: Moment::default(),
            language: "zh".into(),
            instance_name: "张三".into(),
            data,
            attachments: Vec::new(),
            xml: xml.map(str::to_owned),
        }
    }

    #[test]
    fn it_names_the_old_one_and_every_answer_stays_to_the_byte() {
        for (before, after) in [
            (
                "<visit id=\"visit\"><name>instanceID&gt;张三</name><meta><instanceID>uuid:a</instanceID></meta></visit>",
                "<visit id=\"visit\"><name>instanceID&gt;张三</name><meta><instanceID>uuid:OWN</instanceID><deprecatedID>uuid:a</deprecatedID></meta></visit>",
            ),
            (
                "<v><orx:meta><orx:instanceID>uuid:a</orx:instanceID><orx:deprecatedID>uuid:0</orx:deprecatedID></orx:meta><t>1</t></v>",
                "<v><orx:meta><orx:instanceID>uuid:OWN</orx:instanceID><orx:deprecatedID>uuid:a</orx:deprecatedID></orx:meta><t>1</t></v>",
            ),
            (
                "<v><instanceID>mine</instanceID><my_instanceID>2</my_instanceID><meta><instanceID>uuid:a</instanceID></meta></v>",
                "<v><instanceID>mine</instanceID><my_instanceID>2</my_instanceID><meta><instanceID>uuid:OWN</instanceID><deprecatedID>uuid:a</deprecatedID></meta></v>",
            ),
            ("<v><name>张三</name></v>", "<v><name>张三</name></v>"),
        ] {
            let data = json!({"visit": {"name": "张三"}});
            let made = of(sealed(Some(before), data.clone()), OWN);
            assert_eq!(made.xml.unwrap(), after.replace("OWN", &OWN.to_string()));
            assert_eq!((made.id, made.supersedes), (OWN, Some(Uuid::from_u128(1))));
            assert_eq!((made.data, made.instance_name.as_str()), (data, "张三"));
        }
        assert_eq!(of(sealed(None, json!({"visit": {}})), OWN).xml, None);
    }

    #[test]
    fn what_is_among_the_answers_is_the_same_as_in_the_instance() {
        let xml = "<v><meta><instanceID>uuid:a</instanceID></meta></v>";
        let data = |id: &str| json!({"visit": {"meta": {"instanceID": id}}});
        let made = of(sealed(Some(xml), data("uuid:a")), OWN);
        let own = format!("uuid:{OWN}");
        assert_eq!(made.data, json!({"visit": {"meta": {"instanceID": own, "deprecatedID": "uuid:a"}}}));
        // Somebody else's question that is only called so.
        assert_eq!(of(sealed(Some(xml), data("b")), OWN).data, data("b"));
    }
}
