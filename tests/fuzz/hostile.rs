//! Files that mean harm or are a slip of the hand: what they are refused with, and that what is not refused stays within bounds.
//!
//! Bounds are asserted as work ([`Session::overran`]) and sizes, not as seconds; a test that hangs is killed by the runner.

use std::sync::Arc;

use doorstep_engine::session::Opening;
use doorstep_engine::{Bundle, Checked, Extent, Form, Session, Severity, Source, World};

/// An XForm of these parts: what stands in the primary instance, the rest of the model, the body.
fn xform(instance: &str, model: &str, body: &str) -> String {
    format!(
        "<h:html xmlns='http://www.w3.org/2002/xforms' xmlns:h='http://www.w3.org/1999/xhtml' \
         xmlns:jr='http://openrosa.org/javarosa' xmlns:odk='http://www.opendatakit.org/xforms'><h:head><model>\
         <instance><d id='d'>{instance}</d></instance>{model}</model></h:head><h:body>{body}</h:body></h:html>"
    )
}

fn read(text: impl Into<Arc<str>>) -> Checked {
    Form::read(&Bundle::single(Source::new("form.xml", text)))
}

fn read_json(text: impl Into<Arc<str>>) -> Checked {
    Form::read(&Bundle::single(Source::new("form.json", text)))
}

/// The codes of the errors, each once, in the order of their places.
fn codes(checked: &Checked) -> Vec<&'static str> {
    assert!(checked.diagnostics.len() <= 4_000, "nobody reads so many");
    let errors = checked.diagnostics.iter().filter(|found| found.severity == Severity::Error);
    let mut codes: Vec<&str> = errors.map(|found| found.code).collect();
    codes.dedup();
    codes
}

/// A session over a form that must be one.
fn open(text: impl Into<Arc<str>>) -> Session {
    let checked = read(text);
    let form = checked.form.unwrap_or_else(|| panic!("{:?}", checked.diagnostics.first()));
    Session::new(form, World::default())
}

fn many(count: usize, make: impl Fn(usize) -> String) -> String {
    (0..count).map(make).collect()
}

/// An XForm whose expressions may be anything: attribute values are in double quotes.
fn bind(node: &str, rest: &str) -> String {
    format!("<bind nodeset=\"/d/{node}\" {rest}/>")
}

fn questions(count: usize) -> String {
    many(count, |n| format!("<q{n}/>"))
}

fn repeat(count: &str, inside: &str) -> String {
    format!("<group><repeat nodeset='/d/r' jr:count='{count}'>{inside}</repeat></group>")
}

