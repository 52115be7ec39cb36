//! Small workbooks and what becomes of them.

use crate::definition::read;
use crate::diagnostic::Diagnostics;
use crate::source::{Bundle, Source};
use crate::xml::{Content, Element, write};

/// A workbook of sheets written as `name` and rows with ` | ` between the cells.
pub(crate) fn workbook(sheets: &[(&str, &str)]) -> Bundle {
    let rows = |text: &str| {
        let cells = |line: &str| line.split('|').map(str::trim).collect::<Vec<_>>().join("\t");
        text.trim().lines().map(cells).collect::<Vec<_>>().join("\n")
    };
    let mut sources = sheets.iter().map(|(name, text)| Source::new(format!("visit.xlsx#{name}"), rows(text)));
    let main = sources.next().unwrap();
    Bundle { main, files: sources.collect() }
}

fn lowered(sheets: &[(&str, &str)]) -> String {
    let mut found = Diagnostics::default();
    let form = read(&workbook(sheets), &mut found).expect("a form");
    let found: Vec<String> = found.into_sorted().into_iter().map(|it| it.message).collect();
    assert!(found.is_empty(), "{found:?}");
    write(&form).lines().map(str::trim).collect()
}

#[track_caller]
fn holds(text: &str, parts: &[&str]) {
    for part in parts {
        assert!(text.contains(part), "no {part} in\n{text}");
    }
}

#[test]
fn a_question_is_a_node_a_bind_and_a_control() {
    let form = lowered(&[(
        "survey",
        "type | name | label | hint | relevant | required
         integer | age | How old? | in years | ${seen} = 'yes' | yes
         text | seen | Seen? | | |",
    )]);
    holds(
        &form,
        &[
            "<data id=\"visit\"><age/><seen/><meta><instanceID/></meta></data>",
            "<bind nodeset=\"/data/age\" type=\"int\" relevant=\"${seen} = 'yes'\" required=\"true()\"/>",
            "ref=\"/data/age\"><label>How old?</label><hint>in years</hint></input>",
        ],
    );
}

#[test]
fn languages_go_to_the_itext_and_a_dash_is_what_is_missing() {
    let form = lowered(&[
        (
            "survey",
            "type | name | label::zh | label::en | image
             note | n | 你好${n} | | a.png",
        ),
        ("settings", "default_language\n zh"),
    ]);
    holds(
        &form,
        &[
            "<translation lang=\"zh\" default=\"true()\">",
            "<value>你好<output value=\"${n}\"/></value>",
            "<value form=\"image\">jr://images/a.png</value>",
            "<label ref=\"jr:itext('/data/n:label')\"/>",
        ],
    );
}

#[test]
fn repeats_have_a_template_and_count_in_a_node_of_their_own() {
    let form = lowered(&[(
        "survey",
        "type | name | label | repeat_count | default
         integer | n | N | |
         begin repeat | r | R | ${n} + 1 |
         date | d | D | | today()
         end repeat | | | |",
    )]);
    holds(
        &form,
        &[
            "<r_count/><r jr:template=\"\"><d/></r><r><d/></r>",
            "calculate=\"${n} + 1\"",
            "<repeat nodeset=\"/data/r\" jr:count=\"${r_count}\">",
            "<setvalue ref=\"/data/r/d\" event=\"odk-instance-first-load\" value=\"today()\"/>",
            "<setvalue ref=\"/data/r/d\" event=\"odk-new-repeat\" value=\"today()\"/>",
        ],
    );
}

#[test]
fn choices_are_filtered_shuffled_and_completed() {
    let form = lowered(&[
        (
            "survey",
            "type | name | label | choice_filter | parameters
             text | county | County | |
             select_one towns | town | Town | county = ${county} | randomize=true, seed=7
             select_multiple towns or_other | more | More | |",
        ),
        ("choices", "list_name | name | label | county\n towns | t1 | T 1 | c1"),
    ]);
    holds(
        &form,
        &[
            "nodeset=\"randomize(instance('towns')/root/item[county = ${county}], 7)\"",
            "<item><name>t1</name><label>T 1</label><county>c1</county></item>",
            "<item><name>other</name><label>Other</label></item>",
            "<bind nodeset=\"/data/more_other\" type=\"string\" relevant=\"selected(../more, 'other')\"/>",
        ],
    );
}

