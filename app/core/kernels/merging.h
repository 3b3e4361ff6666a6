/* Merging segments, for kernels.c: sorted names of several dictionaries, then posting lists. */

/* ---- merge_names ------------------------------------------------------------------------- */

struct dictionary {
  const u8 *blob;
  u32 n_blob;
  const u32 *offsets; /* (n + 1,) */
  u32 n;
  u32 *numbers; /* (n,) answer */
  u32 at; /* scratch, 0: the next name */
};

struct merge_names {
  struct dictionary *dictionaries;
  u32 n_dictionaries;
  u8 *blob;
  u32 room;
  u32 *offsets; /* one more than all names */
  u32 n_blob; /* answer */
};

INLINE const u8 *name_start(const struct dictionary *d) { return d->blob + d->offsets[d->at]; }
INLINE u32 name_size(const struct dictionary *d) { return d->offsets[d->at + 1] - d->offsets[d->at]; }

/* Below, at or above 0 as the next name of one sorts before, as or behind that of the other. */
CALLED int compare_names(const struct dictionary *a, const struct dictionary *b) {
  const u8 *one = name_start(a), *other = name_start(b);
  u32 n = name_size(a), m = name_size(b);
  for (u32 i = 0; i < least(n, m); i++)
    if (one[i] != other[i]) return (int)one[i] - (int)other[i];
  return (int)n - (int)m;
}

/* The number of names, or DAMAGED. */
EXPORT(merge_names) int merge_names(struct merge_names *a) {
  u32 found = 0, m = 0;
  for (u32 i = 0; i < a->n_dictionaries; i++) {
    const struct dictionary *d = a->dictionaries + i;
    for (u32 k = 0; k < d->n; k++)
      if (d->offsets[k] > d->offsets[k + 1] || d->offsets[k + 1] > d->n_blob) return DAMAGED;
  }
  a->offsets[0] = 0;
  for (;;) {
    struct dictionary *first = 0;
    for (u32 i = 0; i < a->n_dictionaries; i++) {
      struct dictionary *d = a->dictionaries + i;
      if (d->at < d->n && (!first || compare_names(d, first) < 0)) first = d;
    }
    if (!first) break;
    const u8 *name = name_start(first);
    u32 size = name_size(first);
    if (size > a->room - m) return DAMAGED;
    for (u32 i = 0; i < size; i++) a->blob[m + i] = name[i];
    /* The first one moves last: the others are compared with it. */
    for (u32 i = 0; i < a->n_dictionaries; i++) {
      struct dictionary *d = a->dictionaries + i;
      if (d != first && d->at < d->n && !compare_names(d, first)) d->numbers[d->at++] = found;
    }
    first->numbers[first->at++] = found;
    a->offsets[++found] = m += size;
  }
  a->n_blob = m;
  return (int)found;
}

/* ---- merge_lists ------------------------------------------------------------------------- */

struct merge_part {
  const u32 *terms; /* (n_terms,) the new number of each, rising */
  u32 n_terms;
  const u32 *posting_offsets, *ordinals;
  const u8 *counts;
  u32 n;
  const u32 *position_offsets;
  const u8 *positions;
  u32 n_positions;
  const u32 *chunks; /* (n_chunks,) the new ordinal of each; all ones: gone */
  u32 n_chunks;
  struct sparse sparse[4];
  u32 term, posting, at, cursors[4]; /* scratch, 0: where the walk stands */
};

struct merge_lists {
  struct merge_part *parts;
  u32 n_parts, n_terms;
  u32 *posting_offsets, *ordinals;
  u8 *counts;
  u32 *position_offsets;
  u8 *positions;
  struct sparse_out sparse[4];
  u32 n_positions; /* answer */
};

/* Move the cursor of a field to a posting; copy what is there to the new posting `to`, if any. */
INLINE void merge_field(struct merge_lists *a, struct merge_part *p, u32 field, u32 to, u32 stays) {
  const struct sparse *from = p->sparse + field;
  struct sparse_out *into = a->sparse + field;
  u32 at = p->cursors[field];
  while (at < from->n && from->places[at] < p->posting) at++;
  if (at < from->n && from->places[at] == p->posting) {
    if (stays) {
      into->places[into->n] = to;
      into->counts[into->n++] = from->counts[at];
    }
    at++;
  }
  p->cursors[field] = at;
}

/* The next list of a part behind `m` postings; where it ends, or DAMAGED. */
CALLED int merge_list(struct merge_lists *a, struct merge_part *p, int m) {
  u32 start = p->posting_offsets[p->term], end = p->posting_offsets[p->term + 1];
  u32 begin = p->position_offsets[p->term];
  if (start != p->posting || end < start || end > p->n || begin != p->at) return DAMAGED;
  for (; p->posting < end; p->posting++) {
    u32 ordinal = p->ordinals[p->posting], count = p->counts[p->posting], at = p->at;
    if (ordinal >= p->n_chunks || !count) return DAMAGED;
    u32 next = skip_numbers(p->positions, p->n_positions, at, count);
    if (next > p->n_positions) return DAMAGED;
    u32 chunk = p->chunks[ordinal], stays = chunk != 0xffffffffu;
    for (u32 field = 0; field < 4; field++) merge_field(a, p, field, (u32)m, stays);
    p->at = next;
    if (!stays) continue;
    a->ordinals[m] = chunk;
    a->counts[m++] = (u8)count;
    for (; at < next; at++) a->positions[a->n_positions++] = p->positions[at];
  }
  return m;
}

/* The number of postings, or DAMAGED. */
EXPORT(merge_lists) int merge_lists(struct merge_lists *a) {
  int m = 0;
  for (u32 term = 0; term < a->n_terms; term++) {
    a->posting_offsets[term] = (u32)m;
    a->position_offsets[term] = a->n_positions;
    for (u32 i = 0; i < a->n_parts && m >= 0; i++) {
      struct merge_part *p = a->parts + i;
      if (p->term >= p->n_terms || p->terms[p->term] != term) continue;
      m = merge_list(a, p, m);
      p->term++;
    }
    if (m < 0) return m;
  }
  a->posting_offsets[a->n_terms] = (u32)m;
  a->position_offsets[a->n_terms] = a->n_positions;
  return m;
}
