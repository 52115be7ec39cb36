//! Forms out of XForms: the sheets, and what is lost.

use super::form_json::form_json;
use super::xlsform::xlsform;
use super::{Loss, to_form_json, to_xform, to_xlsform};
use crate::diagnostic::Diagnostics;
use crate::source::{Bundle, Source};
use crate::xml::{Element, read};

const HEAD: &str = "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' \
    xmlns:jr='http://openrosa.org/javarosa' xmlns:odk='http://www.opendatakit.org/xforms' \
    xmlns:orx='http://openrosa.org/xforms' xmlns:entities='http://www.opendatakit.org/xforms/entities'>";

/// A form with that instance, rest of the model, and body.
fn form(instance: &str, model: &str, body: &str) -> Element {
    let text = format!(
        "{HEAD}<h:head><h:title>T</h:title><model><instance><data id='f' version='2'>{instance}\
         <meta><instanceID/></meta></data></instance>{model}\
         <bind nodeset='/data/meta/instanceID' jr:preload='uid' type='string'/></model></h:head>\
         <h:body>{body}</h:body></h:html>"
    );
    read(&Source::new("f.xml", text), 0, &mut Diagnostics::default()).expect("the test's XML is XML")
}

fn sheet(bundle: &Bundle, name: &str) -> String {
    let all = [&bundle.main].into_iter().chain(&bundle.files);
    let name = format!("f#{name}");
    all.into_iter()
        .find(|source| *source.name == *name)
        .map_or_else(String::new, |source| source.text.to_string())
}

#[track_caller]
fn survey(root: &Element, expected: &str) -> Vec<Loss> {
    let exported = xlsform(root, "f");
    assert_eq!(sheet(&exported.written, "survey"), expected, "{:?}", exported.losses);
    exported.losses
}

#[test]
fn questions_with_their_binds() {
    let root = form(
        "<age/><note/><total/><start/><g a='1'><pic/></g>",
        "<bind nodeset='/data/age' type='int' required='true()' constraint='. &lt; 120' jr:constraintMsg='Too old' foo='x'/>\
         <bind nodeset='/data/note' type='string' readonly='true()' relevant=' /data/age  &gt; 1'/>\
         <bind nodeset='/data/total' type='decimal' calculate='/data/age * 2' readonly='true()'/>\
         <bind nodeset='/data/start' type='dateTime' jr:preload='timestamp' jr:preloadParams='start'/>\
         <bind nodeset='/data/g/pic' type='binary' orx:max-pixels='640'/>",
        "<input ref='/data/age' appearance='numbers' x='y'><label>Age</label><hint>In years</hint></input>\
         <input ref='/data/note'><label>You are <output value=' /data/age '/>.</label></input>\
         <group ref='/data/g' appearance='field-list'><label>G</label>\
         <upload ref='/data/g/pic' mediatype='image/*'><label>Pic</label></upload></group>",
    );
    let losses = survey(
        &root,
        "type\tname\tlabel\thint\trequired\trelevant\tconstraint\tconstraint_message\treadonly\tcalculation\tappearance\tparameters\tbind::foo\tbody::x\tinstance::a\n\
         integer\tage\tAge\tIn years\tyes\t\t. < 120\tToo old\t\t\tnumbers\t\tx\ty\n\
         note\tnote\tYou are ${age}.\t\t\t${age} > 1\n\
         decimal\ttotal\t\t\t\t\t\t\tyes\t${age} * 2\n\
         start\tstart\n\
         begin_group\tg\tG\t\t\t\t\t\t\t\tfield-list\t\t\t\t1\n\
         image\tpic\tPic\t\t\t\t\t\t\t\t\tmax-pixels=640\n\
         end_group\n",
    );
    assert_eq!(losses, []);
}

