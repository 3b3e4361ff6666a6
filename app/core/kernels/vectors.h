/* The loops of the vector leg, in the module of kernels.c. What they compute is said in vectors.py
 * and, in NumPy, in numpy_vectors.py. Sums of integers are exact; sums of floats are not the same
 * to the last bit as NumPy's, and decide no rank (app/core/dense). */

typedef signed char i8;
typedef short i16;
typedef unsigned short u16;

/* Rows that all queries are compared with before the next ones are read. Those are asked of the
 * memory meanwhile, a byte of each of its lines: while hundreds of instructions go over one row, a
 * processor sees little of what comes next. */
#define NEAR_ROWS 32
#define LINE 64
#define TOUCH(bytes) (void)*(const volatile u8 *)(bytes)

INLINE void fetch(const u8 *bytes, unsigned long n) {
  for (unsigned long at = 0; at < n; at += LINE) TOUCH(bytes + at);
}

struct scan {
  const void *codes;
  u32 n_rows, dim, row_bytes;
  const u32 *chosen; /* (n,) rows, counted from `first` on; null: all */
  u32 n, first;
  const void *queries;
  u32 n_queries, query_items;
  const f32 *scales; /* (n_rows,) */
  f32 *scores; /* (n_queries, stride), of each query n that are written */
  u32 stride, measure; /* the latter of floats */
};

CALLED int chosen_are_inside(const struct scan *a) {
  if (a->chosen)
    for (u32 i = 0; i < a->n; i++)
      if (a->chosen[i] - a->first >= a->n_rows) return 0;
  return 1;
}

INLINE u32 row_at(const struct scan *a, u32 i) { return a->chosen ? a->chosen[i] - a->first : i; }

INLINE const u8 *bytes_at(const struct scan *a, u32 i) {
  return (const u8 *)a->codes + (unsigned long)row_at(a, i) * a->row_bytes;
}

/* The rows from `from` on, as many as are compared at a time. */
CALLED void fetch_rows(const struct scan *a, u32 from) {
  for (u32 i = from; i < a->n && i < from + NEAR_ROWS; i++) fetch(bytes_at(a, i), a->row_bytes);
}

INLINE int sum_lanes(v128_t v) {
  return wasm_i32x4_extract_lane(v, 0) + wasm_i32x4_extract_lane(v, 1) +
         wasm_i32x4_extract_lane(v, 2) + wasm_i32x4_extract_lane(v, 3);
}

INLINE f32 sum_floats(v128_t v) {
  return (wasm_f32x4_extract_lane(v, 0) + wasm_f32x4_extract_lane(v, 1)) +
         (wasm_f32x4_extract_lane(v, 2) + wasm_f32x4_extract_lane(v, 3));
}

/* Four rows at a time share what is read of the query; the last ones go alone. `FOUR` and `ONE`
 * compare rows `i` and on with query `q` and write to `to + i`; between its steps `FOUR` reads a
 * byte of each line of the four rows that are `far` ahead, which keeps the memory as busy as the
 * sums. Rows that are chosen are read ahead by themselves. */
#define AHEAD                                  \
  const u8 *ahead = bytes_at(a, i + far);      \
  u32 line = far ? LINE : 0;

#define SCAN(a, FOUR, ONE)                                                            \
  for (u32 first = 0; first < (a)->n; first += NEAR_ROWS) {                           \
    u32 last = (a)->n - first < NEAR_ROWS ? (a)->n : first + NEAR_ROWS;               \
    u32 far = (a)->chosen || (a)->n - last < NEAR_ROWS ? 0 : NEAR_ROWS;               \
    if (!far) fetch_rows(a, last);                                                    \
    for (u32 q = 0; q < (a)->n_queries; q++, far = 0) {                               \
      f32 *to = (a)->scores + (unsigned long)q * (a)->stride;                         \
      u32 i = first;                                                                  \
      for (; last - i >= 4; i += 4) FOUR(a, q, i, far, to + i);                           \
      for (; i < last; i++) ONE(a, q, i, to + i);                                     \
    }                                                                                 \
  }

