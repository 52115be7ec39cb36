//! OpenRosa over real sockets, as ODK Collect speaks it: from the form list to the last part of a submission, and what is refused.

mod another_engine;
mod backend;
mod bad_input;
pub mod collect;
mod entities;
mod forms;
mod lists;
mod login;
mod referred;
mod waiting;

use std::collections::BTreeMap;

use crate::client::{Answer, House, Place, Sent, on_each_database};
use collect::{Collect, FILES, FORM, TOWNS, instance, texts};
use doorstep_delivery::sealed::Sealed;
use doorstep_delivery::submission::content_hash;
use md5::{Digest, Md5};

on_each_database!(
    collect_gets_its_forms_and_sends_in_parts,
    the_same_again_is_answered_alike_and_other_content_is_refused,
    many_at_once_make_one_submission,
    a_half_is_kept_over_a_restart_and_counted,
    a_crash_before_the_acceptance_is_made_good_by_the_same_bytes,
    an_older_version_is_read_as_what_it_was,
);

const PHOTO: &[u8] = b"\xff\xd8 a photo";
const ID: &str = "uuid:c1d3cf25-0c1f-4b9c-9b3c-0a7e6a3f2b11";

fn refused(answer: &Answer, status: u16, words: &str) {
    let text = answer.text();
    assert_eq!(answer.status, status, "{text}");
    assert!(texts(&text, "message nature=\"error\"").is_empty() || text.contains("</message>"));
    assert!(text.contains("<OpenRosaResponse xmlns=\"http://openrosa.org/http/response\">"), "{text}");
    assert!(text.contains(words), "{words}: {text}");
    assert_eq!(answer.header("x-openrosa-version"), Some("1.0"));
}

fn sealed(house: &House) -> Sealed {
    let rows = house.rows();
    assert_eq!(rows.len(), 1);
    let sealed = Sealed::read(rows[0].1.as_bytes()).unwrap();
    assert_eq!(sealed.id.to_string(), rows[0].0);
    sealed
}

