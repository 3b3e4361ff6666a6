// An index of its own: prefixes have to be indexed as words are.
import { measureFlexsearch } from "./flexsearch-index.js";

measureFlexsearch("forward", ["words", "prefix"]);
