/* Indexing, for kernels.c: texts to pieces, pieces to forms, forms to posting lists. */

/* ---- pieces ------------------------------------------------------------------------------ */

/* Classes of bytes; wasm_indexing.py has the same numbers. */
enum { GAP, WORD, EDGE, COMMA, SLASH, HIGH };

struct pieces {
  const u8 *text;
  u32 at; /* in and out: the byte to go on from */
  const u32 *ends; /* where each text ends, rising */
  u32 n_texts, text_number; /* the second in and out */
  const u8 *classes; /* 256 */
  u32 *found; /* room for one a byte and a half */
  u32 n_found; /* in and out */
  u32 *offsets; /* (n_texts,) answer: pieces found up to the end of each text */
  struct names table; /* of pieces */
};

/* Bytes of the punctuation or the sign of two or three bytes that begins here, 0 if there is none:
 * what is in no word, and next to it a word is as it is at the end of a text. */
INLINE u32 punctuation(const u8 *text, u32 left) {
  u32 lead = text[0];
  if (left < 2) return 0;
  u32 second = text[1];
  /* nbsp £ § « © ® ° ± ¶ · » */
  if (lead == 0xc2)
    return second >= 0xa0 && second < 0xc0 && 0x08c34a89u >> (second - 0xa0) & 1 ? 2 : 0;
  if (lead == 0xc3) return second == 0x97 || second == 0xb7 ? 2 : 0;
  if (left < 3 || (lead != 0xe2 && lead != 0xe3 && lead != 0xef)) return 0;
  u32 third = text[2], found;
  if (lead == 0xe2)
    /* Arrows and operators; thin space – — ‘ “ ” „ • … ′ ″ */
    found = second == 0x86 ? third >= 0x90
          : second != 0x80 ? second > 0x86 && second < 0x8c
                           : third == 0x89 || third == 0x93 || third == 0x94 || third == 0x98 ||
                             (third >= 0x9c && third <= 0x9e) || third == 0xa2 || third == 0xa6 ||
                             third == 0xb2 || third == 0xb3;
  else if (lead == 0xe3)
    found = second == 0x80 && ((third >= 0x80 && third <= 0x82) || (third >= 0x88 && third <= 0x91));
  else
    found = second == 0xbc && (third == 0x81 || third == 0x8c || third == 0x9a || third == 0x9b ||
                               third == 0x9f);
  return found ? 3 : 0;
}

INLINE u32 is_digit_or_high(u8 byte) { return byte >= 0x80 || (byte >= '0' && byte <= '9'); }

/* Bytes of the gap that begins at `at`, 0 where a piece goes on; `begin` is that of the text. */
INLINE u32 gap(const struct pieces *a, u32 begin, u32 at, u32 end) {
  const u8 *text = a->text;
  switch (a->classes[text[at]]) {
    case GAP: return 1;
    case COMMA:
      return !(at > begin && at + 1 < end && is_digit_or_high(text[at - 1]) &&
               is_digit_or_high(text[at + 1]));
    case SLASH: return !(at + 1 < end && (text[at + 1] == '#' || text[at + 1] == '@'));
    case HIGH: return punctuation(text + at, end - at);
    default: return 0;
  }
}

INLINE u32 is_edge(const struct pieces *a, u32 at) {
  u32 class = a->classes[a->text[at]];
  return class == EDGE || class == COMMA;
}

/* How many of 16 bytes are letters and digits of ASCII before the first that is none. */
INLINE u32 letters_and_digits(const u8 *text) {
  v128_t bytes = wasm_v128_load(text);
  v128_t lower = wasm_v128_or(bytes, wasm_i8x16_splat(0x20));
  v128_t letters = wasm_u8x16_lt(wasm_i8x16_sub(lower, wasm_i8x16_splat('a')), wasm_i8x16_splat(26));
  v128_t digits = wasm_u8x16_lt(wasm_i8x16_sub(bytes, wasm_i8x16_splat('0')), wasm_i8x16_splat(10));
  return (u32)__builtin_ctz(~wasm_i8x16_bitmask(wasm_v128_or(letters, digits)));
}