fn collect_gets_its_forms_and_sends_in_parts(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let list = collect.list();
    assert_eq!(list.status, 200);
    assert_eq!(list.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(list.header("x-openrosa-version"), Some("1.0"));
    let length: usize = list.header("x-openrosa-accept-content-length").unwrap().parse().unwrap();
    assert!(length > 32 << 20 && list.header("date").is_some());
    let list = list.text();
    assert!(list.contains("<xforms xmlns=\"http://openrosa.org/xforms/xformsList\"><xform>"), "{list}");
    let one = |name: &str| {
        let found = texts(&list, name);
        assert_eq!(found.len(), 1, "{name}: {list}");
        found[0].clone()
    };
    assert_eq!((&*one("formID"), &*one("version"), &*one("name")), ("visit", "3", "走访 &amp; 登记"));

    let form = collect.fetch(&one("downloadUrl"));
    assert_eq!(form.header("content-type"), Some("text/xml; charset=utf-8"));
    assert_eq!(one("hash"), format!("md5:{:x}", Md5::digest(&form.body)));
    assert!(form.text().contains("jr://file-csv/towns.csv") && form.text().contains("version=\"3\""));
    let manifest = collect.fetch(&one("manifestUrl")).text();
    assert!(manifest.contains("<manifest xmlns=\"http://openrosa.org/xforms/xformsManifest\">"));
    assert_eq!(texts(&manifest, "filename"), ["towns.csv"]);
    let media = collect.fetch(&texts(&manifest, "downloadUrl")[0]);
    assert_eq!((media.text().as_str(), media.header("x-openrosa-version")), (TOWNS, Some("1.0")));
    assert_eq!(texts(&manifest, "hash"), [format!("md5:{:x}", Md5::digest(&media.body))]);

    let head = collect.head();
    assert_eq!((head.status, head.body.len()), (204, 0));
    assert_eq!(head.header("x-openrosa-accept-content-length"), Some(&*length.to_string()));
    let xml = instance(ID, "张三 &lt;script&gt;'; DROP TABLE submission", &["1.jpg", "2.jpg"]);
    let first = collect.post(&xml, &[("1.jpg", PHOTO)], true);
    assert_eq!(first.status, 201, "{}", first.text());
    assert!(first.text().contains("isComplete=\"false\""), "{}", first.text());
    assert!(house.rows().is_empty());
    assert_eq!(house.file(&content_hash(PHOTO)), PHOTO, "what was answered with 201 is there");
    let last = collect.post(&xml, &[("2.jpg", b"two")], false);
    assert_eq!(last.status, 201, "{}", last.text());
    let said = last.text();
    assert!(said.contains("<message nature=\"submit_success\">"), "{said}");
    for part in [
        "<submissionMetadata xmlns=\"http://www.opendatakit.org/xforms\" ",
        "id=\"visit\"",
        "version=\"3\"",
        &format!("instanceID=\"{ID}\""),
        "isComplete=\"true\"",
    ] {
        assert!(said.contains(part), "{part}: {said}");
    }

    let sealed = sealed(&house);
    assert_eq!(sealed.id.get_version_num(), 7);
    assert_eq!(sealed.xml.as_deref(), Some(&*xml), "the text is kept as it came");
    assert_eq!(sealed.data["visit"]["name"], "张三 <script>'; DROP TABLE submission");
    assert_eq!(sealed.data["visit"]["age"], 71);
    assert_eq!(sealed.finished_at.to_rfc3339(), "2026-11-23T10:00:00.000+08:00");
    assert_eq!(sealed.created_at.to_rfc3339(), "2026-11-23T09:30:00.000+08:00");
    let files: Vec<(&str, u64)> = sealed.attachments.iter().map(|file| (&*file.name, file.size)).collect();
    assert_eq!(files, [("1.jpg", PHOTO.len() as u64), ("2.jpg", 3)]);
}

fn the_same_again_is_answered_alike_and_other_content_is_refused(place: &Place) {
    let mut house = place.house().serving(&FILES);
    let xml = instance(ID, "张三", &["1.jpg"]);
    let first = Collect::at(&house).post(&xml, &[("1.jpg", PHOTO)], false);
    assert_eq!(first.status, 201, "{}", first.text());
    std::thread::sleep(std::time::Duration::from_millis(5));
    // Over a restart, and with a form that has gone on.
    house.restart_with_form(&FORM.replace("\"version\": \"3\"", "\"version\": \"4\""));
    let collect = Collect::at(&house);
    let rows = house.rows();
    for files in [&[("1.jpg", PHOTO)][..], &[], &[("left over.jpg", b"not named by any answer")]] {
        let again = collect.post(&xml, files, false);
        assert_eq!((again.status, again.text()), (201, first.text()));
    }
    refused(&collect.post(&xml, &[("1.jpg", b"other")], false), 409, "another submission has this id");
    refused(&collect.post(&xml.replace("张三", "李四"), &[], false), 409, "another submission has this id");
    refused(&collect.post(&format!("{xml}\n"), &[], false), 409, "another submission has this id");
    assert_eq!((house.rows(), house.files()), (rows, vec![content_hash(PHOTO)]));

    // An edit names what it replaces, by the number that it has here.
    let new = "uuid:5d0c3c1e-7b7c-4c39-8a0b-3f7d2f1f0a02";
    let meta = format!("<deprecatedID>{ID}</deprecatedID><instanceID>{new}</instanceID>");
    let edit = xml.replace(&format!("<instanceID>{ID}</instanceID>"), &meta);
    assert_eq!(collect.post(&edit, &[("1.jpg", PHOTO)], false).status, 201);
    let known: BTreeMap<String, String> = house.rows().into_iter().collect();
    let replaced = known.values().filter_map(|body| Sealed::read(body.as_bytes()).unwrap().supersedes);
    assert_eq!(replaced.map(|id| id.to_string()).collect::<Vec<_>>(), [sealed_id(&first_of(&known, ID))]);
}

/// The body whose text has that id, and which replaces nothing.
fn first_of(rows: &BTreeMap<String, String>, id: &str) -> String {
    let first =
        |body: &&String| body.contains(&format!("<instanceID>{id}")) && !body.contains("deprecatedID");
    rows.values().find(first).unwrap().clone()
}

fn sealed_id(body: &str) -> String {
    Sealed::read(body.as_bytes()).unwrap().id.to_string()
}

fn many_at_once_make_one_submission(place: &Place) {
    let house = place.house().serving(&FILES);
    let photos: Vec<String> = (0..4).map(|n| format!("{n}.jpg")).collect();
    let names: Vec<&str> = photos.iter().map(String::as_str).collect();
    let xml = instance(ID, "张三", &names);
    let answers: Vec<Answer> = std::thread::scope(|scope| {
        let posts: Vec<_> = (0..16)
            .map(|n| {
                let (house, xml, name) = (&house, &xml, names[n % 4]);
                scope.spawn(move || Collect::at(house).post(xml, &[(name, name.as_bytes())], n < 12))
            })
            .collect();
        posts.into_iter().map(|post| post.join().unwrap()).collect()
    });
    for answer in &answers {
        assert_eq!(answer.status, 201, "{}", answer.text());
    }
    assert!(answers.iter().any(|answer| answer.text().contains("isComplete=\"true\"")));
    assert_eq!(sealed(&house).attachments.len(), 4);
    assert_eq!((house.count("openrosa_instance"), house.count("openrosa_file")), (1, 4));
}

fn a_half_is_kept_over_a_restart_and_counted(place: &Place) {
    let mut house = place.house().serving(&FILES);
    let xml = instance(ID, "张三", &["1.jpg", "2.jpg"]);
    assert_eq!(Collect::at(&house).post(&xml, &[("1.jpg", PHOTO)], false).status, 201);
    house.restart_with_form(&FORM.replace("\"version\": \"3\"", "\"version\": \"4\""));
    let count = |line: &str| house.get("/metrics").text().lines().any(|found| found == line);
    assert!(count("doorstep_openrosa_waiting 1"));
    let collect = Collect::at(&house);
    assert_eq!(collect.post(&xml, &[], false).status, 201);
    assert!(house.rows().is_empty() && count("doorstep_openrosa_parts_total 1"));
    refused(&collect.post(&xml, &[("1.jpg", b"other")], true), 409, "another submission has this id");
    assert_eq!(collect.post(&xml, &[("2.jpg", b"two")], false).status, 201);
    assert_eq!(sealed(&house).attachments.len(), 2);
    assert!(count("doorstep_openrosa_waiting 0"));
    assert_eq!(house.count("openrosa_instance WHERE xml IS NOT NULL"), 0, "the submission holds the text");
}

/// What is sealed follows from what was kept: whoever goes on after a crash comes to the very same.
fn a_crash_before_the_acceptance_is_made_good_by_the_same_bytes(place: &Place) {
    let house = place.house().serving(&FILES);
    let collect = Collect::at(&house);
    let old = "uuid:5d0c3c1e-7b7c-4c39-8a0b-3f7d2f1f0a02";
    let id = format!("{ID}</instanceID><deprecatedID>{old}</deprecatedID><instanceID>");
    let edit = instance(&id, "张三", &["1.jpg"]).replace("<instanceID></instanceID>", "");
    let first = collect.post(&edit, &[("1.jpg", PHOTO)], false);
    assert_eq!(first.status, 201, "{}", first.text());
    let rows = house.rows();
    // As if it had stopped between the two, and by now what was replaced had come.
    house.tell("DELETE FROM submission");
    let late = collect.post(&instance(old, "李四", &[]), &[], false);
    assert_eq!(late.status, 201, "{}", late.text());
    let again = collect.post(&edit, &[], false);
    assert_eq!((again.status, again.text()), (201, first.text()));
    let now = house.rows();
    assert!(now.len() == 2 && now.contains(&rows[0]), "{now:?}");
}

fn an_older_version_is_read_as_what_it_was(place: &Place) {
    let mut house = place.house().serving(&FILES);
    // Changed without another number, and then with one.
    let without_age =
        FORM.replace("{\"type\": \"integer\", \"name\": \"age\", \"label\": {\"zh\": \"年龄\"}},", "");
    assert_ne!(without_age, FORM);
    house.restart_with_form(&without_age);
    let collect = Collect::at(&house);
    let answer = collect.post(&instance(ID, "张三", &[]), &[], false);
    assert_eq!(answer.status, 201, "{}", answer.text());
    assert_eq!(sealed(&house).data["visit"]["age"], 71);
    let strange =
        instance("uuid:another", "张三", &[]).replace("<age>71</age>", "<age>71</age><phone>1</phone>");
    refused(&collect.post(&strange, &[], false), 422, "/visit: an element whose name has 5 characters");
    refused(
        &collect.post(&strange.replace("version=\"3\"", "version=\"9\""), &[], false),
        404,
        "never served",
    );
    assert_eq!(house.rows().len(), 1);
}

#[test]
fn a_doorsteps_own_id_stays_and_no_other_way_to_it_is_left() {
    let house = House::new().serving(&FILES);
    let collect = Collect::at(&house);
    let own = "01a20606-35c0-7707-8707-070707070707";
    assert_eq!(collect.post(&instance(&format!("uuid:{own}"), "张三", &[]), &[], false).status, 201);
    assert_eq!(sealed(&house).id.to_string(), own);

    // What came by the app's way can't be replaced by OpenRosa, and leaves no trace of the try.
    let sent = house.submission(9, serde_json::json!({"name": "张三"}));
    let sent = Sent { body: sent.body.replace("\"version\":\"1\"", "\"version\":\"3\""), ..sent };
    assert_eq!(house.put(&sent).status, 201);
    let forged = instance(&format!("uuid:{}", sent.id), "李四", &[]);
    refused(&collect.post(&forged, &[], false), 409, "another submission has this id");
    assert_eq!((house.rows().len(), house.count("openrosa_instance")), (2, 1));
}
