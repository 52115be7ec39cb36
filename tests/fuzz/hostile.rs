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
    assert!(checked.diagnostics.len() <= 20_000, "nobody reads so many");
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

fn timed<T>(name: &str, f: impl FnOnce() -> T) -> T {
    let s = std::time::Instant::now();
    let r = f();
    let mem = std::fs::read_to_string("/proc/self/status")
        .unwrap()
        .lines()
        .find(|l| l.starts_with("VmHWM"))
        .unwrap()
        .to_owned();
    println!("{name}: {:?} {mem}", s.elapsed());
    r
}

#[test]
fn probes() {
    let only = std::env::var("ONLY").unwrap_or_default();
    let p = |name: &str, f: &dyn Fn() -> String| {
        if !name.contains(&only) {
            return;
        }
        let r = timed(name, f);
        println!("   {}", &r[..r.len().min(300)]);
    };
    let show = |c: Checked| {
        format!(
            "{:?} {} {:?}",
            codes(&c),
            c.diagnostics.len(),
            c.diagnostics.first().map(|d| d.message.clone())
        )
    };
    p("count1e18", &|| {
        let s = open(xform(
            "<r><q/></r>",
            "",
            "<group><repeat nodeset='/d/r' jr:count='1000000000000000000'><input ref='/d/r/q'/></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("nested counts", &|| {
        let s = open(xform(
            "<r><a><b><c><q/></c></b></a></r>",
            "",
            "<group><repeat nodeset='/d/r' jr:count='9999'><repeat nodeset='/d/r/a' jr:count='9999'><repeat nodeset='/d/r/a/b' jr:count='9999'><repeat nodeset='/d/r/a/b/c' jr:count='9999'><input ref='/d/r/a/b/c/q'/></repeat></repeat></repeat></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("count with 1000 questions", &|| {
        let s = open(xform(
            &format!("<r>{}</r>", many(1000, |n| format!("<q{n}/>"))),
            &many(1000, |n| format!("<bind nodeset='/d/r/q{n}' calculate='1 + 1'/>")),
            "<group><repeat nodeset='/d/r' jr:count='9999'></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("doubling", &|| {
        let s = open(xform(
            &many(61, |n| format!("<q{n}>{}</q{n}>", if n == 0 { "abcdefgh" } else { "" })),
            &many(60, |n| format!("<bind nodeset='/d/q{}' calculate='concat(/d/q{n}, /d/q{n})'/>", n + 1)),
            "",
        ));
        format!("{} {}", s.overran(), s.instance_xml(Extent::All).len())
    });
    p("tripling in one", &|| {
        let mut e = "'abcdefgh'".to_owned();
        for _ in 0..12 {
            e = format!("concat({e},{e})");
        }
        let c = read(xform("<q/>", &format!("<bind nodeset='/d/q' calculate=\"{e}\"/>"), ""));
        show(c)
    });
    p("setvalue pingpong", &|| {
        let mut s = open(xform(
            "<a>1</a><b/>",
            "<setvalue ev:event='x' event='xforms-value-changed' ref='/d/b' value='1'/>"
                .replace("ev:event='x' ", "")
                .as_str(),
            "<input ref='/d/a'><setvalue event='xforms-value-changed' ref='/d/b' value='/d/a + 1'/></input><input ref='/d/b'><setvalue event='xforms-value-changed' ref='/d/a' value='/d/b + 1'/></input>",
        ));
        let k = s.at("/d/a").unwrap();
        let r = s.answer_text(k, "5").is_ok();
        format!("{r} {} {}", s.overran(), s.instance_xml(Extent::All))
    });
    p("siblings never settle", &|| {
        let s = open(xform(
            "<r><q/></r>",
            "<bind nodeset='/d/r/q' type='decimal' calculate='sum(/d/r[position() != position(current()/..)]/q) + 1'/>",
            "<group><repeat nodeset='/d/r' jr:count='500'></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("count up itself", &|| {
        let s = open(xform(
            "<r><q/></r><n/>",
            "<bind nodeset='/d/n' calculate='count(/d/r) + 1'/>",
            "<group><repeat nodeset='/d/r' jr:count='/d/n'></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("itemset over own repeat", &|| {
        let s = open(xform(
            "<r><q/></r>",
            "",
            "<group><repeat nodeset='/d/r' jr:count='3000'><select ref='/d/r/q'><itemset nodeset='/d/r[q != current()/../q]'><value ref='q'/><label ref='q'/></itemset></select></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("slashslash chain", &|| {
        let s = open(xform(
            &many(2000, |n| format!("<q{n}/>")),
            &many(20, |n| {
                format!("<bind nodeset='/d/q{n}' calculate='count(//*[count(//*[count(//*) > 0]) > 0])'/>")
            }),
            "",
        ));
        format!("{}", s.overran())
    });
    p("slashslash in tree", &|| {
        let s = open(xform(
            "<q/>",
            &format!(
                "<instance id='t'><root>{}</root></instance><bind nodeset='/d/q' calculate=\"count(instance('t')//*[count(instance('t')//*[count(//x) > 0]) > 0])\"/>",
                many(5000, |_| "<i><x/></i>".into())
            ),
            "",
        ));
        format!("{}", s.overran())
    });
    p("following chain", &|| {
        let s = open(xform(
            "<q/>",
            &format!(
                "<instance id='t'><root>{}</root></instance><bind nodeset='/d/q' calculate=\"count(instance('t')//*/following::*/preceding::*/following::*/preceding::*)\"/>",
                many(20000, |_| "<i/>".into())
            ),
            "",
        ));
        format!("{}", s.overran())
    });
    p("randomize", &|| {
        let s = open(xform(
            "<q/>",
            &format!(
                "<instance id='t'><root>{}</root></instance><bind nodeset='/d/q' calculate=\"join('', randomize(instance('t')/root/i/@x))\"/>",
                many(300000, |_| "<i x='1'/>".into())
            ),
            "",
        ));
        format!("{}", s.overran())
    });
    p("199 deep groups", &|| {
        let n = 195;
        let s = read(xform(
            &format!("{}<q/>{}", many(n, |n| format!("<g{n}>")), many(n, |k| format!("</g{}>", n - 1 - k))),
            "",
            "",
        ));
        show(s)
    });
    p("199 deep body groups", &|| {
        let n = 190;
        let s = read(xform(
            "<q/>",
            "",
            &format!("{}<input ref='/d/q'/>{}", "<group>".repeat(n), "</group>".repeat(n)),
        ));
        show(s)
    });
    p("70000 instances", &|| {
        let s = read(xform("<q/>", &many(70000, |n| format!("<instance id='i{n}'><root/></instance>")), ""));
        show(s)
    });
    p("70000 repeats", &|| {
        let s = read(xform(
            &many(70000, |n| format!("<r{n}><q/></r{n}>")),
            "",
            &many(70000, |n| format!("<group><repeat nodeset='/d/r{n}'/></group>")),
        ));
        show(s)
    });
    p("70000 spaces", &|| {
        let s = read(xform(&many(70000, |n| format!("<q{n} xmlns='urn:{n}'/>")), "", ""));
        show(s)
    });
    p("70000 attributes", &|| {
        let s = read(xform(&format!("<q {}/>", many(70000, |n| format!(" a{n}='1'"))), "", ""));
        show(s)
    });
    p("1MB name", &|| {
        let n = "n".repeat(1_000_000);
        let s = read(xform(
            &format!("<{n}/>"),
            &format!("<bind nodeset='/d/{n}' calculate='1'/><bind nodeset='/d/{n}x' calculate='1'/>"),
            "",
        ));
        show(s)
    });
    p("100000 binds", &|| {
        let s = read(xform(
            &many(100000, |n| format!("<q{n}/>")),
            &many(100000, |n| format!("<bind nodeset='/d/q{n}' calculate='1+{n}'/>")),
            "",
        ));
        show(s)
    });
    p("100000 chain", &|| {
        let s = open(xform(
            &many(100000, |n| format!("<q{n}/>")),
            &many(99999, |n| format!("<bind nodeset='/d/q{}' calculate='/d/q{n} + 1'/>", n + 1)),
            "",
        ));
        format!("{}", s.overran())
    });
    p("100000 cycle", &|| {
        let s = read(xform(
            &many(100000, |n| format!("<q{n}/>")),
            &many(100000, |n| format!("<bind nodeset='/d/q{}' calculate='/d/q{n} + 1'/>", (n + 1) % 100000)),
            "",
        ));
        show(s)
    });
    p("50000 binds of all", &|| {
        let s = read(xform(
            &many(50000, |n| format!("<q{n}/>")),
            &many(50000, |n| format!("<bind nodeset='/d/q{n}' relevant='count(//*) > 0'/>")),
            "",
        ));
        show(s)
    });
    p("100000 unknown", &|| {
        let s = read(xform(
            &many(50000, |n| format!("<q{n}/>")),
            &many(50000, |n| format!("<bind nodeset='/d/z{n}' relevant='${{x{n}}}'/>")),
            "",
        ));
        show(s)
    });
    p("100000 json unknown", &|| {
        let s = read_json(format!("{{\"settings\":{{\"form_id\":\"d\"}},\"survey\":[{}]}}", (0..20000).map(|n| format!("{{\"type\":\"text\",\"name\":\"q{n}\",\"label\":\"${{zz{n}}}\",\"relevant\":\"${{yy{n}}} = 1\"}}")).collect::<Vec<_>>().join(",")));
        show(s)
    });
    p("deep json", &|| show(read_json(format!("{}{}", "[".repeat(1000000), "]".repeat(1000000)))));
    p("deep json objects", &|| {
        show(read_json(format!("{}1{}", "{\"a\":".repeat(100000), "}".repeat(100000))))
    });
    p("deep json survey", &|| {
        show(read_json(format!(
            "{{\"survey\":{}[]{}}}",
            "[{\"type\":\"group\",\"name\":\"g\",\"children\":".repeat(500),
            "}]".repeat(500)
        )))
    });
    p("regex bomb", &|| {
        show(read(xform(
            "<q/>",
            "<bind nodeset='/d/q' constraint=\"regex(., '((((a{1,100}){1,100}){1,100}){1,100})')\"/>",
            "",
        )))
    });
    p("regex nest", &|| {
        show(read(xform(
            "<q/>",
            &format!(
                "<bind nodeset='/d/q' constraint=\"regex(., '{}a{}')\"/>",
                "(".repeat(9000),
                ")".repeat(9000)
            ),
            "",
        )))
    });
    p("regex backtrack", &|| {
        let mut s = open(xform(
            "<q/>",
            "<bind nodeset='/d/q' constraint=\"regex(., '(a+)+(a|a)*([a-z]{1,50}){1,50}x')\"/>",
            "<input ref='/d/q'/>",
        ));
        let k = s.at("/d/q").unwrap();
        let r = s.answer_text(k, &"a".repeat(60000)).is_ok();
        format!("{r} {}", s.overran())
    });
    p("csv 1001", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "form.xml",
                xform(
                    "<q/>",
                    "<instance id='a' src='jr://file-csv/a.csv'/>",
                    "<select1 ref='/d/q'><itemset nodeset=\"instance('a')/root/item\"><value ref='name'/><label ref='name'/></itemset></select1>",
                ),
            ),
            files: vec![Source::new("a.csv", format!("name{}\n", ",x".repeat(1000)))],
        });
        show(c)
    });
    p("csv rows", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "form.xml",
                xform(
                    "<q/>",
                    "<instance id='a' src='jr://file-csv/a.csv'/>",
                    "<select1 ref='/d/q'><itemset nodeset=\"instance('a')/root/item\"><value ref='name'/><label ref='name'/></itemset></select1>",
                ),
            ),
            files: vec![Source::new(
                "a.csv",
                format!("n{}\n{}", many(900, |n| format!(",x{n}")), "a\n".repeat(1_000_000)),
            )],
        });
        show(c)
    });
    p("geojson deep", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "form.xml",
                xform(
                    "<q/>",
                    "<instance id='a' src='jr://file/a.geojson'/>",
                    "<select1 ref='/d/q'><itemset nodeset=\"instance('a')/root/item\"><value ref='id'/><label ref='id'/></itemset></select1>",
                ),
            ),
            files: vec![Source::new("a.geojson", format!("{}{}", "[".repeat(100000), "]".repeat(100000)))],
        });
        show(c)
    });
    p("recursive text", &|| {
        let s = open(xform(
            "<q/>",
            "<itext><translation lang='zh'><text id='a'><value><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/><output value=\"jr:itext('a')\"/>x</value></text></translation></itext>",
            "<input ref='/d/q'><label ref=\"jr:itext('a')\"/></input>",
        ));
        let k = s.at("/d/q").unwrap();
        format!("{}", s.state(k).unwrap().label.unwrap().len())
    });
    p("recursive choice name", &|| {
        let mut s = open(xform(
            "<q>a</q>",
            "",
            "<select1 ref='/d/q'><item><label><output value=\"jr:choice-name('a', '/d/q')\"/>x<output value=\"jr:choice-name('a', '/d/q')\"/></label><value>a</value></item></select1>",
        ));
        let k = s.at("/d/q").unwrap();
        let _ = s.answer_text(k, "a");
        format!("{:?}", s.state(k).unwrap().choices.map(|c| c[0].1.len()))
    });
    p("deep expression", &|| {
        show(read(xform(
            "<q/>",
            &format!("<bind nodeset='/d/q' calculate='{}1{}'/>", "(".repeat(100000), ")".repeat(100000)),
            "",
        )))
    });
    p("long expression", &|| {
        show(read(xform(
            "<q/>",
            &format!("<bind nodeset='/d/q' calculate='1{}'/>", " + 1".repeat(1000000)),
            "",
        )))
    });
    p("long path", &|| {
        show(read(xform("<q/>", &format!("<bind nodeset='/d/q' calculate='.{}'/>", "/..".repeat(9000)), "")))
    });
    p("long predicates", &|| {
        show(read(xform("<q/>", &format!("<bind nodeset='/d/q' calculate='.{}'/>", "[1]".repeat(6000)), "")))
    });
    p("huge file", &|| show(read(xform("<q/>", &format!("<!--{}-->", "x".repeat(100_000_000)), ""))));
    p("entities", &|| {
        let mut t = "<!DOCTYPE a [<!ENTITY a0 'xxxxxxxxxx'>".to_owned();
        for n in 0..10 {
            t.push_str(&format!("<!ENTITY a{} '{}'>", n + 1, format!("&a{n};").repeat(10)));
        }
        show(read(format!("{t}]><a>&a10;</a>")))
    });
    p("quadratic entity", &|| {
        let t =
            format!("<!DOCTYPE a [<!ENTITY a '{}'>]><a>{}</a>", "x".repeat(100_000), "&a;".repeat(100_000));
        show(read(t))
    });
    p("10000 itext languages", &|| {
        let s = read(xform(
            "<q/>",
            &format!(
                "<itext>{}</itext>",
                many(3000, |n| format!(
                    "<translation lang='l{n}'>{}</translation>",
                    many(if n == 0 { 1000 } else { 1 }, |k| format!(
                        "<text id='t{k}'><value>x</value></text>"
                    ))
                ))
            ),
            &many(1000, |k| format!("<input ref='/d/q'><label ref=\"jr:itext('t{k}')\"/></input>")),
        ));
        show(s)
    });
    p("big choices listed", &|| {
        let s = open(xform(
            "<q/><z/>",
            "<bind nodeset='/d/z' calculate=\"jr:choice-name(/d/q, '/d/q')\"/>",
            &format!(
                "<select ref='/d/q'>{}</select>",
                many(100000, |n| format!("<item><label>x</label><value>v{n}</value></item>"))
            ),
        ));
        format!("{}", s.overran())
    });
    p("wide sum of sums", &|| {
        let s = open(xform(
            "<r><q>1</q><s/></r>",
            "<bind nodeset='/d/r/s' calculate='sum(/d/r/q)'/>",
            "<group><repeat nodeset='/d/r' jr:count='9999'></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("wide filter", &|| {
        let s = open(xform(
            "<r><q>1</q><s/></r>",
            "<bind nodeset='/d/r/s' calculate='count(/d/r[q = current()/../q])'/>",
            "<group><repeat nodeset='/d/r' jr:count='9999'></repeat></group>",
        ));
        format!("{} {}", s.overran(), s.nodes().len())
    });
    p("own instance", &|| {
        let s = open(xform(
            "<r><q>1</q></r>",
            "",
            "<group><repeat nodeset='/d/r'><input ref='/d/r/q'/></repeat></group>",
        ));
        let xml = format!("<d>{}</d>", "<r><q>1</q></r>".repeat(60000));
        format!(
            "{:?}",
            Session::open_xml(s.form().clone(), World::default(), &xml, Opening::Restore)
                .map(|s| s.nodes().len())
        )
    });
    p("deep instance", &|| {
        let s = open(xform("<r><q>1</q></r>", "", ""));
        let xml = format!("<d>{}{}</d>", "<r>".repeat(100000), "</r>".repeat(100000));
        format!(
            "{:?}",
            Session::open_xml(s.form().clone(), World::default(), &xml, Opening::Restore)
                .map(|s| s.nodes().len())
        )
    });
    p("seed product", &|| {
        let s = read(xform(
            &many(200, |_| format!("<r>{}</r>", many(200, |_| "<a><q>1</q></a>".into()))),
            "",
            "<group><repeat nodeset='/d/r'><repeat nodeset='/d/r/a'/></repeat></group>",
        ));
        let f = s.form.unwrap();
        let s = Session::new(f, World::default());
        format!("{} {}", s.nodes().len(), s.overran())
    });
    p("loop sheets", &|| {
        let survey = format!(
            "type\tname\tlabel\n{}{}",
            many(20, |n| format!("begin_loop over l\tg{n}\tl\n")),
            many(20, |_| "end loop\n".into())
        );
        let c = Form::read(&Bundle {
            main: Source::new("f.xlsx#survey", survey),
            files: vec![Source::new(
                "f.xlsx#choices",
                format!("list_name\tname\tlabel\n{}", many(200, |n| format!("l\tc{n}\tx\n"))),
            )],
        });
        show(c)
    });
    p("wide sheet", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "f.xlsx#survey",
                format!(
                    "type\tname\tlabel{}\ntext\tq\tl{}\n",
                    many(3000, |n| format!("\tlabel::l{n}")),
                    "\tx".repeat(3000)
                ),
            ),
            files: vec![],
        });
        show(c)
    });
    p("long sheet", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "f.xlsx#survey",
                format!("type\tname\tlabel\n{}", many(200000, |n| format!("text\tq{n}\tl\n"))),
            ),
            files: vec![],
        });
        show(c)
    });
    p("dup names sheet", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "f.xlsx#survey",
                format!("type\tname\tlabel\n{}", many(40000, |_| "text\tq\tl\n".into())),
            ),
            files: vec![],
        });
        show(c)
    });
    p("unmatched begins", &|| {
        let c = Form::read(&Bundle {
            main: Source::new(
                "f.xlsx#survey",
                format!("type\tname\tlabel\n{}", many(40000, |n| format!("begin group\tq{n}\tl\n"))),
            ),
            files: vec![],
        });
        show(c)
    });
}
