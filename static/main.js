// @ts-check
/** Starts the page: `index.html` holds `<fossick-app>`, which ui/app.js defines. */

import("./ui/app.js").catch((error) => {
  // A file of the page is missing or this browser is too old: there is no component to say so.
  console.error(error);
  const shell = document.querySelector("fossick-app > .shell");
  if (!shell) return;
  shell.setAttribute("role", "alert");
  shell.textContent =
    "Fossick could not be loaded. Check the connection and reload the page; it needs a browser of the last two years.";
});
