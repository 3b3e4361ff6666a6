/* Names by numbers, for kernels.c: a hash table in arrays that the caller enlarges. */

struct names {
  u64 *slots; /* 0, or a name's hash above its number plus one */
  u32 mask; /* slots - 1, slots being a power of two */
  u32 *starts; /* (names + 1,) in `bytes` */
  u8 *bytes; /* of all names, each with a line feed behind */
  u32 n; /* in and out */
  u32 room, room_bytes;
};

/* No number. */
#define NONE 0xffffffffu

INLINE u32 four(const u8 *bytes) {
  u32 all;
  __builtin_memcpy(&all, bytes, 4);
  return all;
}

INLINE u64 eight(const u8 *bytes) {
  u64 all;
  __builtin_memcpy(&all, bytes, 8);
  return all;
}

/* Of at least one byte: eight at a time, the last ones together with some before them. */
INLINE u32 hash(const u8 *bytes, u32 n) {
  u64 h = n, last;
  for (u32 i = 0; i + 8 < n; i += 8) h = (h ^ eight(bytes + i)) * 0x9e3779b97f4a7c15ull, h ^= h >> 32;
  if (n >= 8) last = eight(bytes + n - 8);
  else if (n >= 4) last = four(bytes) | (u64)four(bytes + n - 4) << 32;
  else last = bytes[0] | (u32)bytes[n / 2] << 8 | (u32)bytes[n - 1] << 16;
  h = (h ^ last) * 0x9e3779b97f4a7c15ull, h ^= h >> 32;
  u32 found = (u32)(h * 0xbf58476d1ce4e5b9ull >> 32);
  return found ^ found >> 15; /* the low bits choose the slot */
}

INLINE u32 same(const u8 *a, const u8 *b, u32 n) {
  u32 i = 0;
  if (n < 4) {
    for (; i < n; i++)
      if (a[i] != b[i]) return 0;
    return 1;
  }
  for (; i + 4 < n; i += 4)
    if (four(a + i) != four(b + i)) return 0;
  return four(a + n - 4) == four(b + n - 4);
}

/* The number of a name, a new one if it was not seen before; `NONE` if there is no room. */
CALLED u32 number_of(struct names *a, const u8 *bytes, u32 n) {
  u32 h = hash(bytes, n), slot = h & a->mask;
  for (; a->slots[slot]; slot = (slot + 1) & a->mask) {
    if (a->slots[slot] >> 32 != h) continue;
    u32 number = (u32)a->slots[slot] - 1, start = a->starts[number];
    if (a->starts[number + 1] - start == n + 1 && same(a->bytes + start, bytes, n)) return number;
  }
  u32 number = a->n, start = a->starts[number];
  if (number >= a->room || a->room_bytes - start < n + 1) return NONE;
  for (u32 i = 0; i < n; i++) a->bytes[start + i] = bytes[i];
  a->bytes[start + n] = '\n';
  a->starts[number + 1] = start + n + 1;
  a->slots[slot] = (u64)h << 32 | ++a->n;
  return number;
}

/* Put the names of the table into its slots, which are all 0. */
EXPORT(place_names) int place_names(struct names *a) {
  for (u32 number = 0; number < a->n; number++) {
    u32 start = a->starts[number];
    u32 h = hash(a->bytes + start, a->starts[number + 1] - start - 1), slot = h & a->mask;
    while (a->slots[slot]) slot = (slot + 1) & a->mask;
    a->slots[slot] = (u64)h << 32 | (number + 1);
  }
  return 0;
}

/* ---- names ------------------------------------------------------------------------------- */

struct number_names {
  struct names table;
  const u8 *text; /* names, each with a line feed behind */
  u32 n, at; /* the second in and out: the byte to go on from */
  u32 *numbers; /* of each line, `NONE` of an empty one */
  u32 found; /* in and out */
};

/* 1 if all is done; 0 if the table is full: to be called again with a larger one. */
EXPORT(names) int number_names(struct number_names *a) {
  for (u32 end; a->at < a->n; a->at = end + 1) {
    for (end = a->at; a->text[end] != '\n';) end++;
    u32 size = end - a->at, number = NONE;
    if (size) {
      number = number_of(&a->table, a->text + a->at, size);
      if (number == NONE) return 0;
    }
    a->numbers[a->found++] = number;
  }
  return 1;
}

/* ---- words ------------------------------------------------------------------------------- */

struct words {
  struct names table;
  const u8 *text; /* pieces, each with a line feed behind */
  u32 n, at; /* the second in and out: the byte to go on from */
  u8 *scratch; /* room for the longest piece */
  u32 *numbers; /* of the words, one piece after another */
  u32 found; /* in and out */
  u32 *sizes; /* of each piece how many words it has, `NONE` if it is not all ASCII */
  u32 piece; /* in and out */
};

INLINE u32 is_ascii(const u8 *text, u32 n) {
  u8 high = 0;
  for (u32 i = 0; i < n; i++) high |= text[i];
  return high < 0x80;
}

/* Number the rows of letters in pieces, in lower case. 1 if all is done; 0 as above. */
EXPORT(words_of) int words_of(struct words *a) {
  for (u32 end; a->at < a->n; a->at = end + 1) {
    u32 found = a->found, size = 0;
    for (end = a->at; a->text[end] != '\n';) end++;
    u32 in_ascii = is_ascii(a->text + a->at, end - a->at);
    for (u32 at = a->at; in_ascii && at <= end; at++) {
      u8 lower = a->text[at] | 0x20;
      if (lower >= 'a' && lower <= 'z') {
        a->scratch[size++] = lower;
      } else if (size) {
        u32 number = number_of(&a->table, a->scratch, size);
        if (number == NONE) return 0;
        a->numbers[found++] = number;
        size = 0;
      }
    }
    a->sizes[a->piece++] = in_ascii ? found - a->found : NONE;
    a->found = found;
  }
  return 1;
}
