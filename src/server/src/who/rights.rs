//! Who may do what: six roles, a closed table of deeds, and areas as prefixes of codes.
//!
//! Kept here: what the table does not grant is refused, and a new deed or role does not compile until the table has it.
//! Whoever looks after accounts reads no household, and whoever reads the audit log changes nothing.

use std::fmt;

/// What somebody is in the office.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Role {
    /// Visits households of one area (网格员).
    Worker,
    /// Enters, assesses and refers for one area (驿站).
    Station,
    /// Serves the households that were referred to it (服务机构).
    Provider,
    /// Reads what was done, and submissions masked (审计员).
    Auditor,
    /// Looks after users and devices (管理员).
    Administrator,
    /// Puts up new versions of forms and approves of others' (表单设计).
    Designer,
}

impl Role {
    /// All, in the table's order.
    pub const ALL: [Role; 6] =
        [Role::Worker, Role::Station, Role::Provider, Role::Auditor, Role::Administrator, Role::Designer];

    /// Its name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Role::Worker => "worker",
            Role::Station => "station",
            Role::Provider => "provider",
            Role::Auditor => "auditor",
            Role::Administrator => "administrator",
            Role::Designer => "designer",
        }
    }

    /// The role of a name.
    pub fn parse(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }

    /// Must it show a second factor before it may do anything?
    pub const fn needs_second_factor(self) -> bool {
        match self {
            Role::Station | Role::Administrator | Role::Designer => true,
            Role::Worker | Role::Provider | Role::Auditor => false,
        }
    }
}

/// An area as a code that begins the codes of all areas within it: GB/T 2260 for province, prefecture and county
/// (2, 4, 6 digits), then town (9) and village or residents' committee (12). Empty is everywhere.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, Default)]
pub struct Area(String);

impl Area {
    /// Everywhere.
    pub const EVERYWHERE: Area = Area(String::new());

    /// The area of a code; `None` if no level has codes like that.
    pub fn parse(code: &str) -> Option<Area> {
        let is_code =
            matches!(code.len(), 0 | 2 | 4 | 6 | 9 | 12) && code.bytes().all(|byte| byte.is_ascii_digit());
        is_code.then(|| Area(code.to_owned()))
    }

    /// Its code.
    pub fn code(&self) -> &str {
        &self.0
    }

    /// Does the other lie in it, or is it the same?
    pub fn contains(&self, other: &Area) -> bool {
        other.0.starts_with(&self.0)
    }
}

impl fmt::Display for Area {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What can be done on the server.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Deed {
    /// Send a submission. What a provider's says is heard of what was referred to it alone (`store/entities/referred.rs`).
    Send,
    /// Read submissions and the cases made from them.
    Read,
    /// Hand out an enrolment code for a device.
    Enrol,
    /// See devices.
    SeeDevices,
    /// Revoke a device.
    Revoke,
    /// See, make and change users.
    LookAfterUsers,
    /// Read the audit log.
    ReadAudit,
    /// See what is passed on to other servers, and why it is not.
    SeeRelay,
    /// Have it tried again.
    Relay,
    /// See what waits for its files, and have it taken as it is.
    Release,
    /// Settle what entities contradict themselves in, bring lists in and carry them out.
    LookAfterLists,
    /// See what came under an id that another submission has, and take it in or leave it out.
    TakeIn,
    /// Show a resident at a kiosk their own case, once it is proved whose it is. Kiosks alone do it (`caller.rs`), which are workers to this table.
    ServeResident,
    /// Hand out and revoke the query codes of households.
    HandOutCodes,
    /// Go on with what somebody began at a kiosk and handed over.
    GoOn,
    /// See forms with all their versions, and who put them up.
    SeeDesigns,
    /// Put up a new version of a form, and roll back to an older one.
    Design,
    /// Approve of a version that another put up, or refuse it.
    Approve,
}

impl Deed {
    /// All, in the table's order.
    #[cfg(test)]
    pub const ALL: [Deed; 18] = [
        Deed::Send,
        Deed::Read,
        Deed::Enrol,
        Deed::SeeDevices,
        Deed::Revoke,
        Deed::LookAfterUsers,
        Deed::ReadAudit,
        Deed::SeeRelay,
        Deed::Relay,
        Deed::Release,
        Deed::LookAfterLists,
        Deed::TakeIn,
        Deed::ServeResident,
        Deed::HandOutCodes,
        Deed::GoOn,
        Deed::SeeDesigns,
        Deed::Design,
        Deed::Approve,
    ];
}

/// How far a right reaches.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Nowhere: refused.
    No,
    /// What was referred to one's own organisation.
    Referred,
    /// One's own area and what lies in it.
    Area,
    /// Everything.
    All,
}

