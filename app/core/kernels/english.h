/* The English Snowball stemmer (Porter 2001, english.sbl of Snowball 3.1.1), step by step.
 *
 * Words are changed where they lie; no stem is longer than its word. A line feed stands before
 * each, and eight bytes can be read there, so that the last eight bytes up to any place of a word
 * can be loaded at once, and an ending never reaches into the word before.
 */

/* `n` letters, of which the endings in `R1` begin at `p1` or behind it, those in `R2` at `p2`. */
struct word {
  u8 *at;
  u32 n, p1, p2;
};

INLINE u64 letters(const char *text, u32 n) {
  u64 all = 0;
  for (u32 i = 0; i < n; i++) all |= (u64)(u8)text[i] << 8 * i;
  return all;
}

/* The last eight bytes before place `end` of a word, the very last on top. */
INLINE u64 tail(const u8 *word, u32 end) {
  u64 bytes;
  __builtin_memcpy(&bytes, word + end - 8, 8);
  return bytes;
}

/* Whether a tail ends with these letters, eight at most. */
#define ENDS(tail, text) \
  ((tail) >> (64 - 8 * (sizeof(text) - 1)) == letters(text, sizeof(text) - 1))

#define BIT(letter) (1u << (letter - 'a'))

/* A y that is marked as a consonant is written Y. */
INLINE u32 among(u8 letter, u32 set) {
  u32 place = (u32)letter - 'a';
  return place < 26 && set >> place & 1;
}

INLINE u32 is_vowel(u8 letter) {
  return among(letter, BIT('a') | BIT('e') | BIT('i') | BIT('o') | BIT('u') | BIT('y'));
}

INLINE u32 has_vowel(const u8 *word, u32 end) {
  for (u32 i = 0; i < end; i++)
    if (is_vowel(word[i])) return 1;
  return 0;
}

/* Whether a short syllable ends at `end`. */
INLINE u32 is_short(const u8 *word, u32 end) {
  if (ENDS(tail(word, end), "past")) return 1;
  if (end < 2 || is_vowel(word[end - 1]) || !is_vowel(word[end - 2])) return 0;
  if (end == 2) return 1;
  u8 last = word[end - 1];
  return !is_vowel(word[end - 3]) && last != 'w' && last != 'x' && last != 'Y';
}

/* Behind the first consonant that follows a vowel, from `at` on; n if there is none. */
INLINE u32 region(const u8 *word, u32 n, u32 at) {
  while (at < n && !is_vowel(word[at])) at++;
  while (at < n && is_vowel(word[at])) at++;
  return at < n ? at + 1 : n;
}

/* Of words that begin like this, the first region begins behind it. */
INLINE u32 known_beginning(const u8 *word, u32 n) {
  u64 five = n < 5 ? 0 : tail(word, 5), seven = n < 7 ? 0 : tail(word, 7);
  if (ENDS(seven, "univers")) return 7;
  if (n >= 6 && ENDS(tail(word, 6), "commun")) return 6;
  if (ENDS(five, "arsen") || ENDS(five, "emerg") || ENDS(five, "gener") ||
      ENDS(five, "inter") || ENDS(five, "later") || ENDS(five, "organ"))
    return 5;
  return n >= 4 && ENDS(tail(word, 4), "past") ? 4 : 0;
}

INLINE void mark_consonants(u8 *word, u32 n) {
  for (u32 i = 0; i < n; i++)
    if (word[i] == 'y' && (!i || is_vowel(word[i - 1]))) word[i] = 'Y';
}

/* Plurals. The new length, as of all steps. */
INLINE u32 step_1a(const u8 *word, u32 n) {
  u64 end = tail(word, n);
  if (ENDS(end, "sses")) return n - 2;
  if (ENDS(end, "ied") || ENDS(end, "ies")) return n >= 5 ? n - 2 : n - 1;
  if (!ENDS(end, "s") || ENDS(end, "us") || ENDS(end, "ss")) return n;
  return has_vowel(word, n - 2) ? n - 1 : n;
}

/* What stands before -ed, -ing and the like, once these are gone. */
INLINE u32 mended(struct word w) {
  u64 end = tail(w.at, w.n);
  u8 last = w.at[w.n - 1];
  if (ENDS(end, "at") || ENDS(end, "bl") || ENDS(end, "iz")) {
    w.at[w.n] = 'e';
    return w.n + 1;
  }
  u32 doubled = BIT('b') | BIT('d') | BIT('f') | BIT('g') | BIT('m') | BIT('n') | BIT('p') |
                BIT('r') | BIT('t');
  if (w.n >= 2 && last == w.at[w.n - 2] && among(last, doubled))
    return w.n == 3 && among(w.at[0], BIT('a') | BIT('e') | BIT('o')) ? w.n : w.n - 1;
  if (w.n != w.p1 || !is_short(w.at, w.n)) return w.n;
  w.at[w.n] = 'e';
  return w.n + 1;
}

