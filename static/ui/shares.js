// @ts-check
/** The parts of a score in words and digits. Pure functions, no markup. */

/** @typedef {import("../fossick.js").TermMatch} TermMatch */

const FIELDS = /** @type {const} */ ([
  ["title", "title"],
  ["headings", "headings"],
  ["path", "path"],
  ["body", "text"],
]);

/**
 * Fields with how often, and the forms if they are not the word itself:
 * "title 1, text 3: mines, mining".
 * @param {TermMatch} term
 */
export function found({ text, kind, forms, counts }) {
  const where = FIELDS.filter(([field]) => counts[field])
    .map(([field, name]) => `${name} ${counts[field]}`)
    .join(", ");
  const others = kind === "word" && !(forms.length === 1 && forms[0] === text.toLowerCase());
  if (kind === "phrase") return "in a row, or as near as asked";
  return others && forms.length > 0 ? `${where}: ${forms.join(", ")}` : where;
}

/**
 * Two places behind the point, four below 1, so that what is added up can be followed: 12.41,
 * 0.6127, 0.0325; with a real minus sign.
 * @param {number} value
 */
export function digits(value) {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const text = size !== 0 && size < 1 ? size.toFixed(4) : size.toFixed(2);
  return value < 0 ? `−${text}` : text;
}
