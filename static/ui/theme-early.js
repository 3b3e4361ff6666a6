// @ts-check
// A classic script, before the first paint: a chosen theme must not flash the other one.
(() => {
  try {
    const theme = localStorage.getItem("fossick.theme");
    if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  } catch {
    // Site data is blocked: the system's theme stands.
  }
})();
