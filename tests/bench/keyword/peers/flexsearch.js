import { measureFlexsearch } from "./flexsearch-index.js";

measureFlexsearch("strict", ["words"]);