/* Where the piece ends that begins at `at`; `begin` and `end` are those of the text. */
INLINE u32 piece_end(const struct pieces *a, u32 begin, u32 at, u32 end) {
  while (at < end) {
    if (end - at >= 16) {
      u32 size = letters_and_digits(a->text + at);
      at += size;
      if (size == 16) continue;
    }
    if (a->classes[a->text[at]] != WORD && gap(a, begin, at, end)) break;
    at++;
  }
  return at;
}

/* 1 if all is done; 0 if the table is full: to be called again with a larger one. */
EXPORT(pieces) int pieces(struct pieces *a) {
  for (; a->text_number < a->n_texts; a->text_number++) {
    u32 begin = a->text_number ? a->ends[a->text_number - 1] : 0, end = a->ends[a->text_number];
    u32 at = a->at;
    while (at < end) {
      u32 skipped = gap(a, begin, at, end);
      if (skipped) {
        at += skipped;
        continue;
      }
      u32 first = at;
      u32 last = at = piece_end(a, begin, at, end);
      while (first < last && is_edge(a, first)) first++;
      while (first < last && is_edge(a, last - 1)) last--;
      if (first == last) continue;
      u32 number = number_of(&a->table, a->text + first, last - first);
      if (number == NONE) {
        a->at = first;
        return 0;
      }
      a->found[a->n_found++] = number;
    }
    a->at = end;
    a->offsets[a->text_number] = a->n_found;
  }
  return 1;
}

/* ---- expand ------------------------------------------------------------------------------ */

struct expand {
  const u32 *found, *ends; /* pieces of texts, and where those of each text end */
  const u32 *sequence; /* texts, in any order and as often as wanted */
  u32 n;
  const u32 *offsets, *numbers; /* of each piece the numbers of its forms */
  u32 *out; /* null: only count */
  u32 *sizes; /* (n,) answer: numbers of each text of the sequence */
};

/* How many numbers there are in all. */
EXPORT(expand) int expand(const struct expand *a) {
  u32 m = 0;
  for (u32 i = 0; i < a->n; i++) {
    u32 text = a->sequence[i], before = m;
    u32 at = text ? a->ends[text - 1] : 0, end = a->ends[text];
    for (; at < end; at++) {
      u32 piece = a->found[at], from = a->offsets[piece], to = a->offsets[piece + 1];
      if (a->out)
        for (u32 k = from; k < to; k++) a->out[m + k - from] = a->numbers[k];
      m += to - from;
    }
    a->sizes[i] = m - before;
  }
  return (int)m;
}

/* ---- count ------------------------------------------------------------------------------- */

struct count {
  const u8 *text, *wanted; /* the second 256 flags */
  const u32 *ends; /* where each text ends, rising */
  u32 n_texts;
  u32 *sizes; /* (n_texts,) answer */
};

EXPORT(count) int count(const struct count *a) {
  u32 at = 0;
  for (u32 text = 0; text < a->n_texts; text++) {
    u32 n = 0;
    for (; at < a->ends[text]; at++) n += a->wanted[a->text[at]] != 0;
    a->sizes[text] = n;
  }
  return 0;
}

/* ---- tell -------------------------------------------------------------------------------- */

struct tell {
  const u32 *found, *ends; /* pieces of texts, and where those of each text end */
  u32 n_texts;
  const u32 *offsets, *words; /* of each piece its words */
  const u32 *signs; /* of each word; 0 says nothing */
  const u32 *said, *columns; /* of each sign where it begins; the columns that it speaks for */
  const double *points, *different;
  u32 width;
  u32 *stamps, *times; /* scratch, one a word; stamps are zeros */
  u32 *seen; /* scratch: as many as there are words */
  u32 *sizes; /* (n_texts,) answer: words of each text */
  double *sums, *sums_different; /* (n_texts * width,) answers, zeros before */
  double share;
};