/* ---- int8 -------------------------------------------------------------------------------- */

INLINE const i16 *short_query(const struct scan *a, u32 q) {
  return (const i16 *)a->queries + (unsigned long)q * a->query_items;
}

#define DOT_I8(part, values) wasm_i32x4_dot_i16x8(part, wasm_i16x8_load8x8(values))
#define STEP_I8(sum, row) sum = wasm_i32x4_add(sum, DOT_I8(part, (row) + at))

INLINE int rest_i8(const i16 *query, const i8 *row, u32 at, u32 dim) {
  int sum = 0;
  for (; at < dim; at++) sum += (int)query[at] * (int)row[at];
  return sum;
}

INLINE void one_i8(const struct scan *a, u32 q, u32 i, f32 *to) {
  const i16 *query = short_query(a, q);
  const i8 *row = (const i8 *)bytes_at(a, i);
  v128_t sum = wasm_i32x4_splat(0);
  u32 at = 0, dim = a->dim;
  for (; dim - at >= 8; at += 8) {
    v128_t part = wasm_v128_load(query + at);
    STEP_I8(sum, row);
  }
  *to = (f32)(sum_lanes(sum) + rest_i8(query, row, at, dim)) * a->scales[row_at(a, i)];
}

#define PARTS_OF_QUERY                                                             \
  v128_t p0 = wasm_v128_load(query + at), p1 = wasm_v128_load(query + at + 8);     \
  v128_t p2 = wasm_v128_load(query + at + 16), p3 = wasm_v128_load(query + at + 24);

/* The same for 32 dims, with their parts of the query. */
#define LONG_STEP_I8(sum, row)                                                        \
  {                                                                                   \
    const i8 *some = (row) + at;                                                      \
    v128_t low = wasm_i32x4_add(DOT_I8(p0, some), DOT_I8(p1, some + 8));              \
    v128_t high = wasm_i32x4_add(DOT_I8(p2, some + 16), DOT_I8(p3, some + 24));       \
    sum = wasm_i32x4_add(sum, wasm_i32x4_add(low, high));                             \
  }

INLINE void four_i8(const struct scan *a, u32 q, u32 i, u32 far, f32 *to) {
  const i16 *query = short_query(a, q);
  const i8 *r0 = (const i8 *)bytes_at(a, i), *r1 = (const i8 *)bytes_at(a, i + 1);
  const i8 *r2 = (const i8 *)bytes_at(a, i + 2), *r3 = (const i8 *)bytes_at(a, i + 3);
  v128_t s0 = wasm_i32x4_splat(0), s1 = s0, s2 = s0, s3 = s0;
  u32 at = 0, dim = a->dim;
  AHEAD
  for (; dim - at >= 32; at += 32, ahead += 2 * line) {
    TOUCH(ahead), TOUCH(ahead + line);
    PARTS_OF_QUERY
    LONG_STEP_I8(s0, r0)
    LONG_STEP_I8(s1, r1)
    LONG_STEP_I8(s2, r2)
    LONG_STEP_I8(s3, r3)
  }
  for (; dim - at >= 8; at += 8) {
    v128_t part = wasm_v128_load(query + at);
    STEP_I8(s0, r0);
    STEP_I8(s1, r1);
    STEP_I8(s2, r2);
    STEP_I8(s3, r3);
  }
  to[0] = (f32)(sum_lanes(s0) + rest_i8(query, r0, at, dim)) * a->scales[row_at(a, i)];
  to[1] = (f32)(sum_lanes(s1) + rest_i8(query, r1, at, dim)) * a->scales[row_at(a, i + 1)];
  to[2] = (f32)(sum_lanes(s2) + rest_i8(query, r2, at, dim)) * a->scales[row_at(a, i + 2)];
  to[3] = (f32)(sum_lanes(s3) + rest_i8(query, r3, at, dim)) * a->scales[row_at(a, i + 3)];
}

