//! What waits for its files: seen by an administrator, released without them, and made whole if they come after all.

use serde_json::{Value as Json, json};

use super::collect::{Collect, FILES, FORM, instance};
use super::{ID, PHOTO};
use crate::browser::{Browser, Office};
use crate::client::{House, Place, on_each_database};
use doorstep_delivery::sealed::Sealed;

on_each_database!(
    what_waits_is_seen_released_and_made_whole_by_a_late_file,
    what_was_released_and_cut_off_by_a_crash_is_released_by_the_next_try,
);

const WAITING: &str = "/api/v1/openrosa/waiting";

fn waiting(house: &House, who: &Browser) -> Vec<Json> {
    let answer = who.get(house, WAITING);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(!answer.text().contains("张三") && !answer.text().contains(".jpg"), "{}", answer.text());
    answer.json()["waiting"].as_array().unwrap().clone()
}

fn release(house: &House, who: &Browser, id: &str) -> (u16, Json) {
    let answer = who.post(house, &format!("{WAITING}/{id}/release"), json!({}));
    (answer.status, answer.json())
}

/// The body of a submission.
fn row(house: &House, id: &str) -> Sealed {
    let rows = house.rows();
    let (_, body) = rows.iter().find(|(known, _)| known == id).expect("it is there");
    Sealed::read(body.as_bytes()).unwrap()
}

fn files(sealed: &Sealed) -> Vec<&str> {
    sealed.attachments.iter().map(|file| &*file.name).collect()
}

fn what_waits_is_seen_released_and_made_whole_by_a_late_file(place: &Place) {
    let house = place.house().serving(&FILES);
    let admin = Browser::settle(&house, "admin", &house.first_password);
    let collect = Collect::at(&house);
    let xml = instance(ID, "张三", &["1.jpg", "2.jpg", "3.jpg"]);
    assert_eq!(collect.post(&xml, &[("1.jpg", PHOTO)], false).status, 201);
    assert!(house.rows().is_empty());

    let one = &waiting(&house, &admin)[0];
    assert_eq!((&one["here"], &one["released"], &one["encrypted"]), (&json!(1), &Json::Null, &json!(false)));
    assert_eq!(one["missing"], json!(["/visit/room[2]/photo", "/visit/room[3]/photo"]));
    assert_eq!(one["form"], json!({"id": "visit", "version": "3"}));
    let id = one["id"].as_str().unwrap().to_owned();
    let after = admin.get(&house, &format!("{WAITING}?after={id}")).json();
    assert_eq!(after["waiting"], json!([]));

    let (status, said) = release(&house, &admin, &id);
    assert_eq!((status, &said["missing"]), (200, &json!(2)));
    let released = said["submission"].as_str().unwrap().to_owned();
    let first = row(&house, &released);
    assert_eq!(files(&first), ["1.jpg"]);
    assert_eq!((first.data["visit"]["name"].as_str(), first.supersedes), (Some("张三"), None));
    assert_eq!(first.xml.as_deref(), Some(&*xml), "the text is as it came");
    // Again is the same, whatever came meanwhile, and it is still listed, as released.
    assert_eq!(collect.post(&xml, &[("2.jpg", b"two")], true).status, 201);
    assert_eq!(release(&house, &admin, &id).1["submission"], released.as_str());
    assert_eq!(house.rows().len(), 1);
    let one = &waiting(&house, &admin)[0];
    assert_eq!((one["released"].as_str(), &one["here"]), (Some(&*released), &json!(2)));
    let counted = "doorstep_openrosa_waiting 0";
    assert!(house.get("/metrics").text().lines().any(|line| line == counted));

    // The phone had the files all along: the whole is the successor of what was released, once.
    for _ in 0..2 {
        assert_eq!(collect.post(&xml, &[("3.jpg", b"three")], false).status, 201);
        assert_eq!(house.rows().len(), 2);
    }
    let whole = row(&house, &id);
    assert_eq!(files(&whole), ["1.jpg", "2.jpg", "3.jpg"]);
    assert_eq!(whole.supersedes, Some(first.id));
    assert!(waiting(&house, &admin).is_empty());
    assert_eq!(release(&house, &admin, &id).0, 404);
}