/// How far a role may do a deed: the whole table.
pub const fn reach(role: Role, deed: Deed) -> Reach {
    use Reach::{All, Area, No, Referred};
    //                        worker  station provider  auditor administrator designer
    #[rustfmt::skip]
    let row: [Reach; 6] = match deed {
        Deed::Send =>           [Area,  Area,   Referred, No,     No,         No],
        Deed::Read =>           [Area,  Area,   Referred, Area,   No,         No],
        Deed::Enrol =>          [No,    Area,   No,       No,     All,        No],
        Deed::SeeDevices =>     [No,    Area,   No,       Area,   All,        No],
        Deed::Revoke =>         [No,    Area,   No,       No,     All,        No],
        Deed::LookAfterUsers => [No,    No,     No,       No,     All,        No],
        Deed::ReadAudit =>      [No,    No,     No,       All,    No,         No],
        Deed::SeeRelay =>       [No,    No,     No,       Area,   All,        No],
        Deed::Relay =>          [No,    No,     No,       No,     All,        No],
        Deed::Release =>        [No,    No,     No,       No,     All,        No],
        Deed::LookAfterLists => [No,    Area,   No,       No,     No,         No],
        Deed::TakeIn =>         [No,    Area,   No,       No,     No,         No],
        Deed::ServeResident =>  [Area,  No,     No,       No,     No,         No],
        Deed::HandOutCodes =>   [No,    Area,   No,       No,     No,         No],
        Deed::GoOn =>           [Area,  Area,   No,       No,     No,         No],
        Deed::SeeDesigns =>     [No,    No,     No,       No,     All,        All],
        Deed::Design =>         [No,    No,     No,       No,     No,         All],
        Deed::Approve =>        [No,    No,     No,       No,     No,         All],
    };
    match role {
        Role::Worker => row[0],
        Role::Station => row[1],
        Role::Provider => row[2],
        Role::Auditor => row[3],
        Role::Administrator => row[4],
        Role::Designer => row[5],
    }
}

/// Somebody's standing: what the table is asked with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    /// What they are.
    pub role: Role,
    /// Where they are that.
    pub area: Area,
    /// The organisation of a provider: its code in the catalogue.
    pub provider: Option<String>,
}

/// What a deed is done to, as far as rights go.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// Where it belongs; `None` if nobody knows, and then only who may everywhere may here.
    pub area: Option<&'a Area>,
    /// The organisations that it was referred to.
    pub referred_to: &'a [String],
}

impl<'a> Place<'a> {
    /// A thing of an area that was referred to nobody.
    pub const fn at(area: &'a Area) -> Place<'a> {
        Place { area: Some(area), referred_to: &[] }
    }
}

impl Standing {
    /// May they do it at all, somewhere?
    pub const fn may_somewhere(&self, deed: Deed) -> bool {
        !matches!(reach(self.role, deed), Reach::No)
    }

