/* The hot loops of search and indexing, for wasm32 with SIMD, in place on the caller's memory.
 *
 * Each function takes one pointer: to a block of 32-bit words, its arguments in the order of the
 * struct above it. What they compute is said in port.py, indexing.py, merging.py, vectors.py and
 * graph.py and, in NumPy, in scoring.py, matching.py, merging.py and numpy_*.py; both must agree
 * bit for bit, so every float operation stands as it is written there, and is compiled without
 * contraction or reassociation.
 *
 * The memory belongs to another program. Therefore nothing here may need a stack in memory or
 * static data (the build refuses both), and nothing is read or written outside the arrays that
 * were given: ordinals, places and stream bytes come from files, and are checked against sizes.
 */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;
typedef float f32;

#define EXPORT(name) __attribute__((export_name(#name)))
#define INLINE static inline __attribute__((always_inline))
/* Where size matters more than the call. */
#define CALLED static __attribute__((noinline))

/* The answer when what was given points outside of it. */
#define DAMAGED (-1)

/* Raised with every change of a signature, a struct or a meaning; wasm.py has the same number. */
EXPORT(version) int version(void) { return 22; }

INLINE u32 least(u32 a, u32 b) { return a < b ? a : b; }

/* ---- posting lists ---------------------------------------------------------------------- */

struct sparse {
  const u32 *places;
  const u8 *counts;
  u32 n;
};

struct postings {
  const u32 *ordinals;
  const u8 *counts;
  u32 n;
  struct sparse headings, title, path;
};

/* First index from `at` on whose value is at least `target`; n if there is none. */
INLINE u32 seek32(const u32 *values, u32 n, u32 at, u32 target) {
  if (at >= n || values[at] >= target) return at;
  u32 step = 1;
  while (step < n - at && values[at + step] < target) at += step, step <<= 1;
  u32 end = step < n - at ? at + step : n;
  while (end - at > 1) {
    u32 middle = at + (end - at) / 2;
    if (values[middle] < target) at = middle;
    else end = middle;
  }
  return end;
}

/* ---- gather ------------------------------------------------------------------------------ */

/* In place of a language: every one. */
#define ANY 255
/* Chunks that are summed at a time, so that the sums stay in a near cache; those for which
 * `touched` has one byte, and those of 16 such bytes. */
#define WINDOW 16384
#define CELL 16
#define ROW (16 * CELL)
/* Postings that are weighed at a time, for the same reason. */
#define BLOCK 1024

/* Where the walk along a list stands: in the postings, and in the places of each field. */
struct cursor {
  u32 at, headings, title, path;
};

struct gather {
  const struct postings *postings;
  const u8 *live; /* null: all are */
  u32 n_live;
  u32 n_clauses;
  const u32 *clause_offsets, *starts, *ends;
  const f32 *weights, *field_weights;
  const u8 *languages; /* of chunks; null: no list asks for any */
  u32 n_languages;
  const u8 *language; /* of each list, or ANY */
  f32 *sums;   /* of a window; all 0 before and after */
  u8 *touched; /* the same; for each cell of `sums`: whether anything is in it */
  struct cursor *cursors; /* scratch, one a list */
  u32 *ordinals;
  f32 *frequencies;
  u32 *offsets;
};

INLINE struct cursor list_start(const struct gather *a, u32 list) {
  const struct postings *p = a->postings;
  u32 at = a->starts[list];
  struct cursor start = {
      at,
      seek32(p->headings.places, p->headings.n, 0, at),
      seek32(p->title.places, p->title.n, 0, at),
      seek32(p->path.places, p->path.n, 0, at),
  };
  return start;
}

/* Add `by` times the field's counts to the postings `at:at + size`; where its places go on. */
INLINE u32 add_field(const struct sparse *field, u32 cursor, u32 at, u32 size, f32 by, f32 *to) {
  for (; cursor < field->n && field->places[cursor] < at + size; cursor++) {
    u32 place = field->places[cursor] - at;
    /* Places that do not rise must not lead outside. */
    if (place < size) to[place] += by * (f32)field->counts[cursor];
  }
  return cursor;
}