#[test]
fn selects_lists_and_languages() {
    let root = form(
        "<town/><yn/><other/><file/>",
        "<itext><translation lang='English (en)' default='true()'><text id='t-0'><value>Hill</value></text>\
         <text id='l'><value>Town?</value><value form='image'>jr://images/t.png</value></text></translation>\
         <translation lang='中文 (zh)'><text id='t-0'><value>山</value></text><text id='l'><value>-</value></text></translation></itext>\
         <instance id='towns'><root><item><itextId>t-0</itextId><name>hill</name><county>n</county></item></root></instance>\
         <instance id='places' src='jr://file-csv/places.csv'/><instance id='extra' src='jr://file/extra.xml'/>\
         <bind nodeset='/data/town' type='string'/>",
        "<select1 ref='/data/town'><label ref=\"jr:itext('l')\"/>\
         <itemset nodeset=\"randomize(instance('towns')/root/item[county= /data/yn  and name = current()/../other], /data/other)\"><value ref='name'/><label ref='jr:itext(itextId)'/></itemset></select1>\
         <select ref='/data/yn'><label>Well?</label><item><label>Yes</label><value>y</value></item></select>\
         <select ref='/data/other'><label>Else?</label><item><label>Yes</label><value>y</value></item></select>\
         <select1 ref='/data/file'><label>F</label><itemset nodeset=\"instance('places')/root/item\"><value ref='id'/><label ref='label'/></itemset></select1>",
    );
    let exported = xlsform(&root, "f");
    assert_eq!(exported.losses, []);
    assert_eq!(
        sheet(&exported.written, "survey"),
        "type\tname\tlabel::English (en)\tlabel\tmedia::image::English (en)\tparameters\tchoice_filter\n\
         xml-external\textra\n\
         select_one towns\ttown\tTown?\t\tt.png\trandomize=true seed=${other}\tcounty=${yn} and name = ${other}\n\
         select_multiple yn\tyn\t\tWell?\n\
         select_multiple yn\tother\t\tElse?\n\
         select_one_from_file places.csv\tfile\t\tF\t\tvalue=id\n"
    );
    assert_eq!(
        sheet(&exported.written, "choices"),
        "list_name\tname\tlabel::English (en)\tlabel::中文 (zh)\tlabel\tcounty\ntowns\thill\tHill\t山\t\tn\nyn\ty\t\t\tYes\n"
    );
    assert_eq!(
        sheet(&exported.written, "settings"),
        "form_title\tform_id\tversion\tdefault_language\nT\tf\t2\tEnglish (en)\n"
    );
}

#[test]
fn repeats_counts_and_actions() {
    let root = form(
        "<n/><r_count/><r jr:template=''><a/><b>7</b><c/></r><r><a/><b>7</b><c/></r><fixed><x/></fixed><where/>",
        "<bind nodeset='/data/n' type='int'/><bind nodeset='/data/r_count' calculate=' /data/n  + 1' readonly='true()' type='string'/>\
         <bind nodeset='/data/r/a' type='int' calculate='../b + position(..)'/>\
         <bind nodeset='/data/r/c' type='string' readonly='true()'/><bind nodeset='/data/where' type='geopoint'/>\
         <setvalue ref='/data/r/c' event='odk-instance-first-load' value='uuid()'/>\
         <odk:setgeopoint ref='/data/where' event='odk-instance-first-load'/>",
        "<input ref='/data/n'><label>N</label><setvalue ref='/data/fixed/x' event='xforms-value-changed' value='now()'/></input>\
         <group ref='/data/r'><label>R</label><repeat nodeset='/data/r' jr:count=' /data/r_count '>\
         <input ref='/data/r/a'><label>A</label></input>\
         <setvalue ref='/data/r/c' event='odk-new-repeat' value='uuid()'/></repeat></group>",
    );
    let losses = survey(
        &root,
        "type\tname\tlabel\tdefault\treadonly\tcalculation\ttrigger\trepeat_count\n\
         integer\tn\tN\n\
         begin_repeat\tr\tR\t\t\t\t\t${n} + 1\n\
         integer\ta\tA\t\t\t${b} + position(..)\n\
         hidden\tb\t\t7\n\
         calculate\tc\t\tuuid()\tyes\n\
         end_repeat\n\
         begin_group\tfixed\n\
         calculate\tx\t\t\t\tnow()\t${n}\n\
         end_group\n\
         start-geopoint\twhere\n",
    );
    assert_eq!(losses.len(), 1, "{losses:?}");
    assert!(losses[0].what.starts_with("`fixed` shows nothing"));
}

