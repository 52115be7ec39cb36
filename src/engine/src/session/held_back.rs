//! Between what an index lies, whatever would have been said: its parts that were held back at their least, and at their most.
//!
//! An index leaves out what does not apply and is a mean of the rest, so that whoever keeps their illness to themselves may come out higher, or lower,
//! than with it told. Which of the two nobody can know; how far apart they lie is exact, and the level that either would be is told with it.

use crate::assess::measure::{Aggregate, Input, Item, Kind, MeasureId, Part, Points};
use crate::assess::trace::{Told, Trace};
use crate::assess::{Exact, Given};
use crate::session::Session;
use crate::session::turns::Backwards;
use crate::view::NodeId;

/// What an index would lie between, had everything been asked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct HeldBack {
    /// What the index is called.
    pub index: String,
    /// The least that it could be, exactly.
    pub least: Exact,
    /// The most.
    pub most: Exact,
    /// Both as they are shown.
    pub shown: (String, String),
    /// What the level would be called at either end, if the measure is one and has a name for both.
    pub levels: Option<(String, String)>,
}

impl Session {
    /// Between what a measure lies that is an index or a level of one, with each part that one answer held back at its least and at its most. `None` of
    /// anything else, and where nothing was held back.
    pub fn range_of(&self, measure: &str) -> Option<HeldBack> {
        let id = self.form.assessment.named(measure).filter(|id| !self.outcome_of(*id).is_blank())?;
        let (index, level) = self.index_below(id)?;
        let Kind::Index(parts) = &self.measure(index).kind else { return None };
        let (least, most) = self.ends(index, parts)?;
        let decimals = self.measure(index).decimals;
        let levels =
            level.and_then(|level| Some((self.level_at(level, least)?, self.level_at(level, most)?)));
        let shown = (least.shown(decimals), most.shown(decimals));
        Some(HeldBack { index: self.label_of(index), least, most, shown, levels })
    }

    /// The index that a measure is, or that its level is of, and that level.
    fn index_below(&self, id: MeasureId) -> Option<(MeasureId, Option<MeasureId>)> {
        match &self.measure(id).kind {
            Kind::Index(_) => Some((id, None)),
            Kind::Band(Input::Measure(of)) if matches!(self.measure(*of).kind, Kind::Index(_)) => {
                Some((*of, Some(id)))
            }
            _ => None,
        }
    }

    fn ends(&self, index: MeasureId, parts: &[Part]) -> Option<(Exact, Exact)> {
        let assessor = self.assessor(self.measure(index).node);
        let hundred = Exact::whole(100);
        let (mut least, mut most, mut weights) = (Exact::ZERO, Exact::ZERO, Exact::ZERO);
        // The answers by which something was kept back.
        let kept: Vec<NodeId> =
            parts.iter().filter_map(|part| Some(self.measure_left_out(part.measure)?.node)).collect();
        if kept.is_empty() {
            return None;
        }
        let backwards = self.backwards();
        for part in parts {
            let (from, to) = match assessor.percent(part) {
                // Where the same answer took choices away, too, it may be more than was said.
                Ok(percent) => {
                    let more = self.more_with_all_choices(&backwards, part, &kept).unwrap_or(hundred);
                    (percent, percent.plus(more).ok()?.min(hundred))
                }
                Err(_) if self.measure_left_out(part.measure).is_some() => (Exact::ZERO, hundred),
                Err(_) => continue,
            };
            least = least.plus(from.times(part.weight).ok()?).ok()?;
            most = most.plus(to.times(part.weight).ok()?).ok()?;
            weights = weights.plus(part.weight).ok()?;
        }
        Some((least.over(weights).ok()?, most.over(weights).ok()?))
    }

    /// So many percent more a part could come to, had its questions all their choices: nothing if none of some answers took one away. `None` where that
    /// can't be told.
    fn more_with_all_choices(&self, backwards: &Backwards, part: &Part, kept: &[NodeId]) -> Option<Exact> {
        let measure = self.measure(part.measure);
        let Kind::Scale(scale) = &measure.kind else { return Some(Exact::ZERO) };
        let offered = |item: &Item| {
            item.questions.iter().any(|question| self.is_offered_by(backwards, *question, kept))
        };
        if !scale.items.iter().any(offered) {
            return Some(Exact::ZERO);
        }
        if scale.how != Aggregate::Sum {
            return None;
        }
        let mut trace = Trace::wanted();
        self.assessor(measure.node).scale(scale, &mut trace).ok()?;
        let mut more = Exact::ZERO;
        for line in &trace.lines {
            let Told::Item(index) = line.told else { continue };
            let item = &scale.items[index];
            if offered(item) {
                let above = most_of(item)?.minus(line.points.unwrap_or(Exact::ZERO)).ok()?.max(Exact::ZERO);
                more = more.plus(above.times(item.weight).ok()?).ok()?;
            }
        }
        more.times(Exact::whole(100)).ok()?.over(part.max.minus(part.min).ok()?).ok()
    }

    fn level_at(&self, level: MeasureId, index: Exact) -> Option<String> {
        let measure = self.measure(level);
        let assessor = self.assessor(measure.node);
        let band = assessor.band(measure, &Given::Number(index), &mut Trace::default()).ok()?;
        Some(self.code_words(level, &band.code))
    }
}

