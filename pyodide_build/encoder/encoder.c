/* The forward pass of a BERT encoder with int8 weights, for wasm32 with SIMD; compiled twice, with
 * and without relaxed SIMD. Tokens of several texts follow each other without padding: only
 * `attention` and `pool` know where a text begins.
 *
 * Both builds give the same bits, on every processor. A product takes activations of 7 bits, 0 to
 * 127, and weights of 8: no partial sum overflows in any way that relaxed SIMD leaves open. Floats
 * are multiplied and added in two steps: fused, as relaxed SIMD does it where a processor can, a
 * last bit tips over a rounding to 7 bits, and six layers make a cosine of 0.998 of that. Each token
 * has a step and a zero of its own, so its vector does not hang on what else is in the batch.
 *
 * Rows are counted up to the next multiple of 4, and buffers have room for them: what the added
 * rows hold is never read by others. All memory is the caller's; nothing here has a stack or data.
 */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef signed char i8;
typedef int i32;
typedef unsigned int u32;
typedef float f32;

#define EXPORT(name) __attribute__((export_name(#name))) void name
#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")

enum { TILE = 4, LANES = 4, PANEL = 8, MOST_CODE = 127 };

/* Adding it to a float below 2^22 rounds that to a whole number, which then is in the low bits. */
#define ROUNDING 12582912.0f
#define ROUNDING_BITS 0x4B400000

/* `code` is an activation's 7 bits; `dots` takes DEPTH of them for each of 4 columns. */
#ifdef __wasm_relaxed_simd__
enum { DEPTH = 4 };
typedef u8 code;
INLINE v128_t dots(v128_t w, v128_t x, v128_t sums) {
  return wasm_i32x4_relaxed_dot_i8x16_i7x16_add(w, x, sums);
}
INLINE v128_t load_weights(const i8 *at) { return wasm_v128_load(at); }
INLINE void store_codes(code *at, v128_t first, v128_t second) {
  v128_t top = wasm_u8x16_splat(MOST_CODE);
  wasm_v128_store(at, wasm_u8x16_min(wasm_u8x16_narrow_i16x8(first, second), top));
}
#else
enum { DEPTH = 2 };
typedef short code;
INLINE v128_t dots(v128_t w, v128_t x, v128_t sums) {
  return wasm_i32x4_add(sums, wasm_i32x4_dot_i16x8(w, x));
}
INLINE v128_t load_weights(const i8 *at) { return wasm_i16x8_load8x8(at); }
INLINE void store_codes(code *at, v128_t first, v128_t second) {
  v128_t none = wasm_i16x8_splat(0), top = wasm_i16x8_splat(MOST_CODE);
  wasm_v128_store(at, wasm_i16x8_min(wasm_i16x8_max(first, none), top));
  wasm_v128_store(at + 8, wasm_i16x8_min(wasm_i16x8_max(second, none), top));
}
#endif
INLINE v128_t madd(v128_t a, v128_t b, v128_t c) {
  return wasm_f32x4_add(wasm_f32x4_mul(a, b), c);
}

INLINE v128_t splat(f32 x) { return wasm_f32x4_splat(x); }
INLINE v128_t load(const void *at) { return wasm_v128_load(at); }
INLINE void store(void *at, v128_t x) { wasm_v128_store(at, x); }

INLINE f32 sum(v128_t x) {
  return (wasm_f32x4_extract_lane(x, 0) + wasm_f32x4_extract_lane(x, 1)) +
         (wasm_f32x4_extract_lane(x, 2) + wasm_f32x4_extract_lane(x, 3));
}
INLINE f32 most(v128_t x) {
  v128_t half = wasm_f32x4_pmax(x, wasm_i32x4_shuffle(x, x, 2, 3, 0, 1));
  return wasm_f32x4_extract_lane(wasm_f32x4_pmax(half, wasm_i32x4_shuffle(half, half, 1, 0, 3, 2)),
                                 0);
}

