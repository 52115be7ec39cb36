// Puts theme and text size on the page before its first paint, as they were chosen (`platform/preferences.rs`) and as the device asks for them.
// Plain script in the head, since the app itself comes only after the first paint; and the one place that does it, later changes included.
'use strict';

(() => {
  const root = document.documentElement;
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const contrast = matchMedia('(prefers-contrast: more)');
  const chosen = (name) => {
    try {
      return localStorage.getItem(`doorstep.${name}`);
    } catch {
      return null;
    }
  };

  const apply = () => {
    const theme = chosen('theme');
    const isDark = theme ? theme === 'dark' : dark.matches;
    const isStrong = theme === 'contrast' || contrast.matches;
    const name = isStrong ? (isDark ? 'dark-contrast' : 'contrast') : isDark ? 'dark' : 'light';
    root.dataset.theme = name;
    // What the browser draws before the style sheets are there.
    const scheme = document.querySelector('meta[name="color-scheme"]');
    if (scheme) scheme.content = isDark ? 'dark' : 'light';
    const percent = Number(chosen('text-size'));
    root.style.fontSize = percent >= 80 && percent <= 200 ? `${percent}%` : '';
    measure();
  };

  // Style sheets can't ask how many letters a line has room for, nor how many lines the screen: their `rem` in a media query is never the reader's.
  const measure = () => {
    const letter = parseFloat(getComputedStyle(root).fontSize);
    root.toggleAttribute('data-tight', innerWidth < 17 * letter);
    root.toggleAttribute('data-low', innerHeight < 21 * letter);
    root.toggleAttribute('data-roomy', innerWidth >= 62 * letter);
  };

  apply();
  addEventListener('resize', measure);
  for (const asked of [dark, contrast]) asked.addEventListener('change', apply);
  // Another tab, and this one.
  addEventListener('storage', apply);
  addEventListener('doorstep-appearance', apply);
})();
