//! What was done, by whom, to what: lines that each hold the hash of the one before.
//!
//! Kept here: a line that was changed, moved or taken out shows, and the first such line is named. Ids only: a line holds no name,
//! no answer, no address, and no word that a stranger typed. What a chain alone can't show is that its end was cut off: whoever
//! audits notes the last line's number and hash elsewhere, and gives them to the next check.

use serde::{Deserialize, Serialize};

use super::ciphers::{Ciphers, ciphers, hex};

/// What was done. Never rename one: the log is older than the program.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// The server made its first administrator.
    FirstStart,
    /// Somebody logged in.
    Login,
    /// Somebody did not get in.
    LoginRefused,
    /// Somebody logged out.
    Logout,
    /// Somebody changed their own password.
    PasswordChanged,
    /// Somebody set up a second factor.
    SecondFactorSet,
    /// A recovery code was used up.
    RecoveryCodeUsed,
    /// A user was made.
    UserMade,
    /// A user's role, area or organisation was changed.
    RoleChanged,
    /// A user was shut out.
    UserDisabled,
    /// A user was let in again.
    UserEnabled,
    /// A user's password was set anew by an administrator.
    PasswordReset,
    /// A user's second factor was taken away by an administrator.
    SecondFactorReset,
    /// An enrolment code was handed out.
    EnrolmentMade,
    /// A device exchanged a code for its token.
    DeviceEnrolled,
    /// A device came with a code that is used, over or was never made.
    EnrolmentRefused,
    /// A device was revoked.
    DeviceRevoked,
    /// A revoked device asked for something.
    RevokedDeviceRefused,
    /// A list of submissions was read.
    SubmissionsListed,
    /// A person's record was read.
    RecordRead,
    /// Somebody asked for what their role does not grant.
    Forbidden,
    /// A request with a cookie came from another page than the app's.
    CrossSiteRefused,
    /// The audit log was read.
    AuditRead,
    /// A list of entities was read.
    EntitiesRead,
    /// What an entity contradicted itself in was settled.
    EntitySettled,
    /// An entity was taken out of its list.
    EntityRemoved,
    /// A list of entities was brought in by the office.
    EntitiesImported,
    /// A monitoring list was brought in.
    MonitoringImported,
    /// What waits of monitoring lists was read.
    MonitoringRead,
    /// Somebody said whether a row is about a household that is known.
    MonitoringDecided,
    /// A monitoring list was taken back.
    MonitoringUndone,
    /// A ledger was read or carried out.
    LedgerRead,
    /// What is passed on to other servers was listed.
    RelayListed,
    /// Something was to be passed on again.
    RelayedAgain,
    /// What was here already was queued for a target.
    RelayQueued,
    /// Somebody logged in at the office's provider.
    LoginByProvider,
    /// Somebody came from the office's provider and did not get in.
    LoginByProviderRefused,
    /// A user who was here already is somebody whom the office's provider knows.
    UserLinked,
    /// What waits for its files was listed.
    WaitingListed,
    /// What waits for its files was taken as it is.
    Released,
    /// Another content under a taken id was kept aside.
    KeptAside,
    /// A person's record that is kept aside was read, beside the one that has its id.
    AsideRead,
    /// What was kept aside was taken in as a submission of its own.
    AsideTakenIn,
    /// What was kept aside was not taken in.
    AsideLeftOut,
    /// A household's query code was handed out.
    QueryCodeMade,
    /// A household's query code was revoked.
    QueryCodeRevoked,
    /// A resident was shown their own case at a kiosk.
    OwnCaseShown,
    /// Somebody at a kiosk did not prove whose case they want to see.
    OwnCaseRefused,
    /// Somebody at a kiosk handed a half-filled draft over.
    HandoverMade,
    /// They took it back.
    HandoverWithdrawn,
    /// A member of the staff fetched it.
    HandoverTaken,
    /// Forms were listed with all their versions.
    FormsListed,
    /// A designer put up a new version of a form.
    FormPutUp,
    /// A second designer approved of it.
    FormApproved,
    /// A second designer refused it.
    FormRefused,
    /// A designer went back to an older version of a form.
    FormRolledBack,
}