/* e^x for x <= 0, to two units in the last place (the polynomial of Cephes' expf). */
INLINE v128_t exponential(v128_t x) {
  x = wasm_f32x4_pmax(x, splat(-87.0f));
  v128_t shifted = wasm_f32x4_add(wasm_f32x4_mul(x, splat(1.44269504f)), splat(ROUNDING));
  v128_t n = wasm_f32x4_sub(shifted, splat(ROUNDING));
  v128_t rest = madd(n, splat(2.12194440e-4f), madd(n, splat(-0.693359375f), x));
  v128_t y = splat(1.9875691500e-4f);
  y = madd(y, rest, splat(1.3981999507e-3f));
  y = madd(y, rest, splat(8.3334519073e-3f));
  y = madd(y, rest, splat(4.1665795894e-2f));
  y = madd(y, rest, splat(1.6666665459e-1f));
  y = madd(y, rest, splat(5.0000001201e-1f));
  y = wasm_f32x4_add(madd(y, wasm_f32x4_mul(rest, rest), rest), splat(1.0f));
  v128_t power = wasm_i32x4_sub(shifted, wasm_i32x4_splat(ROUNDING_BITS - 127));
  return wasm_f32x4_mul(y, wasm_i32x4_shl(power, 23));
}

/* Exact GELU, x times the normal distribution; erf by Abramowitz and Stegun 7.1.26 (1.5e-7). */
INLINE v128_t gelu(v128_t x) {
  v128_t z = wasm_f32x4_mul(wasm_f32x4_abs(x), splat(0.70710678f));
  v128_t t = wasm_f32x4_div(splat(1.0f), madd(z, splat(0.3275911f), splat(1.0f)));
  v128_t y = splat(1.061405429f);
  y = madd(y, t, splat(-1.453152027f));
  y = madd(y, t, splat(1.421413741f));
  y = madd(y, t, splat(-0.284496736f));
  y = madd(y, t, splat(0.254829592f));
  y = wasm_f32x4_mul(y, wasm_f32x4_mul(t, exponential(wasm_f32x4_neg(wasm_f32x4_mul(z, z)))));
  v128_t tail = wasm_f32x4_mul(y, splat(0.5f));
  v128_t below = wasm_f32x4_lt(x, splat(0.0f));
  v128_t share = wasm_v128_bitselect(tail, wasm_f32x4_sub(splat(1.0f), tail), below);
  return wasm_f32x4_mul(x, share);
}

/* Bytes of one `code`. */
__attribute__((export_name("code_size"))) u32 code_size(void) { return sizeof(code); }

/* Weights (k, n) into panels of 8 columns, in each DEPTH values of k beside each other; the sum of
 * each column. k is a multiple of 4, n of 8. */
EXPORT(pack)(const i8 *weights, u32 k, u32 n, i8 *out, i32 *sums) {
  for (u32 c = 0; c < n; c++) sums[c] = 0;
  for (u32 j = 0; j < k; j++)
    for (u32 c = 0; c < n; c++) sums[c] += weights[j * n + c];
  for (u32 c = 0; c < n; c += PANEL)
    for (u32 j = 0; j < k; j += DEPTH)
      for (u32 i = 0; i < PANEL; i++)
        for (u32 l = 0; l < DEPTH; l++) *out++ = weights[(j + l) * n + c + i];
}

/* (rows, dim) of which the mean is taken off, of length sqrt(dim), times gamma, plus beta. */
INLINE void normalise(f32 *x, u32 dim, const f32 *gamma, const f32 *beta, f32 epsilon) {
  v128_t total = splat(0), squares = splat(0);
  for (u32 i = 0; i < dim; i += LANES) total = wasm_f32x4_add(total, load(x + i));
  v128_t mean = splat(sum(total) / dim);
  for (u32 i = 0; i < dim; i += LANES) {
    v128_t y = wasm_f32x4_sub(load(x + i), mean);
    squares = madd(y, y, squares);
  }
  v128_t scale = splat(1.0f / __builtin_sqrtf(sum(squares) / dim + epsilon));
  for (u32 i = 0; i < dim; i += LANES) {
    v128_t y = wasm_f32x4_mul(wasm_f32x4_sub(load(x + i), mean), scale);
    store(x + i, madd(y, load(gamma + i), load(beta + i)));
  }
}

/* Sums of the vectors of words (uint8 with one scale and zero) and of places, normalised. */
EXPORT(embed)(const u32 *words, const u32 *places, u32 rows, const u8 *table, f32 scale, f32 zero,
              const f32 *positions, const f32 *gamma, const f32 *beta, f32 epsilon, u32 dim,
              f32 *out) {
  for (u32 r = 0; r < rows; r++, out += dim) {
    const u8 *word = table + words[r] * dim;
    const f32 *place = positions + places[r] * dim;
    for (u32 i = 0; i < dim; i++) out[i] = ((f32)word[i] - zero) * scale + place[i];
    normalise(out, dim, gamma, beta, epsilon);
  }
}

