//! The forms of the repository as Collect is given them, and the addresses that it is told.

use crate::client::House;
use doorstep_engine::{Bundle, DataType, Form, Source};
use doorstep_server::Access;

use super::collect::{Collect, FILES, texts};

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

/// Every form of the repository, as Collect is given it: our own reader sees the same form in it, and its blank instance is accepted.
#[test]
fn every_form_is_served_and_comes_back() {
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
    let house = House::new().serving(&given);
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
