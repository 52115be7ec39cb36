//! What comes down while everything goes wrong, and what a revoked device forgets: after the life, which it leaves as it was.
//!
//! I7: what may be begun is what the server offers, whole, once nothing goes wrong; nothing but its own word ever took it away.

use std::collections::BTreeMap;
use std::rc::Rc;

use doorstep_delivery::memory_store::ready;
use doorstep_delivery::store::{LogEvent, Store};

use super::{Life, ready_past_waits};
use crate::device::Device;
use crate::disk::Holdings;

/// So many things happen.
const EVENTS: usize = 60;
/// The forms that come and go; the first one stays.
const FORMS: [&str; 6] = ["steady", "b", "c", "d", "e", "f"];

impl Life {
    /// Forms come and go; a device takes them down, is killed, and in the end has what is offered.
    pub(super) fn pulls(&mut self) {
        let world = self.world.clone();
        let device = self.devices[0].clone();
        FORMS.iter().take(4).for_each(|id| world.servers[0].borrow_mut().feed.publish(id));
        world.faulty.set(true);
        for event in 0..EVENTS {
            self.steps += 1;
            self.time_goes_on();
            match world.dice.below(12) {
                // What was skipped is not made good by what comes later.
                0..=2 if event < EVENTS / 2 => self.trouble_the_feed(),
                3..=8 => device.pull(),
                9 => self.trouble_a_server(),
                10 if world.dice.once_in(3) => self.crash(0),
                _ => {}
            }
            if device.disk.is_closed() {
                self.crash(0);
            }
            for _ in 0..world.dice.below(8) {
                self.go_on();
                self.hold(self.offers_hold(&device));
                if self.is_broken() {
                    return;
                }
            }
        }
        self.crash(0);
        world.faulty.set(false);
        let mut server = world.servers[0].borrow_mut();
        (server.away, server.locked_out) = (false, false);
        drop(server);
        ready_past_waits(device.pull_once());
        let (here, offered) = (current(&device), world.servers[0].borrow().feed.offered());
        if here != offered {
            return world.fail(format!("I7: {offered:?} is offered, and {here:?} may be begun"));
        }
        self.is_revoked(&device);
    }

    fn trouble_the_feed(&self) {
        let dice = &self.world.dice;
        let mut server = self.world.servers[0].borrow_mut();
        let one = FORMS[dice.below(FORMS.len())];
        match dice.below(5) {
            0 if one != FORMS[0] => {
                self.world.count("form withdrawn");
                server.feed.withdraw(one);
            }
            1 if dice.once_in(4) => {
                self.world.count("feed begun anew");
                server.feed.begin_anew();
            }
            _ => server.feed.publish(one),
        }
    }

    /// What may be begun is whole, and was offered once; what was never withdrawn goes from no device that has it.
    fn offers_hold(&self, device: &Device) -> Result<(), String> {
        if device.disk.is_closed() {
            return Ok(());
        }
        let server = self.world.servers[0].borrow();
        let (here, before) = (current(device), device.offered.take());
        for (id, hash) in &here {
            let kept = ready(device.disk.twin().load_form(hash)).ok().flatten();
            if kept.is_none() || !server.feed.had(hash) {
                return Err(format!("I7: {id} may be begun, and is not there or never was"));
            }
        }
        let steady = |id: &&String| !server.feed.went.contains(*id);
        if let Some(gone) = before.keys().filter(steady).find(|id| !here.contains_key(*id)) {
            return Err(format!("I7: {gone} went, and nobody withdrew it"));
        }
        device.offered.replace(here);
        Ok(())
    }

    /// The office revokes it: what is receipted and what came down goes, however often it is killed meanwhile, and nothing else does.
    fn is_revoked(&mut self, device: &Rc<Device>) {
        let Ok(before) = Holdings::read(&device.disk.twin()) else { return };
        self.world.faulty.set(true);
        while ready_past_waits(device.disk.forget_receipted(self.world.now())).is_err() {
            device.disk.crash();
        }
        self.world.faulty.set(false);
        let Ok(after) = Holdings::read(&device.disk.twin()) else { return };
        let waits = |id| before.outbox.iter().any(|item| item.id == id);
        let receipted = before.delivered.iter().any(|item| !waits(item.id));
        let logged = after.log.iter().any(|line| line.event == LogEvent::ReceiptedForgotten);
        let kept: Vec<_> = before.delivered.iter().filter(|item| waits(item.id)).cloned().collect();
        if after.outbox != before.outbox || after.drafts != before.drafts || after.delivered != kept {
            return self.world.fail("I2: a revoked device forgot what is not receipted".into());
        }
        if !current(device).is_empty() || receipted && !logged {
            self.world.fail("I7: a revoked device has what came down, or logged nothing".into());
        }
    }
}

/// What may be begun on a device: each form's hash.
fn current(device: &Device) -> BTreeMap<String, String> {
    let forms = ready(device.disk.twin().forms()).map(|listed| listed.items).unwrap_or_default();
    forms.into_iter().filter(|form| form.current).map(|form| (form.form.id, form.form.hash)).collect()
}