/// One thing that was done.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Entry {
    /// What.
    pub event: Event,
    /// The user who did it.
    pub user: Option<String>,
    /// The device it was done with.
    pub device: Option<String>,
    /// The id of what it was done to.
    pub to: Option<String>,
}

impl Entry {
    /// Something done by nobody that is known.
    pub const fn of(event: Event) -> Entry {
        Entry { event, user: None, device: None, to: None }
    }

    /// The same, done to a record.
    pub fn to(self, id: impl Into<String>) -> Entry {
        Entry { to: Some(id.into()), ..self }
    }
}

/// An entry in its place: the line's fields, in their order.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct LineV1 {
    v: u32,
    n: i64,
    at: i64,
    event: Event,
    user: Option<String>,
    device: Option<String>,
    to: Option<String>,
    hash: String,
    before: String,
}

/// The end of a chain: what the next line goes on from, and what an auditor notes down.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    /// The last line's number; 0 before the first.
    pub number: i64,
    /// The last line's hash in hexadecimal.
    pub hash: String,
}

impl Head {
    /// Before the first line.
    pub fn start() -> Head {
        Head { number: 0, hash: "0".repeat(64) }
    }
}

/// The line for an entry after a head, and the new head.
pub fn line(entry: &Entry, at: i64, before: &Head, ciphers: &dyn Ciphers) -> (String, Head) {
    let line = LineV1 {
        v: 1,
        n: before.number + 1,
        at,
        event: entry.event,
        user: entry.user.clone(),
        device: entry.device.clone(),
        to: entry.to.clone(),
        hash: ciphers.name().to_owned(),
        before: before.hash.clone(),
    };
    let number = line.n;
    let text = serde_json::to_string(&line).expect("a line holds nothing that JSON can't");
    let hash = hex(&ciphers.digest(text.as_bytes()));
    (text, Head { number, hash })
}

/// The first line that is not as it was written.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Broken {
    /// Its number, or the number that it should have.
    pub number: i64,
    /// What is wrong there.
    pub why: Why,
}

/// What can be wrong with a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// It can't be read.
    Unreadable,
    /// It is not there, or stands elsewhere.
    Missing,
    /// It does not hold the hash of the line before: that one, or this one, was changed.
    Unchained,
    /// Its own hash is another one.
    Changed,
    /// The log ends before the head that was noted down.
    CutOff,
}

impl std::fmt::Display for Broken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let why = match self.why {
            Why::Unreadable => "can't be read",
            Why::Missing => "was taken out, or stands elsewhere",
            Why::Unchained => "does not follow from the line before",
            Why::Changed => "was changed",
            Why::CutOff => "is gone: the log was cut off before the line that was noted down",
        };
        write!(f, "line {} {why}", self.number)
    }
}

/// Follows a chain line by line, however long it is.
#[derive(Clone, Debug)]
pub struct Check {
    head: Head,
    noted: Option<Head>,
}

impl Check {
    /// From the first line on; `noted` is a head that somebody wrote down earlier.
    pub fn new(noted: Option<Head>) -> Check {
        Check { head: Head::start(), noted }
    }

    /// The next line, with the number and hash that are kept beside it.
    ///
    /// # Errors
    /// [`Broken`], if the line is not the one that was written.
    pub fn next(&mut self, number: i64, text: &str, hash: &str) -> Result<(), Broken> {
        let expected = self.head.number + 1;
        let broken = |why| Err(Broken { number: expected, why });
        if number != expected {
            return broken(Why::Missing);
        }
        let Ok(line) = serde_json::from_str::<LineV1>(text) else { return broken(Why::Unreadable) };
        let Some(ciphers) = ciphers(&line.hash) else { return broken(Why::Unreadable) };
        if line.n != expected {
            return broken(Why::Missing);
        }
        if hex(&ciphers.digest(text.as_bytes())) != hash {
            return broken(Why::Changed);
        }
        if line.before != self.head.hash {
            return broken(Why::Unchained);
        }
        self.head = Head { number, hash: hash.to_owned() };
        match &self.noted {
            Some(noted) if noted.number == number && noted.hash != hash => broken(Why::Changed),
            _ => Ok(()),
        }
    }