/// What is refused, and with what.
#[test]
fn what_is_too_much_is_refused_with_a_reason() {
    let deep =
        |open: &str, close: &str, count: usize| format!("{}{}", open.repeat(count), close.repeat(count));
    let calculate = |expression: &str| xform("<q/>", &bind("q", &format!("calculate=\"{expression}\"")), "");
    let constraint =
        |pattern: &str| xform("<q/>", &bind("q", &format!("constraint=\"regex(., '{pattern}')\"")), "");
    let nested = (0..10).fold("<!ENTITY a0 'xxxxxxxxxx'>".to_owned(), |text, n| {
        format!("{text}<!ENTITY a{} '{}'>", n + 1, format!("&a{n};").repeat(10))
    });
    let long =
        format!("<!DOCTYPE a [<!ENTITY a '{}'>]><a>{}</a>", "x".repeat(100_000), "&a;".repeat(100_000));
    let cases: Vec<(&str, String, &str)> = vec![
        ("a file of 100 MB", xform("<q/>", &format!("<!--{}-->", "x".repeat(100_000_000)), ""), "too-large"),
        ("entities within entities", format!("<!DOCTYPE a [{nested}]><a>&a10;</a>"), "too-large"),
        ("a long entity, often", long, "too-large"),
        ("elements within elements", deep("<a>", "</a>", 100_000), "too-deep"),
        (
            "attributes by the thousand",
            xform(&format!("<q {}/>", many(20_000, |n| format!(" a{n}='1'"))), "", ""),
            "too-large",
        ),
        (
            "instances by the thousand",
            xform("<q/>", &many(20_000, |n| format!("<instance id='i{n}'><root/></instance>")), ""),
            "too-large",
        ),
        (
            "repeats by the thousand",
            xform(
                &many(6_000, |n| format!("<r{n}><q/></r{n}>")),
                "",
                &many(6_000, |n| format!("<group><repeat nodeset='/d/r{n}'/></group>")),
            ),
            "too-deep",
        ),
        (
            "namespaces by the thousand",
            xform(&many(70_000, |n| format!("<q{n} xmlns='urn:{n}'/>")), "", ""),
            "bad-xml",
        ),
        ("parentheses", calculate(&deep("(", ")", 9_000).replace("()", "(1)")), "bad-expression"),
        ("a sum of a million", calculate(&format!("1{}", " + 1".repeat(1_000_000))), "bad-expression"),
        (
            "a pattern that counts to a hundred million",
            constraint("((((a{1,100}){1,100}){1,100}){1,100})"),
            "bad-pattern",
        ),
        ("a pattern of parentheses", constraint(&deep("(", ")", 9_000).replace("()", "(a)")), "bad-pattern"),
        (
            "a circle of ten thousand",
            xform(
                &questions(10_000),
                &many(10_000, |n| {
                    bind(&format!("q{}", (n + 1) % 10_000), &format!("calculate='/d/q{n} + 1'"))
                }),
                "",
            ),
            "cycle",
        ),
        (
            "everything reads everything",
            xform(
                &format!("{}<a/>", questions(3_000)),
                &many(3_000, |n| bind(&format!("q{n}"), "relevant='count(//*) > 0'")),
                "",
            ),
            "too-large",
        ),
        ("brackets of JSON", deep("[", "]", 1_000_000), "bad-json"),
        (
            "groups of JSON",
            format!(
                "{{\"survey\":{}[]{}}}",
                "[{\"type\":\"group\",\"name\":\"g\",\"children\":".repeat(500),
                "}]".repeat(500)
            ),
            "bad-json",
        ),
    ];
    for (name, text, code) in cases {
        let checked = if text.starts_with(['[', '{']) { read_json(text) } else { read(text) };
        assert!(checked.form.is_none(), "{name}");
        assert!(codes(&checked).contains(&code), "{name}: {:?}", codes(&checked));
        let longest = checked.diagnostics.iter().map(|found| found.message.len() + found.labels.len()).max();
        assert!(longest < Some(1_000), "{name}: nobody reads that");
    }
}

/// As many mistakes as there are rows: they are told up to a number that somebody might read, and soon.
#[test]
fn mistakes_without_end_are_cut_short() {
    let nodes = questions(5_000);
    let binds = many(5_000, |n| {
        format!(
            "<bind nodeset='/d/z{n}' relevant=\"${{x{n}}}\"/><bind nodeset='/d/q{n}' relevant=\"${{x{n}}}\"/>"
        )
    });
    let checked = read(xform(&nodes, &binds, ""));
    assert!(checked.form.is_none());
    assert!((2_000..=4_000).contains(&checked.diagnostics.len()), "{}", checked.diagnostics.len());
    let hinted = checked.diagnostics.iter().filter(|found| !found.hints.is_empty()).count();
    assert!(hinted <= 101, "{hinted} near names were looked for");
    let name = "n".repeat(1_000_000);
    let checked = read(xform(&format!("<{name}/>"), &bind(&format!("{name}x"), "calculate='1'"), ""));
    assert!(checked.diagnostics.iter().all(|found| found.message.len() < 1_000));
}