/// A count that is one answer gets no node from the sheets' reader, so that its node is a row; form JSON makes none at all.
#[test]
fn the_node_of_a_count_stays() {
    let root = form(
        "<n/><r_count/><r jr:template=''><a/></r><s_count/><s jr:template=''><b/></s>",
        "<bind nodeset='/data/n' type='int'/><bind nodeset='/data/r_count' calculate=' /data/n ' readonly='true()' type='string'/>\
         <bind nodeset='/data/s_count' calculate='count(/data/s)' readonly='true()' type='string'/>",
        "<input ref='/data/n'><label>N</label></input>\
         <group ref='/data/r'><repeat nodeset='/data/r' jr:count='/data/r_count'><input ref='/data/r/a'><label>A</label></input></repeat></group>\
         <group ref='/data/s'><repeat nodeset='/data/s' jr:count='/data/s_count'><input ref='/data/s/b'><label>B</label></input></repeat></group>",
    );
    survey(
        &root,
        "type\tname\tlabel\treadonly\tcalculation\trepeat_count\n\
         integer\tn\tN\n\
         calculate\tr_count\t\tyes\t${n}\n\
         begin_repeat\tr\t\t\t\t${r_count}\n\
         text\ta\tA\n\
         end_repeat\n\
         begin_repeat\ts\t\t\t\tcount(${s})\n\
         text\tb\tB\n\
         end_repeat\n",
    );
    let given: serde_json::Value = serde_json::from_str(&form_json(&root).written).unwrap();
    assert_eq!(given["survey"][3]["name"], "s_count");
    assert_eq!(given["survey"][3]["calculation"], "count(${s})");
    assert_eq!(given["survey"][4]["repeat_count"], "${s_count}");
}

#[test]
fn a_dash_that_is_all_that_a_translation_says_stays() {
    let root = form(
        "<a/>",
        "<itext><translation lang='default' default='true()'><text id='l'><value>A</value></text><text id='h'><value>a hint</value></text></translation>\
         <translation lang='en'><text id='l'><value>Aa</value></text><text id='h'><value>-</value></text></translation></itext>",
        "<input ref='/data/a'><label ref=\"jr:itext('l')\"/><hint ref=\"jr:itext('h')\"/></input>",
    );
    survey(&root, "type\tname\tlabel\tlabel::en\thint\thint::en\ntext\ta\tA\tAa\ta hint\t-\n");
}

/// Words that nothing shows go from sheets to JSON and back; an XForm has no place for them, and that is said.
#[test]
fn words_that_nothing_shows_stay_in_the_row() {
    let text = r#"{"settings": {"form_id": "f", "version": "1", "title": "T"}, "survey": [
        {"type": "start", "name": "began", "label": "When it began", "hint": "By the device's clock"},
        {"type": "calculate", "name": "two", "label": "Two", "calculation": "1 + 1"},
        {"type": "integer", "name": "shown", "label": "\u200b", "calculation": "1 + 1"}
    ]}"#;
    let bundle = Bundle::single(Source::new("form.json", text));
    let json = to_form_json(&bundle).exported.unwrap();
    assert_eq!(json.losses, []);
    let given: serde_json::Value = serde_json::from_str(&json.written).unwrap();
    assert_eq!(given["survey"][0]["label"], "When it began");
    assert_eq!(given["survey"][0]["hint"], "By the device's clock");
    assert_eq!(given["survey"][1]["label"], "Two");
    assert_eq!(given["survey"][2]["label"], "\u{200b}");
    let xform = to_xform(&bundle).exported.unwrap();
    assert!(
        !xform.written.contains("When it began") && !xform.written.contains("unseen"),
        "{}",
        xform.written
    );
    assert_eq!(xform.losses.len(), 2);
    assert_eq!(xform.losses[0].what, "`began` is never shown: its label and its hint are left out");
    assert!(xform.written.contains("<input ref=\"/f/shown\"/>"), "{}", xform.written);
}

#[test]
fn words_of_one_language_that_another_repeats_stay() {
    let root = form(
        "<q/>",
        "<itext><translation lang='default' default='true()'><text id='l-0'><value>Other</value></text><text id='q'><value>Q</value></text></translation>\
         <translation lang='en'><text id='l-0'><value>Other</value></text><text id='q'><value>Q</value></text></translation></itext>\
         <instance id='l'><root><item><itextId>l-0</itextId><name>other</name></item></root></instance>",
        "<select1 ref='/data/q'><label ref=\"jr:itext('q')\"/><itemset nodeset=\"instance('l')/root/item\">\
         <value ref='name'/><label ref='jr:itext(itextId)'/></itemset></select1>",
    );
    let exported = xlsform(&root, "f");
    let choices = sheet(&exported.written, "choices");
    assert_eq!(choices, "list_name\tname\tlabel\tlabel::en\nl\tother\tOther\tOther\n");
}

