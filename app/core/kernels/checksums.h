/* CRC-32 of long content, sixteen bytes at a time without a table, in the module of kernels.c.
 *
 * In units of sixteen bytes, 1 + y^89 + y^117 + y^155 + y^300 with y = x^128 is a multiple of the
 * checksum's polynomial (tests/core/test_checksums.py computes it). So a unit may be taken away
 * where it stands and added 145, 183, 211 and 300 units further on, which changes no remainder;
 * what is left in the end are the last 300, whose checksum is that of the whole. The idea is that
 * of S. Russell, "Chorba: A novel CRC32 implementation", 2024. */

#define REACH 300
#define ROUND 1024

struct folding {
  const u8 *data;
  u32 units;   /* at least REACH */
  u32 crc;     /* of what came before, all bits inverted */
  v128_t *held; /* (REACH + ROUND,) */
  v128_t *left; /* (REACH,): with the checksum of the whole, but for the inversions */
};

INLINE v128_t passed_on(const v128_t *unit) {
  return wasm_v128_xor(wasm_v128_xor(wasm_v128_load(unit - 145), wasm_v128_load(unit - 183)),
                       wasm_v128_xor(wasm_v128_load(unit - 211), wasm_v128_load(unit - REACH)));
}

EXPORT(fold) int fold(const struct folding *a) {
  v128_t *held = a->held + REACH, none = wasm_i32x4_splat(0);
  const u8 *data = a->data;
  SMALL for (u32 i = 0; i < REACH; i++) wasm_v128_store(a->held + i, none);
  wasm_v128_store(a->held, wasm_i32x4_replace_lane(none, 0, (int)a->crc)); /* joins the first unit */
  for (u32 todo = a->units - REACH; todo;) {
    u32 n = least(todo, ROUND);
    for (u32 i = 0; i < n; i++, data += 16)
      wasm_v128_store(held + i, wasm_v128_xor(wasm_v128_load(data), passed_on(held + i)));
    SMALL for (u32 i = 0; i < REACH; i++) wasm_v128_store(a->held + i, wasm_v128_load(a->held + n + i));
    todo -= n;
  }
  SMALL for (u32 i = 0; i < REACH; i++) wasm_v128_store(held + i, none);
  SMALL for (u32 i = 0; i < REACH; i++, data += 16)
    wasm_v128_store(a->left + i, wasm_v128_xor(wasm_v128_load(data), passed_on(held + i)));
  return 0;
}