/* Weighted frequencies of the next `size` postings; where the walk goes on. */
INLINE struct cursor weigh(const struct gather *a, struct cursor from, u32 size, f32 weight,
                           f32 *to) {
  const struct postings *p = a->postings;
  const f32 *fields = a->field_weights;
  struct cursor end = {from.at + size, 0, 0, 0};
  for (u32 i = 0; i < size; i++) to[i] = (f32)p->counts[from.at + i];
  end.headings = add_field(&p->headings, from.headings, from.at, size, -1, to);
  end.title = add_field(&p->title, from.title, from.at, size, -1, to);
  end.path = add_field(&p->path, from.path, from.at, size, -1, to);
  /* Counts end at 255, so that those of the fields may be more than the one of all. */
  for (u32 i = 0; i < size; i++) to[i] = fields[0] * (to[i] > 0 ? to[i] : 0);
  add_field(&p->headings, from.headings, from.at, size, fields[1], to);
  add_field(&p->title, from.title, from.at, size, fields[2], to);
  add_field(&p->path, from.path, from.at, size, fields[3], to);
  for (u32 i = 0; i < size; i++) to[i] = weight * to[i];
  return end;
}

/* Take away what a list has in chunks of another language than its own. 0, or DAMAGED. */
INLINE int silence(const struct gather *a, u32 list, u32 at, u32 size, f32 *block) {
  if (!a->languages || a->language[list] == ANY) return 0;
  const u32 *ordinals = a->postings->ordinals + at;
  u8 own = a->language[list];
  for (u32 i = 0; i < size; i++) {
    if (ordinals[i] >= a->n_languages) return DAMAGED;
    if (a->languages[ordinals[i]] != own) block[i] = 0;
  }
  return 0;
}

/* Keep of a block what counts; the results take its place in `frequencies`, from `m` on. */
INLINE int keep_block(const struct gather *a, u32 at, u32 size, u32 m) {
  const u32 *ordinals = a->postings->ordinals + at;
  const f32 *block = a->frequencies + m;
  const u8 *live = a->live;
  u32 n = live ? a->n_live : 0xffffffffu;
  for (u32 i = 0; i < size; i++) {
    u32 ordinal = ordinals[i];
    f32 frequency = block[i];
    if (ordinal >= n) return DAMAGED;
    a->ordinals[m] = ordinal;
    a->frequencies[m] = frequency;
    m += frequency > 0 && (!live || live[ordinal]);
  }
  return (int)m;
}

/* A clause of one list: nothing to sum. Answers where the results end, or DAMAGED. */
INLINE int gather_list(const struct gather *a, u32 list, int m) {
  struct cursor cursor = list_start(a, list);
  while (cursor.at < a->ends[list] && m >= 0) {
    u32 at = cursor.at, size = least(a->ends[list] - at, BLOCK);
    cursor = weigh(a, cursor, size, a->weights[list], a->frequencies + m);
    int state = silence(a, list, at, size, a->frequencies + m);
    m = state < 0 ? state : keep_block(a, at, size, (u32)m);
  }
  return m;
}

/* Sum up what a list has in the window from `base` on. Frequencies of a block lie where results
 * will: there is room, as its postings have not become results yet. 0, or DAMAGED. */
INLINE int sum_list(const struct gather *a, u32 list, u32 base, f32 *block) {
  const u32 *ordinals = a->postings->ordinals;
  f32 *sums = a->sums;
  u8 *touched = a->touched;
  struct cursor cursor = a->cursors[list];
  u32 end = seek32(ordinals, a->ends[list], cursor.at, base + WINDOW);
  while (cursor.at < end) {
    u32 at = cursor.at, size = least(end - at, BLOCK);
    cursor = weigh(a, cursor, size, a->weights[list], block);
    if (silence(a, list, at, size, block) < 0) return DAMAGED;
    for (u32 i = 0; i < size; i++) {
      u32 place = ordinals[at + i] - base;
      if (place >= WINDOW) return DAMAGED;
      sums[place] += block[i];
      touched[place / CELL] = 1;
    }
  }
  a->cursors[list] = cursor;
  return 0;
}

