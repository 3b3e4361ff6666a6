/* Plain words to their forms, for kernels.c: what `plain_forms` of app/core/analysis/plain.py does
 * to words of ASCII letters, digits, joints and apostrophes.
 *
 * A word lies in memory of its own and is changed in place. */

#define MAX_TERM 64
#define MAX_ACRONYM 6

struct plain {
  u8 *text; /* words, each with a line feed behind; scratch */
  u32 n;
  u8 *out; /* forms, each with a line feed behind; five times `n` */
  u8 *sizes; /* of each word how many forms it has, 0 if it is none of these */
  u32 used; /* answer: bytes in `out` */
  u32 forms; /* of the word so far */
  u32 at, end; /* the part where `next_part` stands */
};

INLINE u32 is_lower(u8 c) { return c >= 'a' && c <= 'z'; }
INLINE u32 is_upper(u8 c) { return c >= 'A' && c <= 'Z'; }
INLINE u32 is_digit(u8 c) { return c >= '0' && c <= '9'; }
INLINE u32 is_letter(u8 c) { return is_lower(c) || is_upper(c); }
INLINE u32 is_alnum(u8 c) { return is_letter(c) || is_digit(c); }
INLINE u32 is_joint(u8 c) { return c == '_' || c == '.' || c == '-'; }

/* Stretches of a word: where letters or digits, or digits, end that begin at `at`. */
INLINE u32 alnum_end(const u8 *w, u32 at, u32 n) {
  while (at < n && is_alnum(w[at])) at++;
  return at;
}

INLINE u32 digits_end(const u8 *w, u32 at, u32 n) {
  while (at < n && is_digit(w[at])) at++;
  return at;
}

/* Where the number ends that begins at `at`, with points in it and maybe a v before; or `at`. */
CALLED u32 number_end(const u8 *w, u32 at, u32 n) {
  u32 first = at + (at < n && (w[at] == 'v' || w[at] == 'V')), end = digits_end(w, first, n);
  u32 points = 0;
  if (end == first) return at;
  while (end + 1 < n && w[end] == '.' && is_digit(w[end + 1])) {
    end = digits_end(w, end + 1, n);
    points++;
  }
  return points ? alnum_end(w, end, n) : at;
}

/* Move `at` and `end` to the next part, as `PART` of words.py; 0 if there is none. */
CALLED u32 next_part(struct plain *a, const u8 *w, u32 n) {
  u32 at = a->end;
  while (at < n && !is_alnum(w[at])) at++;
  if (at == n) return 0;
  a->at = at;
  a->end = number_end(w, at, n);
  if (a->end == at) a->end = alnum_end(w, at, n);
  return 1;
}

/* Where the hump ends that begins at `at` in a part. */
CALLED u32 hump_end(const u8 *w, u32 at, u32 end) {
  for (u32 i = at + 1; i < end; i++) {
    if (!is_upper(w[i])) continue;
    if (is_lower(w[i - 1])) return i;
    if ((is_upper(w[i - 1]) || is_digit(w[i - 1])) && i + 1 < end && is_lower(w[i + 1])) return i;
  }
  return end;
}

/* `spell` in place. */
CALLED void spell(u8 *w, u32 n) {
  u32 capitals = 0;
  for (u32 i = 0; i < n; i++) capitals += is_upper(w[i]);
  if (capitals == n && n >= 2 && n <= MAX_ACRONYM) return;
  for (u32 i = 0; i < n; i++) w[i] += is_upper(w[i]) ? 'a' - 'A' : 0;
}

/* A form behind `m` in `out`; where it ends. */
CALLED u32 put(u8 *out, u32 m, const u8 *w, u32 from, u32 to) {
  for (u32 i = from; i < to; i++) out[m + i - from] = w[i];
  spell(out + m, to - from);
  m += to - from;
  out[m] = '\n';
  return m + 1;
}

/* A part, and what people leave out of one: the v of v1.2, the number of sha256. */
CALLED u32 put_part(struct plain *a, u32 m, const u8 *w, u32 from, u32 to) {
  u32 letters = from;
  while (letters < to && is_letter(w[letters])) letters++;
  m = put(a->out, m, w, from, to);
  a->forms++;
  if ((w[from] == 'v' || w[from] == 'V') && number_end(w, from, to) == to) {
    m = put(a->out, m, w, from + 1, to);
    a->forms++;
  } else if (letters - from >= 3 && letters < to && digits_end(w, letters, to) == to) {
    m = put(a->out, m, w, from, letters);
    a->forms++;
  }
  return m;
}

/* All parts as one word; joints stay between digits. */
CALLED u32 put_whole(struct plain *a, u32 m, const u8 *w, u32 n) {
  u32 first = m;
  for (u32 i = 0; i < n;) {
    u32 end = i;
    while (end < n && is_joint(w[end])) end++;
    if (end > i && !(i && end < n && is_digit(w[i - 1]) && is_digit(w[end]))) i = end;
    for (; i < end; i++) a->out[m++] = w[i];
    for (; i < n && !is_joint(w[i]); i++) a->out[m++] = w[i];
  }
  spell(a->out + first, m - first);
  a->out[m] = '\n';
  return m + 1;
}

