/* Neighbour graphs (HNSW), in the module of kernels.c. What they are and what each function does is
 * said in graph.py and, in NumPy, in numpy_graph.py; both must agree bit for bit.
 *
 * The similarity of two points is one product of whole numbers, one conversion and two operations
 * of float32, the same from either side. A key is a similarity whose bits rise with it, and below
 * it the complement of the row: of two keys the larger is nearer, and no two are equal. */

#define NOTHING 0xffffffffu

/* Before a loop that runs a few times, or seldom: what the compiler would make of it is long. */
#define SMALL _Pragma("clang loop vectorize(disable) unroll(disable)")

struct graph {
  const i8 *codes;
  const f32 *scales;
  const f32 *halves; /* (n,) taken off similarities; null: nothing is */
  u32 n, dim;
  const u8 *levels;
  const u32 *starts; /* (n,) where the upper lists of a row begin */
  u32 *links;        /* (n, 2 * m) at level 0 */
  u32 *upper;        /* (n_upper, m) */
  u32 n_upper, m, entry;
  u32 *equals; /* (n,) rings: a row leads to the last of those that hang on it, that to the first */
};

struct walk {
  struct graph graph;
  /* The point that is looked for. */
  i16 *query; /* (dim,) */
  f32 scale, half;
  /* Scratch. */
  u32 *seen;  /* a bit a row, in steps of 128 */
  u64 *ahead; /* (n,) keys, complemented: a heap of those that are left to be looked from */
  u64 *found; /* (ef,) keys: a heap, the farthest first */
  u32 *rows;  /* (2 * m + 1,) */
  u64 *keys;  /* (2 * m + 1,) */
};

/* ---- similarity -------------------------------------------------------------------------- */

INLINE const i8 *point(const struct graph *g, u32 row) {
  return g->codes + (unsigned long)row * g->dim;
}

INLINE u32 row_of(u64 key) { return ~(u32)key; }

INLINE f32 similarity_of(u64 key) {
  union {
    u32 bits;
    f32 similarity;
  } as = {(u32)(key >> 32)};
  as.bits = as.bits & 0x80000000u ? as.bits & 0x7fffffffu : ~as.bits;
  return as.similarity;
}

CALLED u64 key_of(const struct graph *g, int product, f32 scale, f32 half, u32 row) {
  union {
    f32 similarity;
    u32 bits;
  } as;
  as.similarity = (f32)product * (scale * g->scales[row]);
  if (g->halves) as.similarity -= half + g->halves[row];
  u32 order = as.bits & 0x80000000u ? ~as.bits : as.bits | 0x80000000u;
  return (u64)order << 32 | (u32)~row;
}

INLINE f32 half_of(const struct graph *g, u32 row) { return g->halves ? g->halves[row] : 0; }

/* Of two rows. */
CALLED u64 key_between(const struct graph *g, u32 from, u32 row) {
  const i8 *x = point(g, from), *y = point(g, row);
  v128_t sum = wasm_i32x4_splat(0);
  u32 at = 0, dim = g->dim;
  int rest = 0;
  for (; dim - at >= 8; at += 8)
    sum = wasm_i32x4_add(
        sum, wasm_i32x4_dot_i16x8(wasm_i16x8_load8x8(x + at), wasm_i16x8_load8x8(y + at)));
  for (; at < dim; at++) rest += (int)x[at] * (int)y[at];
  return key_of(g, sum_lanes(sum) + rest, g->scales[from], half_of(g, from), row);
}