    /// May they do it to that?
    pub fn may(&self, deed: Deed, place: Place<'_>) -> bool {
        match reach(self.role, deed) {
            Reach::No => false,
            Reach::Referred => {
                self.provider.as_ref().is_some_and(|provider| place.referred_to.contains(provider))
            }
            Reach::Area => match place.area {
                Some(area) => self.area.contains(area),
                None => self.area == Area::EVERYWHERE,
            },
            Reach::All => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn standing(role: Role, area: &str) -> Standing {
        Standing { role, area: Area::parse(area).unwrap(), provider: None }
    }

    #[test]
    fn names_are_read_as_they_are_written() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.name()), Some(role));
        }
        for name in ["", "root", "Worker", "worker ", "administrator'--"] {
            assert_eq!(Role::parse(name), None, "{name}");
        }
    }

    #[test]
    fn an_area_is_a_prefix_of_digits_of_a_known_level() {
        for code in ["", "37", "3710", "371002", "371002001", "371002001201"] {
            assert_eq!(Area::parse(code).unwrap().code(), code);
        }
        for code in
            ["3", "371", "37100", "3710020", "37100200120", "3710020012011", "37%", "37_0", "３７", "37 "]
        {
            assert_eq!(Area::parse(code), None, "{code}");
        }
        let area = |code| Area::parse(code).unwrap();
        assert!(area("371002").contains(&area("371002")));
        assert!(area("3710").contains(&area("371002001")));
        assert!(Area::EVERYWHERE.contains(&area("37")));
        assert!(!area("371002").contains(&area("3710")), "what is wider does not lie within");
        assert!(!area("371002").contains(&area("371003")));
        assert!(!area("371002").contains(&Area::EVERYWHERE));
    }

    #[test]
    fn a_worker_reads_and_sends_in_the_own_area_only() {
        let worker = standing(Role::Worker, "371002");
        let (inside, beside) = (Area::parse("371002001").unwrap(), Area::parse("371003001").unwrap());
        for deed in [Deed::Send, Deed::Read] {
            assert!(worker.may(deed, Place::at(&inside)));
            assert!(!worker.may(deed, Place::at(&beside)));
            assert!(!worker.may(deed, Place { area: None, referred_to: &[] }), "no area is nobody's");
        }
        for deed in [Deed::Enrol, Deed::SeeDevices, Deed::Revoke, Deed::LookAfterUsers, Deed::ReadAudit] {
            assert!(!worker.may(deed, Place::at(&inside)), "{deed:?}");
        }
    }

    #[test]
    fn a_provider_reads_what_was_referred_to_it_wherever_that_is() {
        let provider = Standing { provider: Some("p1".into()), ..standing(Role::Provider, "371002") };
        let area = Area::parse("371002").unwrap();
        let (own, others) = (["p0".to_owned(), "p1".to_owned()], ["p2".to_owned()]);
        assert!(provider.may(Deed::Read, Place { area: Some(&area), referred_to: &own }));
        assert!(provider.may(Deed::Read, Place { area: None, referred_to: &own }));
        assert!(!provider.may(Deed::Read, Place { area: Some(&area), referred_to: &others }));
        assert!(!provider.may(Deed::Read, Place::at(&area)), "the area alone gives nothing");
        let nameless = standing(Role::Provider, "");
        assert!(!nameless.may(Deed::Read, Place { area: Some(&area), referred_to: &own }));
    }

    #[test]
    fn duties_are_separate() {
        let area = Area::EVERYWHERE;
        let everywhere = Place::at(&area);
        for role in Role::ALL {
            let anywhere = standing(role, "");
            let may = |deed| anywhere.may(deed, everywhere);
            assert!(
                !(may(Deed::LookAfterUsers) && may(Deed::Read)),
                "{role:?} makes users and reads households"
            );
            assert!(!(may(Deed::LookAfterUsers) && may(Deed::ReadAudit)), "{role:?} makes users and audits");
            let changes = [
                Deed::Send,
                Deed::Enrol,
                Deed::Revoke,
                Deed::LookAfterUsers,
                Deed::Relay,
                Deed::Release,
                Deed::TakeIn,
                Deed::HandOutCodes,
                Deed::GoOn,
                Deed::Design,
                Deed::Approve,
            ];
            assert!(!(may(Deed::ReadAudit) && changes.into_iter().any(may)), "{role:?} audits and changes");
            assert!(Deed::ALL.into_iter().any(|deed| anywhere.may_somewhere(deed)), "{role:?} may nothing");
        }
    }

    #[test]
    fn whoever_designs_forms_reads_nobody_and_needs_a_second_factor() {
        let designer = standing(Role::Designer, "");
        let own = [Deed::SeeDesigns, Deed::Design, Deed::Approve];
        for deed in Deed::ALL {
            assert_eq!(designer.may_somewhere(deed), own.contains(&deed), "{deed:?}");
        }
        assert!(Role::Designer.needs_second_factor());
        assert!(standing(Role::Administrator, "").may_somewhere(Deed::SeeDesigns));
    }

    #[test]
    fn every_deed_is_somebodys() {
        for deed in Deed::ALL {
            assert!(Role::ALL.into_iter().any(|role| reach(role, deed) != Reach::No), "{deed:?}");
        }
    }
}