/* Bit i: whether score i is above `than`. */
INLINE u32 above(const f32 *scores, v128_t than) {
  v128_t a = wasm_f32x4_gt(wasm_v128_load(scores), than);
  v128_t b = wasm_f32x4_gt(wasm_v128_load(scores + 4), than);
  v128_t c = wasm_f32x4_gt(wasm_v128_load(scores + 8), than);
  v128_t d = wasm_f32x4_gt(wasm_v128_load(scores + 12), than);
  v128_t low = wasm_i16x8_narrow_i32x4(a, b), high = wasm_i16x8_narrow_i32x4(c, d);
  return wasm_i8x16_bitmask(wasm_i8x16_narrow_i16x8(low, high));
}

/* Bit i: whether flag i is set. */
INLINE u32 set(const u8 *flags) {
  return ~(u32)wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(flags), wasm_i8x16_splat(0)));
}

/* Write a cell, the sums of sixteen chunks from `first` on, to the results; leave zeros. */
INLINE int drain_cell(const struct gather *a, f32 *sums, u32 first, int m) {
  v128_t zero = wasm_f32x4_splat(0);
  u32 bits = above(sums, zero);
  if (a->live && bits) {
    u32 inside = a->n_live > first ? a->n_live - first : 0;
    if (inside >= 16) bits &= set(a->live + first);
    else if (bits >> inside) m = DAMAGED;
    else for (u32 i = 0; i < inside; i++) bits &= ~((u32)!a->live[first + i] << i);
  }
  if (m >= 0) {
    for (; bits; bits &= bits - 1) {
      u32 i = (u32)__builtin_ctz(bits);
      a->ordinals[m] = first + i;
      a->frequencies[m++] = sums[i];
    }
  }
  for (u32 i = 0; i < 16; i += 4) wasm_v128_store(sums + i, zero);
  return m;
}

/* Write a window to the results from `m` on, if that is not DAMAGED; leave zeros. */
INLINE int drain(const struct gather *a, u32 base, int m) {
  for (u32 row = 0; row < WINDOW; row += ROW) {
    u8 *touched = a->touched + row / CELL;
    for (u32 bits = set(touched) & 0xffff; bits; bits &= bits - 1) {
      u32 cell = row + CELL * (u32)__builtin_ctz(bits);
      m = drain_cell(a, a->sums + cell, base + cell, m);
    }
    wasm_v128_store(touched, wasm_i8x16_splat(0));
  }
  return m;
}

/* The lowest ordinal that a list has not passed yet; all ones if there is none. */
INLINE u32 lowest_ordinal(const struct gather *a, u32 first, u32 last) {
  u32 lowest = 0xffffffffu;
  for (u32 list = first; list < last; list++) {
    u32 at = a->cursors[list].at;
    if (at < a->ends[list]) lowest = least(lowest, a->postings->ordinals[at]);
  }
  return lowest;
}

/* Answers where the results end, or DAMAGED. */
INLINE int gather_clause(const struct gather *a, u32 clause, int m) {
  u32 first = a->clause_offsets[clause], last = a->clause_offsets[clause + 1], lowest;
  if (last - first == 1) return gather_list(a, first, m);
  for (u32 list = first; list < last; list++) a->cursors[list] = list_start(a, list);
  while (m >= 0 && (lowest = lowest_ordinal(a, first, last)) != 0xffffffffu) {
    u32 base = lowest / WINDOW * WINDOW;
    int state = base >> 31 ? DAMAGED : 0; /* or the end of the window could not be told */
    for (u32 list = first; list < last && state >= 0; list++)
      state = sum_list(a, list, base, a->frequencies + m);
    m = drain(a, base, state < 0 ? state : m);
  }
  return m;
}

/* The number of results, or DAMAGED. */
EXPORT(gather) int gather(const struct gather *a) {
  for (u32 i = 0; i < a->clause_offsets[a->n_clauses]; i++)
    if (a->starts[i] > a->ends[i] || a->ends[i] > a->postings->n) return DAMAGED;
  int m = 0;
  a->offsets[0] = 0;
  for (u32 clause = 0; clause < a->n_clauses; clause++) {
    m = gather_clause(a, clause, m);
    if (m < 0) return m;
    a->offsets[clause + 1] = (u32)m;
  }
  return m;
}