/* Of the query and `n` of `w->rows`, into `w->keys`. */
CALLED void key_rows(const struct walk *w, u32 n) {
  const struct graph *g = &w->graph;
  const i16 *query = w->query;
  const u32 *rows = w->rows;
  u32 dim = g->dim;
  for (u32 i = 0; i < n; i += 4) {
    /* The last ones, again, where there are no four left. */
    const i8 *r0 = point(g, rows[i]), *r1 = point(g, rows[least(i + 1, n - 1)]);
    const i8 *r2 = point(g, rows[least(i + 2, n - 1)]), *r3 = point(g, rows[least(i + 3, n - 1)]);
    v128_t s0 = wasm_i32x4_splat(0), s1 = s0, s2 = s0, s3 = s0;
    u32 at = 0;
    for (; dim - at >= 8; at += 8) {
      v128_t part = wasm_v128_load(query + at);
      STEP_I8(s0, r0);
      STEP_I8(s1, r1);
      STEP_I8(s2, r2);
      STEP_I8(s3, r3);
    }
    int t0 = sum_lanes(s0), t1 = sum_lanes(s1), t2 = sum_lanes(s2), t3 = sum_lanes(s3);
    SMALL for (; at < dim; at++) {
      int value = query[at];
      t0 += value * r0[at], t1 += value * r1[at], t2 += value * r2[at], t3 += value * r3[at];
    }
    SMALL for (u32 j = i; j < n && j < i + 4; j++) {
      int product = j == i ? t0 : j == i + 1 ? t1 : j == i + 2 ? t2 : t3;
      w->keys[j] = key_of(g, product, w->scale, w->half, rows[j]);
    }
  }
}

/* ---- lists ------------------------------------------------------------------------------- */

INLINE u32 width_at(const struct graph *g, u32 level) { return level ? g->m : 2 * g->m; }

/* Null for a row that is not there, or not on this level. */
CALLED u32 *list_at(const struct graph *g, u32 row, u32 level) {
  if (row >= g->n || level > g->levels[row]) return 0;
  if (!level) return g->links + (unsigned long)row * 2 * g->m;
  u64 place = (u64)g->starts[row] + level - 1;
  return place < g->n_upper ? g->upper + (unsigned long)place * g->m : 0;
}

INLINE u32 length_of(const u32 *list, u32 width) {
  u32 n = 0;
  while (n < width && list[n] != NOTHING) n++;
  return n;
}

/* The neighbours of a row that were not seen yet (all, if `seen` is null), into `w->rows`; how
 * many, or DAMAGED. */
CALLED int look_from(const struct walk *w, u32 row, u32 level, u32 *seen) {
  const struct graph *g = &w->graph;
  const u32 *list = list_at(g, row, level);
  u32 width = width_at(g, level), n = 0;
  if (!list) return DAMAGED;
  for (u32 i = 0; i < width && list[i] != NOTHING; i++) {
    u32 other = list[i];
    if (other >= g->n) return DAMAGED;
    if (seen) {
      u32 bit = 1u << (other & 31);
      if (seen[other / 32] & bit) continue;
      seen[other / 32] |= bit;
    }
    w->rows[n++] = other;
  }
  return (int)n;
}

CALLED void forget(const struct walk *w) {
  for (u32 at = 0; at < w->graph.n; at += 128)
    wasm_v128_store(w->seen + at / 32, wasm_i32x4_splat(0));
}

/* ---- search ------------------------------------------------------------------------------ */

CALLED void push(u64 *heap, u32 n, u64 key) { sift_up(heap, n, key); }
CALLED void replace_first(u64 *heap, u32 n, u64 key) { sift_down(heap, n, key); }

/* The first of a heap goes; the others close up. */
INLINE void drop_first(u64 *heap, u32 *n) {
  u64 last = heap[--*n];
  if (*n) replace_first(heap, *n, last);
}

INLINE u64 key_alone(const struct walk *w, u32 row) {
  w->rows[0] = row;
  key_rows(w, 1);
  return w->keys[0];
}

/* From row to nearer row until there is none; its key, or 0 if the graph is damaged. */
CALLED u64 nearer(const struct walk *w, u32 level, u64 here) {
  for (;;) {
    int n = look_from(w, row_of(here), level, 0);
    if (n < 0) return 0;
    key_rows(w, (u32)n);
    u64 best = here;
    for (int i = 0; i < n; i++)
      if (w->keys[i] > best) best = w->keys[i];
    if (best == here) return here;
    here = best;
  }
}

/* Put a row among the nearest `ef`, and those that hang on it if `equals` is there; how many there
 * are then, or more than `ef` if the graph is damaged. */
