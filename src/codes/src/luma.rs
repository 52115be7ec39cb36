//! A picture, as bright as each of its points is.

use rxing::Luma8LuminanceSource;

/// Bytes row by row, 255 the brightest.
#[derive(Debug)]
pub struct Luma {
    points: Vec<u8>,
    width: usize,
}

impl Luma {
    /// Of red, green, blue and opacity. Nothing if the bytes are no picture of that width.
    pub fn of(pixels: &[u8], width: u32) -> Option<Luma> {
        let width = usize::try_from(width).ok().filter(|width| *width > 0)?;
        let is_whole = !pixels.is_empty() && pixels.len().is_multiple_of(width.checked_mul(4)?);
        is_whole.then(|| Luma { points: pixels.chunks_exact(4).map(bright).collect(), width })
    }

    /// How many rows it has.
    pub fn height(&self) -> usize {
        self.points.len() / self.width
    }

    /// As the reader of codes takes it.
    pub fn source(&self) -> Option<Luma8LuminanceSource> {
        source(self.points.clone(), self.width)
    }

    /// A row, and those on either side of it mixed in: bars are as long as they are so that nothing is lost by that, and noise is.
    pub fn row(&self, at: usize, either_side: usize) -> Option<Luma8LuminanceSource> {
        let rows = at.saturating_sub(either_side)..(at + either_side + 1).min(self.height());
        let mut sums = vec![0; self.width];
        for row in rows.clone() {
            for (sum, point) in sums.iter_mut().zip(&self.points[row * self.width..]) {
                *sum += usize::from(*point);
            }
        }
        source(sums.iter().map(|sum| (sum / rows.len()) as u8).collect(), self.width)
    }

    /// A half as wide and high: noise goes by that, and squares of many points look like squares.
    pub fn smaller(&self) -> Option<Luma> {
        let (width, height) = (self.width / 2, self.height() / 2);
        let point = |x: usize, y: usize| usize::from(self.points[y * self.width + x]);
        let of_four = |x: usize, y: usize| {
            ((point(x, y) + point(x + 1, y) + point(x, y + 1) + point(x + 1, y + 1)) / 4) as u8
        };
        let row = |y: usize| (0..width).map(move |x| of_four(2 * x, 2 * y));
        (width > 0 && height > 0).then(|| Luma { points: (0..height).flat_map(row).collect(), width })
    }

    /// The longer side's points.
    pub fn side(&self) -> usize {
        self.width.max(self.height())
    }

    /// With its columns as rows.
    pub fn on_its_side(&self) -> Luma {
        let height = self.height();
        let column = |x: usize| (0..height).map(move |y| self.points[y * self.width + x]);
        Luma { points: (0..self.width).flat_map(column).collect(), width: height }
    }
}

fn source(points: Vec<u8>, width: usize) -> Option<Luma8LuminanceSource> {
    let height = u32::try_from(points.len() / width).ok()?;
    Luma8LuminanceSource::new(points, u32::try_from(width).ok()?, height).ok()
}

/// ITU-R BT.601; on white where it can be seen through.
fn bright(pixel: &[u8]) -> u8 {
    let [red, green, blue, opacity] = [pixel[0], pixel[1], pixel[2], pixel[3]].map(u32::from);
    let bright = (299 * red + 587 * green + 114 * blue) / 1000;
    ((bright * opacity + 255 * (255 - opacity)) / 255) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use rxing::LuminanceSource;

    #[test]
    fn colours_become_greys_and_what_is_clear_white() {
        let of = |pixel: [u8; 4]| bright(&pixel);
        assert_eq!([of([0, 0, 0, 255]), of([255, 255, 255, 255]), of([0, 0, 0, 0])], [0, 255, 255]);
        assert!(of([255, 0, 0, 255]) < of([0, 255, 0, 255]) && of([0, 0, 255, 255]) < of([255, 0, 0, 255]));
    }

    #[test]
    fn four_points_become_one() {
        let grey = |grey: u8| [grey, grey, grey, 255];
        let pixels = [10, 20, 90, 30, 40, 90, 70, 80, 90].map(grey).concat();
        let picture = Luma::of(&pixels, 3).expect("it is one");
        let small = picture.smaller().expect("it can be smaller");
        assert_eq!((small.points.as_slice(), small.width), ([25].as_slice(), 1));
        assert!(small.smaller().is_none());
        assert_eq!(picture.side(), 3);
    }

    #[test]
    fn rows_are_mixed_and_columns_become_rows() {
        let pixels: Vec<u8> =
            [10, 20, 30, 40, 50, 60].iter().flat_map(|grey| [*grey, *grey, *grey, 255]).collect();
        let picture = Luma::of(&pixels, 2).expect("it is one");
        let row = |picture: &Luma, at, sides| {
            picture.row(at, sides).expect("it is there").get_matrix().into_owned()
        };
        assert_eq!(picture.height(), 3);
        assert_eq!(row(&picture, 0, 0), [10, 20]);
        assert_eq!(row(&picture, 0, 1), [20, 30]);
        assert_eq!(row(&picture, 1, 1), [30, 40]);
        assert_eq!(row(&picture, 2, 9), [30, 40]);
        assert_eq!(row(&picture.on_its_side(), 1, 0), [20, 40, 60]);
    }
}