fn what_was_released_and_cut_off_by_a_crash_is_released_by_the_next_try(place: &Place) {
    let house = place.house().serving(&FILES);
    let admin = Browser::settle(&house, "admin", &house.first_password);
    let xml = instance(ID, "张三", &["1.jpg", "2.jpg"]);
    assert_eq!(Collect::at(&house).post(&xml, &[("1.jpg", PHOTO)], false).status, 201);
    let id = waiting(&house, &admin)[0]["id"].as_str().unwrap().to_owned();
    let (_, said) = release(&house, &admin, &id);
    let rows = house.rows();
    // As if it had stopped between the mark and the submission.
    house.tell("DELETE FROM submission");
    assert_eq!(release(&house, &admin, &id), (200, said));
    assert_eq!(house.rows(), rows, "byte for byte");

    // All files are here, and the server stopped before it accepted the whole: that is what the release does then.
    let whole = instance("uuid:another", "李四", &["1.jpg", "2.jpg"]);
    assert_eq!(Collect::at(&house).post(&whole, &[("1.jpg", PHOTO)], false).status, 201);
    house.tell(
        "INSERT INTO openrosa_file (instance_id, name, hash, size, media_type)
         SELECT instance_id, '2.jpg', hash, size, media_type FROM openrosa_file WHERE instance_id = 'uuid:another'",
    );
    let all = waiting(&house, &admin);
    let other = all.iter().find(|one| one["missing"] == json!([])).unwrap();
    let other = other["id"].as_str().unwrap();
    assert_eq!(release(&house, &admin, other), (200, json!({"submission": other, "missing": 0})));
    assert_eq!(files(&row(&house, other)), ["1.jpg", "2.jpg"]);
    assert_eq!(waiting(&house, &admin).len(), 1, "the released one still waits");
}

#[test]
fn only_an_administrator_sees_and_releases_and_both_are_noted() {
    let office = Office::open();
    let house = &office.house;
    for (name, role) in [("li.si", "worker"), ("wang.wu", "station"), ("zhao.liu", "auditor")] {
        let somebody = office.user(name, role, "371002");
        assert_eq!(somebody.get(house, WAITING).status, 403, "{role}");
        let any = "01a20606-35c0-7707-8707-070707070707";
        assert_eq!(release(house, &somebody, any).0, 403, "{role}");
    }
    assert_eq!(house.get(WAITING).status, 401);
    assert_eq!((release(house, &office.administrator, "x").0, office.count("released")), (404, 0));
    assert!(waiting(house, &office.administrator).is_empty());
    assert_eq!(office.count("waiting_listed"), 1);
}

#[test]
fn what_is_encrypted_is_not_released_without_what_it_is() {
    let form = FORM.replace("\"version\": \"3\"", "\"version\": \"3\", \"public_key\": \"x\"");
    let house = House::new().serving(&[("visit/form.json", &form), FILES[1]]);
    let admin = Browser::settle(&house, "admin", &house.first_password);
    let manifest = "<data encrypted=\"yes\" id=\"visit\" version=\"3\"><meta><instanceID>uuid:x</instanceID></meta>\
        <encryptedXmlFile>submission.xml.enc</encryptedXmlFile></data>";
    let posted = Collect::at(&house).post(manifest, &[], false);
    assert_eq!(posted.status, 201, "{}", posted.text());
    let one = &waiting(&house, &admin)[0];
    assert_eq!((&one["encrypted"], &one["missing"]), (&json!(true), &json!([null])));
    let (status, said) = release(&house, &admin, one["id"].as_str().unwrap());
    assert_eq!((status, said["error"]["code"].as_str()), (409, Some("encrypted")));
    assert!(house.rows().is_empty());
}