INLINE u32 step_1b(struct word w) {
  u64 end = tail(w.at, w.n);
  u32 size = ENDS(end, "eedly") || ENDS(end, "ingly") ? 5
             : ENDS(end, "edly")                      ? 4
             : ENDS(end, "eed") || ENDS(end, "ing")   ? 3
             : ENDS(end, "ed")                        ? 2
                                                      : 0;
  if (!size) return w.n;
  u32 at = w.n - size;
  u64 before = tail(w.at, at);
  if (ENDS(end, "eedly") || ENDS(end, "eed")) {
    u32 kept = (at == 4 && (ENDS(before, "succ") || ENDS(before, "proc"))) ||
               (at == 3 && ENDS(before, "exc"));
    return at < w.p1 || kept ? w.n : at + 2;
  }
  if (ENDS(end, "ing")) {
    if (at == 2 && w.at[1] == 'y' && !is_vowel(w.at[0])) {
      w.at[1] = 'i', w.at[2] = 'e';
      return 3;
    }
    if (at == 3 && (ENDS(before, "inn") || ENDS(before, "out"))) return w.n;
    if (at == 4 && (ENDS(before, "even") || ENDS(before, "cann") || ENDS(before, "earr") ||
                    ENDS(before, "herr")))
      return w.n;
  }
  if (!has_vowel(w.at, at)) return w.n;
  w.n = at;
  return mended(w);
}

INLINE void step_1c(u8 *word, u32 n) {
  if (n > 2 && (word[n - 1] == 'y' || word[n - 1] == 'Y') && !is_vowel(word[n - 2]))
    word[n - 1] = 'i';
}

/* What is left of an ending: its first letters, then an e or not. */
struct ending {
  u32 size, kept, e;
};

INLINE struct ending ending(u32 size, u32 kept, u32 e) {
  struct ending made = {size, kept, e};
  return made;
}

INLINE struct ending second_ending(u64 end) {
  if (ENDS(end, "ational") || ENDS(end, "ization")) return ending(7, 2, 1);
  if (ENDS(end, "iveness")) return ending(7, 2, 1);
  if (ENDS(end, "fulness") || ENDS(end, "ousness")) return ending(7, 3, 0);
  if (ENDS(end, "tional")) return ending(6, 4, 0);
  if (ENDS(end, "biliti")) return ending(6, 2, 1);
  if (ENDS(end, "lessli")) return ending(6, 4, 0);
  if (ENDS(end, "entli") || ENDS(end, "fulli") || ENDS(end, "ousli")) return ending(5, 3, 0);
  if (ENDS(end, "aliti") || ENDS(end, "alism") || ENDS(end, "ogist")) return ending(5, 2, 0);
  if (ENDS(end, "iviti") || ENDS(end, "ation")) return ending(5, 2, 1);
  if (ENDS(end, "ator") || ENDS(end, "izer")) return ending(4, 2, 1);
  if (ENDS(end, "anci") || ENDS(end, "enci") || ENDS(end, "abli")) return ending(4, 3, 1);
  if (ENDS(end, "alli")) return ending(4, 2, 0);
  if (ENDS(end, "bli")) return ending(3, 2, 1);
  if (ENDS(end, "ogi")) return ending(3, 2, 0);
  return ending(ENDS(end, "li") ? 2 : 0, 0, 0);
}

INLINE u32 with_ending(u8 *word, u32 n, struct ending to) {
  u32 at = n - to.size + to.kept;
  if (to.e) word[at] = 'e';
  return at + to.e;
}

INLINE u32 step_2(struct word w) {
  u64 end = tail(w.at, w.n);
  struct ending to = second_ending(end);
  u32 at = w.n - to.size;
  if (!to.size || at < w.p1) return w.n;
  u8 before = w.at[at - 1];
  if (to.size == 2 && !among(before, BIT('c') | BIT('d') | BIT('e') | BIT('g') | BIT('h') |
                                         BIT('k') | BIT('m') | BIT('n') | BIT('r') | BIT('t')))
    return w.n;
  if (ENDS(end, "ogi") && before != 'l') return w.n;
  if (ENDS(end, "biliti")) w.at[at + 1] = 'l';
  return with_ending(w.at, w.n, to);
}

INLINE struct ending third_ending(u64 end) {
  if (ENDS(end, "ational")) return ending(7, 2, 1);
  if (ENDS(end, "tional")) return ending(6, 4, 0);
  if (ENDS(end, "icate") || ENDS(end, "iciti") || ENDS(end, "alize")) return ending(5, 2, 0);
  if (ENDS(end, "ative")) return ending(5, 0, 0);
  if (ENDS(end, "ical")) return ending(4, 2, 0);
  if (ENDS(end, "ness")) return ending(4, 0, 0);
  return ending(ENDS(end, "ful") ? 3 : 0, 0, 0);
}

