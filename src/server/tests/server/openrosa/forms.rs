//! The forms of the repository as Collect is given them, and the addresses that it is told.

use crate::client::House;
use doorstep_delivery::draft::new_id;
use doorstep_delivery::sealed::Sealed;
use doorstep_engine::{Bundle, DataType, Extent, Form, Session, Source, World};
use doorstep_server::Access;

use super::collect::{Collect, FILES, FORM, TOWNS, texts};

#[test]
fn addresses_are_the_ones_that_the_proxy_is_asked_for() {
    let house = House::with(Access { behind_proxy: true, ..Access::default() }).serving(&FILES);
    let forwarded = [("x-forwarded-proto", "https"), ("x-forwarded-host", "survey.example.cn")];
    let list = house.send("GET", "/openrosa/formList", &forwarded, b"").text();
    assert!(
        texts(&list, "downloadUrl")[0].starts_with("https://survey.example.cn/openrosa/forms/"),
        "{list}"
    );
    let odd = [("x-forwarded-host", "a\"><script>alert(1)</script>")];
    let list = house.send("GET", "/openrosa/formList", &odd, b"").text();
    assert!(!list.contains("<script>"), "{list}");
}

#[test]
fn a_form_whose_submissions_are_encrypted_is_listed_with_its_key() {
    let sealed =
        FORM.replace("\"form_id\": \"visit\"", "\"form_id\": \"sealed\", \"public_key\": \"MIIBIjANBgkq\"");
    assert_ne!(sealed, FORM);
    let mut files = FILES.to_vec();
    files.extend([("sealed/form.json", sealed.as_str()), ("sealed/towns.csv", TOWNS)]);
    let house = House::new().serving(&files);
    let collect = Collect::at(&house);
    assert_eq!(texts(&collect.list().text(), "formID"), ["sealed", "visit"]);
    let known = house.get("/api/v1/forms").json();
    let known = known["forms"].as_array().unwrap().iter().find(|form| form["id"] == "sealed").unwrap();
    let hash = known["hash"].as_str().unwrap();
    let form = collect.fetch(&format!("/openrosa/forms/{hash}/form.xml"));
    assert!(form.text().contains(r#"base64RsaPublicKey="MIIBIjANBgkq""#));
}

/// A server with every form of the repository.
fn with_all_forms() -> House {
    let forms = concat!(env!("CARGO_MANIFEST_DIR"), "/../../forms");
    let mut files: Vec<(String, String)> = Vec::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(format!("{forms}/{folder}")).unwrap() {
            let entry = entry.unwrap();
            let name = format!("{folder}{}", entry.file_name().to_str().unwrap());
            if entry.path().is_dir() {
                folders.push(format!("{name}/"));
            } else if let Ok(text) = std::fs::read_to_string(entry.path()) {
                files.push((name, text));
            }
        }
    }
    let mut given = FILES.to_vec();
    given.extend(files.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    House::new().serving(&given)
}

/// Every form of the repository, as Collect is given it: our own reader sees the same form in it, and its blank instance is accepted.
#[test]
fn every_form_is_served_and_comes_back() {
    let house = with_all_forms();
    let collect = Collect::at(&house);
    let list = collect.list().text();
    let listed = house.get("/api/v1/forms").json();
    let listed = listed["forms"].as_array().unwrap();
    let urls = texts(&list, "downloadUrl");
    let urls: Vec<&String> = urls.iter().filter(|url| url.ends_with("/form.xml")).collect();
    assert_eq!((urls.len(), listed.len() >= 13), (listed.len(), true), "{list}");
    for (n, (url, known)) in urls.iter().zip(listed).enumerate() {
        let id = known["id"].as_str().unwrap();
        let xform = collect.fetch(url).text();
        if let Some(out) = std::env::var_os("DOORSTEP_XFORMS") {
            std::fs::write(std::path::Path::new(&out).join(format!("{id}.xml")), &xform).unwrap();
        }
        let main = Source::new("form.xml", xform.as_str());
        let media = Bundle::files_named(&main).into_iter().map(|name| {
            let text = collect.fetch(&url.replace("form.xml", &format!("media/{name}"))).text();
            Source::new(name, text)
        });
        let checked = Form::read(&Bundle { files: media.collect(), main });
        let form = checked.form.unwrap_or_else(|| panic!("{id}: {:?}", checked.diagnostics));
        assert_eq!((form.id(), Some(form.version())), (id, known["version"].as_str()));
        let hash = known["hash"].as_str().unwrap();
        let bundle = Bundle::from_json(&house.get(&format!("/api/v1/forms/{hash}")).text()).unwrap();
        let own = Form::read(&bundle).form.unwrap();
        // What a measure comes to is a number there, and what it takes on the way has a group of its own.
        let asked = |(path, _): &(String, DataType)| {
            !path.contains("/meta") && !path.contains(":meta") && !path.contains("/assessment_steps")
        };
        let theirs: Vec<_> = form.data_types().into_iter().filter(asked).collect();
        let ours: Vec<_> = own.data_types().into_iter().filter(asked).collect();
        assert_eq!(theirs.len(), ours.len(), "{id}");
        for (theirs, ours) in theirs.iter().zip(&ours) {
            let alike = theirs == ours || (theirs.0 == ours.0 && ours.1 == DataType::Text);
            assert!(alike, "{id}: {theirs:?} for {ours:?}");
        }

        // The primary instance, as it is before anything is answered.
        let primary = xform.split("<instance>").nth(1).unwrap().split("</instance>").next().unwrap().trim();
        let root = primary[1..].split([' ', '>']).next().unwrap();
        let instance_id = format!("<instanceID>uuid:00000000-0000-4000-8000-{n:012}</instanceID>");
        let blank = primary.replace("<instanceID/>", &instance_id).replace(" jr:template=\"\"", "");
        assert_ne!(blank, primary, "{id} <{root}> has no instanceID: {primary}");
        let answer = collect.post(&blank, &[], false);
        assert_eq!(answer.status, 201, "{id}: {}", answer.text());
    }
    assert_eq!(house.rows().len(), listed.len());
}

fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

/// Answers whatever can be answered: the first choice, or a text of the question's type.
fn fill_in(session: &mut Session) {
    for key in session.nodes() {
        let Some(question) = session.question(key) else { continue };
        let text = match question.data_type {
            DataType::Choice | DataType::Choices => {
                question.choices.first().map(|choice| choice.name.to_string())
            }
            DataType::Attachment => Some(PHOTO.to_owned()),
            DataType::Integer | DataType::Decimal => Some("3".into()),
            DataType::Boolean => Some("true".into()),
            DataType::Date => Some("2026-11-20".into()),
            DataType::Time => Some("10:00:00.000+08:00".into()),
            DataType::DateTime => Some("2026-11-20T10:00:00.000+08:00".into()),
            DataType::Geopoint => Some("37.5 122.1 3 5".into()),
            DataType::Geotrace | DataType::Geoshape => None,
            DataType::Text => Some("张三 <&> \"'".into()),
        };
        if let Some(text) = text {
            // What is calculated, or follows from others, says no.
            let _ = session.answer_text(key, &text);
        }
    }
}

const PHOTO: &str = "户口本-1.jpg";

/// Every form as Doorstep's own app fills it in, sent as `delivery` sends it to an OpenRosa server: the second server reads the same.
#[test]
fn what_another_doorstep_filled_in_is_read_the_same() {
    let house = with_all_forms();
    let collect = Collect::at(&house);
    let listed = house.get("/api/v1/forms").json();
    for (n, known) in listed["forms"].as_array().unwrap().iter().enumerate() {
        let id = known["id"].as_str().unwrap();
        let hash = known["hash"].as_str().unwrap();
        let bundle = Bundle::from_json(&house.get(&format!("/api/v1/forms/{hash}")).text()).unwrap();
        let now = now_ms();
        let number = new_id(now, &[u8::try_from(n).unwrap(); 10]);
        let world = World { now_ms: now, instance_id: format!("uuid:{number}").into(), ..World::default() };
        let mut session = Session::new(Form::read(&bundle).form.unwrap(), world);
        // What one answer opens is answered the next time.
        (0..3).for_each(|_| fill_in(&mut session));
        session.finish();
        let xml = session.instance_xml(Extent::Relevant);
        let answer = collect.post(&xml, &[(PHOTO, b"photo")], false);
        assert_eq!(answer.status, 201, "{id}: {}", answer.text());
        assert!(answer.text().contains("isComplete=\"true\""), "{id}: {}", answer.text());
        let (_, body) = house.rows().into_iter().find(|(id, _)| *id == number.to_string()).unwrap();
        let sealed = Sealed::read(body.as_bytes()).unwrap();
        assert_eq!((sealed.form.hash.as_str(), sealed.xml.as_ref()), (hash, Some(&xml)), "{id}");
        assert_eq!(sealed.data, session.data(Extent::Relevant), "{id}");
        assert_eq!(sealed.instance_name, session.instance_name(), "{id}");
        assert!(sealed.data.to_string().len() > 100, "{id}: {}", sealed.data);
    }
}
