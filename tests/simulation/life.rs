//! A world's life: events by chance with the invariants after each, then peace, in which everything has to arrive.

use std::rc::Rc;

use doorstep_delivery::memory_store::ready;
use doorstep_delivery::outbox::{State, Wake};
use doorstep_delivery::store::Store;

use crate::check;
use crate::device::{Device, Handing};
use crate::disk::Holdings;
use crate::network::Network;
use crate::server::refuses;
use crate::tab::SECOND;
use crate::world::{Task, World};

mod pulls;

/// How many things happen in a world, beside what goes on by itself.
pub const EVENTS: usize = 200;
/// At least so many times a process is killed.
pub const CRASHES: usize = 3;
/// So often may one item be tried in an hour in which its server fails.
const MOST_TRIES_AN_HOUR: u64 = 40;

/// A world at work.
pub struct Life {
    world: Rc<World>,
    network: Rc<Network>,
    devices: [Rc<Device>; 2],
    tasks: Vec<Task>,
    /// Events, and places at which tasks went on.
    pub steps: u64,
    /// Killed processes.
    pub crashes: u64,
}

impl Life {
    /// Nothing has happened yet.
    pub fn new(world: &Rc<World>) -> Life {
        let network = Rc::new(Network::new(world));
        Life {
            devices: [0, 1].map(|number| Device::new(world, &network, number)),
            world: world.clone(),
            network,
            tasks: Vec::new(),
            steps: 0,
            crashes: 0,
        }
    }

    /// Lives to the end, or to the first thing that does not hold: see [`World::failure`].
    pub fn run(&mut self) {
        let dice = &self.world.clone().dice;
        let killed: Vec<usize> =
            (0..CRASHES).map(|third| (third * EVENTS + dice.below(EVENTS)) / CRASHES).collect();
        for event in 0..EVENTS {
            self.time_goes_on();
            if killed.contains(&event) {
                self.crash(0);
            } else {
                self.event();
            }
            for _ in 0..dice.below(8) {
                self.go_on();
                if let Some(thrown_away) = self.world.thrown_away.take() {
                    self.evict(thrown_away);
                }
                if self.is_broken() {
                    return;
                }
            }
        }
        self.peace();
        if !self.is_broken() {
            self.pulls();
        }
    }

    fn is_broken(&self) -> bool {
        self.world.failure().is_some()
    }

    fn time_goes_on(&self) {
        let passes = self.world.dice.below(20_000) as i64;
        self.world.set_now(self.world.now().ms + passes);
    }

    /// Some task goes on to where it next waits; then everything must hold.
    fn go_on(&mut self) {
        self.tasks.extend(self.world.spawned());
        if !self.tasks.is_empty() {
            let chosen = self.world.dice.below(self.tasks.len());
            if self.tasks[chosen].go_on() {
                drop(self.tasks.swap_remove(chosen));
            }
            self.steps += 1;
        }
        self.check();
    }

    fn check(&self) {
        for device in &self.devices {
            if device.disk.changed() && !device.disk.is_closed() {
                self.hold(check::places(&self.world, device.number, &device.disk.twin()));
            }
        }
    }

    fn hold(&self, held: Result<(), String>) {
        if let Err(broken) = held {
            self.world.fail(broken);
        }
    }

    /// Something happens.
    fn event(&mut self) {
        self.steps += 1;
        let dice = &self.world.clone().dice;
        // The second device is mostly for what the first one hands over.
        let (device, other) = if dice.once_in(5) { (1, 0) } else { (0, 1) };
        let (device, other) = (self.devices[device].clone(), self.devices[other].clone());
        match dice.below(100) {
            0..=41 => device.act_in_a_tab(),
            42..=45 => device.begin(),
            46..=49 => device.open(),
            50 => device.delete_draft(),
            51 => device.delete_submission(),
            52..=53 => device.try_again(),
            54..=56 => device.repair(),
            57 => device.hand_over(&other, Handing::Sealed),
            // With what is half filled in, which both then go on with.
            58 => device.hand_over(&other, Handing::Everything),
            59 if dice.once_in(2) => device.hand_over(&other, Handing::Itself),
            59 => device.hand_over(&other, Handing::Sealed),
            60..=79 => {
                let wakes = [Wake::Start, Wake::Network, Wake::Visible, Wake::Timer, Wake::Hand, Wake::Login];
                device.run_outbox(dice.of(&wakes).copied().unwrap_or(Wake::Timer));
            }
            80..=83 => self.network.deliver_late(),
            84..=86 => self.trouble_a_server(),
            87..=88 => self.jump(),
            89 => {
                self.world.count("disk fills up");
                device.disk.fill_up();
            }
            90 => {
                self.world.count("closed by a version change");
                device.disk.close();
            }
            91 if dice.once_in(6) => self.evict(device.number),
            92..=93 => self.crash(device.number),
            94 => self.the_office_decides(false),
            _ => {}
        }
        for device in self.devices.clone() {
            if device.disk.is_closed() && dice.once_in(3) {
                if dice.once_in(2) {
                    self.crash(device.number);
                } else {
                    self.world.count("opened again");
                    device.disk.open_again();
                }
            }
        }
        self.check();
    }

    /// On what the servers keep aside: on one of it, or on all.
    fn the_office_decides(&self, all: bool) {
        for (number, server) in self.world.servers.iter().enumerate() {
            match server.borrow_mut().decide(number, all, &mut self.world.model.borrow_mut()) {
                Ok(taken_in) => (0..taken_in).for_each(|_| self.world.count("taken in by the office")),
                Err(broken) => self.world.fail(broken),
            }
        }
    }