/* ---- add_scores -------------------------------------------------------------------------- */

struct add_scores {
  u32 n_clauses;
  const u32 *offsets, *ordinals;
  const f32 *frequencies, *factors, *norms;
  f32 *scores;
  u32 n;
};

/* 0, or DAMAGED if an ordinal is not below n; some scores are added then. */
EXPORT(add_scores) int add_scores(const struct add_scores *a) {
  const f32 *norms = a->norms;
  f32 *scores = a->scores;
  v128_t n = wasm_u32x4_splat(a->n);
  for (u32 clause = 0; clause < a->n_clauses; clause++) {
    u32 at = a->offsets[clause], end = a->offsets[clause + 1];
    f32 factor = a->factors[clause];
    /* The division is what takes time: four at once. Ordinals rise, so no two lanes meet. */
    for (; end - at >= 4; at += 4) {
      const u32 *ordinals = a->ordinals + at;
      u32 o0 = ordinals[0], o1 = ordinals[1], o2 = ordinals[2], o3 = ordinals[3];
      if (wasm_v128_any_true(wasm_u32x4_ge(wasm_v128_load(ordinals), n))) return DAMAGED;
      v128_t norm = wasm_f32x4_make(norms[o0], norms[o1], norms[o2], norms[o3]);
      v128_t frequency = wasm_v128_load(a->frequencies + at);
      v128_t share = wasm_f32x4_div(frequency, wasm_f32x4_add(frequency, norm));
      share = wasm_f32x4_mul(wasm_f32x4_splat(factor), share);
      scores[o0] += wasm_f32x4_extract_lane(share, 0);
      scores[o1] += wasm_f32x4_extract_lane(share, 1);
      scores[o2] += wasm_f32x4_extract_lane(share, 2);
      scores[o3] += wasm_f32x4_extract_lane(share, 3);
    }
    for (; at < end; at++) {
      u32 ordinal = a->ordinals[at];
      f32 frequency = a->frequencies[at];
      if (ordinal >= a->n) return DAMAGED;
      scores[ordinal] += factor * (frequency / (frequency + norms[ordinal]));
    }
  }
  return 0;
}

/* ---- cover ------------------------------------------------------------------------------- */

struct cover {
  u32 n_clauses;
  const u32 *offsets, *ordinals;
  const f32 *factors;
  f32 total, share; /* total: of the factors */
  f32 *covered;     /* (n,) scratch, zeros */
  f32 *scores;
  u32 n;
};

/* 0, or DAMAGED if an ordinal is not below n; no score is changed then. */
EXPORT(cover) int cover(const struct cover *a) {
  for (u32 clause = 0; clause < a->n_clauses; clause++)
    for (u32 at = a->offsets[clause]; at < a->offsets[clause + 1]; at++) {
      if (a->ordinals[at] >= a->n) return DAMAGED;
      a->covered[a->ordinals[at]] += a->factors[clause];
    }
  f32 rest = 1 - a->share;
  for (u32 i = 0; i < a->n; i++) {
    f32 part = a->covered[i] / a->total;
    part = a->share * part;
    a->scores[i] *= rest + part;
  }
  return 0;
}

/* ---- find -------------------------------------------------------------------------------- */

struct find {
  const u8 *blob;
  u32 n_blob;
  const u32 *offsets; /* (n + 1,) into the blob: names, sorted */
  u32 n;
  const u8 *names;
  const u32 *ends; /* where each name ends; one byte lies between two */
  u32 n_names;
  u32 *places; /* (n_names,) answer: all ones for one that is not there */
};

/* Below, at or above 0 as a name of the dictionary sorts before, as or behind another one. */
INLINE int compare(const struct find *a, u32 number, const u8 *name, u32 size) {
  u32 start = a->offsets[number], end = a->offsets[number + 1];
  /* What does not lie in the blob is found by no name. */
  u32 own = start <= end && end <= a->n_blob ? end - start : 0;
  for (u32 i = 0; i < least(own, size); i++)
    if (a->blob[start + i] != name[i]) return (int)a->blob[start + i] - (int)name[i];
  return (int)own - (int)size;
}