/// Sheets that are too wide, too long, or nest without end.
#[test]
fn sheets_are_bounded() {
    let sheet = |rows: String| {
        let main = Source::new("f.xlsx#survey", format!("type\tname\tlabel\n{rows}"));
        let choices = format!("list_name\tname\tlabel\n{}", many(200, |n| format!("l\tc{n}\tx\n")));
        codes(&Form::read(&Bundle { main, files: vec![Source::new("f.xlsx#choices", choices)] }))
    };
    assert!(sheet(many(50_001, |n| format!("text\tq{n}\tl\n"))).contains(&"too-large"));
    assert_eq!(sheet(many(40_000, |n| format!("begin group\tq{n}\tl\n"))), ["too-deep"]);
    let loops =
        format!("{}{}", many(20, |n| format!("begin_loop over l\tg{n}\tl\n")), "end loop\n".repeat(20));
    assert!(sheet(loops).contains(&"too-large"));
    let wide = format!("type\tname\tlabel{}\ntext\tq\tl\n", many(3_000, |n| format!("\tlabel::l{n}")));
    assert!(codes(&Form::read(&Bundle::single(Source::new("f.xlsx#survey", wide)))).contains(&"too-large"));
    assert!(sheet(many(3_000, |_| "text\tq\tl\n".into())).contains(&"duplicate-name"));
}

/// Files beside a form.
#[test]
fn attached_files_are_bounded() {
    let with = |file: &str, text: String| {
        let model = format!("<instance id='a' src='jr://file/{file}'/>");
        let items =
            "<itemset nodeset=\"instance('a')/root/item\"><value ref='name'/><label ref='name'/></itemset>";
        let main =
            Source::new("form.xml", xform("<q/>", &model, &format!("<select1 ref='/d/q'>{items}</select1>")));
        codes(&Form::read(&Bundle { main, files: vec![Source::new(file, text)] }))
    };
    let columns = |count: usize| format!("name{}\n", many(count - 1, |n| format!(",x{n}")));
    assert_eq!(with("a.csv", columns(1_001)), ["bad-file"]);
    assert_eq!(with("a.csv", columns(1_000)), [""; 0]);
    assert_eq!(with("a.csv", format!("{}{}", columns(1_000), "a\n".repeat(5_000))), ["bad-file"]);
    assert_eq!(with("a.csv", "x".repeat(17 << 20)), ["bad-file"]);
    assert_eq!(with("a.geojson", "[".repeat(100_000)), ["bad-file"]);
    assert_eq!(with("a.xml", format!("{}{}", "<a>".repeat(100_000), "</a>".repeat(100_000))), ["bad-file"]);
    let long = format!("<!DOCTYPE a [<!ENTITY a '{}'>]><a>{}</a>", "x".repeat(10_000), "&a;".repeat(100_000));
    assert_eq!(with("a.xml", long), ["bad-file"]);
}

/// Counts fill repeats up to a bound, however they are nested.
#[test]
fn repeats_are_bounded() {
    let counted = open(xform("<r><q/></r>", "", &repeat("1000000000000000000", "<input ref='/d/r/q'/>")));
    assert!((10_000..20_010).contains(&counted.nodes().len()));
    let inner = "<repeat nodeset='/d/r/a' jr:count='9999'><repeat nodeset='/d/r/a/b' jr:count='9999'><input ref='/d/r/a/b/q'/></repeat></repeat>";
    let nested = open(xform("<r><a><b><q/></b></a></r>", "", &repeat("9999", inner)));
    assert!(nested.nodes().len() < 110_000);
    let wide = open(xform(&format!("<r>{}</r>", questions(2_000)), "", &repeat("9999", "")));
    assert!(wide.nodes().len() < 1_010_000, "{}", wide.nodes().len());
    let itself =
        open(xform("<r><q/></r><n/>", &bind("n", "calculate='count(/d/r) + 1'"), &repeat("/d/n", "")));
    assert!(itself.nodes().len() < 20_010);
    let form = open(xform(
        "<r><q>1</q></r>",
        "",
        "<group><repeat nodeset='/d/r'><input ref='/d/r/q'/></repeat></group>",
    ));
    for inside in
        ["<r><q>1</q></r>".repeat(60_000), format!("{}{}", "<r>".repeat(100_000), "</r>".repeat(100_000))]
    {
        let opened = Session::open_xml(
            form.form().clone(),
            World::default(),
            &format!("<d>{inside}</d>"),
            Opening::Restore,
        );
        assert!(opened.is_err(), "an instance that no form can hold");
    }
}