/* x + added, normalised, in place. */
EXPORT(add_normalise)(f32 *x, const f32 *added, u32 rows, const f32 *gamma, const f32 *beta,
                      f32 epsilon, u32 dim) {
  for (u32 r = 0; r < rows; r++, x += dim, added += dim) {
    for (u32 i = 0; i < dim; i += LANES) store(x + i, wasm_f32x4_add(load(x + i), load(added + i)));
    normalise(x, dim, gamma, beta, epsilon);
  }
}

/* Rows of x, through GELU if `curved`, times `balance` (dim) if there is one, in 7 bits:
 * x = (out - zero) * step. `x` is used up. dim is a multiple of 16. */
EXPORT(quantise)(f32 *x, const f32 *balance, u32 curved, u32 rows, u32 dim, code *out, f32 *steps,
                 i32 *zeros) {
  for (u32 r = 0; r < rows; r++, x += dim, out += dim) {
    v128_t low = splat(0), high = splat(0);
    for (u32 i = 0; i < dim; i += LANES) {
      v128_t y = load(x + i);
      if (curved) y = gelu(y);
      if (balance) y = wasm_f32x4_mul(y, load(balance + i));
      store(x + i, y);
      low = wasm_f32x4_pmin(low, y);
      high = wasm_f32x4_pmax(high, y);
    }
    f32 least = -most(wasm_f32x4_neg(low)), range = most(high) - least;
    f32 step = range > 0 ? range / MOST_CODE : 1.0f;
    f32 zero = __builtin_nearbyintf(-least / step);
    v128_t per = splat(1.0f / step), shift = splat(zero + ROUNDING);
    v128_t bits = wasm_i32x4_splat(ROUNDING_BITS);
    for (u32 i = 0; i < dim; i += 16) {
      v128_t y[4];
      UNROLL for (u32 l = 0; l < 4; l++)
        y[l] = wasm_i32x4_sub(madd(load(x + i + l * LANES), per, shift), bits);
      store_codes(out + i, wasm_i16x8_narrow_i32x4(y[0], y[1]),
                  wasm_i16x8_narrow_i32x4(y[2], y[3]));
    }
    steps[r] = step;
    zeros[r] = (i32)zero;
  }
}

/* x (rows, k) as `quantise` leaves it, times packed weights (k, n) with a scale a column, plus a
 * bias: out (rows, n). */
EXPORT(product)(const code *x, const f32 *steps, const i32 *zeros, u32 rows, u32 k,
                const i8 *weights, const f32 *scales, const i32 *sums, const f32 *bias, u32 n,
                f32 *out) {
  for (u32 c = 0; c < n; c += PANEL) {
    const i8 *panel = weights + c * k;
    v128_t scale0 = load(scales + c), scale1 = load(scales + c + 4);
    v128_t bias0 = load(bias + c), bias1 = load(bias + c + 4);
    v128_t sums0 = load(sums + c), sums1 = load(sums + c + 4);
    for (u32 r = 0; r < rows; r += TILE) {
      const code *row = x + r * k;
      v128_t found[TILE][2];
      UNROLL for (u32 i = 0; i < TILE; i++) found[i][0] = found[i][1] = wasm_i32x4_splat(0);
      for (u32 j = 0; j < k; j += DEPTH) {
        const i8 *both = panel + j * PANEL;
        v128_t w0 = load_weights(both), w1 = load_weights(both + DEPTH * LANES);
        UNROLL for (u32 i = 0; i < TILE; i++) {
          v128_t value = wasm_v128_load32_splat(row + i * k + j);
          found[i][0] = dots(w0, value, found[i][0]);
          found[i][1] = dots(w1, value, found[i][1]);
        }
      }
      UNROLL for (u32 i = 0; i < TILE; i++) {
        v128_t zero = wasm_i32x4_splat(zeros[r + i]), step = splat(steps[r + i]);
        v128_t y0 = wasm_i32x4_sub(found[i][0], wasm_i32x4_mul(zero, sums0));
        v128_t y1 = wasm_i32x4_sub(found[i][1], wasm_i32x4_mul(zero, sums1));
        f32 *at = out + (r + i) * n + c;
        store(at, madd(wasm_f32x4_convert_i32x4(y0), wasm_f32x4_mul(step, scale0), bias0));
        store(at + 4, madd(wasm_f32x4_convert_i32x4(y1), wasm_f32x4_mul(step, scale1), bias1));
      }
    }
  }
}

