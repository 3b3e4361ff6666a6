/* A plain sum over bytes: as quickly as they can be read. */
#include <wasm_simd128.h>

__attribute__((export_name("sum"))) int sum(const char *bytes, unsigned n) {
  v128_t a = wasm_i32x4_splat(0), b = a, c = a, d = a;
  for (unsigned at = 0; at < n; at += 64) {
    a = wasm_i32x4_add(a, wasm_v128_load(bytes + at));
    b = wasm_i32x4_add(b, wasm_v128_load(bytes + at + 16));
    c = wasm_i32x4_add(c, wasm_v128_load(bytes + at + 32));
    d = wasm_i32x4_add(d, wasm_v128_load(bytes + at + 48));
  }
  a = wasm_i32x4_add(wasm_i32x4_add(a, b), wasm_i32x4_add(c, d));
  return wasm_i32x4_extract_lane(a, 0) + wasm_i32x4_extract_lane(a, 1) +
         wasm_i32x4_extract_lane(a, 2) + wasm_i32x4_extract_lane(a, 3);
}
