// @ts-check

/** The forms of a query that help most, each with an example; docs/query-language.md has all. */
export const FORMS = [
  { query: '"gold mine"', finds: "these words in a row" },
  { query: "gold -silver", finds: "gold without silver" },
  { query: "gold OR silver", finds: "either of them" },
  { query: "(gold OR silver) -coal", finds: "one of them, without coal" },
  { query: "gold*", finds: "what begins with gold" },
  { query: "recieve~", finds: "receive, and what is spelt like it" },
  { query: "title:gold", finds: "gold in title or file name" },
  { query: "path:reports", finds: "files with reports in their path" },
  { query: "type:pdf", finds: "also markdown, html, code, text" },
  { query: "ext:md,txt", finds: "files whose names end so" },
  { query: "lang:de", finds: "documents in German" },
  { query: "date:lastmonth", finds: "also 2024-03, 2020..2023, 7d" },
  { query: "size:>1M", finds: "larger files, also 10k..5M" },
  { query: "mine type:pdf", finds: "words and filters together" },
];