#[test]
fn a_trigger_sets_values_within_the_control_that_it_watches() {
    let form = lowered(&[(
        "survey",
        "type | name | label | trigger | calculation
         text | a | A | |
         dateTime | when | | ${a} | now()",
    )]);
    holds(
        &form,
        &[
            "<bind nodeset=\"/data/when\" type=\"dateTime\"/>",
            "<setvalue ref=\"/data/when\" event=\"xforms-value-changed\" value=\"now()\"/></input>",
        ],
    );
}

#[test]
fn an_entity_is_declared_where_its_properties_are_asked() {
    let form = lowered(&[
        (
            "survey",
            "type | name | label | save_to
             begin repeat | person | Person |
             text | called | Called | full_name
             end repeat | | |",
        ),
        ("entities", "list_name | label\n people | ${called}"),
    ]);
    holds(
        &form,
        &[
            "entities:entities-version=\"2025.1.0\"",
            "<person><called/><meta><entity dataset=\"people\" create=\"1\" id=\"\"><label/></entity></meta></person>",
            "entities:saveto=\"full_name\"",
            "calculate=\"${called}\"",
            "<setvalue ref=\"/data/person/meta/entity/@id\" event=\"odk-new-repeat\" value=\"uuid()\"/>",
        ],
    );
}

#[test]
fn every_part_points_at_its_cell() {
    let bundle = workbook(&[(
        "survey",
        "type | name | label | choice_filter
         select_one_from_file t.csv | t | T | a = ${b}
         text | b | B |",
    )]);
    let mut found = Diagnostics::default();
    let form = read(&bundle, &mut found).unwrap();
    fn nodeset(element: &Element) -> Option<&crate::source::Written> {
        let own = element.name.is("itemset").then(|| element.attribute("nodeset")).flatten();
        own.or_else(|| {
            element.content.iter().find_map(|content| match content {
                Content::Element(child) => nodeset(child),
                Content::Text(_) => None,
            })
        })
    }
    let nodeset = nodeset(&form).unwrap();
    let at = nodeset.text.find("${b}").unwrap();
    let position = bundle.position(nodeset.part(at..at + 4));
    assert_eq!(position.to_string(), "visit.xlsx: survey row 2, column D (choice_filter)");
    let span = nodeset.part(at..at + 4);
    assert_eq!(&bundle.main.text[span.start as usize..span.end as usize], "${b}");
}

#[test]
fn form_json_goes_the_same_road() {
    let text = r#"{
        "settings": {"form_id": "visit", "version": "1", "default_language": "zh", "title": {"zh": "访", "en": "Visit"}},
        "choices": {"yn": [{"name": "y", "label": {"zh": "是", "en": "Yes"}, "k": 1}, {"name": "n", "label": "否"}]},
        "entities": [{"list_name": "people", "label": "${called}"}],
        "survey": [
            {"type": "repeat", "name": "person", "label": {"zh": "人"}, "item_label": "${called}", "repeat_count": "1 + 1", "children": [
                {"type": "text", "name": "called", "label": {"zh": "姓名", "en": "Name"}, "save_to": "full_name", "required": true},
                {"type": "select_one yn or_other", "name": "well", "label": {"zh": "好吗", "en": "Well?"}, "image": "a.png",
                 "body": {"x": 1}, "bind": {"odk:length": 5}}
            ]}
        ]
    }"#;
    let bundle = Bundle::single(Source::new("form.json", text));
    let mut found = Diagnostics::default();
    let form = read(&bundle, &mut found).expect("a form");
    assert!(!found.has_errors(), "{:?}", found.into_sorted());
    let form: String = write(&form).lines().map(str::trim).collect();
    holds(
        &form,
        &[
            "<visit id=\"visit\" version=\"1\">",
            "ref=\"jr:itext('/visit:title')\">访</h:title>",
            "<item><itextId>yn-0</itextId><name>y</name><label>是</label><k>1</k></item>",
            "<item><itextId>yn-1</itextId><name>n</name><label>否</label><k/></item>",
            "<translation lang=\"zh\" default=\"true()\">",
            // A language without words has the default's.
            "<text id=\"yn-1\"><value>否</value></text>",
            "jr:count=\"1 + 1\"",
            "<ds:itemLabel",
            "entities:saveto=\"full_name\"",
            "required=\"true()\"",
            "odk:length=\"5\"",
            "x=\"1\"",
            "<called/><well/><well_other/><meta><entity dataset=\"people\" create=\"1\" id=\"\"><label/></entity></meta>",
        ],
    );
    assert!(!form.contains("instanceID") && !form.contains("<value>-</value>"), "{form}");
}