/// What would go on for ever, or nearly, is given up, and the session says so.
#[test]
fn work_is_bounded() {
    let list = |count: usize| {
        format!("<instance id='t'><root>{}</root></instance>", many(count, |_| "<i x='1'><x/></i>".into()))
    };
    let over = |expression: &str, count: usize| {
        let model = format!("{}{}", list(count), bind("q", &format!("calculate=\"{expression}\"")));
        open(xform("<q/>", &model, "")).overran()
    };
    assert!(over("count(instance('t')//*[count(instance('t')//*[count(instance('t')//x) > 0]) > 0])", 2_000));
    assert!(!over("count(instance('t')//*/following::*/preceding::*/following::*)", 2_000));
    assert!(!over("string-length(join('', randomize(instance('t')/root/i/@x)))", 20_000));
}

/// The same over repeats, and for actions that answer each other.
#[test]
fn work_over_repeats_is_bounded() {
    let model = bind("r/s", "calculate='count(/d/r[q = current()/../q])'");
    assert!(open(xform("<r><q>1</q><s/></r>", &model, &repeat("9999", ""))).overran());
    let model = bind("r/s", "calculate='sum(/d/r/q)'");
    assert!(!open(xform("<r><q>1</q><s/></r>", &model, &repeat("999", ""))).overran());

    let set = |at: &str, to: &str| {
        format!(
            "<input ref='/d/{at}'><setvalue event='xforms-value-changed' ref='/d/{to}' value='/d/{at} + 1'/></input>"
        )
    };
    let mut answered = open(xform("<a>1</a><b/>", "", &format!("{}{}", set("a", "b"), set("b", "a"))));
    assert!(!answered.overran());
    let key = answered.at("/d/a").unwrap();
    answered.answer_text(key, "5").unwrap();
    assert!(answered.overran());
}

/// Values and words do not grow without end.
#[test]
fn texts_are_bounded() {
    let doubled =
        many(60, |n| bind(&format!("q{}", n + 1), &format!("calculate='concat(/d/q{n}, /d/q{n})'")));
    let nodes = many(61, |n| format!("<q{n}>{}</q{n}>", if n == 0 { "abcdefgh" } else { "" }));
    assert!(open(xform(&nodes, &doubled, "")).instance_xml(Extent::All).len() < 4 << 20);

    let mut typed = open(xform(
        "<q/>",
        &bind("q", "constraint=\"regex(., '(a+)+(a|a)*([a-z]{1,50}){1,20}x')\""),
        "<input ref='/d/q'/>",
    ));
    let key = typed.at("/d/q").unwrap();
    assert!(typed.answer_text(key, &"a".repeat(2 << 20)).is_err(), "a text of 2 MB");
    typed.answer_text(key, &"a".repeat(2_000)).unwrap();
    assert_eq!(typed.violations().len(), 1, "a pattern that others try in vain for ever");

    let itself = "<output value=\"jr:itext('a')\"/>".repeat(20);
    let itext = format!(
        "<itext><translation lang='zh'><text id='a'><value>x{itself}</value></text></translation></itext>"
    );
    let label = open(xform("<q/>", &itext, "<input ref='/d/q'><label ref=\"jr:itext('a')\"/></input>"));
    let words = label.state(label.at("/d/q").unwrap()).and_then(|state| state.label).unwrap_or_default();
    assert!(words.len() <= 1 << 20);
    let name = "<output value=\"jr:choice-name('a', '/d/q')\"/>".repeat(3);
    let choice = format!("<select1 ref='/d/q'><item><label>{name}x</label><value>a</value></item></select1>");
    let chosen = open(xform("<q>a</q>", "", &choice));
    assert!(chosen.state(chosen.at("/d/q").unwrap()).is_some());
}