/* 0, or DAMAGED if a row that is asked for is not there. */
EXPORT(scan_int8) int scan_int8(const struct scan *a) {
  if (!chosen_are_inside(a)) return DAMAGED;
  SCAN(a, four_i8, one_i8)
  return 0;
}

struct squares {
  const i8 *codes;
  u32 n, dim;
  u32 *out; /* (n,) */
};

EXPORT(squares) int squares(const struct squares *a) {
  for (u32 i = 0; i < a->n; i++) {
    const i8 *row = a->codes + (unsigned long)i * a->dim;
    v128_t sum = wasm_i32x4_splat(0);
    u32 at = 0, total = 0;
    for (; a->dim - at >= 8; at += 8) {
      v128_t part = wasm_i16x8_load8x8(row + at);
      sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(part, part));
    }
    for (; at < a->dim; at++) total += (u32)((int)row[at] * (int)row[at]);
    a->out[i] = (u32)sum_lanes(sum) + total;
  }
  return 0;
}

/* ---- int4 -------------------------------------------------------------------------------- */

/* A block of 16 bytes has 32 dims, the first 16 in the low halves; each half is its value + 8. */
#define STEP_I4(sum, row)                                                                    \
  {                                                                                          \
    v128_t both = wasm_v128_load((row) + at / 2);                                            \
    v128_t low = wasm_v128_and(both, wasm_i8x16_splat(15)), high = wasm_u8x16_shr(both, 4);  \
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(p0, wasm_u16x8_extend_low_u8x16(low)));   \
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(p1, wasm_u16x8_extend_high_u8x16(low)));  \
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(p2, wasm_u16x8_extend_low_u8x16(high)));  \
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(p3, wasm_u16x8_extend_high_u8x16(high))); \
  }

/* Eight times the sum of the query: what the 8 that each value is stored with adds up to. */
INLINE int excess(const i16 *query, u32 items) {
  v128_t ones = wasm_i16x8_splat(8), sum = wasm_i32x4_splat(0);
  for (u32 at = 0; at < items; at += 8)
    sum = wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(wasm_v128_load(query + at), ones));
  return sum_lanes(sum);
}

INLINE void one_i4(const struct scan *a, u32 q, u32 i, f32 *to) {
  const i16 *query = short_query(a, q);
  const u8 *row = bytes_at(a, i);
  v128_t sum = wasm_i32x4_splat(0);
  for (u32 at = 0; at < a->query_items; at += 32) {
    PARTS_OF_QUERY
    STEP_I4(sum, row)
  }
  *to = (f32)(sum_lanes(sum) - excess(query, a->query_items)) * a->scales[row_at(a, i)];
}

INLINE void four_i4(const struct scan *a, u32 q, u32 i, u32 far, f32 *to) {
  const i16 *query = short_query(a, q);
  const u8 *r0 = bytes_at(a, i), *r1 = bytes_at(a, i + 1);
  const u8 *r2 = bytes_at(a, i + 2), *r3 = bytes_at(a, i + 3);
  v128_t s0 = wasm_i32x4_splat(0), s1 = s0, s2 = s0, s3 = s0;
  AHEAD
  for (u32 at = 0; at < a->query_items; at += 32, ahead += line) {
    TOUCH(ahead);
    PARTS_OF_QUERY
    STEP_I4(s0, r0)
    STEP_I4(s1, r1)
    STEP_I4(s2, r2)
    STEP_I4(s3, r3)
  }
  int more = excess(query, a->query_items);
  to[0] = (f32)(sum_lanes(s0) - more) * a->scales[row_at(a, i)];
  to[1] = (f32)(sum_lanes(s1) - more) * a->scales[row_at(a, i + 1)];
  to[2] = (f32)(sum_lanes(s2) - more) * a->scales[row_at(a, i + 2)];
  to[3] = (f32)(sum_lanes(s3) - more) * a->scales[row_at(a, i + 3)];
}