/* Without the end of "miner's" and "we'll"; "don't" becomes one part. The new length. */
CALLED u32 without_clitic(u8 *w, u32 n) {
  u32 at = n > 3 && w[n - 2] == '\'' ? n - 2 : n > 4 && w[n - 3] == '\'' ? n - 3 : 0;
  if (!at || !is_alnum(w[at - 1]) || !is_alnum(w[at - 2])) return n;
  u8 first = w[at + 1] | 0x20, second = at + 2 < n ? w[at + 2] | 0x20 : 0;
  if (!is_letter(w[at + 1]) || (second && !is_letter(w[at + 2]))) return n;
  if (!second && first == 't') {
    w[at] = w[at + 1];
    return at + 1;
  }
  u32 is_one = second ? (second == 'e' && (first == 'r' || first == 'v')) ||
                            (second == 'l' && first == 'l')
                      : first == 's' || first == 'd' || first == 'm';
  return is_one ? at : n;
}

/* Whether letters and digits have at most one point or hyphen between them, and underscores. */
CALLED u32 is_joined(const u8 *w, u32 n) {
  u32 at = 0, marks = 0, begun = 0;
  for (; at < n; at++) {
    if (is_alnum(w[at])) begun = 1, marks = 0;
    else if (!is_joint(w[at])) return 0;
    else if (w[at] != '_' && (!begun || marks++)) return 0;
  }
  return begun && !marks;
}

/* 1.2.2024, 2024-01-15T */
CALLED u32 begins_with_date(const u8 *w, u32 n) {
  u32 end = digits_end(w, 0, n);
  if (end == 4 && n >= 11 && w[4] == '-' && w[7] == '-' && w[10] == 'T')
    if (digits_end(w, 5, n) == 7 && digits_end(w, 8, n) == 10) return 1;
  if (!end || end == n || w[end] != '.') return 0;
  u32 second = digits_end(w, end + 1, n);
  if (second == end + 1 || second == n || w[second] != '.') return 0;
  return digits_end(w, second + 1, n) >= second + 5;
}

/* ABCs to ABC wherever that is all between joints. The new length. */
CALLED u32 without_plurals(u8 *w, u32 n) {
  u32 m = 0;
  for (u32 i = 0; i < n;) {
    u32 end = alnum_end(w, i, n), capitals = i;
    while (capitals < end && is_upper(w[capitals])) capitals++;
    u32 stays = capitals - i >= 2 && capitals + 1 == end && w[capitals] == 's' ? capitals : end;
    for (; i < stays; i++) w[m++] = w[i];
    for (i = end; i < n && !is_alnum(w[i]); i++) w[m++] = w[i];
  }
  return m;
}

/* The forms of a joined word behind `m`; where they end. */
CALLED u32 put_joined(struct plain *a, u32 m, const u8 *w, u32 n, u32 has_humps) {
  u32 parts = 0, is_single = 1, points = 0;
  for (u32 i = 0; i < n; i++) points += w[i] == '.';
  for (a->end = 0; next_part(a, w, n);)
    for (u32 from = a->at, to; from < a->end; from = to, parts++) {
      to = has_humps ? hump_end(w, from, a->end) : a->end;
      is_single &= to - from == 1;
    }
  if (parts > 1) {
    m = put_whole(a, m, w, n);
    a->forms++;
    if (is_single && points) return m; /* as in e.g. */
  }
  for (a->end = 0; next_part(a, w, n);)
    for (u32 from = a->at, to; from < a->end; from = to) {
      to = has_humps ? hump_end(w, from, a->end) : a->end;
      /* A letter that a hump cuts off is no word: the i of iPhone. */
      if (to - from > 1 || to - from == a->end - a->at || is_digit(w[from]))
        m = put_part(a, m, w, from, to);
    }
  return m;
}

/* Whether groups of three digits with commas between them follow the first digits. */
CALLED u32 is_grouped(const u8 *w, u32 n) {
  u32 end = digits_end(w, 0, n);
  if (!end || end == n) return 0;
  for (; end < n; end += 4)
    if (w[end] != ',' || digits_end(w, end + 1, least(n, end + 4)) != end + 4) return 0;
  return 1;
}

/* The digits of a number that is grouped behind `m`. */
CALLED u32 put_grouped(struct plain *a, u32 m, const u8 *w, u32 n) {
  for (u32 i = 0; i < n; i++)
    if (w[i] != ',') a->out[m++] = w[i];
  a->out[m] = '\n';
  a->forms = 1;
  return m + 1;
}

/* The forms of a word behind `m`; where they end: at `m` if it is not plain. */
INLINE u32 put_plain(struct plain *a, u32 m, u8 *w, u32 n) {
  u32 lower = 0, upper = 0;
  if (n > MAX_TERM) return m;
  for (u32 i = 0; i < n; i++) lower += is_lower(w[i]), upper += is_upper(w[i]);
  if (n && (upper == n || (n > 1 && lower + is_upper(w[0]) == n))) {
    a->forms = 1;
    return put(a->out, m, w, 0, n);
  }
  if (is_grouped(w, n)) return put_grouped(a, m, w, n);
  n = without_clitic(w, n);
  if (!is_joined(w, n) || begins_with_date(w, n)) return m;
  lower = upper = 0;
  for (u32 i = 0; i < n; i++) lower += is_lower(w[i]), upper += is_upper(w[i]);
  if (lower && upper) n = without_plurals(w, n);
  return put_joined(a, m, w, n, lower && upper);
}

/* How many words there are. */
EXPORT(plain_forms) int plain_forms(struct plain *a) {
  u32 m = 0, word = 0;
  for (u32 at = 0, end; at < a->n; at = end + 1, word++) {
    a->forms = 0;
    for (end = at; a->text[end] != '\n';) end++;
    m = put_plain(a, m, a->text + at, end - at);
    a->sizes[word] = (u8)a->forms;
  }
  a->used = m;
  return (int)word;
}