/// What is large, but no harm: it is read.
#[test]
fn what_is_merely_large_is_a_form() {
    let chain = many(9_999, |n| bind(&format!("q{}", n + 1), &format!("calculate='/d/q{n} + 1'")));
    assert!(!open(xform(&questions(10_000), &chain, "")).overran());
    let choices = many(5_000, |n| format!("<item><label>x</label><value>v{n}</value></item>"));
    let named = bind("z", "calculate=\"jr:choice-name(/d/q, '/d/q')\"");
    assert!(!open(xform("<q/><z/>", &named, &format!("<select ref='/d/q'>{choices}</select>"))).overran());
    let groups = format!("{}<input ref='/d/q'/>{}", "<group>".repeat(190), "</group>".repeat(190));
    assert!(read(xform("<q/>", "", &groups)).form.is_some());
}

/// A form of these measures over five questions, `a` to `e` of the choices `0` to `9`.
fn assessed(measures: &str) -> Checked {
    let choices =
        many(10, |n| format!("{}{{\"name\":\"{n}\",\"label\":\"x\"}}", if n > 0 { "," } else { "" }));
    let question = |name: char| format!("{{\"type\":\"select_one l\",\"name\":\"{name}\",\"label\":\"x\"}},");
    let survey: String = ('a'..='l').map(question).collect();
    read_json(format!(
        "{{\"settings\":{{\"form_id\":\"d\",\"version\":\"1\"}},\"choices\":{{\"l\":[{choices}]}},\
         \"survey\":[{survey}{{\"type\":\"note\",\"name\":\"z\",\"label\":\"x\"}}],\"assessment\":[{}]}}",
        measures.trim_end_matches(',')
    ))
}

/// All codes, warnings too, each once.
fn told(checked: &Checked) -> Vec<&'static str> {
    let mut codes: Vec<&str> = checked.diagnostics.iter().map(|found| found.code).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// Measures that read themselves, or each other.
#[test]
fn an_assessment_that_goes_round_is_told() {
    let cases = [
        r#"{"type":"scale","name":"s","items":[{"value":"${s}"}]}"#.to_owned(),
        r#"{"type":"band","name":"s","of":"s","bands":[{"code":"x","range":"-"}]}"#.to_owned(),
        r#"{"type":"table","name":"s","rules":[{"if":{"s":"1"},"outcome":"1"}]}"#.to_owned(),
        r#"{"type":"shift","name":"s","of":"t","rules":[]},{"type":"shift","name":"t","of":"s","rules":[]}"#.to_owned(),
        r#"{"type":"agreed","name":"s","of":"t","second":"t"},{"type":"decided","name":"t","of":"s","value":"${a}","reason":"${b}"}"#
            .to_owned(),
        many(2_000, |n| {
            format!("{{\"type\":\"scale\",\"name\":\"s{n}\",\"items\":[{{\"value\":\"${{s{}}}\"}}]}},", (n + 1) % 2_000)
        }),
    ];
    for case in cases {
        let checked = assessed(&case);
        assert!(codes(&checked).contains(&"cycle"), "{:?}: {}", told(&checked), &case[..200.min(case.len())]);
    }
}