/// Form JSON says how many instances a repeat starts with; XLSForm can't, and that is said.
#[test]
fn a_repeat_starts_with_as_many_as_before() {
    let root = form(
        "<none jr:template=''><a/></none><two><b/></two><two><b/></two>\
         <o jr:template=''><i jr:template=''><c/></i></o><o><i><c/></i></o>",
        "",
        "<repeat nodeset='/data/none'><input ref='/data/none/a'><label>A</label></input></repeat>\
         <repeat nodeset='/data/two'><input ref='/data/two/b'><label>B</label></input></repeat>\
         <repeat nodeset='/data/o'><repeat nodeset='/data/o/i'><input ref='/data/o/i/c'><label>C</label></input></repeat></repeat>",
    );
    let exported = form_json(&root);
    assert_eq!(exported.losses, []);
    let given: serde_json::Value = serde_json::from_str(&exported.written).unwrap();
    assert_eq!(given["survey"][0]["starts_with"], 0);
    assert_eq!(given["survey"][1]["starts_with"], 2);
    assert_eq!(given["survey"][2].get("starts_with"), None);
    assert_eq!(given["survey"][2]["children"][0]["starts_with_in_new"], 0);
    let again = Bundle::single(Source::new("form.json", exported.written));
    assert_eq!(to_form_json(&again).exported.unwrap().written, again.main.text.to_string());
    let losses = to_xlsform(&again, "f").exported.unwrap().losses;
    let all: Vec<&str> = losses.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(
        all,
        [
            "`none` starts with 0 instances; a repeat in XLSForm starts with one",
            "`two` starts with 2 instances; a repeat in XLSForm starts with one"
        ]
    );
    let nested = r#"{"settings": {"form_id": "f", "version": "1", "title": "T"}, "survey": [
        {"type": "repeat", "name": "o", "label": "O", "children": [
            {"type": "repeat", "name": "i", "label": "I", "children": [{"type": "text", "name": "c", "label": "C"}]}]}]}"#;
    let nested = Bundle::single(Source::new("form.json", nested));
    let losses = to_xlsform(&nested, "f").exported.unwrap().losses;
    assert_eq!(losses[0].what, "a new `o` starts with 1 of `i`; in XLSForm with 0");
}

#[test]
fn a_group_that_shows_nothing_is_not_in_the_body() {
    let root = form(
        "<g><a/></g><k><b/></k>",
        "<bind nodeset='/data/g' relevant='1 = 1'/><bind nodeset='/data/g/a' calculate='1'/>",
        "<group ref='/data/g'><label>G</label></group><group ref='/data/k'><input ref='/data/k/b'><label>B</label></input></group>",
    );
    let exported = super::xform::xform(&root, &Bundle::single(Source::new("form.json", "{}")));
    let body = exported.written.split("<h:body>").nth(1).unwrap_or_default();
    assert!(!body.contains("/data/g") && body.contains("<group ref=\"/data/k\">"), "{body}");
    assert!(
        exported.written.contains("<bind nodeset=\"/data/g\" relevant=\"1 = 1\"/>"),
        "{}",
        exported.written
    );
    assert_eq!(exported.losses[0].what, "the heading of a group that shows nothing is left out");
    assert!(xlsform(&root, "f").losses[0].what.starts_with("`g` shows nothing"));
}

#[test]
fn what_no_row_can_say_is_a_loss() {
    let root = form(
        "<a/><b/>",
        "<bind nodeset='/data/a' type='string'/>",
        "<group appearance='field-list'><label>Both</label><input ref='/data/a'><label><output value='concat(/data/b, 1)'/></label></input>\
         <input ref='/data/b'><label>B</label></input></group><input ref='/data/b'><label>Again</label></input><input ref='/data/c'/>",
    );
    let losses = survey(&root, "type\tname\tlabel\ntext\ta\t\u{200b}\ntext\tb\tB\n");
    let all: Vec<&str> = losses.iter().map(|loss| loss.what.as_str()).collect();
    assert_eq!(losses.len(), 4, "{all:#?}");
    assert!(all[0].contains("group without a node") && all[1].contains("concat(/data/b, 1)"));
    assert!(all[2].contains("asked twice") && all[3].contains("no node"));
    let nothing = read(&Source::new("f.xml", "<a/>"), 0, &mut Diagnostics::default()).unwrap();
    assert_eq!(xlsform(&nothing, "f").losses.len(), 1);
}