    fn trouble_a_server(&self) {
        let dice = &self.world.dice;
        let mut server = self.world.servers[dice.below(2)].borrow_mut();
        match dice.below(3) {
            0 => {
                self.world.count("server restarts");
                server.restart(|| dice.once_in(2));
                server.away = !server.away;
            }
            1 => {
                self.world.count("server away or back");
                server.away = !server.away;
            }
            _ => {
                self.world.count("login asked for or given");
                server.locked_out = !server.locked_out;
            }
        }
    }

    fn jump(&self) {
        self.world.count("clock jumps");
        let dice = &self.world.dice;
        let hours = dice.below(100) as i64 - 50;
        let now = self.world.now().ms + hours * 3_600_000;
        self.world.set_now(if dice.once_in(12) { 86_400_000 } else { now.max(1_700_000_000_000) });
    }

    /// A device's process is killed, with everything that was going on in it, and started again.
    fn crash(&mut self, number: usize) {
        self.crashes += 1;
        self.world.count("killed");
        self.tasks.extend(self.world.spawned());
        self.tasks.retain(|task| task.device != number);
        let device = self.devices[number].clone();
        device.died();
        self.world.model.borrow_mut().taking.retain(|place| place.0 != number);
        device.disk.crash();
        self.check();
        self.start(&device);
    }

    /// What was shown as kept is there.
    fn start(&self, device: &Device) {
        let store = device.disk.twin();
        let Ok(holdings) = Holdings::read(&store) else { return };
        let mut model = self.world.model.borrow_mut();
        for draft in holdings.drafts {
            let place = (device.number, draft.id);
            // One whose making died with the process: its user has not seen it yet.
            if !model.drafts.contains_key(&place) {
                check::comes_to_light(&mut model, place, String::new(), &store);
                model.drafts.entry(place).or_default().unseen = true;
            }
            let found = check::found(&mut model, &self.world.form, place, &store);
            self.hold(found);
        }
    }

    /// The system takes everything on a device. Nothing is promised any more, and nothing of it may seem to be there.
    fn evict(&mut self, number: usize) {
        self.world.count("everything evicted");
        self.devices[number].disk.evict();
        self.world.model.borrow_mut().was_evicted(number);
        self.crash(number);
    }

    /// Nothing breaks any more: what waits waits with growing patience, and what is not refused arrives.
    fn peace(&mut self) {
        for number in [0, 1] {
            self.crash(number);
        }
        self.world.faulty.set(false);
        self.world.set_now(self.world.now().ms.max(1_795_397_400_000));
        for device in self.devices.clone() {
            if !self.is_broken() {
                self.an_hour_of_failure(&device);
                self.everything_arrives(&device);
            }
        }
    }

    /// The servers fail for an hour: nothing is sent without a growing wait in between.
    fn an_hour_of_failure(&mut self, device: &Rc<Device>) {
        self.world.servers.iter().for_each(|server| server.borrow_mut().failing = true);
        let items = self.outbox(device).len() as u64;
        let (before, until) = (self.world.requests.get(), self.world.now().ms + 3_600_000);
        let mut wake = Wake::Start;
        while let Some(due) = self.finish(device, wake) {
            wake = Wake::Timer;
            let tries = self.world.requests.get() - before;
            if tries > items * MOST_TRIES_AN_HOUR {
                return self.world.fail(format!("I6: {items} items were sent {tries} times in an hour"));
            }
            if due > until {
                break;
            }
            self.world.set_now(self.world.now().ms.max(due));
        }
        self.world.servers.iter().for_each(|server| server.borrow_mut().failing = false);
    }

    /// All is well: after a few runs nothing is left but what its server will never have as it is.
    fn everything_arrives(&mut self, device: &Rc<Device>) {
        for server in &self.world.servers {
            let mut server = server.borrow_mut();
            (server.away, server.locked_out) = (false, false);
        }
        for item in self.outbox(device) {
            // Its user asks for what was refused by mistake.
            drop(ready_past_waits(device.disk.update_item(&item.tried_again())));
        }
        for wake in [Wake::Hand, Wake::Timer, Wake::Timer, Wake::Timer] {
            if let Some(due) = self.finish(device, wake) {
                self.world.set_now(self.world.now().ms.max(due));
            }
            self.the_office_decides(true);
        }
        let before = self.world.requests.get();
        let due = self.finish(device, Wake::Start);
        if due.is_some() || self.world.requests.get() > before {
            self.world.fail("I6: something is still sent though nothing hinders it".into());
        }
        for item in self.outbox(device) {
            let number = usize::from(item.target == SECOND);
            let store = device.disk.twin();
            let body = ready(store.load_submission(item.id)).ok().flatten();
            let never = self.world.servers[number].borrow().left_out(item.id, &item.hash)
                || body.is_some_and(|submission| refuses(number, submission.body().as_bytes()));
            if !matches!(item.state, State::Refused { .. }) || !never {
                self.world
                    .fail(format!("I6: {} does not arrive at `{}`: {:?}", item.id, item.target, item.state));
            }
        }
        self.hold(check::places(&self.world, device.number, &device.disk.twin()));
    }

    fn outbox(&self, device: &Device) -> Vec<doorstep_delivery::OutboxItem> {
        Holdings::read(&device.disk.twin()).map(|holdings| holdings.outbox).unwrap_or_default()
    }

    /// One run of a device alone in the world.
    fn finish(&mut self, device: &Rc<Device>, wake: Wake) -> Option<i64> {
        ready_past_waits(device.run(wake))
    }
}

/// What comes of a future that waits for nobody but itself.
fn ready_past_waits<T>(future: impl Future<Output = T>) -> T {
    let mut future = std::pin::pin!(future);
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    loop {
        if let std::task::Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}