CALLED u32 keep(const struct walk *w, u32 ef, u32 held, u64 key, const u8 *mask,
                const u32 *equals) {
  u64 *found = w->found;
  u32 n = w->graph.n, row = row_of(key), last = equals ? equals[row] : NOTHING, at = last;
  for (u32 left = n;; left--) {
    u64 own = (key | 0xffffffffu) - row;
    /* Rows of a ring rise: the others are no nearer. */
    if (held == ef && own < found[0]) return held;
    if (!mask || mask[row]) {
      if (held < ef) push(found, held++, own);
      else replace_first(found, held, own);
    }
    if (last == NOTHING || row == last) return held;
    if (at >= n || (row = equals[at]) >= n || !left) return ef + 1;
    at = row;
  }
}

/* Algorithm 2: the `ef` nearest rows that a walk from `start` meets and the mask lets through, as
 * a heap in `w->found`; how many, or DAMAGED. */
CALLED int walk_level(const struct walk *w, u32 level, u32 ef, u64 start, const u8 *mask,
                      const u32 *equals) {
  u64 *ahead = w->ahead, *found = w->found;
  u32 left = 1, held, *seen = w->seen;
  forget(w);
  seen[row_of(start) / 32] |= 1u << (row_of(start) & 31);
  ahead[0] = ~start;
  if ((held = keep(w, ef, 0, start, mask, equals)) > ef) return DAMAGED;
  while (left) {
    u64 next = ~ahead[0];
    if (held == ef && next < found[0]) break;
    drop_first(ahead, &left);
    int n = look_from(w, row_of(next), level, seen);
    if (n < 0) return DAMAGED;
    key_rows(w, (u32)n);
    for (int i = 0; i < n; i++) {
      u64 key = w->keys[i];
      if (held == ef && key < found[0]) continue;
      push(ahead, left++, ~key);
      if ((held = keep(w, ef, held, key, mask, equals)) > ef) return DAMAGED;
    }
  }
  return (int)held;
}

/* A heap of keys, made nearest first. */
CALLED void nearest_first(u64 *keys, u32 n) {
  while (n > 1) {
    u64 farthest = keys[0];
    drop_first(keys, &n);
    keys[n] = farthest;
  }
}

/* Down to a level from the entry; the key of the nearest row on the way, or 0. */
CALLED u64 down_to(const struct walk *w, u32 level) {
  u32 entry = w->graph.entry;
  if (entry >= w->graph.n) return 0;
  u64 here = key_alone(w, entry);
  for (u32 l = w->graph.levels[entry]; here && l > level; l--) here = nearer(w, l, here);
  return here;
}

struct graph_search {
  struct walk walk;
  const i16 *queries; /* (n_queries, dim) */
  const f32 *steps;   /* (n_queries,) */
  u32 n_queries, ef;
  const u8 *mask; /* null: all count */
  u32 *out;       /* (n_queries, ef) rows, nearest first */
  f32 *scores;    /* (n_queries, ef) their similarities */
  u32 *counts;    /* (n_queries,) */
};

/* 0, or DAMAGED. */
EXPORT(graph_search) int graph_search(struct graph_search *a) {
  struct walk *w = &a->walk;
  w->half = 0;
  for (u32 q = 0; q < a->n_queries; q++) {
    w->query = (i16 *)a->queries + (unsigned long)q * w->graph.dim;
    w->scale = a->steps[q];
    u64 here = down_to(w, 0);
    int n = here ? walk_level(w, 0, a->ef, here, a->mask, w->graph.equals) : DAMAGED;
    if (n < 0) return DAMAGED;
    nearest_first(w->found, (u32)n);
    for (int i = 0; i < n; i++) {
      a->out[(unsigned long)q * a->ef + i] = row_of(w->found[i]);
      a->scores[(unsigned long)q * a->ef + i] = similarity_of(w->found[i]);
    }
    a->counts[q] = (u32)n;
  }
  return 0;
}

/* ---- insertion --------------------------------------------------------------------------- */

CALLED int equal_rows(const struct graph *g, u32 a, u32 b) {
  const i8 *x = point(g, a), *y = point(g, b);
  SMALL for (u32 i = 0; i < g->dim; i++)
    if (x[i] != y[i]) return 0;
  return g->scales[a] == g->scales[b];
}