#[test]
fn translated_words_come_out_as_they_went_in() {
    let root = form(
        "<yn/>",
        "<itext><translation lang='en'><text id='l'><value>Well?</value></text><text id='y'><value>Yes</value></text></translation>\
         <translation lang='zh'><text id='l'><value>-</value></text><text id='y'><value>是</value></text></translation></itext>\
         <instance id='yn'><root><item><itextId>y</itextId><name>y</name><label>Yes</label></item></root></instance>\
         <bind nodeset='/data/yn' type='string'/>",
        "<select1 ref='/data/yn'><label ref=\"jr:itext('l')\"/><itemset nodeset=\"instance('yn')/root/item\">\
         <value ref='name'/><label ref='jr:itext(itextId)'/></itemset></select1>",
    );
    let given: serde_json::Value = serde_json::from_str(&form_json(&root).written).unwrap();
    assert_eq!(given["survey"][0]["label"], serde_json::json!({"en": "Well?", "zh": "-"}));
    assert_eq!(
        given["choices"]["yn"][0],
        serde_json::json!({"name": "y", "label": {"en": "Yes", "zh": "是"}})
    );
    // pyxform writes the dash again.
    survey(&root, "type\tname\tlabel::en\nselect_one yn\tyn\tWell?\n");
}

#[test]
fn rows_nest_as_json() {
    let root = form(
        "<g><yn/></g>",
        "<bind nodeset='/data/g/yn' type='string' required='true()' saveto='x'/>",
        "<group ref='/data/g'><label>G</label><select1 ref='/data/g/yn'><label>Well?</label><item><label>Yes</label><value>y</value></item></select1></group>",
    );
    let exported = form_json(&root);
    let given: serde_json::Value = serde_json::from_str(&exported.written).unwrap();
    let expected = serde_json::json!({
        "settings": {"form_id": "f", "version": "2", "title": "T", "name": "data", "instance_id": "uid"},
        "choices": {"yn": [{"name": "y", "label": "Yes"}]},
        "survey": [{"type": "group", "name": "g", "label": "G", "children": [
            {"type": "select_one yn", "name": "yn", "label": "Well?", "required": true, "bind": {"saveto": "x"}},
        ]}],
    });
    assert_eq!(given, expected);
    assert_eq!(exported.losses, []);
    let again = Bundle::single(Source::new("form.json", exported.written));
    let mut found = Diagnostics::default();
    let lowered = crate::definition::read(&again, &mut found).expect("what is written is form JSON");
    assert!(!found.has_errors(), "{:?}", found.into_sorted());
    assert_eq!(form_json(&lowered).written, again.main.text.to_string());
}

#[test]
fn a_definition_is_read_and_written() {
    let text = crate::xml::write(&form(
        "<a/>",
        "<bind nodeset='/data/a' type='int'/>",
        "<input ref='/data/a'><label>A</label></input>",
    ));
    let bundle = Bundle::single(Source::new("f.xml", text.as_str()));
    assert_eq!(to_xform(&bundle).exported.unwrap().written, text);
    assert_eq!(to_xlsform(&bundle, "f").exported.unwrap().written.files.len(), 1);
    let broken = to_xlsform(&Bundle::single(Source::new("f.xml", "<a")), "f");
    assert!(broken.exported.is_none() && broken.diagnostics[0].code == "bad-xml");
}

#[test]
fn other_tools_get_the_id_that_form_json_leaves_out() {
    let text = r#"{"settings": {"form_id": "f", "version": "1", "title": "T"}, "survey": [{"type": "note", "name": "a", "label": "A"}]}"#;
    let bundle = Bundle::single(Source::new("form.json", text));
    let xform = to_xform(&bundle).exported.unwrap().written;
    assert!(xform.contains("<instanceID/>") && xform.contains("jr:preload=\"uid\""), "{xform}");
    let sheets = to_xlsform(&bundle, "f").exported.unwrap().written;
    assert!(!sheet(&sheets, "settings").contains("omit"), "{}", sheet(&sheets, "settings"));
    assert!(!to_form_json(&bundle).exported.unwrap().written.contains("instance_id"));
}