    /// After the last line: the head, to be noted down.
    ///
    /// # Errors
    /// [`Broken`], if the log ends too early.
    pub fn finish(self) -> Result<Head, Broken> {
        match self.noted {
            Some(noted) if noted.number > self.head.number => {
                Err(Broken { number: self.head.number + 1, why: Why::CutOff })
            }
            _ => Ok(self.head),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::ciphers::{Nist, Sm};
    use super::*;

    type Line = (i64, String, String);

    /// Ten lines; the hash changes on the way, as when an office changes to SM3.
    fn log() -> Vec<Line> {
        let (mut head, mut lines) = (Head::start(), Vec::new());
        for number in 1..=10 {
            let entry =
                Entry { user: Some("u1".into()), ..Entry::of(Event::RecordRead).to(format!("r{number}")) };
            let ciphers: &dyn Ciphers = if number < 6 { &Nist } else { &Sm };
            let (text, next) = line(&entry, number * 1_000, &head, ciphers);
            lines.push((next.number, text, next.hash.clone()));
            head = next;
        }
        lines
    }

    fn check(lines: &[Line], noted: Option<Head>) -> Result<Head, Broken> {
        let mut check = Check::new(noted);
        for (number, text, hash) in lines {
            check.next(*number, text, hash)?;
        }
        check.finish()
    }

    fn rehash(line: &mut Line) {
        line.2 = hex(&Nist.digest(line.1.as_bytes()));
    }

    #[test]
    fn a_log_as_it_was_written_holds() {
        let lines = log();
        let head = check(&lines, None).unwrap();
        assert_eq!((head.number, &head.hash), (10, &lines[9].2));
        assert_eq!(check(&lines, Some(head.clone())), Ok(head));
        assert_eq!(check(&[], None), Ok(Head::start()));
    }

    #[test]
    fn the_first_line_that_was_changed_is_found() {
        for at in 0..10 {
            let mut lines = log();
            lines[at].1 = lines[at].1.replace("\"u1\"", "\"u2\"");
            assert_eq!(check(&lines, None), Err(Broken { number: at as i64 + 1, why: Why::Changed }));
        }
        // With its hash made to fit, the next one gives it away.
        let mut lines = log();
        lines[3].1 = lines[3].1.replace("\"u1\"", "\"u2\"");
        rehash(&mut lines[3]);
        assert_eq!(check(&lines, None), Err(Broken { number: 5, why: Why::Unchained }));
    }

    #[test]
    fn a_line_taken_out_or_put_elsewhere_is_found() {
        for at in 0..9 {
            let mut lines = log();
            lines.remove(at);
            assert_eq!(check(&lines, None), Err(Broken { number: at as i64 + 1, why: Why::Missing }));
        }
        let mut lines = log();
        // Taken out, and the others numbered anew.
        lines.remove(4);
        for (place, line) in lines.iter_mut().enumerate().skip(4) {
            line.0 = place as i64 + 1;
        }
        assert_eq!(check(&lines, None), Err(Broken { number: 5, why: Why::Missing }));
        let mut lines = log();
        lines.swap(2, 3);
        assert_eq!(check(&lines, None), Err(Broken { number: 3, why: Why::Missing }));
        let mut lines = log();
        lines[5].1 = "{}".into();
        assert_eq!(check(&lines, None), Err(Broken { number: 6, why: Why::Unreadable }));
    }

    #[test]
    fn what_was_noted_down_shows_a_cut_and_a_log_written_anew() {
        let lines = log();
        let noted = Head { number: 10, hash: lines[9].2.clone() };
        assert_eq!(check(&lines[..7], None).map(|head| head.number), Ok(7), "a chain alone can't show it");
        assert_eq!(check(&lines[..7], Some(noted)), Err(Broken { number: 8, why: Why::CutOff }));
        let other = Head { number: 5, hash: "00".repeat(32) };
        assert_eq!(check(&lines, Some(other)), Err(Broken { number: 5, why: Why::Changed }));
    }

    #[test]
    fn a_line_is_one_line_whatever_its_ids_hold() {
        let entry = Entry::of(Event::RecordRead).to("a\n\"},{\"n\":2");
        let (text, _) = line(&entry, 1, &Head::start(), &Nist);
        assert!(!text.contains('\n'));
        let read: LineV1 = serde_json::from_str(&text).unwrap();
        assert_eq!(read.to, entry.to);
    }
}
