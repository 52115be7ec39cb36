//! Fingers on a map: one moves it, two take it nearer or farther, a touch that stays means a spot. Pure.

/// Farther than this, in pixels, a touch is a move.
const STILL: f64 = 8.0;
/// Two fingers this many times as far apart as they were are a step nearer.
const STEP: f64 = 1.6;

/// What fingers did.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Did {
    Nothing,
    /// The ground went with the finger: right and down.
    Moved(f64, f64),
    Nearer,
    Farther,
    /// It was touched, and let go at once.
    Touched,
}

/// The fingers that are down.
#[derive(Clone, PartialEq, Default, Debug)]
pub struct Fingers {
    down: Vec<(i32, (f64, f64))>,
    /// How far the first one went.
    went: f64,
    /// How far apart two were at the last step.
    apart: f64,
}

impl Fingers {
    /// One more is down. A third is of no account.
    pub fn press(&mut self, id: i32, at: (f64, f64)) {
        self.down.retain(|(known, _)| *known != id);
        if self.down.is_empty() {
            self.went = 0.0;
        }
        if self.down.len() < 2 {
            self.down.push((id, at));
        }
        if self.down.len() == 2 {
            self.apart = self.distance();
            self.went = f64::INFINITY;
        }
    }

    /// One went somewhere.
    pub fn go(&mut self, id: i32, to: (f64, f64)) -> Did {
        let Some(place) = self.down.iter().position(|(known, _)| *known == id) else { return Did::Nothing };
        let from = std::mem::replace(&mut self.down[place].1, to);
        if self.down.len() == 2 {
            return self.pinched();
        }
        let (right, down) = (to.0 - from.0, to.1 - from.1);
        let before = self.went;
        self.went += right.hypot(down);
        match before <= STILL && self.went <= STILL {
            true => Did::Nothing,
            false => Did::Moved(right, down),
        }
    }

    fn pinched(&mut self) -> Did {
        let apart = self.distance();
        let did = match apart / self.apart.max(1.0) {
            times if times >= STEP => Did::Nearer,
            times if times <= 1.0 / STEP => Did::Farther,
            _ => return Did::Nothing,
        };
        self.apart = apart;
        did
    }

    fn distance(&self) -> f64 {
        match self.down[..] {
            [(_, one), (_, other)] => (one.0 - other.0).hypot(one.1 - other.1),
            _ => 0.0,
        }
    }

    /// One was let go.
    pub fn lift(&mut self, id: i32) -> Did {
        let was_down = self.down.iter().any(|(known, _)| *known == id);
        let touched = was_down && self.down.len() == 1 && self.went <= STILL;
        self.drop(id);
        if touched { Did::Touched } else { Did::Nothing }
    }

    /// The browser took one away.
    pub fn drop(&mut self, id: i32) {
        self.down.retain(|(known, _)| *known != id);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_finger_moves_the_ground_and_a_still_one_touches_it() {
        let mut fingers = Fingers::default();
        fingers.press(1, (100.0, 100.0));
        assert_eq!(fingers.go(1, (103.0, 100.0)), Did::Nothing);
        assert_eq!(fingers.lift(1), Did::Touched);
        fingers.press(1, (100.0, 100.0));
        assert_eq!(fingers.go(1, (120.0, 90.0)), Did::Moved(20.0, -10.0));
        // Back where it began it was a move all the same.
        assert_eq!(fingers.go(1, (100.0, 100.0)), Did::Moved(-20.0, 10.0));
        assert_eq!(fingers.lift(1), Did::Nothing);
        assert_eq!(fingers.lift(1), Did::Nothing);
    }

    #[test]
    fn two_fingers_take_it_nearer_and_farther_step_by_step() {
        let mut fingers = Fingers::default();
        fingers.press(1, (100.0, 100.0));
        fingers.press(2, (200.0, 100.0));
        fingers.press(3, (300.0, 300.0));
        assert_eq!(fingers.go(3, (0.0, 0.0)), Did::Nothing);
        assert_eq!(fingers.go(2, (230.0, 100.0)), Did::Nothing);
        assert_eq!(fingers.go(2, (265.0, 100.0)), Did::Nearer);
        assert_eq!(fingers.go(1, (110.0, 100.0)), Did::Nothing);
        assert_eq!(fingers.go(1, (200.0, 100.0)), Did::Farther);
        // Whoever lifts them touched nothing, and the one that is left moves the ground.
        assert_eq!(fingers.lift(2), Did::Nothing);
        assert_eq!(fingers.go(1, (210.0, 100.0)), Did::Moved(10.0, 0.0));
        assert_eq!(fingers.lift(1), Did::Nothing);
    }
}