#[test]
fn a_cards_words_come_back_from_an_xform() {
    let written = r#"{"settings": {"form_id": "f", "version": "1", "title": "T"},
        "survey": [{"type": "repeat", "name": "members", "label": "Members", "item_label": "Card of ${card}",
            "children": [{"type": "group", "name": "who", "label": "Who",
                "children": [{"type": "text", "name": "card", "label": "Name"}]}]}]}"#;
    let xform = to_xform(&Bundle::single(Source::new("f.json", written))).exported.expect("it is a form");
    let again =
        to_form_json(&Bundle::single(Source::new("f.xml", xform.written))).exported.expect("it is a form");
    assert_eq!(again.losses, []);
    assert!(again.written.contains("Card of ${card}"), "{}", again.written);
}

#[test]
fn a_title_in_several_languages_is_kept_or_said_to_be_lost() {
    let written = r#"{"settings": {"form_id": "f", "version": "1", "title": {"zh": "访", "en": "Visit"}, "default_language": "zh"},
        "survey": [{"type": "text", "name": "a", "label": {"zh": "甲", "en": "A"}}]}"#;
    let json = Bundle::single(Source::new("f.json", written));
    let xform = to_xform(&json).exported.expect("it is a form");
    assert_eq!(xform.losses, []);
    let xform = Bundle::single(Source::new("f.xml", xform.written));
    let form = crate::Form::read(&xform).form.expect("it is a form");
    assert_eq!((&*form.title("zh"), &*form.title("en")), ("访", "Visit"));
    let again = to_form_json(&xform).exported.expect("it is a form");
    assert_eq!(again.losses, []);
    let settings: serde_json::Value = serde_json::from_str(&again.written).unwrap();
    assert_eq!(settings["settings"]["title"], serde_json::json!({"zh": "访", "en": "Visit"}));
    let workbook = to_xlsform(&json, "f.xlsx").exported.expect("it is a form");
    assert!(workbook.losses.iter().any(|loss| loss.what.contains("title")), "{:?}", workbook.losses);
}

#[test]
fn a_workbook_keeps_the_catalogue_and_says_what_others_take_otherwise() {
    let json = r#"{"settings": {"form_id": "kids", "version": "1", "default_language": "en", "services": "near/services.csv 1"},
        "assessment": [{"type": "flag", "name": "few", "label": "F", "value": "${kids} < 3"}],
        "survey": [{"type": "integer", "name": "kids", "label": "Kids", "hint": "a\u00a0b"},
            {"type": "note", "name": "told", "label": "${kids} children"}]}"#;
    let bundle = Bundle::single(Source::new("form.json", json));
    let own = super::to_sheets(&bundle, "f");
    let own = own.exported.unwrap_or_else(|| panic!("{:?}", own.diagnostics));
    let settings = sheet(&own.written, "settings");
    assert!(settings.contains("near/services.csv 1") && settings.contains("\tkids\t"), "{settings}");
    let space = "a space that does not break, in `hint::en` of `kids`, becomes a plain one in a workbook";
    let said = |losses: &[Loss]| losses.iter().map(|loss| loss.what.clone()).collect::<Vec<_>>();
    assert_eq!(said(&own.losses), [space]);
    let others = to_xlsform(&bundle, "f").exported.unwrap();
    let root = "the form's root `kids` is called `data`: pyxform would take `${kids}` for it";
    let mut losses = said(&others.losses);
    losses.sort();
    assert_eq!(losses, [space, root]);
    // Said once, however many cells there are.
    let both = Bundle::single(Source::new("form.json", json.replace("\"Kids\"", "\"Kids\u{a0}here\"")));
    let both = super::to_sheets(&both, "f").exported.unwrap().losses;
    assert_eq!(said(&both), [format!("{}, and so it is with 1 more", space.replace("hint", "label"))]);
    let zh = "`kids` 的 `label::en` 里有不换行空格，在工作簿里会变成普通空格，另有 1 处也是这样";
    assert_eq!(both[0].in_chinese(), zh);
    let settings = sheet(&others.written, "settings");
    assert!(!settings.lines().next().unwrap().split('\t').any(|title| title == "name"), "{settings}");
}