EXPORT(find) int find(const struct find *a) {
  for (u32 i = 0, start = 0; i < a->n_names; start = a->ends[i++] + 1) {
    u32 low = 0, high = a->n, size = a->ends[i] - start;
    while (low < high) {
      u32 middle = low + (high - low) / 2;
      if (compare(a, middle, a->names + start, size) < 0) low = middle + 1;
      else high = middle;
    }
    u32 is_there = low < a->n && !compare(a, low, a->names + start, size);
    a->places[i] = is_there ? low : 0xffffffffu;
  }
  return 0;
}

/* ---- top_k ------------------------------------------------------------------------------- */

struct top_k {
  const f32 *scores;
  const u8 *mask; /* null: all count */
  u32 n, k;
  u64 *heap; /* k items */
  u32 *ordinals;
  f32 *best;
  u32 held; /* answer: how many results there are */
};

/* Order of results as one number, larger is better: the bits of a positive float rise with it. */
INLINE u64 rank_key(f32 score, u32 ordinal) {
  union { f32 value; u32 bits; } as = {score};
  return (u64)as.bits << 32 | (u32)~ordinal;
}

INLINE f32 key_score(u64 key) {
  union { u32 bits; f32 value; } as = {(u32)(key >> 32)};
  return as.value;
}

/* Put `key` in the place of the least of `n` items. */
INLINE void sift_down(u64 *heap, u32 n, u64 key) {
  u32 at = 0;
  for (u32 child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= key) break;
    heap[at] = heap[child];
  }
  heap[at] = key;
}

INLINE void sift_up(u64 *heap, u32 at, u64 key) {
  for (u32 parent; at && heap[parent = (at - 1) / 2] > key; at = parent) heap[at] = heap[parent];
  heap[at] = key;
}

/* Offer a score above the threshold; answers the new threshold. */
INLINE f32 offer(u64 *heap, u32 *held, u32 k, f32 score, u32 ordinal) {
  u64 key = rank_key(score, ordinal);
  if (*held < k) sift_up(heap, (*held)++, key);
  else sift_down(heap, k, key);
  return *held < k ? 0 : key_score(heap[0]);
}

/* How many scores count at all. Heap of the k best, the least on top, then sorted. */
EXPORT(top_k) int top_k(struct top_k *a) {
  const f32 *scores = a->scores;
  const u8 *mask = a->mask;
  u32 k = a->k, n = a->n, held = 0, matched = 0, at = 0;
  f32 threshold = k ? 0 : __builtin_inff();
  v128_t zero = wasm_f32x4_splat(0);
  for (; n - at >= 16; at += 16) {
    u32 counts = above(scores + at, zero);
    if (mask) counts &= set(mask + at);
    if (!counts) continue;
    matched += (u32)__builtin_popcount(counts);
    u32 better = counts;
    if (threshold > 0) better &= above(scores + at, wasm_f32x4_splat(threshold));
    for (; better; better &= better - 1) {
      u32 ordinal = at + (u32)__builtin_ctz(better);
      if (scores[ordinal] > threshold)
        threshold = offer(a->heap, &held, k, scores[ordinal], ordinal);
    }
  }
  for (; at < n; at++) {
    if (!(scores[at] > 0) || (mask && !mask[at])) continue;
    matched++;
    if (scores[at] > threshold) threshold = offer(a->heap, &held, k, scores[at], at);
  }
  a->held = held;
  while (held) {
    u64 worst = a->heap[0];
    held--;
    sift_down(a->heap, held, a->heap[held]);
    a->ordinals[held] = ~(u32)worst;
    a->best[held] = key_score(worst);
  }
  return (int)matched;
}

/* ---- rank -------------------------------------------------------------------------------- */

struct rank {
  struct add_scores scores;
  struct cover cover;
  f32 least;
  struct top_k best;
};

/* As `top_k`, or DAMAGED. */
EXPORT(rank) int rank(struct rank *a) {
  if (add_scores(&a->scores) < 0) return DAMAGED;
  if (a->cover.share > 0 && cover(&a->cover) < 0) return DAMAGED;
  if (a->least > 0)
    for (u32 i = 0; i < a->scores.n; i++)
      if (a->scores.scores[i] < a->least) a->scores.scores[i] = a->least;
  return top_k(&a->best);
}