/* out (rows, columns) = a (rows, inner) times b (inner, columns); `*_step` from row to row.
 * columns is a multiple of 8. */
INLINE void multiply(const f32 *a, u32 a_step, const f32 *b, u32 b_step, f32 *out, u32 out_step,
                     u32 rows, u32 columns, u32 inner) {
  for (u32 c = 0; c < columns; c += PANEL)
    for (u32 r = 0; r < rows; r += TILE) {
      v128_t found[TILE][2];
      UNROLL for (u32 i = 0; i < TILE; i++) found[i][0] = found[i][1] = splat(0);
      const f32 *from = b + c, *row = a + r * a_step;
      for (u32 j = 0; j < inner; j++, from += b_step) {
        v128_t b0 = load(from), b1 = load(from + LANES);
        UNROLL for (u32 i = 0; i < TILE; i++) {
          v128_t value = wasm_v128_load32_splat(row + i * a_step + j);
          found[i][0] = madd(value, b0, found[i][0]);
          found[i][1] = madd(value, b1, found[i][1]);
        }
      }
      UNROLL for (u32 i = 0; i < TILE; i++) {
        store(out + (r + i) * out_step + c, found[i][0]);
        store(out + (r + i) * out_step + c + LANES, found[i][1]);
      }
    }
}

/* Each of `rows` rows of scores to shares of 1; the columns from `tokens` to `width` get none. */
INLINE void softmax(f32 *row, u32 rows, u32 tokens, u32 width, v128_t scale) {
  for (u32 r = 0; r < rows; r++, row += width) {
    for (u32 i = tokens; i < width; i++) row[i] = -1e30f;
    v128_t peak = load(row), all = splat(0);
    for (u32 i = LANES; i < width; i += LANES) peak = wasm_f32x4_pmax(peak, load(row + i));
    peak = splat(most(peak));
    for (u32 i = 0; i < width; i += LANES) {
      v128_t e = exponential(wasm_f32x4_mul(wasm_f32x4_sub(load(row + i), peak), scale));
      store(row + i, e);
      all = wasm_f32x4_add(all, e);
    }
    v128_t share = splat(1.0f / sum(all));
    for (u32 i = 0; i < width; i += LANES) store(row + i, wasm_f32x4_mul(load(row + i), share));
  }
}

/* Self-attention of one text: qkv (tokens, 3 * dim) -> out (tokens, dim), dim = heads * size.
 * Keys and values of one head are gathered in `keys` and `values`, (size, width) floats each, width
 * being tokens up to the next multiple of 8; `scores` has room for (4, width). size is a multiple
 * of 8. */
EXPORT(attention)(const f32 *qkv, u32 tokens, u32 heads, u32 size, f32 *keys, f32 *values,
                  f32 *scores, f32 *out) {
  u32 dim = heads * size, width = (tokens + PANEL - 1) / PANEL * PANEL;
  v128_t scale = splat(1.0f / __builtin_sqrtf(size));
  for (u32 head = 0; head < heads; head++, qkv += size, out += size) {
    const f32 *row = qkv + dim;
    for (u32 t = 0; t < width; t++, row += 3 * dim) {
      for (u32 i = 0; i < size; i++) keys[i * width + t] = t < tokens ? row[i] : 0;
      for (u32 i = 0; i < size && t < tokens; i += LANES)
        store(values + t * size + i, load(row + dim + i));
    }
    for (u32 t = 0; t < tokens; t += TILE) {
      multiply(qkv + t * 3 * dim, 3 * dim, keys, width, scores, width, TILE, width, size);
      softmax(scores, TILE, tokens, width, scale);
      multiply(scores, width, values, size, out + t * dim, dim, TILE, size, tokens);
    }
  }
}

/* The mean of a text's tokens, or the first one, of length 1. */
EXPORT(pool)(const f32 *x, u32 tokens, u32 dim, u32 first, f32 *out) {
  u32 counted = first ? 1 : tokens;
  v128_t squares = splat(0);
  for (u32 i = 0; i < dim; i += LANES) {
    v128_t total = splat(0);
    for (u32 t = 0; t < counted; t++) total = wasm_f32x4_add(total, load(x + t * dim + i));
    store(out + i, total);
    squares = madd(total, total, squares);
  }
  f32 length = __builtin_sqrtf(sum(squares));
  v128_t scale = splat(length > 0 ? 1.0f / length : 1.0f);
  for (u32 i = 0; i < dim; i += LANES) store(out + i, wasm_f32x4_mul(load(out + i), scale));
}