/// Assessments that are large, or whose combinations are without number.
#[test]
fn large_assessments_are_checked_within_bounds() {
    let row = |seed: usize, n: usize| seed.wrapping_mul(7_919).wrapping_add(n * 104_729) / 7 % 10;
    let asks = |n: usize, tests: &dyn Fn(usize) -> String| {
        let each = ('a'..='l').enumerate().map(|(at, name)| format!("\"{name}\":\"{}\"", tests(n * 12 + at)));
        each.collect::<Vec<_>>().join(",")
    };
    let table = |hit: &str, count: usize, tests: &dyn Fn(usize) -> String| {
        let rules = many(count, |n| format!("{{\"if\":{{{}}},\"outcome\":\"o{}\"}},", asks(n, tests), n % 5));
        let rules = rules.trim_end_matches(',').to_owned();
        assessed(&format!("{{\"type\":\"table\",\"name\":\"t\",\"hit\":\"{hit}\",\"rules\":[{rules}]}}"))
    };
    let wide = |n: usize| format!("not({})", row(n, 3));
    let checked = table("unique", 1_000, &wide);
    assert!(told(&checked).contains(&"rule-overlap"), "{:?}", told(&checked));
    let narrow = |n: usize| format!("{}, {}", row(n, 1), row(n, 5));
    for hit in ["unique", "first", "priority", "collect"] {
        let checked = table(hit, 1_000, &narrow);
        assert!(checked.form.is_some());
        assert!(hit == "collect" || told(&checked).contains(&"rule-gap"), "{hit}: {:?}", told(&checked));
    }
    let when = |n: usize| {
        let sum = ('a'..='l').map(|name| format!("(${{{name}}} = {})", (n + 1) % 10)).collect::<Vec<_>>();
        format!("{{\"when\":\"{} >= {}\",\"outcome\":\"o{n}\"}},", sum.join(" + "), n % 12)
    };
    let rules = many(500, when);
    let rules = rules.trim_end_matches(',');
    assert!(assessed(&format!("{{\"type\":\"table\",\"name\":\"t\",\"rules\":[{rules}]}}")).form.is_some());
    let bands = many(5_000, |n| format!("{{\"code\":\"b{n}\",\"range\":\"{n}..{}\"}},", n + 2));
    let bands = bands.trim_end_matches(',');
    let checked = assessed(&format!(
        "{{\"type\":\"scale\",\"name\":\"s\",\"items\":[{{\"value\":\"${{a}}\"}}]}},\
         {{\"type\":\"band\",\"name\":\"t\",\"of\":\"s\",\"bands\":[{bands}]}}"
    ));
    assert!(checked.form.is_some());
    let items = many(2_000, |n| {
        let name = char::from(b'a' + (n % 12) as u8);
        format!(
            "{{\"value\":\"${{{name}}}\",\"weight\":\"1/{}\",\"points\":\"<5: {n}; >=5: 1/{}\"}},",
            n + 2,
            n + 3
        )
    });
    let items = items.trim_end_matches(',');
    for (combine, missing) in
        [("sum", "prorate"), ("mean", "zero"), ("max", "no_score"), ("count", "prorate")]
    {
        let checked = assessed(&format!(
            "{{\"type\":\"scale\",\"name\":\"s\",\"max\":5,\"combine\":\"{combine}\",\"missing\":\"{missing}\",\"items\":[{items}]}}"
        ));
        assert!(checked.form.is_some(), "{:?}", told(&checked));
    }
    let reasons = many(500, |n| format!("{{\"when\":\"${{b}} = {}\",\"by\":\"1/{}\"}},", n % 10, n + 1));
    let reasons = reasons.trim_end_matches(',');
    let checked = assessed(&format!(
        "{{\"type\":\"shift\",\"name\":\"s\",\"stack\":\"yes\",\"of\":\"${{a}}\",\"rules\":[{reasons}]}}"
    ));
    assert!(checked.form.is_some(), "{:?}", told(&checked));
}

/// As many measures as there may be, each of the one before, in both orders; and one more.
#[test]
fn measures_by_the_thousand_are_checked() {
    let chain = |count: usize, of: &dyn Fn(usize) -> String| {
        many(count, |n| {
            format!(
                "{{\"type\":\"band\",\"name\":\"m{n}\",\"of\":\"{}\",\"bands\":[{{\"code\":\"0\",\"range\":\"<=0\"}},\
                 {{\"code\":\"1\",\"range\":\">=1\"}}]}},",
                of(n)
            )
        })
    };
    let forwards = |n: usize| if n == 0 { "${a}".into() } else { format!("m{}", n - 1) };
    let backwards = |n: usize| if n == 1_999 { "${a}".into() } else { format!("m{}", n + 1) };
    assert!(assessed(&chain(2_000, &forwards)).form.is_some());
    assert!(assessed(&chain(2_000, &backwards)).form.is_some());
    assert_eq!(codes(&assessed(&chain(2_001, &forwards))), ["too-large"]);
}