/* ---- positions --------------------------------------------------------------------------- */

struct positions {
  const u8 *stream;
  u32 n_stream;
  const struct postings *postings;
  u32 start, end, byte_start;
  const u8 *wanted; /* null: all are */
  u32 n_wanted;
  u64 *out;
};

/* How many keys `positions` will write, or DAMAGED. */
EXPORT(count_positions) int count_positions(const struct positions *a) {
  const struct postings *p = a->postings;
  u32 total = 0;
  if (a->start > a->end || a->end > p->n) return DAMAGED;
  for (u32 at = a->start; at < a->end; at++) {
    if (a->wanted && p->ordinals[at] >= a->n_wanted) return DAMAGED;
    total += !a->wanted || a->wanted[p->ordinals[at]] ? p->counts[at] : 0;
  }
  return (int)total;
}

/* Where the stream goes on after `skip` numbers, skip > 0; beyond n if it ends before. */
INLINE u32 skip_numbers(const u8 *stream, u32 n, u32 at, u32 skip) {
  while (n - at >= 16) {
    /* The last byte of a number has no high bit. */
    u32 last = ~wasm_i8x16_bitmask(wasm_v128_load(stream + at)) & 0xffff;
    u32 ends = (u32)__builtin_popcount(last);
    if (ends >= skip) {
      while (--skip) last &= last - 1;
      return at + (u32)__builtin_ctz(last) + 1;
    }
    skip -= ends;
    at += 16;
  }
  for (; at < n; at++)
    if (stream[at] < 0x80 && !--skip) return at + 1;
  return n + 1;
}