/* Hang a row on an equal one, if one of the `n` that were found is; 1 if so, or DAMAGED. */
CALLED int hang(const struct walk *w, u32 row, u32 n) {
  const struct graph *g = &w->graph;
  u64 own = key_between(g, row, row) >> 32;
  for (u32 i = 0; i < n && w->found[i] >> 32 >= own; i++) {
    u32 head = row_of(w->found[i]), last;
    if (w->found[i] >> 32 != own || !equal_rows(g, row, head)) continue;
    last = g->equals[head];
    if (last != NOTHING && last >= g->n) return DAMAGED;
    g->equals[row] = last == NOTHING ? row : g->equals[last];
    if (last != NOTHING) g->equals[last] = row;
    g->equals[head] = row;
    return 1;
  }
  return 0;
}

/* Algorithm 4: of keys, nearest first, those nearer to the point than to any that was chosen
 * before, up to `width`. How many stand in `out`. */
CALLED u32 choose(const struct graph *g, const u64 *keys, u32 n, u32 width, u32 *out) {
  u32 chosen = 0;
  for (u32 i = 0; i < n && chosen < width; i++) {
    u64 key = keys[i];
    u32 row = row_of(key), at = 0, order = (u32)(key >> 32);
    while (at < chosen && (u32)(key_between(g, row, out[at]) >> 32) <= order) at++;
    if (at == chosen) out[chosen++] = row;
  }
  return chosen;
}

struct graph_build {
  struct walk walk;
  u32 first, last; /* rows that are put in */
  u32 ef;
  const u8 *live;    /* of `graph_mend` */
  u8 *touched;       /* the same: (n,) zeros */
};

CALLED void end_list(u32 *list, u32 n, u32 width) {
  SMALL for (; n < width; n++) list[n] = NOTHING;
}

/* Have `row` lead to `other`, whose similarity is in `key`, in place of another if it is full. */
CALLED int lead_to(const struct graph_build *a, u32 row, u32 level, u64 key) {
  const struct walk *w = &a->walk;
  const struct graph *g = &w->graph;
  u32 *list = list_at(g, row, level), width = width_at(g, level);
  if (!list) return DAMAGED;
  u32 n = length_of(list, width);
  if (n < width) {
    list[n] = row_of(key);
    return 0;
  }
  push(w->keys, 0, key);
  for (u32 i = 0; i < width; i++) {
    if (list[i] >= g->n) return DAMAGED;
    push(w->keys, i + 1, key_between(g, row, list[i]));
  }
  nearest_first(w->keys, width + 1);
  end_list(list, choose(g, w->keys, width + 1, width, list), width);
  return 0;
}

CALLED void look_for(struct walk *w, u32 row) {
  const struct graph *g = &w->graph;
  const i8 *code = point(g, row);
  for (u32 i = 0; i < g->dim; i++) w->query[i] = code[i];
  w->scale = g->scales[row];
  w->half = half_of(g, row);
}

/* The nearest rows on a level, in `w->found`, nearest first; how many, or DAMAGED. */
CALLED int nearest(const struct graph_build *a, u32 level, u64 here) {
  if (!here) return DAMAGED;
  int n = walk_level(&a->walk, level, a->ef, here, 0, 0);
  if (n > 0) nearest_first(a->walk.found, (u32)n);
  return n;
}

CALLED int put_in(struct graph_build *a, u32 row) {
  struct walk *w = &a->walk;
  struct graph *g = &w->graph;
  u32 level = g->levels[row], *list;
  g->equals[row] = NOTHING;
  for (u32 l = 0; l <= level; l++) {
    if (!(list = list_at(g, row, l))) return DAMAGED;
    end_list(list, 0, width_at(g, l));
  }
  if (g->entry == NOTHING) {
    g->entry = row;
    return 0;
  }
  if (g->entry >= g->n) return DAMAGED;
  look_for(w, row);
  /* A row that hangs on another is on no level: which is known once level 0 was looked at. */
  int n = nearest(a, 0, down_to(w, 0));
  int hangs = n < 0 ? n : hang(w, row, (u32)n);
  if (hangs) return hangs;
  u32 top = g->levels[g->entry];
  u64 here = level ? down_to(w, level) : 0;
  for (u32 l = least(level, top) + 1; l-- > 0;) {
    if (level && (n = nearest(a, l, here)) < 0) return DAMAGED;
    here = w->found[0];
    list = list_at(g, row, l);
    u32 chosen = choose(g, w->found, (u32)n, g->m, list);
    end_list(list, chosen, width_at(g, l));
    for (u32 i = 0; i < chosen; i++)
      if (lead_to(a, list[i], l, key_between(g, list[i], row)) < 0) return DAMAGED;
  }
  /* Not before it is linked: whoever enters must be able to go on. */
  if (level > top) g->entry = row;
  return 0;
}