/* Count the words of a text that say something; answers how many different ones there are. */
INLINE u32 count_words(const struct tell *a, u32 text) {
  u32 n = 0, size = 0;
  for (u32 at = text ? a->ends[text - 1] : 0; at < a->ends[text]; at++) {
    u32 piece = a->found[at], from = a->offsets[piece], to = a->offsets[piece + 1];
    size += to - from;
    for (u32 k = from; k < to; k++) {
      u32 word = a->words[k];
      if (!a->signs[word]) continue;
      if (a->stamps[word] != text + 1) {
        a->stamps[word] = text + 1;
        a->times[word] = 0;
        a->seen[n++] = word;
      }
      a->times[word]++;
    }
  }
  a->sizes[text] = size;
  return n;
}

/* All numbers are multiples of 1/64, so that their sums hang on no order. */
EXPORT(tell) int tell(const struct tell *a) {
  for (u32 text = 0; text < a->n_texts; text++) {
    u32 n = count_words(a, text);
    double most = 1 + __builtin_floor(a->share * a->sizes[text] * 64) / 64;
    for (u32 i = 0; i < n; i++) {
      u32 word = a->seen[i], sign = a->signs[word];
      double times = a->times[word] < most ? a->times[word] : most;
      for (u32 k = a->said[sign]; k < a->said[sign + 1]; k++) {
        u32 place = text * a->width + a->columns[k];
        a->sums[place] += times * a->points[k];
        a->sums_different[place] += a->different[k];
      }
    }
  }
  return 0;
}

/* ---- invert ------------------------------------------------------------------------------ */

/* Parts of a row: the two of the body, headings, title, path. */
#define PARTS 5
#define STAY 0x80000000u

struct sparse_out {
  u32 *places;
  u8 *counts;
  u32 n; /* answer */
};

struct invert {
  const u32 *numbers;
  const u32 *sizes; /* (rows * PARTS,) */
  u32 n_rows;
  const u32 *terms; /* of each form's number */
  u32 n_forms, n_terms, gap, most;
  u32 *ends; /* (n_terms + 1,) scratch, zeros */
  u32 *parts, *positions; /* scratch, one a number */
  u32 *posting_offsets; /* (n_terms + 1,) */
  u32 *ordinals;
  u8 *counts;
  u32 *position_offsets; /* (n_terms + 1,) */
  u8 *stream; /* five bytes a number */
  struct sparse_out repeated, headings, title, path;
  u32 *field_starts; /* (rows * 3,) */
  u32 n_stream; /* answer */
};

/* What is called row by row, and term by term, is so that a browser that makes its code quicker
 * while it runs, as they all do, can go on with that in the middle of the first segment. */

/* Count the occurrences `at:end` of each term behind its place; DAMAGED if one is of no term. */
CALLED int count_terms(const struct invert *a, u32 at, u32 end) {
  for (; at < end; at++) {
    u32 form = a->numbers[at] & ~STAY;
    if (form >= a->n_forms || a->terms[form] >= a->n_terms) return DAMAGED;
    a->ends[a->terms[form] + 1]++;
  }
  return 0;
}

/* Put the occurrences of a row, from `at` on, behind those of their terms; where they end. */
CALLED u32 place_row(const struct invert *a, u32 row, u32 at) {
  u32 start = 0;
  for (u32 field = 0; field < PARTS; field++) {
    u32 part = row * PARTS + field, stop = at + a->sizes[part], next = start;
    if (field > 1) a->field_starts[row * 3 + field - 2] = start;
    for (; at < stop; at++) {
      u32 number = a->numbers[at], place = a->ends[a->terms[number & ~STAY]]++;
      next += !(number & STAY);
      a->parts[place] = part;
      a->positions[place] = next - 1;
    }
    start = field ? next + a->gap : next;
  }
  return at;
}

/* Sort occurrences by term; they come by chunk and position, and stay in that order. */
INLINE int sort_occurrences(const struct invert *a) {
  for (u32 row = 0, at = 0, end; row < a->n_rows; row++, at = end) {
    end = at;
    for (u32 part = 0; part < PARTS; part++) end += a->sizes[row * PARTS + part];
    if (count_terms(a, at, end) < 0) return DAMAGED;
  }
  for (u32 term = 0; term < a->n_terms; term++) a->ends[term + 1] += a->ends[term];
  /* ends[t] is now where t begins, and once all are placed where it ends. */
  for (u32 row = 0, at = 0; row < a->n_rows; row++) at = place_row(a, row, at);
  return 0;
}