EXPORT(scan_int4) int scan_int4(const struct scan *a) {
  if (!chosen_are_inside(a)) return DAMAGED;
  SCAN(a, four_i4, one_i4)
  return 0;
}

/* ---- float32 ----------------------------------------------------------------------------- */

/* What a pair of values adds to a sum: vectors.py has the same numbers. */
enum { PRODUCT, SQUARE, ABSOLUTE };

INLINE v128_t added(u32 measure, v128_t sum, v128_t x, v128_t y) {
  if (measure == PRODUCT) return wasm_f32x4_add(sum, wasm_f32x4_mul(x, y));
  v128_t apart = wasm_f32x4_sub(x, y);
  if (measure == SQUARE) return wasm_f32x4_add(sum, wasm_f32x4_mul(apart, apart));
  return wasm_f32x4_add(sum, wasm_f32x4_abs(apart));
}

INLINE f32 rest_floats(u32 measure, const f32 *x, const f32 *y, u32 at, u32 dim) {
  f32 sum = 0;
  for (; at < dim; at++) {
    f32 apart = x[at] - y[at];
    sum += measure == PRODUCT ? x[at] * y[at]
           : measure == SQUARE ? apart * apart
                               : __builtin_fabsf(apart);
  }
  return sum;
}

INLINE const f32 *float_query(const struct scan *a, u32 q) {
  return (const f32 *)a->queries + (unsigned long)q * a->query_items;
}

INLINE void one_floats(const struct scan *a, u32 measure, u32 q, u32 i, f32 *to) {
  const f32 *query = float_query(a, q), *row = (const f32 *)bytes_at(a, i);
  v128_t sum = wasm_f32x4_splat(0);
  u32 at = 0, dim = a->dim;
  for (; dim - at >= 4; at += 4)
    sum = added(measure, sum, wasm_v128_load(query + at), wasm_v128_load(row + at));
  *to = sum_floats(sum) + rest_floats(measure, query, row, at, dim);
}

INLINE void four_floats(const struct scan *a, u32 measure, u32 q, u32 i, u32 far,
                        f32 *to) {
  const f32 *query = float_query(a, q);
  const f32 *r0 = (const f32 *)bytes_at(a, i), *r1 = (const f32 *)bytes_at(a, i + 1);
  const f32 *r2 = (const f32 *)bytes_at(a, i + 2), *r3 = (const f32 *)bytes_at(a, i + 3);
  v128_t s0 = wasm_f32x4_splat(0), s1 = s0, s2 = s0, s3 = s0;
  u32 at = 0, dim = a->dim;
  AHEAD
  for (; dim - at >= 4; at += 4, ahead += line) {
    TOUCH(ahead);
    v128_t part = wasm_v128_load(query + at);
    s0 = added(measure, s0, part, wasm_v128_load(r0 + at));
    s1 = added(measure, s1, part, wasm_v128_load(r1 + at));
    s2 = added(measure, s2, part, wasm_v128_load(r2 + at));
    s3 = added(measure, s3, part, wasm_v128_load(r3 + at));
  }
  to[0] = sum_floats(s0) + rest_floats(measure, query, r0, at, dim);
  to[1] = sum_floats(s1) + rest_floats(measure, query, r1, at, dim);
  to[2] = sum_floats(s2) + rest_floats(measure, query, r2, at, dim);
  to[3] = sum_floats(s3) + rest_floats(measure, query, r3, at, dim);
}

#define FOUR_PRODUCTS(a, q, i, far, to) four_floats(a, PRODUCT, q, i, far, to)
#define ONE_PRODUCT(a, q, i, to) one_floats(a, PRODUCT, q, i, to)
#define FOUR_SQUARES(a, q, i, far, to) four_floats(a, SQUARE, q, i, far, to)
#define ONE_SQUARE(a, q, i, to) one_floats(a, SQUARE, q, i, to)
#define FOUR_ABSOLUTES(a, q, i, far, to) four_floats(a, ABSOLUTE, q, i, far, to)
#define ONE_ABSOLUTE(a, q, i, to) one_floats(a, ABSOLUTE, q, i, to)