/* The entry, which is NOTHING for none, is left in the frame. 0, or DAMAGED. */
EXPORT(graph_insert) int graph_insert(struct graph_build *a) {
  for (u32 row = a->first; row < a->last; row++)
    if (put_in(a, row) < 0) return DAMAGED;
  return 0;
}

/* ---- after rows have gone ---------------------------------------------------------------- */

/* Live rows that a row leads to, itself or through dead ones, the first `ef` that are met, as a
 * heap in `w->found`; how many, or DAMAGED. */
CALLED int still_near(const struct graph_build *a, u32 row, u32 level) {
  const struct walk *w = &a->walk;
  const struct graph *g = &w->graph;
  u64 *dead = w->ahead;
  u32 waiting = 1, held = 0, *seen = w->seen;
  forget(w);
  seen[row / 32] |= 1u << (row & 31);
  dead[0] = row;
  for (u32 i = 0; i < waiting; i++) {
    int n = look_from(w, (u32)dead[i], level, seen);
    if (n < 0) return DAMAGED;
    for (int j = 0; j < n; j++) {
      u32 other = w->rows[j];
      if (!a->live[other]) dead[waiting++] = other;
      else if (held < a->ef) push(w->found, held++, key_between(g, row, other));
    }
    if (held == a->ef) break;
  }
  return (int)held;
}

INLINE int leads_to(const u32 *list, u32 width, u32 row) {
  for (u32 i = 0; i < width && list[i] != NOTHING; i++)
    if (list[i] == row) return 1;
  return 0;
}

/* Chooses the list of a live row anew if a dead one is in it. 0, or DAMAGED. */
CALLED int mend_list(const struct graph_build *a, u32 row, u32 level) {
  const struct graph *g = &a->walk.graph;
  u32 *list = list_at(g, row, level), width = width_at(g, level), at = 0;
  if (!list) return DAMAGED;
  for (; at < width && list[at] != NOTHING; at++) {
    if (list[at] >= g->n) return DAMAGED;
    if (!a->live[list[at]]) break;
  }
  if (at == width || list[at] == NOTHING) return 0;
  int n = still_near(a, row, level);
  if (n < 0) return DAMAGED;
  nearest_first(a->walk.found, (u32)n);
  end_list(list, choose(g, a->walk.found, (u32)n, width, list), width);
  a->touched[row] = 1;
  return 0;
}

/* Live rows lead to live rows alone, past those that are dead. 0, or DAMAGED. */
EXPORT(graph_mend) int graph_mend(const struct graph_build *a) {
  const struct graph *g = &a->walk.graph;
  for (u32 row = 0; row < g->n; row++)
    for (u32 l = 0; a->live[row] && l <= g->levels[row]; l++)
      if (mend_list(a, row, l) < 0) return DAMAGED;
  for (u32 row = 0; row < g->n; row++)
    for (u32 l = 0; a->touched[row] && l <= g->levels[row]; l++) {
      const u32 *list = list_at(g, row, l);
      u32 width = width_at(g, l);
      for (u32 i = 0; i < width && list[i] != NOTHING; i++) {
        const u32 *back = list_at(g, list[i], l);
        if (!back) return DAMAGED;
        if (leads_to(back, width, row)) continue;
        if (lead_to(a, list[i], l, key_between(g, list[i], row)) < 0) return DAMAGED;
      }
    }
  return 0;
}