/// The most points that any answer gives, if they are given by choice.
fn most_of(item: &Item) -> Option<Exact> {
    let Points::ByChoice(points) = &item.points else { return None };
    if item.reverse.is_some() {
        return None;
    }
    let mut most = Exact::ZERO;
    for points in points.values() {
        most = if item.many { most.plus((*points).max(Exact::ZERO)).ok()? } else { most.max(*points) };
    }
    Some(item.cap.map_or(most, |cap| most.min(cap)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::session::{Session, World};
    use crate::value::Value;
    use crate::{Bundle, Form, Source};

    #[test]
    fn an_index_says_between_what_it_lies_whatever_was_kept_back() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {"yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}]},
            "survey": [
                {"type": "select_one yn", "name": "consent", "label": "May we ask?"},
                {"type": "integer", "name": "children", "label": "Children?"},
                {"type": "integer", "name": "elders", "label": "Elders?"},
                {"type": "select_one yn", "name": "ill", "label": "Ill?", "relevant": "${consent} = 'yes'"},
                {"type": "select_one yn", "name": "poor", "label": "Poor?"},
                {"type": "select_one yn", "name": "crowded", "label": "Crowded?", "relevant": "${children} > 0 or ${elders} > 0"}],
            "assessment": [
                {"type": "scale", "name": "health", "label": "Health", "max": 1, "items": [{"value": "${ill}"}]},
                {"type": "scale", "name": "money", "label": "Money", "max": 1, "items": [{"value": "${poor}"}]},
                {"type": "scale", "name": "room", "label": "Room", "max": 1, "items": [{"value": "${crowded}"}]},
                {"type": "index", "name": "need", "label": "Need", "parts": [{"of": "health", "weight": 1}, {"of": "money", "weight": 2}, {"of": "room", "weight": 3}]},
                {"type": "band", "name": "level", "of": "need", "bands": [{"code": "low", "range": "<50", "label": "Low"}, {"code": "high", "range": ">=50", "label": "High"}]}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        let mut give = |answers: &[(&str, Value)]| {
            for (path, answer) in answers {
                let key = session.at(path).expect("it is there");
                session.answer(key, answer.clone()).expect("it takes the answer");
            }
            let told = |range: super::HeldBack| (range.shown.0, range.shown.1, range.levels);
            (session.range_of("need").map(told), session.range_of("level").map(told))
        };
        let choice = |name: &str| Value::Choice(name.into());
        let (yes, no) = (choice("yes"), choice("no"));
        let all = [
            ("/f/consent", yes.clone()),
            ("/f/children", Value::Integer(0)),
            ("/f/elders", Value::Integer(0)),
        ];
        assert_eq!(give(&all), (None, None), "nothing is said yet");
        assert_eq!(give(&[("/f/ill", no.clone()), ("/f/poor", yes.clone())]), (None, None));
        // That nobody lives here who could be crowded holds nothing back: health is one part of three, money two.
        let ends = |levels| Some(("66.7".to_owned(), "100".to_owned(), levels));
        let levels = Some(("High".to_owned(), "High".to_owned()));
        assert_eq!(give(&[("/f/consent", no)]), (ends(None), ends(levels)));
        let ends = |levels| Some(("0".to_owned(), "33.3".to_owned(), levels));
        let levels = Some(("Low".to_owned(), "Low".to_owned()));
        assert_eq!(give(&[("/f/poor", choice("no"))]), (ends(None), ends(levels)));
    }

    #[test]
    fn a_choice_that_the_same_answer_took_away_counts_at_its_most_and_consent_is_no_answer_to_change() {
        let form = json!({
            "settings": {"form_id": "f", "version": "1", "default_language": "en"},
            "choices": {
                "yn": [{"name": "yes", "label": "Yes", "score": 1}, {"name": "no", "label": "No", "score": 0}],
                "lack": [{"name": "doctor", "label": "Doctor", "score": 1}, {"name": "food", "label": "Food", "score": 1}, {"name": "nothing", "label": "Nothing", "score": 0}]},
            "survey": [
                {"type": "select_one yn", "name": "consent", "label": "May we ask?"},
                {"type": "select_one yn", "name": "ill", "label": "Ill?", "relevant": "${consent} = 'yes'"},
                {"type": "select_multiple lack", "name": "lack", "label": "Without?", "choice_filter": "name != 'doctor' or ${consent} = 'yes'"}],
            "assessment": [
                {"type": "scale", "name": "health", "label": "Health", "max": 1, "items": [{"value": "${ill}"}]},
                {"type": "scale", "name": "money", "label": "Money", "max": 2, "items": [{"value": "${lack}"}]},
                {"type": "index", "name": "need", "label": "Need", "parts": [{"of": "health", "weight": 1}, {"of": "money", "weight": 2}]},
                {"type": "band", "name": "level", "of": "need", "bands": [{"code": "low", "range": "<50", "label": "Low"}, {"code": "high", "range": ">=50", "label": "High"}]}]});
        let form = Form::read(&Bundle::single(Source::new("form.json", form.to_string()))).form;
        let mut session = Session::new(form.expect("a form"), World::default());
        for (path, answer) in
            [("/f/consent", "yes"), ("/f/ill", "no"), ("/f/lack", "food"), ("/f/consent", "no")]
        {
            let key = session.at(path).expect("it is there");
            session.answer_text(key, answer).expect("it takes the answer");
        }
        let range = session.range_of("need").expect("illness was kept back");
        assert_eq!(
            (&*range.shown.0, &*range.shown.1),
            ("33.3", "100"),
            "half of the money's two parts of three, to all of it"
        );
        // Answered yes again, the index would be lower with what was said before: nobody is told to ask for that.
        let turned: Vec<String> = session.turns("level").into_iter().map(|turn| turn.question).collect();
        assert_eq!(turned, ["Without?"]);
    }
}