EXPORT(scan_float32) int scan_float32(const struct scan *a) {
  if (!chosen_are_inside(a)) return DAMAGED;
  if (a->measure == PRODUCT) SCAN(a, FOUR_PRODUCTS, ONE_PRODUCT)
  else if (a->measure == SQUARE) SCAN(a, FOUR_SQUARES, ONE_SQUARE)
  else SCAN(a, FOUR_ABSOLUTES, ONE_ABSOLUTE)
  return 0;
}

/* ---- int8 and int4 beside float32 --------------------------------------------------------- */

/* Sizes of the differences between values of a query and codes times their scale: no sums of
 * products would tell those. */
INLINE v128_t size_of(v128_t values, v128_t scale, const f32 *query) {
  v128_t known = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(values), scale);
  return wasm_f32x4_abs(wasm_f32x4_sub(known, wasm_v128_load(query)));
}

/* Of int4 one half of the bytes after the other: `shift` is that of the next eight values. */
CALLED f32 apart_codes(const f32 *query, const u8 *row, u32 dim, f32 factor, int is_int4) {
  v128_t scale = wasm_f32x4_splat(factor), sum = wasm_f32x4_splat(0);
  u32 at = 0;
  for (; dim - at >= 8; at += 8) {
    v128_t values;
    if (is_int4) {
      values = wasm_u16x8_load8x8(row + at / 32 * 16 + at % 16);
      values = wasm_v128_and(wasm_u16x8_shr(values, at & 16 ? 4 : 0), wasm_i16x8_splat(15));
      values = wasm_i16x8_sub(values, wasm_i16x8_splat(8));
    } else {
      values = wasm_i16x8_load8x8(row + at);
    }
    v128_t low = size_of(wasm_i32x4_extend_low_i16x8(values), scale, query + at);
    v128_t high = size_of(wasm_i32x4_extend_high_i16x8(values), scale, query + at + 4);
    sum = wasm_f32x4_add(sum, wasm_f32x4_add(low, high));
  }
  f32 rest = 0;
#pragma clang loop unroll(disable) vectorize(disable)
  for (; at < dim; at++) rest += __builtin_fabsf((f32)((const i8 *)row)[at] * factor - query[at]);
  return sum_floats(sum) + rest;
}

/* `measure`: 0 for int8, 1 for int4, of which the query has as many values as whole blocks. */
EXPORT(scan_apart) int scan_apart(const struct scan *a) {
  if (!chosen_are_inside(a)) return DAMAGED;
  f32 *to = a->scores;
  for (u32 q = 0; q < a->n_queries; q++, to += a->stride)
    for (u32 i = 0; i < a->n; i++)
      to[i] = apart_codes(float_query(a, q), bytes_at(a, i), a->query_items,
                          a->scales[row_at(a, i)], (int)a->measure);
  return 0;
}

/* ---- binary ------------------------------------------------------------------------------ */

struct hamming {
  const u64 *codes;
  u32 n, words;
  const u8 *mask; /* null: all count */
  const u64 *queries;
  u32 n_queries;
  u16 *distances; /* (n_queries, stride), of each query n that are written */
  u32 *histograms; /* (n_queries, 64 * words + 1), to which is added */
  u32 stride;
};

#define NO_DISTANCE 0xffff

/* A count a word is quicker than what the compiler makes of several; so it must not see them. */
INLINE u64 differing(u64 x, u64 y) {
  u64 count = (u64)__builtin_popcountll(x ^ y);
  __asm__("" : "+r"(count));
  return count;
}

INLINE u32 apart(const u64 *x, const u64 *y, u32 words) {
  u64 sum = 0;
  for (u32 at = 0; at < words; at++) sum += differing(x[at], y[at]);
  return (u32)sum;
}

/* Six words are the 384 dims of the bundled model. The query stays in registers, and of the rows
 * from `ahead` on, as many as these, a byte of each line is read. */