INLINE u32 write_leb(u8 *stream, u32 m, u32 value) {
  for (; value >= 0x80; value >>= 7) stream[m++] = (u8)(value | 0x80);
  stream[m++] = (u8)value;
  return m;
}

INLINE void note_field(struct sparse_out *field, u32 posting) {
  u32 n = field->n;
  if (n && field->places[n - 1] == posting) {
    field->counts[n - 1]++;
    return;
  }
  field->places[n] = posting;
  field->counts[n] = 1;
  field->n = n + 1;
}

/* The postings of a term behind those that there are; how many there are then. */
CALLED u32 write_term(struct invert *a, u32 term, u32 postings) {
  u32 m = a->n_stream, at = term ? a->ends[term - 1] : 0, stop = a->ends[term];
  while (at < stop) {
    u32 row = a->parts[at] / PARTS, end = at + 1, before = 0;
    while (end < stop && a->parts[end] / PARTS == row) end++;
    /* The last ones stay: headings, title and path come after the body. */
    if (end - at > a->most) at = end - a->most;
    a->ordinals[postings] = row;
    a->counts[postings] = (u8)(end - at);
    for (; at < end; at++) {
      u32 field = a->parts[at] % PARTS;
      if (field == 0) note_field(&a->repeated, postings);
      if (field == 2) note_field(&a->headings, postings);
      if (field == 3) note_field(&a->title, postings);
      if (field == 4) note_field(&a->path, postings);
      m = write_leb(a->stream, m, a->positions[at] - before);
      before = a->positions[at];
    }
    postings++;
  }
  a->n_stream = m;
  return postings;
}

/* The number of postings, or DAMAGED. */
EXPORT(invert) int invert(struct invert *a) {
  if (sort_occurrences(a) < 0) return DAMAGED;
  u32 postings = 0;
  a->n_stream = a->repeated.n = a->headings.n = a->title.n = a->path.n = 0;
  for (u32 term = 0; term < a->n_terms; term++) {
    a->posting_offsets[term] = postings;
    a->position_offsets[term] = a->n_stream;
    postings = write_term(a, term, postings);
  }
  a->posting_offsets[a->n_terms] = postings;
  a->position_offsets[a->n_terms] = a->n_stream;
  return (int)postings;
}

/* ---- fingerprints ------------------------------------------------------------------------ */

/* As in app/core/duplicates/fingerprint.py. */
#define BINS 64
#define EMPTY 0xffffffffffffffffull
#define ODD_0 0x9e3779b97f4a7c15ull
#define ODD_1 0xbf58476d1ce4e5b9ull
#define ODD_2 0x94d049bb133111ebull

struct fingerprints {
  const u32 *numbers;
  const u32 *sizes; /* (rows * PARTS,) */
  u32 n_rows;
  const u32 *terms; /* of each form's number */
  u32 n_forms, n_terms;
  const u64 *hashes; /* of each term */
  u64 *bins; /* (BINS,) scratch */
  u64 *out; /* (rows,) */
};

INLINE u64 mixed(u64 value) {
  value = (value ^ value >> 30) * ODD_1;
  value = (value ^ value >> 27) * ODD_2;
  return value ^ value >> 31;
}

INLINE void take_shingle(u64 *bins, u64 sum) {
  u64 value = mixed(sum);
  if (value < bins[value >> 58]) bins[value >> 58] = value;
}

/* A bit a bin; an empty one has what the next one has, round about. */
INLINE u64 bits_of(const u64 *bins) {
  u64 found = 0, value = EMPTY;
  for (u32 i = 2 * BINS; i--;) {
    if (bins[i % BINS] != EMPTY) value = bins[i % BINS];
    if (i < BINS) found |= mixed(value + (i + 1) * ODD_0) >> 63 << i;
  }
  return found ? found : 1;
}

