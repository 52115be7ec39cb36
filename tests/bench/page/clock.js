// How an answer's time is taken: the median of 200 that alternate.

const ANSWERS = 200;
/** The clock's own steps are 5 µs here: what takes less than twenty of them is timed by the handful. */
const SHORT = 0.1;
/** A throttled processor is stopped now and then, so that only what lasts is slowed down. */
const SHORT_THROTTLED = 20;

export const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

/** Is it too short for one reading of the clock? */
export const isShort = (ms) => ms < SHORT;

export function timed(give, { values, budget, throttle }) {
  // Both, before the clock runs. The last answer of an even number is the second value.
  values.forEach(give);
  const each = (handful) => {
    const times = [];
    const begun = performance.now();
    while (times.length < ANSWERS && (times.length < 4 || times.length % 2 || performance.now() - begun < budget)) {
      const from = performance.now();
      for (let i = 0; i < handful; i++) give(values[(times.length * handful + i) % 2]);
      times.push((performance.now() - from) / handful);
    }
    return times;
  };
  const short = throttle > 1 ? SHORT_THROTTLED : SHORT;
  let times = each(1);
  if (median(times) < short) times = each(2 * Math.ceil(short / Math.max(median(times), 0.001) / 2));
  return { ms: median(times), samples: times.length, of: ANSWERS };
}