/* The number of keys, or DAMAGED. */
EXPORT(positions) int positions(const struct positions *a) {
  const struct postings *p = a->postings;
  const u8 *stream = a->stream;
  u32 n = a->n_stream, at = a->byte_start, skip = 0, m = 0;
  if (at > n) return DAMAGED;
  for (u32 posting = a->start; posting < a->end; posting++) {
    u32 ordinal = p->ordinals[posting], count = p->counts[posting], position = 0;
    if (a->wanted && !a->wanted[ordinal]) {
      skip += count;
      continue;
    }
    if (skip && (at = skip_numbers(stream, n, at, skip)) > n) return DAMAGED;
    skip = 0;
    for (; count; count--) {
      u32 value = 0;
      for (u32 shift = 0;; shift += 7) {
        if (at >= n || shift > 28) return DAMAGED;
        u32 byte = stream[at++];
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      position += value;
      a->out[m++] = (u64)ordinal << 32 | position;
    }
  }
  return (int)m;
}

/* ---- closest ----------------------------------------------------------------------------- */

/* Positions of a word in a chunk that are looked at; port.py has the same number. */
#define ROOM 32

struct closest {
  const u8 *stream;
  u32 n_stream;
  const struct postings *postings;
  const u32 *chunks; /* rising */
  u32 n_chunks;
  const u32 *list_offsets; /* (words + 1,): the lists of each word */
  u32 n_words;
  const u32 *starts, *ends, *byte_starts; /* of each list */
  const u8 *allowed; /* (lists * chunks,): whether the list counts there */
  u32 *counts; /* (words * chunks,) scratch, zeros */
  u32 *found;  /* (words * chunks * ROOM,) scratch */
  u32 *out;    /* ((words - 1) * chunks,) */
};

/* Note the positions of one list in all chunks. 0, or DAMAGED. */
INLINE int note_list(const struct closest *a, u32 word, u32 list) {
  const struct postings *p = a->postings;
  const u8 *stream = a->stream;
  u32 n = a->n_stream, at = a->byte_starts[list], skip = 0, chunk = 0;
  if (a->starts[list] > a->ends[list] || a->ends[list] > p->n || at > n) return DAMAGED;
  for (u32 posting = a->starts[list]; posting < a->ends[list]; posting++) {
    u32 ordinal = p->ordinals[posting], count = p->counts[posting], position = 0;
    while (chunk < a->n_chunks && a->chunks[chunk] < ordinal) chunk++;
    if (chunk == a->n_chunks) return 0;
    if (a->chunks[chunk] != ordinal || !a->allowed[list * a->n_chunks + chunk]) {
      skip += count;
      continue;
    }
    if (skip && (at = skip_numbers(stream, n, at, skip)) > n) return DAMAGED;
    skip = 0;
    u32 place = word * a->n_chunks + chunk, held = a->counts[place];
    for (; count; count--) {
      u32 value = 0;
      for (u32 shift = 0;; shift += 7) {
        if (at >= n || shift > 28) return DAMAGED;
        u32 byte = stream[at++];
        value |= (byte & 0x7f) << shift;
        if (byte < 0x80) break;
      }
      position += value;
      if (held < ROOM) a->found[place * ROOM + held++] = position;
    }
    a->counts[place] = held;
  }
  return 0;
}

/* 0, or DAMAGED. */
EXPORT(closest) int closest(const struct closest *a) {
  u32 n = a->n_chunks;
  for (u32 word = 0; word < a->n_words; word++)
    for (u32 list = a->list_offsets[word]; list < a->list_offsets[word + 1]; list++)
      if (note_list(a, word, list) < 0) return DAMAGED;
  for (u32 pair = 0; pair < (a->n_words - 1) * n; pair++) {
    const u32 *left = a->found + pair * ROOM, *right = left + n * ROOM;
    u32 least_gap = 0xffffffffu;
    for (u32 i = 0; i < a->counts[pair]; i++)
      for (u32 k = 0; k < a->counts[pair + n]; k++) {
        u32 gap = left[i] > right[k] ? left[i] - right[k] : right[k] - left[i];
        /* What stands in one place is one word. */
        if (gap) least_gap = least(least_gap, gap);
      }
    a->out[pair] = least_gap;
  }
  return 0;
}

/* ---- near -------------------------------------------------------------------------------- */

struct slot {
  const u64 *keys;
  u32 n;
  u32 needed; /* how many different positions a window needs of it */
  u32 at;     /* first key not yet passed */
  u32 low, high; /* its keys in the chunk at hand */
};

struct near {
  struct slot *slots;
  u32 n_slots; /* without repetitions where the order does not matter */
  u32 slack; /* ordered: of the span; else the width of the window */
  u32 *ordinals, *counts;
};

/* First index from `at` on whose key is at least `target`; n if there is none. */
INLINE u32 seek64(const u64 *keys, u32 n, u32 at, u64 target) {
  if (at >= n || keys[at] >= target) return at;
  u32 step = 1;
  while (step < n - at && keys[at + step] < target) at += step, step <<= 1;
  u32 end = step < n - at ? at + step : n;
  while (end - at > 1) {
    u32 middle = at + (end - at) / 2;
    if (keys[middle] < target) at = middle;
    else end = middle;
  }
  return end;
}

/* The nearest rising chain from a key of the first slot: the last key of it if it ends in the
 * same chunk, else the first key that a chain could come to, and `*in_chunk` is 0. All ones if
 * a slot has come to its end. */
INLINE u64 chain(const struct near *a, u64 first, u32 *in_chunk) {
  u64 key = first;
  for (u32 j = 1; j < a->n_slots; j++) {
    struct slot *slot = a->slots + j;
    slot->at = seek64(slot->keys, slot->n, slot->at, key + 1);
    *in_chunk = 0;
    if (slot->at == slot->n) return ~0ull;
    key = slot->keys[slot->at];
    if (key >> 32 != first >> 32) return key;
  }
  *in_chunk = 1;
  return key;
}

/* The number of chunks. */
EXPORT(near_ordered) int near_ordered(const struct near *a) {
  const u64 *keys = a->slots[0].keys;
  u32 n = a->slots[0].n, m = 0;
  u64 longest = (u64)a->slack + a->n_slots - 1;
  for (u32 i = 0; i < n;) {
    u32 in_chunk = 1, ordinal = (u32)(keys[i] >> 32);
    u64 last = chain(a, keys[i], &in_chunk);
    if (!in_chunk) {
      if (last == ~0ull) break;
      i = seek64(keys, n, i + 1, last & 0xffffffff00000000ull);
    } else if (last - keys[i] > longest) {
      i = seek64(keys, n, i + 1, last - longest);
    } else {
      if (!m || a->ordinals[m - 1] != ordinal) a->ordinals[m] = ordinal, a->counts[m++] = 0;
      a->counts[m - 1]++;
      i++;
    }
  }
  return (int)m;
}

/* Bring all slots to the next chunk that has enough keys of each; 0 if there is none. */
INLINE int next_chunk(const struct near *a) {
  struct slot *first = a->slots;
  for (;;) {
    if (first->at >= first->n) return 0;
    u64 base = first->keys[first->at] & 0xffffffff00000000ull, next = base;
    for (u32 j = 0; j < a->n_slots; j++) {
      struct slot *slot = a->slots + j;
      slot->low = seek64(slot->keys, slot->n, slot->at, base);
      if (slot->low == slot->n) return 0;
      slot->at = slot->low;
      next = slot->keys[slot->low] & 0xffffffff00000000ull;
      if (next != base) break;
      slot->at = slot->high = seek64(slot->keys, slot->n, slot->low, base + (1ull << 32));
      if (slot->high - slot->low < slot->needed) next = base + (1ull << 32);
      if (next != base) break;
    }
    if (next == base) return 1;
    first->at = seek64(first->keys, first->n, first->low, next);
  }
}

/* Take the next key of the chunk over all slots into `*key`; 0 at its end. */
INLINE int next_key(const struct near *a, u64 *key) {
  u64 lowest = ~0ull;
  for (u32 j = 0; j < a->n_slots; j++) {
    const struct slot *slot = a->slots + j;
    if (slot->at < slot->high && slot->keys[slot->at] < lowest) lowest = slot->keys[slot->at];
  }
  *key = lowest;
  return lowest != ~0ull;
}

/* Pass `key` in all slots; the start of the shortest stretch that ends there and holds enough of
 * each, or all ones. */
INLINE u64 stretch(const struct near *a, u64 key) {
  u64 start = ~0ull;
  for (u32 j = 0; j < a->n_slots; j++) {
    struct slot *slot = a->slots + j;
    while (slot->at < slot->high && slot->keys[slot->at] == key) slot->at++;
  }
  for (u32 j = 0; j < a->n_slots; j++) {
    const struct slot *slot = a->slots + j;
    if (slot->at - slot->low < slot->needed) return ~0ull;
    u64 from = slot->keys[slot->at - slot->needed];
    if (from < start) start = from;
  }
  return start;
}

/* The number of chunks. Ends of windows rise, and so do the latest starts that go with them;
 * the keys of the first slot are passed once. */
EXPORT(near_unordered) int near_unordered(const struct near *a) {
  const struct slot *first = a->slots;
  u64 reach = (u64)a->slack - 1;
  u32 m = 0;
  while (next_chunk(a)) {
    u32 at = first->low, count = 0;
    for (u32 j = 0; j < a->n_slots; j++) a->slots[j].at = a->slots[j].low;
    for (u64 key; next_key(a, &key);) {
      u64 start = stretch(a, key);
      if (start == ~0ull || key - start > reach) continue;
      while (at < first->high && first->keys[at] + reach < key) at++;
      for (; at < first->high && first->keys[at] <= start + reach; at++) count++;
    }
    if (!count) continue;
    a->ordinals[m] = (u32)(first->keys[first->low] >> 32);
    a->counts[m++] = count;
  }
  return (int)m;
}

/* ---- indexing ---------------------------------------------------------------------------- */

#include "names.h"

#include "indexing.h"

/* ---- english_stems ----------------------------------------------------------------------- */

#include "english.h"

/* ---- plain_forms ------------------------------------------------------------------------- */

#include "plain.h"

#include "merging.h"

/* ---- vectors ----------------------------------------------------------------------------- */

#include "vectors.h"

/* ---- graphs ------------------------------------------------------------------------------ */

#include "graph.h"

/* ---- checksums --------------------------------------------------------------------------- */

#include "checksums.h"