/* The fingerprint of a row of one body, in `out`. 0, or DAMAGED if a word is of no term. */
CALLED int fingerprint(const struct fingerprints *a, u32 at, u32 end, u64 *out) {
  u64 one = 0, two = 0;
  u32 n = 0;
  for (u32 i = 0; i < BINS; i++) a->bins[i] = EMPTY;
  for (; at < end; at++) {
    u32 form = a->numbers[at];
    if (form & STAY) continue;
    if (form >= a->n_forms || a->terms[form] >= a->n_terms) return DAMAGED;
    u64 word = a->hashes[a->terms[form]];
    if (n++ >= 2) take_shingle(a->bins, one * ODD_0 + two * ODD_1 + word * ODD_2);
    one = n == 1 ? word : two;
    two = word;
  }
  /* With one word, or two, all that there is. */
  if (n == 1) take_shingle(a->bins, one * ODD_0);
  if (n == 2) take_shingle(a->bins, one * ODD_0 + two * ODD_1);
  *out = n ? bits_of(a->bins) : 0;
  return 0;
}

/* 0, or DAMAGED. */
EXPORT(fingerprints) int fingerprints(const struct fingerprints *a) {
  u32 at = 0;
  for (u32 row = 0; row < a->n_rows; row++) {
    const u32 *sizes = a->sizes + row * PARTS;
    u32 end = at + sizes[0] + sizes[1];
    if (fingerprint(a, at, end, a->out + row) < 0) return DAMAGED;
    at = end + sizes[2] + sizes[3] + sizes[4];
  }
  return 0;
}

/* ---- sort_names -------------------------------------------------------------------------- */

struct sort_names {
  const u8 *bytes;
  const u32 *offsets; /* name i has the bytes offsets[i]:offsets[i + 1] */
  u32 *numbers, *scratch; /* (n,); the first in and out */
  u32 n;
};

/* Whether name `a` comes before name `b`, or is the same. */
INLINE u32 in_order(const struct sort_names *s, u32 a, u32 b) {
  u32 at = s->offsets[a], other = s->offsets[b];
  u32 size = s->offsets[a + 1] - at, other_size = s->offsets[b + 1] - other;
  u32 both = least(size, other_size);
  for (u32 i = 0; i < both; i++)
    if (s->bytes[at + i] != s->bytes[other + i]) return s->bytes[at + i] < s->bytes[other + i];
  return size <= other_size;
}

CALLED void merge_runs(const struct sort_names *s, u32 at, u32 middle, u32 end) {
  u32 left = at, right = middle;
  for (u32 i = at; i < end; i++) {
    u32 from_left = left < middle &&
                    (right == end || in_order(s, s->numbers[left], s->numbers[right]));
    s->scratch[i] = s->numbers[from_left ? left++ : right++];
  }
  for (u32 i = at; i < end; i++) s->numbers[i] = s->scratch[i];
}

/* Stable, and quick where much is in order. 0. */
EXPORT(sort_names) int sort_names(const struct sort_names *s) {
  for (u32 width = 1; width < s->n; width *= 2)
    for (u32 at = 0; s->n - at > width; at += least(2 * width, s->n - at)) {
      u32 middle = at + width, end = middle + least(width, s->n - middle);
      if (!in_order(s, s->numbers[middle - 1], s->numbers[middle])) merge_runs(s, at, middle, end);
    }
  return 0;
}

/* ---- cut_out ----------------------------------------------------------------------------- */

struct cut_out {
  const u8 *bytes;
  const u32 *starts, *ends; /* of stretches of `bytes` */
  u32 n;
  u8 *out;
};

/* Copy stretches end to end. 0. */
EXPORT(cut_out) int cut_out(const struct cut_out *a) {
  u8 *to = a->out;
  for (u32 i = 0; i < a->n; i++) {
    const u8 *at = a->bytes + a->starts[i], *end = a->bytes + a->ends[i];
    for (; end - at >= 4; at += 4, to += 4) {
      u32 all = four(at);
      __builtin_memcpy(to, &all, 4);
    }
    while (at < end) *to++ = *at++;
  }
  return 0;
}