INLINE u32 step_3(struct word w) {
  u64 end = tail(w.at, w.n);
  struct ending to = third_ending(end);
  u32 at = w.n - to.size;
  if (at < w.p1 || (ENDS(end, "ative") && at < w.p2)) return w.n;
  return with_ending(w.at, w.n, to);
}

INLINE u32 fourth_size(u64 end) {
  if (ENDS(end, "ement")) return 5;
  if (ENDS(end, "ance") || ENDS(end, "ence") || ENDS(end, "able") || ENDS(end, "ible") ||
      ENDS(end, "ment"))
    return 4;
  if (ENDS(end, "ate") || ENDS(end, "ive") || ENDS(end, "ize") || ENDS(end, "iti") ||
      ENDS(end, "ism") || ENDS(end, "ion") || ENDS(end, "ous") || ENDS(end, "ant") ||
      ENDS(end, "ent"))
    return 3;
  return ENDS(end, "al") || ENDS(end, "er") || ENDS(end, "ic") ? 2 : 0;
}

INLINE u32 step_4(struct word w) {
  u64 end = tail(w.at, w.n);
  u32 at = w.n - fourth_size(end);
  if (at < w.p2) return w.n;
  if (ENDS(end, "ion") && w.at[at - 1] != 's' && w.at[at - 1] != 't') return w.n;
  return at;
}

INLINE u32 step_5(struct word w) {
  u32 at = w.n - 1;
  u8 last = w.at[at];
  if (last == 'e') return at >= w.p2 || (at >= w.p1 && !is_short(w.at, at)) ? at : w.n;
  return last == 'l' && at >= w.p2 && w.at[at - 1] == 'l' ? at : w.n;
}

/* The length of a word that has a stem of its own, 0 of any other; it is cut to that, and an i in
 * place of a last y is written. */
INLINE u32 exception(u8 *word, u32 n) {
  u64 end = tail(word, n);
  if (n == 3) return ENDS(end, "sky") ? 3 : 0;
  if (n == 4) {
    if (ENDS(end, "skis") || ENDS(end, "idly")) return 3;
    if (ENDS(end, "only") || ENDS(end, "ugly")) word[3] = 'i';
    else if (!ENDS(end, "bias") && !ENDS(end, "howe") && !ENDS(end, "news")) return 0;
    return 4;
  }
  if (n == 5) {
    if (ENDS(end, "early")) word[4] = 'i';
    else if (ENDS(end, "skies")) return word[2] = 'y', 3;
    else if (!ENDS(end, "andes") && !ENDS(end, "atlas")) return 0;
    return 5;
  }
  if (n != 6) return 0;
  if (ENDS(end, "gently") || ENDS(end, "singly")) return 5;
  return ENDS(end, "cosmos") ? 6 : 0;
}

/* The length of the stem, which takes the place of the word. */
INLINE u32 stem(u8 *word, u32 n) {
  u32 special = exception(word, n);
  if (special || n < 3) return special ? special : n;
  mark_consonants(word, n);
  u32 first = known_beginning(word, n);
  if (!first) first = region(word, n, 0);
  struct word w = {word, n, first, region(word, n, first)};
  w.n = step_1a(w.at, w.n);
  w.n = step_1b(w);
  step_1c(w.at, w.n);
  w.n = step_2(w);
  w.n = step_3(w);
  w.n = step_4(w);
  w.n = step_5(w);
  for (u32 i = 0; i < w.n; i++)
    if (word[i] == 'Y') word[i] = 'y';
  return w.n;
}

struct english_stems {
  const u8 *words; /* each with a line feed behind */
  u32 n;
  const u8 *prefix;
  u32 prefix_size;
  u8 *out; /* eight line feeds, then a line a word: prefix and stem, nothing if it is its own */
};

/* How many bytes of `out` are used. Words are all in lower-case letters of ASCII. */
EXPORT(english_stems) int english_stems(const struct english_stems *a) {
  u32 m = 8;
  for (u32 i = 0; i < m; i++) a->out[i] = '\n';
  for (u32 at = 0, end; at < a->n; at = end + 1) {
    u8 *to = a->out + m;
    for (end = at; a->words[end] != '\n'; end++) to[end - at] = a->words[end];
    u32 size = stem(to, end - at);
    if (size != end - at || !same(to, a->words + at, size)) {
      for (u32 i = size; i--;) to[a->prefix_size + i] = to[i];
      for (u32 i = 0; i < a->prefix_size; i++) to[i] = a->prefix[i];
      m += a->prefix_size + size;
    }
    a->out[m++] = '\n';
  }
  return (int)m;
}