#define SIX 6
#define APART_SIX(y)                                                                    \
  (u32)(differing(q0, (y)[0]) + differing(q1, (y)[1]) + differing(q2, (y)[2]) +         \
        differing(q3, (y)[3]) + differing(q4, (y)[4]) + differing(q5, (y)[5]))

INLINE u32 noted(u16 *distances, u32 *histogram, u32 i, u32 distance) {
  distances[i] = (u16)distance;
  return histogram[distance]++;
}

CALLED void block_of_six(const u64 *query, const u64 *codes, const u64 *ahead, u16 *distances,
                         u32 *histogram) {
  u64 q0 = query[0], q1 = query[1], q2 = query[2], q3 = query[3], q4 = query[4], q5 = query[5];
  for (u32 i = 0; i < NEAR_ROWS; i += 4, codes += 4 * SIX, ahead += 4 * SIX) {
    TOUCH(ahead), TOUCH(ahead + LINE / 8), TOUCH(ahead + LINE / 4);
    u32 a = APART_SIX(codes), b = APART_SIX(codes + SIX);
    u32 c = APART_SIX(codes + 2 * SIX), d = APART_SIX(codes + 3 * SIX);
    noted(distances, histogram, i, a);
    noted(distances, histogram, i + 1, b);
    noted(distances, histogram, i + 2, c);
    noted(distances, histogram, i + 3, d);
  }
}

EXPORT(hamming) int hamming(const struct hamming *a) {
  u32 words = a->words, bins = 64 * words + 1;
  for (u32 first = 0; first < a->n; first += NEAR_ROWS) {
    u32 last = a->n - first < NEAR_ROWS ? a->n : first + NEAR_ROWS;
    u32 more = least(a->n - last, NEAR_ROWS);
    const u64 *codes = a->codes + (unsigned long)first * words;
    const u64 *next = a->codes + (unsigned long)last * words;
    int is_six = words == SIX && !a->mask && last - first == NEAR_ROWS;
    int touches = is_six && more == NEAR_ROWS;
    if (!touches) fetch((const u8 *)next, 8UL * more * words);
    for (u32 q = 0; q < a->n_queries; q++) {
      const u64 *query = a->queries + (unsigned long)q * words;
      u16 *distances = a->distances + (unsigned long)q * a->stride;
      u32 *histogram = a->histograms + (unsigned long)q * bins;
      if (is_six) {
        block_of_six(query, codes, touches && !q ? next : codes, distances + first, histogram);
        continue;
      }
      for (u32 i = first; i < last; i++) {
        if (a->mask && !a->mask[i])
          distances[i] = NO_DISTANCE;
        else
          noted(distances, histogram, i,
                apart(query, a->codes + (unsigned long)i * words, words));
      }
    }
  }
  return 0;
}

struct within {
  const u16 *distances;
  u32 n, limit;
  u32 *out; /* as many as there are */
  u32 room;
};

/* How many rows are no further away than the limit; the first `room` are written. */
EXPORT(within) int within(const struct within *a) {
  const u16 *distances = a->distances;
  v128_t limit = wasm_i16x8_splat((i16)a->limit);
  u32 m = 0, at = 0;
  for (; a->n - at >= 16; at += 16) {
    v128_t low = wasm_u16x8_le(wasm_v128_load(distances + at), limit);
    v128_t high = wasm_u16x8_le(wasm_v128_load(distances + at + 8), limit);
    u32 bits = wasm_i8x16_bitmask(wasm_i8x16_narrow_i16x8(low, high));
    for (; bits; bits &= bits - 1, m++)
      if (m < a->room) a->out[m] = at + (u32)__builtin_ctz(bits);
  }
  for (; at < a->n; at++)
    if (distances[at] <= a->limit) {
      if (m < a->room) a->out[m] = at;
      m++;
    }
  return (int)m;
}

struct signs {
  const i8 *codes;
  const f32 *scales, *centre;
  u32 n, dim, row_bytes;
  u8 *out; /* (n, row_bytes) zeros */
};

INLINE u32 four_signs(v128_t values, v128_t scale, const f32 *centre) {
  v128_t made = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(values), scale);
  return wasm_i32x4_bitmask(wasm_f32x4_gt(made, wasm_v128_load(centre)));
}

/* Bit j of a row, the lowest of a byte first: whether value j is above the centre's. */
EXPORT(signs) int signs(const struct signs *a) {
  for (u32 i = 0; i < a->n; i++) {
    const i8 *row = a->codes + (unsigned long)i * a->dim;
    u8 *out = a->out + (unsigned long)i * a->row_bytes;
    f32 scale = a->scales[i];
    v128_t by = wasm_f32x4_splat(scale);
    u32 at = 0;
    for (; a->dim - at >= 8; at += 8) {
      v128_t values = wasm_i16x8_load8x8(row + at);
      u32 low = four_signs(wasm_i32x4_extend_low_i16x8(values), by, a->centre + at);
      u32 high = four_signs(wasm_i32x4_extend_high_i16x8(values), by, a->centre + at + 4);
      out[at / 8] = (u8)(low | high << 4);
    }
    for (; at < a->dim; at++)
      if ((f32)row[at] * scale > a->centre[at]) out[at / 8] |= (u8)(1u << (at & 7));
  }
  return 0;
}

/* ---- the best of scores ------------------------------------------------------------------ */

struct floor_of {
  const f32 *scores;
  const u8 *mask; /* null: all count */
  u32 n, k;
  f32 *heap; /* k items */
};

INLINE void sift_float(f32 *heap, u32 n, f32 value) {
  u32 at = 0;
  for (u32 child; (child = 2 * at + 1) < n; at = child) {
    if (child + 1 < n && heap[child + 1] < heap[child]) child++;
    if (heap[child] >= value) break;
    heap[at] = heap[child];
  }
  heap[at] = value;
}

/* How many of at most k scores count; if k do, heap[0] is the k-th best. */
EXPORT(floor_of) int floor_of(const struct floor_of *a) {
  const f32 *scores = a->scores;
  f32 *heap = a->heap, least = -__builtin_inff();
  u32 held = 0, at = 0;
  if (!a->k) return 0;
  while (at < a->n) {
    u32 bits = a->n - at < 16 ? (1u << (a->n - at)) - 1 : above(scores + at, wasm_f32x4_splat(least));
    for (; bits; bits &= bits - 1) {
      u32 i = at + (u32)__builtin_ctz(bits);
      f32 score = scores[i];
      if (!(score > least) || (a->mask && !a->mask[i])) continue;
      if (held < a->k) {
        u32 place = held++;
        for (u32 up; place && heap[up = (place - 1) / 2] > score; place = up) heap[place] = heap[up];
        heap[place] = score;
      } else {
        sift_float(heap, held, score);
      }
      if (held == a->k) least = heap[0];
    }
    at += 16;
  }
  return (int)held;
}

struct reaching {
  const f32 *scores;
  const u8 *mask; /* null: all count */
  u32 n;
  f32 floor;
  u32 *out; /* n items */
};

/* The rows whose score is at least the floor and above minus infinity; how many. */
EXPORT(reaching) int reaching(const struct reaching *a) {
  v128_t floor = wasm_f32x4_splat(a->floor);
  f32 nothing = -__builtin_inff();
  u32 m = 0;
  for (u32 at = 0; at < a->n; at += 4) {
    u32 bits = a->n - at < 4 ? (1u << (a->n - at)) - 1
                             : wasm_i32x4_bitmask(wasm_f32x4_ge(wasm_v128_load(a->scores + at), floor));
    for (; bits; bits &= bits - 1) {
      u32 i = at + (u32)__builtin_ctz(bits);
      f32 score = a->scores[i];
      if (score >= a->floor && score > nothing && (!a->mask || a->mask[i])) a->out[m++] = i;
    }
  }
  return (int)m;
}
